//! The way of a first pin: consent, tokens, account, boards, pin.

use crate::world::{self, REDIRECT_URI, SCOPES, World, image};
use http::StatusCode;
use pinterest_sim::{Decision, Mode};
use serde_json::json;

#[tokio::test]
async fn a_consent_leads_to_a_pin_on_the_board() {
    let world = World::new();
    let token = world.connect(Mode::Sandbox, "shop").await;

    let account = world.get(Mode::Sandbox, "/user_account", &token).await;
    assert_eq!(account.status, StatusCode::OK);
    assert_eq!(account.body["username"], "shop");
    assert_eq!(account.body["account_type"], "BUSINESS");

    let boards = world.get(Mode::Sandbox, "/boards", &token).await;
    let board = boards.body["items"][0]["id"].as_str().unwrap().to_owned();
    let pin = json!({ "board_id": board, "title": "Hello", "link": "https://example.com/", "media_source": image() });
    let created = world.post(Mode::Sandbox, "/pins", &token, &pin).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    assert_eq!(created.body["board_id"], board);
    assert_eq!(created.body["created_at"], "2026-03-01T12:00:00");

    let listed = world.get(Mode::Sandbox, &format!("/boards/{board}/pins"), &token).await;
    assert_eq!(listed.body["items"][0], created.body);
    assert_eq!(listed.body["bookmark"], serde_json::Value::Null);
    let pins = world.simulator.pins(&board);
    assert_eq!(pins.len(), 1);
    assert_eq!(pins[0].content.title.as_deref(), Some("Hello"));
}

#[tokio::test]
async fn a_consent_can_be_answered_without_a_browser() {
    let world = World::new();
    let url = world::authorize_url(REDIRECT_URI, SCOPES, "s t&te");
    let allowed = world.simulator.answer_consent(&url, "creator", Decision::Allow).unwrap();
    assert!(allowed.starts_with(&format!("{REDIRECT_URI}?code=")), "{allowed}");
    assert!(allowed.ends_with("&state=s+t%26te"), "{allowed}");
    let denied = world.simulator.answer_consent(&url, "creator", Decision::Deny).unwrap();
    assert!(denied.contains("error=access_denied") && !denied.contains("code="), "{denied}");
}
