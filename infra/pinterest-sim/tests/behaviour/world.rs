//! A simulator on a clock that the test moves, and calls to it as a client makes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use data_encoding::BASE64;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use pinterest_sim::{App, Clock, Decision, Mode, Options, Simulator, Storage, Tier};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::form_urlencoded::Serializer;

pub const APP_ID: &str = "1485555";
pub const SECRET: &str = "shh";
pub const REDIRECT_URI: &str = "http://localhost:7878/app/pinterest/board";
pub const SCOPES: &str = "user_accounts:read,pins:read,pins:read_secret,pins:write,pins:write_secret,boards:read,boards:read_secret,boards:write,boards:write_secret";

/// A simulator and its time, which begins at 2026-03-01T12:00:00Z.
pub struct World {
    pub simulator: Simulator,
    millis: Arc<AtomicI64>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, code and message: what a refusal consists of.
    pub fn refusal(&self) -> (u16, i64, &str) {
        let code = self.body["code"].as_i64().unwrap_or_default();
        (self.status.as_u16(), code, self.body["message"].as_str().unwrap_or_default())
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(Storage::Memory, Tier::Standard)
    }

    pub fn with(storage: Storage, tier: Tier) -> Self {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let millis = Arc::new(AtomicI64::new(start.as_millisecond()));
        let hand = Arc::clone(&millis);
        let clock: Clock = Arc::new(move || Timestamp::from_millisecond(hand.load(Ordering::SeqCst)).unwrap());
        let app = App {
            id: APP_ID.to_owned(),
            secret: SECRET.to_owned(),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
            tier,
        };
        let options = Options { storage, clock, base_path: "/_pinterest".to_owned(), app, seed: 7 };
        Self { simulator: Simulator::open(options).unwrap(), millis }
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.millis.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Sends a request to the router.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        Self::ask(self.simulator.router(), request).await
    }

    /// Sends a request to where the router is mounted.
    pub async fn send_below_base(&self, request: Request<Body>) -> Reply {
        Self::ask(Router::new().nest_service("/_pinterest", self.simulator.router()), request).await
    }

    async fn ask(router: Router, request: Request<Body>) -> Reply {
        let response = router.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body, text }
    }

    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<&Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.header("content-type", "application/json").body(body).unwrap()).await
    }

    pub async fn get(&self, mode: Mode, path: &str, token: &str) -> Reply {
        self.call(Method::GET, &format!("/{mode}/v5{path}"), token, None).await
    }

    pub async fn post(&self, mode: Mode, path: &str, token: &str, body: &Value) -> Reply {
        self.call(Method::POST, &format!("/{mode}/v5{path}"), token, Some(body)).await
    }

    pub async fn patch(&self, mode: Mode, path: &str, token: &str, body: &Value) -> Reply {
        self.call(Method::PATCH, &format!("/{mode}/v5{path}"), token, Some(body)).await
    }

    pub async fn delete(&self, mode: Mode, path: &str, token: &str) -> Reply {
        self.call(Method::DELETE, &format!("/{mode}/v5{path}"), token, None).await
    }

    pub async fn control(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.call(method, &format!("/control/{path}"), "", Some(body)).await
    }

    /// Sends a form with the app's credentials.
    pub async fn form(&self, mode: Mode, path: &str, credentials: (&str, &str), fields: &[(&str, &str)]) -> Reply {
        let basic = BASE64.encode(format!("{}:{}", credentials.0, credentials.1).as_bytes());
        let request = Request::post(format!("/{mode}/v5{path}"))
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(Serializer::new(String::new()).extend_pairs(fields).finish()))
            .unwrap();
        self.send(request).await
    }

    pub async fn token(&self, mode: Mode, fields: &[(&str, &str)]) -> Reply {
        self.form(mode, "/oauth/token", (APP_ID, SECRET), fields).await
    }

    /// The code that a person's consent gives.
    pub fn code(&self, username: &str, scopes: &str) -> String {
        let url = authorize_url(REDIRECT_URI, scopes, "x");
        let back = self.simulator.answer_consent(&url, username, Decision::Allow).unwrap();
        let back = url::Url::parse(&back).unwrap();
        back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
    }

    pub async fn exchange(&self, mode: Mode, code: &str) -> Reply {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI)];
        self.token(mode, &fields).await
    }

    /// An access token by consent and exchange, with [`SCOPES`].
    pub async fn connect(&self, mode: Mode, username: &str) -> String {
        let reply = self.exchange(mode, &self.code(username, SCOPES)).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        reply.body["access_token"].as_str().unwrap().to_owned()
    }

    /// The id of a person's board of a name.
    pub fn board(&self, mode: Mode, username: &str, name: &str) -> String {
        self.simulator.boards(mode, username).into_iter().find(|board| board.name == name).unwrap().id
    }
}

pub fn authorize_url(redirect_uri: &str, scopes: &str, state: &str) -> String {
    let query = Serializer::new(String::new())
        .append_pair("client_id", APP_ID)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("response_type", "code")
        .append_pair("scope", scopes)
        .append_pair("state", state)
        .finish();
    format!("/oauth/?{query}")
}

pub fn image() -> Value {
    json!({ "source_type": "image_url", "url": "https://example.com/picture.jpg" })
}
