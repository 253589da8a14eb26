//! What people do in these tests, over HTTP.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use http::Method;
use http::header::IF_MATCH;
use local::person::{Form, Person};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::running::{PATIENCE, Running};

/// The app that the simulator accepts.
pub const APP: (&str, &str) = ("1485555", "simulated-app-secret");

/// Signs Ann, an administrator, in at a Pinwheel that others can reach, by the code that it printed.
pub async fn sign_in_by_code(running: &Running) -> Person {
    let (_, code) = running.said.split_once("with the code ").unwrap();
    let code = code.split(',').next().unwrap();
    let verifier = "a-verifier-of-forty-three-characters-or-more";
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let common = [pair("client_id", "pinwheel"), pair("redirect_uri", running.url.as_str())];
    let wish = [
        pair("response_type", "code"),
        pair("code_challenge", &challenge),
        pair("code_challenge_method", "S256"),
        pair("owner", "ann"),
        pair("admin", "true"),
    ];
    let mut ann = Person::at(&running.url);
    let page = running.url.join("_issuer/authorize").unwrap();
    let without = ann.submit(&page, "", &[&common[..], &wish].concat()).await.unwrap();
    assert_eq!(without.status, 422, "a name alone is not enough");
    assert_eq!(ann.get("local/token?owner=ann&admin=true").await.unwrap().status, 404);
    let back = ann.submit(&page, "", &[&common[..], &wish, &[pair("code", code)]].concat()).await.unwrap();
    let back = Url::parse(back.location().unwrap()).unwrap();
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let exchange = [pair("grant_type", "authorization_code"), pair("code", &code), pair("code_verifier", verifier)];
    let tokens = ann.submit(&page, "token", &[&common[..], &exchange].concat()).await.unwrap();
    ann.take_token(tokens.json()["access_token"].as_str().unwrap());
    ann
}

/// Enables Pinterest in live mode.
pub async fn set_up(admin: &mut Person) {
    let present = admin.get("v1/settings").await.unwrap().expect_success("the settings").unwrap();
    let settings = json!({
        "status": "enabled", "mode": "live", "app_id": APP.0, "app_secret": APP.1,
        "scopes": present.json()["scopes"],
    });
    let unchanged = [(IF_MATCH, present.header("etag"))];
    let saved = admin.call(Method::PUT, "v1/settings", &unchanged, &settings).await.unwrap();
    saved.expect_success("the save").unwrap();
}

/// Connects the Pinterest account `shop`; answers its id, and that of the board "New arrivals".
pub async fn connect(user: &mut Person) -> (String, String) {
    let (account, page) = connect_as(user, "shop").await;
    let board = Form::on(&page).unwrap().choice("New arrivals").unwrap().value.clone();
    (account, board)
}

/// Connects the Pinterest account `username`; answers its id, and the page on which its boards are picked.
pub async fn connect_as(user: &mut Person, username: &str) -> (String, String) {
    let started = user.call(Method::POST, "v1/accounts/connect", &[], &json!({})).await.unwrap();
    let started = started.expect_success("the way to Pinterest").unwrap().json();
    let consent = Url::parse(started["authorize_url"].as_str().unwrap()).unwrap();
    let fields = [("username".to_owned(), username.to_owned()), ("decision".to_owned(), "allow".to_owned())];
    let allowed = user.submit(&consent, "", &fields).await.unwrap();
    // By its path, since the public address may be one that nobody serves here, as behind a tunnel.
    let back = Url::parse(allowed.location().unwrap()).unwrap();
    let path = format!("{}?{}", back.path(), back.query().unwrap());
    let page = user.get(&path).await.unwrap().expect_success("the page").unwrap().text();
    let accounts = user.get("v1/accounts?limit=100").await.unwrap().json();
    let account = accounts["items"].as_array().unwrap().iter().find(|account| account["username"] == username);
    (account.unwrap()["id"].as_str().unwrap().to_owned(), page)
}

/// Plans a pin; answers its id.
pub async fn plan(user: &mut Person, (account, board): (&str, &str), title: &str, publish_at: Value) -> String {
    let request = json!({
        "targets": [{ "account_id": account, "board_id": board }],
        "content": {
            "title": title,
            "media": { "source_type": "image_url", "url": "https://example.com/picture.jpg" },
        },
        "publish_at": publish_at,
    });
    let planned = user.call(Method::POST, "v1/pins", &[], &request).await.unwrap();
    planned.expect_success("the pin").unwrap().json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Waits until a pin has a status.
pub async fn until_status(user: &mut Person, pin: &str, status: &str) {
    until(async || {
        let shown = user.get(&format!("v1/pins/{pin}")).await.unwrap().json();
        shown["status"] == status
    })
    .await;
}

/// Waits for a condition, within bounds.
pub async fn until(condition: impl AsyncFnMut() -> bool) {
    until_within(PATIENCE, condition).await;
}

/// Waits for a condition that may take longer.
pub async fn until_within(patience: Duration, mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(patience, waiting).await.expect("it comes to pass");
}

/// The titles on a board, by Pinterest's own list at this address.
pub async fn titles(at: &str, board: &str) -> Vec<String> {
    let mut anybody = Person::at(&Url::parse(&format!("{at}/")).unwrap());
    let list = anybody.get(&format!("control/pins?board={board}")).await.unwrap().json();
    list["items"].as_array().unwrap().iter().map(|pin| pin["title"].as_str().unwrap().to_owned()).collect()
}
