//! A local OIDC issuer: whoever sits at this machine signs in under any name.

mod authorize;
mod codes;
mod end;
mod es256;
mod exchange;
mod key;
mod local;
mod page;
mod tokens;

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde_json::json;
use shared::clock::SharedClock;
use shared::random::{self, SharedRandom};

pub use key::{KeyError, SigningKey};
pub(crate) use local::{is_local, is_loopback};
pub use tokens::{Person, USE_SCOPE};

use codes::Codes;
use tokens::Issue;

/// The only client of this issuer; it is public and proves itself by PKCE.
pub const CLIENT_ID: &str = "pinwheel";

/// An OIDC issuer with the authorization code flow, PKCE and ES256.
pub struct Issuer {
    url: String,
    public_origin: Option<String>,
    key: SigningKey,
    codes: Codes,
    clock: SharedClock,
    random: SharedRandom,
}

impl Issuer {
    /// The issuer of this URL, under which [`Issuer::router`] must be reachable.
    pub fn new(url: &str, key: SigningKey, clock: SharedClock, random: SharedRandom) -> Self {
        Self { url: url.to_owned(), public_origin: None, key, codes: Codes::default(), clock, random }
    }

    /// The same issuer, sending people back also to this origin, like `https://pins.example`.
    #[must_use]
    pub fn with_public_origin(mut self, origin: &str) -> Self {
        self.public_origin = Some(origin.to_owned());
        self
    }

    /// The claim `iss` of its tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The public keys of its tokens.
    pub fn keys(&self) -> JwkSet {
        self.key.set()
    }

    /// An access token for this person with the scope that every route asks for.
    pub fn access_token(&self, person: &Person) -> String {
        self.key.sign(&self.issue(person).access(USE_SCOPE))
    }

    /// An ID token for this person, which no route takes.
    pub fn id_token(&self, person: &Person) -> String {
        self.key.sign(&self.issue(person).identity(None))
    }

    /// Its endpoints, to be nested under the path of its URL.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(jwks))
            .route("/authorize", get(authorize::ask).post(authorize::answer))
            .route("/token", post(exchange::exchange))
            .route("/end-session", get(end::end))
            .route("/style.css", get(style))
            .with_state(self)
    }

    /// `GET /local/token?owner=alice[&admin=true]` → `{access_token}`, for scripts at this machine.
    pub fn local_token_router(self: Arc<Self>) -> Router {
        Router::new().route("/local/token", get(local_token)).with_state(self)
    }

    fn issue<'a>(&'a self, person: &'a Person) -> Issue<'a> {
        Issue { issuer: &self.url, client_id: CLIENT_ID, person, id: self.fresh_id(), at: self.clock.now() }
    }

    fn fresh_id(&self) -> String {
        random::token(&*self.random)
    }
}

async fn discovery(State(issuer): State<Arc<Issuer>>) -> Response {
    let url = &issuer.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "end_session_endpoint": format!("{url}/end-session"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", USE_SCOPE],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn jwks(State(issuer): State<Arc<Issuer>>) -> Json<JwkSet> {
    Json(issuer.keys())
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css")], page::STYLE).into_response()
}

#[derive(Deserialize)]
struct Whom {
    #[serde(default)]
    owner: String,
    #[serde(default)]
    admin: bool,
}

async fn local_token(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, Query(whom): Query<Whom>) -> Response {
    if !is_local(&headers) {
        let message = json!({ "message": "tokens are given only under localhost" });
        return (StatusCode::FORBIDDEN, Json(message)).into_response();
    }
    let Some(name) = authorize::valid_name(&whom.owner) else {
        let message = json!({ "message": "owner must have 1 to 60 characters" });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(message)).into_response();
    };
    let person = Person { name, is_admin: whom.admin };
    let body = json!({ "access_token": issuer.access_token(&person) });
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

#[cfg(test)]
mod tests;
