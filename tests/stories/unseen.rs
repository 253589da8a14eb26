//! What cannot be seen does not count, wherever somebody pastes a name, an id, a time or a code.

use pinterest_sim::NewBoard;
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{APP_ID, APP_SECRET, HEADER, World, host, pin_request, settings_request};

const LATER: &str = "2027-02-01T00:00:00Z";

/// `text` with white space and zero-width signs around it, as percent-encoded parameters have them.
fn in_query(text: &str) -> String {
    format!("%E2%80%8E{text}%E2%80%8B%C2%A0")
}

fn pasted(text: &str) -> String {
    format!("\u{200E}{text}\u{200B}\u{A0}")
}

#[tokio::test(start_paused = true)]
async fn a_board_is_found_by_what_is_seen_of_its_name() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let add = |name: &str| world.simulator.add_board(NewBoard::public(host(Mode::Live), "shop", name)).unwrap();
    let (hebrew, trips) = (add("\u{5D7}\u{5DC}\u{5D4}"), add("Journeys \u{1F3D4}\u{FE0F}"));
    let arrivals = world.board("shop", "New arrivals");
    for (given, board) in [
        ("\u{202B}\u{5D7}\u{5DC}\u{5D4}\u{202C}", &hebrew),
        ("journeys \u{1F3D4}", &trips),
        ("New\u{200B} arrivals\u{FEFF}", &arrivals),
        (&pasted(&arrivals), &arrivals),
    ] {
        let answer = world.user("alice").post("/v1/pins", &pin_request(&pasted(&account), given, pasted(LATER))).await;
        assert_eq!(answer.status, 201, "{given:?}: {}", answer.text());
        assert_eq!(answer.json()["items"][0]["board_id"], json!(board), "{given:?}");
    }
    let row = "\u{200B},https://example.com/a.jpg,New\u{AD} arrivals,,,\u{FEFF}https://example.com/x,,,\u{200E}shop";
    let file = format!("{HEADER},Account\n{row}");
    let answer = world.user("alice").upload("/v1/pins/import", file).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    world.parts.lambda.finish().await;
    let list = world.user("alice").get(&format!("/v1/pins?account_id={}&limit=100", in_query(&account))).await.json();
    let is_of_file = |pin: &&Value| pin["content"]["link"] == "https://example.com/x";
    let pin = list["items"].as_array().unwrap().iter().find(is_of_file).unwrap().clone();
    assert_eq!((&pin["board_id"], &pin["content"]["title"]), (&json!(arrivals), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn ids_are_read_as_they_are_pasted() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let alice = world.user("alice");
    let template = alice.post("/v1/templates", &json!({"name": pasted("Plain")})).await.json();
    assert_eq!(template["name"], "Plain");
    let mut body = pin_request(&account, &board, LATER);
    body["template_id"] = json!(pasted(template["id"].as_str().unwrap()));
    let pin = alice.post("/v1/pins", &body).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = alice.get(&format!("/v1/pins/{}", in_query(&pin))).await;
    assert_eq!((shown.status, &shown.json()["id"]), (200, &json!(pin)));
    let shown = alice.get(&format!("/v1/accounts/{}", in_query(&account))).await;
    assert_eq!(shown.status, 200);
    let boards = json!({"board_ids": [pasted(&board), "\u{2060}new arrivals"]});
    let chosen = alice.put(&format!("/v1/accounts/{account}/channels"), &boards).await;
    assert_eq!(chosen.json()["channels"], json!([board]));
    let moved = alice.post("/v1/pins/move", &json!({"pin_ids": [pasted(&pin)], "by_days": 1, "dry_run": true})).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let listed = alice.get(&format!("/v1/pins?limit={}&status={}", in_query("1"), in_query("scheduled"))).await;
    assert_eq!(listed.json()["items"][0]["id"], json!(pin));
    let unseen = alice.post(&format!("/v1/accounts/{account}/boards"), &json!({"name": "\u{200B}\u{2060}"})).await;
    assert_eq!(unseen.wrong_fields(), [("name".to_owned(), "required".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn the_app_is_saved_as_it_was_meant() {
    let world = World::new().await;
    let mut body = settings_request();
    let scopes = body["scopes"].as_str().unwrap().replace(", ", "\u{201D};\u{200B}\u{201C}");
    body["scopes"] = json!(format!("\u{201C}{scopes}\u{201D}"));
    body["app_id"] = json!(pasted(APP_ID));
    body["app_secret"] = json!(format!("\u{FEFF}\"{APP_SECRET}\"\u{2028}"));
    let etag = world.admin().get("/v1/settings").await.header("etag").to_owned();
    let saved = world.admin().with("if-match", etag).put("/v1/settings", &body).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!((&saved.json()["app_id"], saved.json()["scopes"].as_array().map(Vec::len)), (&json!(APP_ID), Some(9)));
    // The simulated Pinterest takes this secret and no other.
    let verified = world.admin().send("POST", "/v1/settings/verify", None).await.json();
    assert!(!verified.to_string().contains("\"failed\""), "{verified}");
    world.connect("alice", "shop").await;
}
