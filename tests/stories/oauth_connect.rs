//! A user begins to connect an account.

use std::collections::HashMap;

use serde_json::{Value, json};
use tests::{APP_ID, World, settings_request};
use url::Url;

const PATH: &str = "/v1/accounts/connect";

fn parameters(answer: &Value) -> HashMap<String, String> {
    let url = Url::parse(answer["authorize_url"].as_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with("http://pinterest.test/oauth/?"), "{url}");
    url.query_pairs().into_owned().collect()
}

async fn save(world: &World, changes: &[(&str, Value)]) {
    let mut request = settings_request();
    for (field, value) in changes {
        request[*field] = value.clone();
    }
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn connecting_answers_the_consent_page_and_binds_it_to_the_browser() {
    let world = World::ready().await;
    let answer = world.user("alice").post(PATH, &json!({})).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text());
    let asked = parameters(&answer.json());
    assert_eq!(asked["client_id"], APP_ID);
    assert_eq!(asked["redirect_uri"], "https://pins.example.com/app/pinterest/board");
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["scope"].split(',').count(), 9);
    assert_eq!(asked["state"].len(), 43, "256 bits");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-pinwheel-oauth="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.split("; ").any(|given| given == part), "{part} in {cookie}");
    }
}

#[tokio::test(start_paused = true)]
async fn neither_the_state_nor_the_cookie_is_stored() {
    let world = World::ready().await;
    let answer = world.user("alice").post(PATH, &json!({})).await;
    let state = parameters(&answer.json())["state"].clone();
    let cookie = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    let table = world.everything_stored().await;
    assert!(table.contains("oauth-state#"), "the consent is stored");
    assert!(!table.contains(&state) && !table.contains(&cookie));
}

#[tokio::test(start_paused = true)]
async fn every_consent_has_a_state_of_its_own_and_a_browser_keeps_its_cookie() {
    let world = World::ready().await;
    let browser = world.browser();
    let first = browser.start("alice").await;
    let cookie = browser.cookie("__Host-pinwheel-oauth");
    let second = browser.start("alice").await;
    assert_ne!(first, second);
    assert_eq!(browser.cookie("__Host-pinwheel-oauth"), cookie, "the first tab goes on working");
    let other = world.browser();
    other.start("alice").await;
    assert_ne!(other.cookie("__Host-pinwheel-oauth"), cookie);
}

#[tokio::test(start_paused = true)]
async fn nobody_connects_while_pinterest_is_disabled_or_not_set_up() {
    let world = World::new().await;
    let answer = world.user("alice").post(PATH, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("pinterest_disabled")));
    save(&world, &[("scopes", json!("pins:read, pins:write"))]).await;
    let answer = world.user("alice").post(PATH, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("not_configured")));
    assert!(answer.text().contains("boards:read"), "{}", answer.text());
    save(&world, &[("status", json!("disabled"))]).await;
    let answer = world.user("alice").post(PATH, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("pinterest_disabled")));
    assert_eq!(world.anybody().post(PATH, &json!({})).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn people_are_not_sent_to_other_places_afterwards() {
    let world = World::ready().await;
    for (body, field, code) in [
        (json!({"return_to": "https://evil.example/"}), "return_to", "invalid"),
        (json!({"return_to": "//evil.example/"}), "return_to", "invalid"),
        (json!({"return_to": "/\\evil.example"}), "return_to", "invalid"),
        (json!({"return_to": 7}), "return_to", "wrong_type"),
        (json!({"return-to": "/app"}), "return-to", "unknown_field"),
    ] {
        let answer = world.user("alice").post(PATH, &body).await;
        assert_eq!((answer.status, answer.wrong_fields()), (422, vec![(field.into(), code.into())]), "{body}");
    }
    for body in [json!({}), json!({"return_to": null}), json!({"return_to": "/app/pins?from=oauth"})] {
        assert_eq!(world.user("alice").post(PATH, &body).await.status, 200, "{body}");
    }
    assert_eq!(world.user("alice").send("POST", PATH, None).await.status, 200, "a body is not needed");
}
