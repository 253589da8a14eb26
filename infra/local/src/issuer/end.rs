//! `GET /end-session`: the way back for somebody who signed out (`OpenID` Connect RP-Initiated Logout 1.0). The issuer itself
//! remembers nobody.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Issuer;

/// Where the browser goes afterwards.
#[derive(Deserialize)]
pub struct End {
    post_logout_redirect_uri: Option<String>,
}

/// Sends the browser back; nobody is sent to an address that is not allowed.
pub async fn end(State(issuer): State<Arc<Issuer>>, Query(end): Query<End>) -> Response {
    match end.post_logout_redirect_uri.filter(|address| issuer.may_return_to(address)) {
        Some(address) => Redirect::to(&address).into_response(),
        None => (StatusCode::BAD_REQUEST, "You are signed out.").into_response(),
    }
}
