//! The token endpoint: a code and its verifier become an access token and an ID token.

use std::sync::Arc;

use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::tokens::LIFETIME_SECONDS;
use super::{CLIENT_ID, Issuer};

/// The form of an exchange (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Deserialize)]
pub struct Exchange {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
}

/// `POST /token`.
pub async fn exchange(State(issuer): State<Arc<Issuer>>, Form(request): Form<Exchange>) -> Response {
    let (status, body) = match issuer.exchange(&request) {
        Ok(tokens) => (StatusCode::OK, tokens),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

impl Issuer {
    fn exchange(&self, request: &Exchange) -> Result<Value, &'static str> {
        if request.grant_type != "authorization_code" {
            return Err("unsupported_grant_type");
        }
        if request.client_id != CLIENT_ID {
            return Err("invalid_client");
        }
        let grant = self
            .codes
            .take(&request.code, self.clock.now())
            .filter(|grant| grant.belongs_to(&request.redirect_uri, &request.code_verifier))
            .ok_or("invalid_grant")?;
        let issue = self.issue(&grant.person);
        Ok(json!({
            "access_token": self.key.sign(&issue.access(&grant.scope)),
            "id_token": self.key.sign(&issue.identity(grant.nonce.as_deref())),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": grant.scope,
        }))
    }
}
