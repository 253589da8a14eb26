//! What people do, from the first settings to the last pin.

use data_encoding::BASE64;
use jiff::SignedDuration;
use pinterest_sim::{Decision, Fault, FaultAnswer, Operation, SCOPES};
use serde_json::json;
use shared::domain::Mode;
use tests::{Browser, TOKEN_KEY, host, pin_request, settings_request};
use url::Url;

use super::Watch;

const CALLBACK: &str = "/app/pinterest/board";

/// Settings are read, saved with wrong and right secrets, verified and looked back at.
pub async fn sets_up(watch: &mut Watch<'_>) {
    let mistyped = "mistyped-app-secret-0123456789";
    watch.secrets.add("mistyped app secret", mistyped);
    let mut wrong = settings_request();
    wrong["app_secret"] = json!(mistyped);
    for request in [wrong, settings_request()] {
        let answer = watch.world.admin().put("/v1/settings", &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        watch.keep("PUT /v1/settings", &answer, &[]);
        for (method, path) in [
            ("POST", "/v1/settings/verify"),
            ("GET", "/v1/settings"),
            ("GET", "/v1/settings/changes"),
            ("GET", "/v1/status"),
            ("GET", "/v1/limits"),
        ] {
            assert_eq!(watch.call(method, path, None).await.status, 200, "{path}");
        }
    }
}

/// One visit to Pinterest's consent page and back; keeps every answer and learns every secret of it.
pub async fn visit(watch: &mut Watch<'_>, browser: &Browser<'_>, decision: Decision, spoil: bool) -> u16 {
    let started = watch.world.user("alice").post("/v1/accounts/connect", &json!({"return_to": "/app/pins"})).await;
    let address = started.json()["authorize_url"].as_str().unwrap().to_owned();
    let state = parameter(&address, "state");
    watch.secrets.add("state", &state);
    watch.keep("connect", &started, &[format!("&state={state}")]);
    browser.take_cookies(&started);
    watch.secrets.add("browser cookie", &browser.cookie("__Host-pinwheel-oauth").unwrap());
    let mut callback = browser.consent(&address, "shop", decision);
    if let Some(code) = find(&callback, "code") {
        watch.secrets.add("code", &code);
        if spoil {
            callback = callback.replace(&code, "another-code-0123456789");
            watch.secrets.add("wrong code", "another-code-0123456789");
        }
    }
    let page = browser.open(&callback).await;
    finish(watch, browser, &page).await;
    let reloaded = browser.open(&callback).await;
    finish(watch, browser, &reloaded).await;
    watch.learn_tokens().await;
    page.status
}

/// Picks a board on the page, twice, where there is a form.
async fn finish(watch: &mut Watch<'_>, browser: &Browser<'_>, page: &tests::Answer) {
    let grant = browser.cookie("__Host-pinwheel-pick").filter(|_| page.text().contains("name=\"grant\""));
    let Some(grant) = grant else { return watch.keep("callback", page, &[]) };
    watch.secrets.add("pick grant", &grant);
    watch.keep("callback", page, &[format!("name=\"grant\" value=\"{grant}\"")]);
    for origin_and_grant in [("board", "7"), ("board", "no board")] {
        let answer = browser.submit(CALLBACK, &[("grant", &grant), origin_and_grant]).await;
        watch.keep("board pick", &answer, &[]);
    }
}

fn find(address: &str, name: &str) -> Option<String> {
    let url = Url::parse("https://pins.example.com").unwrap().join(address).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn parameter(address: &str, name: &str) -> String {
    find(address, name).unwrap()
}

/// Connects with consent, by a wrong code, denied, and again.
pub async fn connects(watch: &mut Watch<'_>) {
    let world = watch.world;
    let browser = world.browser();
    assert_eq!(visit(watch, &browser, Decision::Deny, false).await, 403);
    assert_eq!(visit(watch, &browser, Decision::Allow, true).await, 400);
    for _ in 0..2 {
        assert_eq!(visit(watch, &browser, Decision::Allow, false).await, 200);
    }
    assert_eq!(watch.learn_tokens().await.len(), 1);
}

/// Pins with every kind of outcome.
pub async fn publishes(watch: &mut Watch<'_>) {
    let world = watch.world;
    let account = watch.learn_tokens().await.remove(0);
    let id = account.id.to_string();
    let boards = watch.call("GET", &format!("/v1/accounts/{id}/boards"), None).await.json();
    let board = boards["items"][0]["id"].as_str().unwrap().to_owned();
    let created = json!({"name": "A board of the canary"}).to_string();
    watch.call("POST", &format!("/v1/accounts/{id}/boards"), Some(created)).await;
    let outcomes = [200, 400, 401, 429, 500].map(FaultAnswer::status);
    for answer in outcomes.into_iter().chain([FaultAnswer::Reset]) {
        let fault = Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) };
        world.simulator.set_fault(fault);
        let pin = watch.call("POST", "/v1/pins", Some(pin_request(&id, &board, "now").to_string())).await;
        assert_eq!(pin.status, 201, "{}", pin.text());
        world.tick().await;
        world.simulator.clear_faults();
        let pin = pin.json()["items"][0]["id"].as_str().unwrap().to_owned();
        for (method, path) in [("GET", format!("/v1/pins/{pin}")), ("DELETE", format!("/v1/pins/{pin}"))] {
            watch.call(method, &path, None).await;
        }
        watch.learn_tokens().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    for path in ["/v1/pins", "/v1/accounts", "/healthz", "/", "/app/accounts", "/v1/openapi.json"] {
        watch.call("GET", path, None).await;
    }
}

/// Tokens are renewed, refused and renewed again, while the keys that seal them change.
pub async fn renews_and_changes_keys(watch: &mut Watch<'_>) {
    let world = watch.world;
    let key = BASE64.encode(b"canary-second-key-0123456789abcd");
    watch.secrets.add("second token key", &key);
    let sealed = world.everything_stored().await;
    world.put_token_keys(&json!({"generated": TOKEN_KEY, "keys": {"2": key}, "current": 2}));
    for fault in [Some(FaultAnswer::status(500)), Some(FaultAnswer::Reset), None] {
        let account = watch.learn_tokens().await.remove(0);
        if fault.is_some() {
            let fault = Fault { answer: fault, times: Some(1), ..Fault::on(Operation::RefreshToken) };
            world.simulator.set_fault(fault);
        }
        world.clock_reaches(account.refresh_at.unwrap()).await;
        world.tick().await;
        watch.learn_tokens().await;
    }
    assert_ne!(world.everything_stored().await, sealed, "the tokens were renewed");
    watch.sign_in();
    assert_eq!(watch.call("GET", "/v1/accounts", None).await.status, 200);
}

/// A token of the sandbox is pasted: a wrong one, one of the other host, a right one.
pub async fn pastes(watch: &mut Watch<'_>) {
    let world = watch.world;
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    world.wait(SignedDuration::from_mins(2)).await;
    let scopes = SCOPES.join(" ");
    let other_host = world.simulator.issue_token(host(Mode::Live), "friend", &scopes).unwrap();
    let right = world.simulator.issue_token(host(Mode::Sandbox), "friend", &scopes).unwrap();
    for token in ["pina_made_up_0123456789abcdef", &other_host, &right] {
        watch.secrets.add("pasted token", token);
        for body in [json!({"access_token": token}), json!({"access_token": [token]}), json!({"x": token})] {
            watch.call("POST", "/v1/accounts/token", Some(body.to_string())).await;
        }
    }
    assert_eq!(watch.learn_tokens().await.len(), 2);
    world.tick().await;
    let accounts = watch.call("GET", "/v1/accounts", None).await.json();
    let disconnected = accounts["items"][0]["id"].as_str().unwrap().to_owned();
    watch.call("DELETE", &format!("/v1/accounts/{disconnected}"), None).await;
}
