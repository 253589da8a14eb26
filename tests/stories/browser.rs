//! The pages in a real browser against the whole local stack, in real time. Skipped, and said so, where Chromium is not
//! installed.

mod calendar;
mod callback;
mod compose;
mod connect_link;
mod create;
mod days;
mod elsewhere;
mod first_start;
mod import;
mod insights;
mod limits;
mod loading;
mod own_files;
mod pictures;
mod pin;
mod plan;
mod settings;
mod slots;
mod webhooks;

use std::path::{Path, PathBuf};

use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::executions::NEW_ACCOUNT;
use local::stack::{Data, Options, Pinterest, Stack};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::chromium::{Chromium, PICTURES};
use tokio::sync::{Mutex, MutexGuard};

/// One browser at a time: they are heavier than everything else here.
static TURN: Mutex<()> = Mutex::const_new(());

/// A running installation and somebody in front of it.
struct Visit {
    stack: Stack,
    chromium: Chromium,
    _turn: MutexGuard<'static, ()>,
}

impl Visit {
    /// An installation that nobody has set up; nothing where there is no browser.
    async fn begin() -> Option<Self> {
        let turn = TURN.lock().await;
        let chromium = Chromium::open().await?;
        let options = Options {
            data: Data::Ephemeral,
            port: 0,
            pinterest: Pinterest::Simulated,
            public_url: None,
            publishes: true,
            functions: None,
            executions: Some(NEW_ACCOUNT),
        };
        let stack = Stack::start(options).await.expect("a stack starts");
        Some(Self { stack, chromium, _turn: turn })
    }

    /// An installation that is set up, with its administrator Ann signed in.
    async fn set_up() -> Option<Self> {
        let visit = Self::begin().await?;
        visit.chromium.go(&visit.at("/")).await;
        visit.sign_in("ann", true).await;
        visit.save(&json!({})).await;
        Some(visit)
    }

    /// The same with Ann's account connected and three pins of hers: one out, one scheduled, one drafted.
    async fn planned() -> Option<Self> {
        let visit = Self::set_up().await?;
        let browser = &visit.chromium;
        browser.go(&visit.at("/app/accounts")).await;
        browser.press("Connect an account").await;
        browser.press("Allow").await;
        browser.press("Save boards").await;
        browser.sees("Sign out").await;
        let (account, board) = visit.place().await;
        let later = (shared::clock::SystemClock.now() + jiff::ToSpan::hours(1)).to_string();
        for at in [json!("now"), json!(later), Value::Null] {
            let mut pin = tests::pin_request(&account, &board, at);
            // A picture that is there, by a name that the browser takes for this machine's; the person would have one of
            // their own.
            let picture = visit.at("/assets/any/icon.svg?as=png").replace("localhost", PICTURES);
            pin["content"]["media"]["url"] = json!(picture);
            visit.post("/v1/pins", &pin).await;
        }
        Some(visit)
    }

    /// Ann's account and the first of its boards.
    async fn place(&self) -> (String, String) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let account = text(&self.api("/v1/accounts").await["items"][0]["id"]);
        let board = text(&self.api(&format!("/v1/accounts/{account}/boards")).await["items"][0]["id"]);
        (account, board)
    }

    /// Posts as a script would.
    async fn post(&self, path: &str, body: &Value) {
        let (status, _, answer) = self.send("POST", path, Some(body), None).await;
        assert!(status < 300, "{path}: {status} {answer}");
    }

    /// Saves the settings that the simulator takes, with `change`, as a script would.
    async fn save(&self, change: &Value) {
        let (id, secret) = self.app();
        let mut wanted = json!({"status": "enabled", "mode": "live", "app_id": id, "app_secret": secret,
            "scopes": shared::domain::Scopes::defaults().names()});
        for (name, value) in change.as_object().into_iter().flatten() {
            wanted[name] = value.clone();
        }
        let (_, tag, _) = self.send("GET", "/v1/settings", None, None).await;
        let (status, _, answer) = self.send("PUT", "/v1/settings", Some(&wanted), Some(&tag)).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The address of a page.
    fn at(&self, path: &str) -> String {
        let url = self.stack.url().join(path).expect("the paths of the stories are paths");
        url.into()
    }

    /// Signs in under that name, from the welcome page.
    async fn sign_in(&self, name: &str, is_admin: bool) {
        let browser = &self.chromium;
        browser.press("Sign in").await;
        browser.sees("Name").await;
        browser.fill("Name", name).await;
        if is_admin {
            browser.run("document.querySelector('[name=admin]').click()", &[]).await;
        }
        browser.press("Sign in").await;
        browser.sees("Sign out").await;
    }

    /// The app ID and secret that the simulator takes.
    fn app(&self) -> (String, String) {
        let app = self.stack.simulator().expect("Pinterest is simulated").app();
        (app.id.clone(), app.secret.clone())
    }

    /// What the API answers to Ann.
    async fn api(&self, path: &str) -> Value {
        self.send("GET", path, None, None).await.2
    }

    /// Calls the API as a script of Ann's would; answers status, entity tag and body.
    async fn send(&self, method: &str, path: &str, body: Option<&Value>, tag: Option<&str>) -> (u16, String, Value) {
        let (_, _, token) = answered(self.token()).await;
        let request = Request::builder().method(method).uri(self.at(path)).header(CONTENT_TYPE, "application/json");
        let request =
            request.header(AUTHORIZATION, format!("Bearer {}", token["access_token"].as_str().unwrap_or_default()));
        let request = tag.into_iter().fold(request, |request, tag| request.header(IF_MATCH, tag));
        answered(request.body(body.map(Value::to_string).unwrap_or_default())).await
    }

    /// Asks the local issuer for a token of Ann's.
    fn token(&self) -> http::Result<Request<String>> {
        let local = Request::post(self.at("/local/token")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        local.body("owner=ann&admin=true".to_owned())
    }

    /// Ends; the browser had nothing to complain about.
    async fn end(self) {
        assert_eq!(self.chromium.complaints().await, Vec::<String>::new());
        self.chromium.close().await;
        self.stack.stop().await;
    }
}

async fn answered(request: http::Result<Request<String>>) -> (u16, String, Value) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request.expect("the stories write valid requests")).await.expect("the stack answers");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("answers are complete").to_bytes();
    let tag = parts.headers.get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    (parts.status.as_u16(), tag.to_owned(), serde_json::from_slice(&body).unwrap_or_default())
}

/// Where pictures go.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}
