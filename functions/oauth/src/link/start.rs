//! The form of the page: starts the consent in the browser that sent it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::api::{self, Origin, Problem};
use shared::domain::{AppId, Settings};
use shared::platform::Platform;
use shared::store::ConnectLink;
use url::form_urlencoded;

use super::{Found, LINK, find, without_address};
use crate::connect::{self, Starting};
use crate::cookie::BROWSER;
use crate::failure::{Failed, Failure};
use crate::pick::is_own_form;
use crate::proof::Proof;

/// `POST /app/pinterest/connect`.
pub async fn start(
    State(platform): State<Arc<Platform>>,
    origin: Result<Origin, Problem>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(origin) = origin else { return without_address() };
    match begin(&platform, &origin, &headers, body.ok().as_deref().unwrap_or_default()).await {
        Ok(response) => response,
        Err(failed) => failed.into_response(),
    }
}

async fn begin(platform: &Platform, origin: &Origin, headers: &HeaderMap, body: &[u8]) -> Result<Response, Failed> {
    if !is_own_form(headers, origin) {
        return Err(Failed { failure: Failure::ForeignStart, return_to: None, by_link: true });
    }
    let secret = form_urlencoded::parse(body).find(|(name, _)| name == LINK).and_then(|(_, text)| Proof::parse(&text));
    let Found { secret, link } = find(platform, secret).await?;
    api::record_actor(link.by.as_deref());
    let (settings, app_id) = app(platform, &link).await?;
    let return_to = link.return_to.clone();
    let starting = Starting {
        owner: link.owner,
        by: link.by,
        return_to: link.return_to,
        link: Some(secret.hash()),
        expected_username: link.expected_username,
    };
    let begun = connect::begin(platform, origin, headers, (&settings, app_id), starting).await;
    let (browser, authorize_url) = begun.map_err(|error| Failed { failure: error.into(), return_to, by_link: true })?;
    Ok(([(header::SET_COOKIE, BROWSER.set(origin, &browser))], Redirect::to(&authorize_url)).into_response())
}

/// The settings and the app to connect through.
pub(super) async fn app(platform: &Platform, link: &ConnectLink) -> Result<(Settings, AppId), Failed> {
    let failed = |failure| Failed { failure, return_to: link.return_to.clone(), by_link: true };
    let settings = platform.current_settings.get().await.map_err(|error| failed(error.into()))?;
    match connect::app(&settings) {
        Ok(app_id) => Ok((settings, app_id)),
        Err(_) if !settings.enabled => Err(failed(Failure::Disabled)),
        Err(_) => Err(failed(Failure::NotConfigured)),
    }
}
