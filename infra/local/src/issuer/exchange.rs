//! The token endpoint: a code and its verifier become tokens, a refresh token becomes new ones, and a machine client gets one
//! by its secret.

use std::sync::Arc;

use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::machine::Credentials;
use super::tokens::{Issue, LIFETIME_SECONDS, Person};
use super::{CLIENT_ID, Issuer};

/// The form of an exchange (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Deserialize)]
pub struct Exchange {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    #[serde(default)]
    refresh_token: String,
}

/// `POST /token`.
pub async fn exchange(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    Form(request): Form<Exchange>,
) -> Response {
    let answer = if request.grant_type == "client_credentials" {
        let client = Credentials::read(&headers, &request.client_id, &request.client_secret);
        issuer.by_machine(client, &request.scope)
    } else {
        issuer.exchange(&request)
    };
    let (status, body) = match answer {
        Ok(tokens) => (StatusCode::OK, tokens),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error })),
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

impl Issuer {
    fn exchange(&self, request: &Exchange) -> Result<Value, &'static str> {
        if request.client_id != CLIENT_ID {
            return Err("invalid_client");
        }
        match request.grant_type.as_str() {
            "authorization_code" => self.by_code(request),
            "refresh_token" => self.renewed(&request.refresh_token),
            _ => Err("unsupported_grant_type"),
        }
    }

    fn by_code(&self, request: &Exchange) -> Result<Value, &'static str> {
        let grant = self
            .codes
            .take(&request.code, self.clock.now())
            .filter(|grant| grant.belongs_to(&request.redirect_uri, &request.code_verifier))
            .ok_or("invalid_grant")?;
        let issue = self.issue(&grant.person);
        let mut tokens = self.tokens(&issue, &grant.scope, grant.nonce.as_deref());
        tokens["refresh_token"] = json!(self.key.sign(&issue.refresh(&grant.scope)));
        Ok(tokens)
    }

    /// New tokens for an earlier sign-in (RFC 6749 §6); the refresh token stays.
    fn renewed(&self, token: &str) -> Result<Value, &'static str> {
        let claims = self.key.read(token).ok_or("invalid_grant")?;
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        let is_over = claims["exp"].as_i64().is_none_or(|until| self.clock.now().as_second() >= until);
        if is_over || text("token_use") != "refresh" || text("iss") != self.url {
            return Err("invalid_grant");
        }
        let person = Person { name: text("sub"), is_admin: claims.get("cognito:groups").is_some() };
        Ok(self.tokens(&self.issue(&person), &text("granted"), None))
    }

    fn tokens(&self, issue: &Issue<'_>, scope: &str, nonce: Option<&str>) -> Value {
        json!({
            "access_token": self.key.sign(&issue.access(scope)),
            "id_token": self.key.sign(&issue.identity(nonce)),
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "scope": scope,
        })
    }
}
