//! `GET /end-session`: the way back for somebody who signed out (`OpenID` Connect RP-Initiated Logout 1.0). The issuer itself
//! remembers nobody.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::Url;

use super::Issuer;
use super::local::may_return_to;

/// Where the browser goes afterwards.
#[derive(Deserialize)]
pub struct End {
    post_logout_redirect_uri: Option<String>,
}

/// Sends the browser back; nobody is sent to an address that is not allowed.
pub async fn end(State(issuer): State<Arc<Issuer>>, Query(end): Query<End>) -> Response {
    let to = end.post_logout_redirect_uri.and_then(|address| Url::parse(&address).ok());
    match to.filter(|address| may_return_to(address, issuer.public_origin.as_deref())) {
        Some(address) => Redirect::to(address.as_str()).into_response(),
        None => (StatusCode::BAD_REQUEST, "You are signed out.").into_response(),
    }
}
