//! Pins that are not taken: every wrong field with what to do, and nothing stored.

use pinterest_sim::Operation;
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};
use tests::{Answer, World, pin_request};

fn wrong(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

async fn post(world: &World, body: &Value) -> Answer {
    world.user("alice").post("/v1/pins", body).await
}

/// How often Pinterest was asked for boards.
fn looks(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::ListBoards).count()
}

#[tokio::test(start_paused = true)]
async fn every_wrong_field_of_a_request_is_named_at_once() {
    let world = World::enabled().await;
    let shop = world.link("alice", "shop").await;
    let (own, foreign) = (world.board("shop", "New arrivals"), world.board("creator", "Summer recipes"));
    let body = json!({
        "targets": [
            {"account_id": shop, "board_id": own, "publish_at": "2027-01-15T07:58:59Z"},
            {"account_id": shop, "board_id": foreign, "section_id": " "},
            {"account_id": "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "board_id": own},
            {"account_id": shop, "board_id": 7},
        ],
        "content": {"title": "x".repeat(101), "link": "example.com", "media": {"source_type": "video_id"}},
        "publish_at": "2031-01-15T08:00:00Z",
        "spacing": {"minutes": 5},
    });
    let answer = world.user("alice").with("idempotency-key", "two words").post("/v1/pins", &body).await;
    let expected = wrong(&[
        ("Idempotency-Key", "invalid"),
        ("targets[1].section_id", "required"),
        ("targets[3].board_id", "wrong_type"),
        ("spacing.minutes", "unknown_field"),
        ("content.media.source_type", "media_unsupported"),
        ("content.title", "too_long"),
        ("content.link", "invalid_url"),
        ("targets[0].publish_at", "in_the_past"),
        ("publish_at", "too_far"),
        ("targets[1].board_id", "not_found"),
        ("targets[2].account_id", "not_found"),
    ]);
    assert_eq!((answer.status, answer.wrong_fields()), (422, expected));
    let listed = world.user("alice").get("/v1/pins").await.json();
    assert_eq!(listed["items"], json!([]), "nothing was stored");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_a_bad_request() {
    let world = World::enabled().await;
    let answer = world.user("alice").send("POST", "/v1/pins", Some("{".into())).await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("malformed_json")));
    let empty = world.user("alice").send("POST", "/v1/pins", None).await;
    assert_eq!(empty.wrong_fields(), wrong(&[("targets", "required"), ("content", "required")]));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_publish_is_refused_with_what_to_do() {
    let world = World::enabled().await;
    let scopes = Scopes::defaults().to_string();
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, &scopes).await.unwrap();
    let narrow = "user_accounts:read,pins:read,boards:read";
    let narrow = world.link_as("alice", "friend", Mode::Live, narrow).await.unwrap();
    let gone = world.link("alice", "shop").await;
    world.user("alice").delete(&format!("/v1/accounts/{gone}")).await;
    let target = |account: &str| json!({"account_id": account, "board_id": "1"});
    let mut body = pin_request("", "", "now");
    body["targets"] = json!([target(&sandbox), target(&narrow), target(&gone)]);
    let answer = post(&world, &body).await;
    let expected = wrong(&[
        ("targets[0].account_id", "other_mode"),
        ("targets[1].account_id", "scope_missing"),
        ("targets[2].account_id", "account_disconnected"),
    ]);
    assert_eq!((answer.status, answer.wrong_fields()), (422, expected));
    let message = answer.json()["errors"][1]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("pins:write, boards:write") && message.contains("Publishing needs"), "{message}");
    assert_eq!(looks(&world), 0, "nobody asks Pinterest about them");
}

#[tokio::test(start_paused = true)]
async fn publishing_does_not_need_the_scope_that_names_the_account() {
    let world = World::enabled().await;
    let scopes = "pins:read,pins:write,boards:read,boards:write";
    let account = world.link_as("alice", "shop", Mode::Live, scopes).await.unwrap();
    let body = pin_request(&account, &world.board("shop", "New arrivals"), "2027-02-01T00:00:00Z");
    assert_eq!(post(&world, &body).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_secret_board_needs_the_scope_for_secret_pins() {
    let world = World::enabled().await;
    let (secret, at) = (world.board("shop", "Suppliers"), "2027-02-01T00:00:00Z");
    let narrow = "pins:read,pins:write,boards:read,boards:read_secret,boards:write";
    let account = world.link_as("alice", "shop", Mode::Live, narrow).await.unwrap();
    let answer = post(&world, &pin_request(&account, &secret, at)).await;
    assert_eq!(answer.wrong_fields(), wrong(&[("targets[0].board_id", "scope_missing")]));
    world.user("alice").delete(&format!("/v1/accounts/{account}")).await;
    let account = world.link("alice", "shop").await;
    assert_eq!(post(&world, &pin_request(&account, &secret, at)).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_scheduled_while_pinterest_is_disabled() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    world.change_settings(|settings| settings.enabled = false).await;
    for body in [pin_request(&account, &board, "now"), json!({})] {
        let answer = post(&world, &body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("pinterest_disabled")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_may_have_passed_by_a_minute_and_be_two_years_away() {
    let world = World::enabled().await;
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    world.record_kicks();
    for (publish_at, code) in [
        ("2027-01-15T07:59:00Z", None),
        ("2027-01-15T07:58:59Z", Some("in_the_past")),
        ("2029-01-15T08:00:00Z", None),
        ("2029-01-16T08:00:01Z", Some("too_far")),
        ("2027-02-01T09:30:00", Some("offset_missing")),
    ] {
        let answer = post(&world, &pin_request(&account, &board, publish_at)).await;
        let expected: Vec<_> = code.iter().map(|code| ("publish_at".to_owned(), (*code).to_owned())).collect();
        assert_eq!(answer.wrong_fields(), expected, "{publish_at}");
        assert_eq!(answer.status, if code.is_some() { 422 } else { 201 });
    }
}
