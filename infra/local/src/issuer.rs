//! A local OIDC issuer: whoever sits at this machine signs in under any name.

mod authorize;
mod codes;
mod end;
mod es256;
mod exchange;
mod key;
mod local;
mod local_token;
mod machine;
mod page;
mod tokens;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use serde_json::json;
use shared::api::{ACT_SCOPE, ADMIN_SCOPE};
use shared::clock::SharedClock;
use shared::random::{self, SharedRandom};
use url::Url;

pub use key::{KeyError, SigningKey};
pub(crate) use local::{is_local, is_loopback};
pub use machine::MACHINE_ID;
pub use tokens::{Person, USE_SCOPE};

use codes::Codes;
use tokens::Issue;

/// The client by which people sign in; it is public and proves itself by PKCE.
pub const CLIENT_ID: &str = "pinwheel";

/// By what others reach this machine.
struct Public {
    origin: String,
    /// What whoever signs in has to know.
    code: String,
}

/// An OIDC issuer with the authorization code flow, PKCE and ES256, and with client credentials for one program.
pub struct Issuer {
    url: String,
    public: Option<Public>,
    key: SigningKey,
    codes: Codes,
    machine_secret: String,
    clock: SharedClock,
    random: SharedRandom,
}

impl Issuer {
    /// The issuer of this URL, under which [`Issuer::router`] must be reachable.
    pub fn new(url: &str, key: SigningKey, clock: SharedClock, random: SharedRandom) -> Self {
        let machine_secret = random::token(&*random);
        Self { url: url.to_owned(), public: None, key, codes: Codes::default(), machine_secret, clock, random }
    }

    /// The same issuer where others reach this machine by an origin like `https://pins.example`: it sends people back there
    /// too, and asks for `code`, since a proxy can make everybody look as if they sat here.
    #[must_use]
    pub fn with_public_origin(mut self, origin: &str, code: &str) -> Self {
        self.public = Some(Public { origin: origin.to_owned(), code: code.to_owned() });
        self
    }

    /// Whether nobody is sent anywhere else by `address`: the pages of this Pinwheel, to the letter.
    fn may_return_to(&self, address: &str) -> bool {
        let own = Url::parse(&self.url).map(|url| url.origin().ascii_serialization()).ok();
        let public = self.public.as_ref().map(|public| public.origin.clone());
        own.into_iter().chain(public).any(|origin| address == format!("{origin}/"))
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

    /// `POST /local/token` with the form `owner=alice[&admin=true]` → `{access_token}`, for scripts at this machine; GET
    /// with the same query for those that no browser sends. There is no such route where others reach this machine.
    pub fn local_token_router(self: Arc<Self>) -> Router {
        if self.public.is_some() {
            return Router::new();
        }
        Router::new().route("/local/token", get(local_token::by_query).post(local_token::by_form)).with_state(self)
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
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "profile", USE_SCOPE, ACT_SCOPE, ADMIN_SCOPE],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
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

#[cfg(test)]
mod tests;
