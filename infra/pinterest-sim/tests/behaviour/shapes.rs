//! The shape of right answers, and that they are the same for the same seed.

use axum::body::Body;
use http::Request;
use pinterest_sim::{Answers, Mode};
use serde_json::json;

use crate::world::{SCOPES, World, image};

#[tokio::test]
async fn times_carry_no_offset_unless_chosen() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "media_source": image() });
    let created = world.post(Mode::Live, "/pins", &token, &pin).await;
    assert_eq!(created.body["created_at"], "2026-03-01T12:00:00");
    let shown = world.get(Mode::Live, &format!("/boards/{board}"), &token).await;
    assert_eq!(shown.body["created_at"].as_str().map(str::len), Some("2026-03-01T12:00:00".len()));
    assert_eq!(shown.body["board_pins_modified_at"], "2026-03-01T12:00:00Z", "only created_at was seen without");
    world.simulator.set_answers(Answers { created_at_offset: true, ..Answers::default() });
    let created = world.post(Mode::Live, "/pins", &token, &pin).await;
    assert_eq!(created.body["created_at"], "2026-03-01T12:00:00Z");
    world.simulator.set_answers(Answers { created_at_shift_s: -8 * 3600, ..Answers::default() });
    let created = world.post(Mode::Live, "/pins", &token, &pin).await;
    assert_eq!(created.body["created_at"], "2026-03-01T04:00:00", "in another zone");
}

#[tokio::test]
async fn tokens_are_answered_with_either_status() {
    let world = World::new();
    for token_status in [200, 201] {
        world.simulator.set_answers(Answers { token_status, ..Answers::default() });
        assert_eq!(world.exchange(Mode::Live, &world.code("shop", SCOPES)).await.status, token_status);
    }
}

#[tokio::test]
async fn unknown_fields_are_sprinkled_in_unless_switched_off() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for (extra_fields, expected) in [(true, true), (false, false)] {
        world.simulator.set_answers(Answers { extra_fields, ..Answers::default() });
        let boards = world.get(Mode::Live, "/boards", &token).await;
        let account = world.get(Mode::Live, "/user_account", &token).await;
        for object in [&boards.body["items"][0], &account.body] {
            assert_eq!(object.get("tracking").is_some(), expected);
        }
    }
}

#[tokio::test]
async fn a_board_counts_its_pins_and_shows_the_latest() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let empty = world.get(Mode::Live, &format!("/boards/{board}"), &token).await;
    assert_eq!((&empty.body["pin_count"], &empty.body["media"]["image_cover_url"]), (&json!(0), &json!(null)));
    let created = world.post(Mode::Live, "/pins", &token, &json!({ "board_id": board, "media_source": image() })).await;
    let shown = world.get(Mode::Live, &format!("/boards/{board}"), &token).await;
    assert_eq!(shown.body["pin_count"], 1);
    assert_eq!(shown.body["media"]["image_cover_url"], created.body["media"]["images"]["400x300"]["url"]);
    let account = world.get(Mode::Live, "/user_account", &token).await;
    assert_eq!((&account.body["board_count"], &account.body["pin_count"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn every_answer_carries_a_request_id_of_its_own() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let first = world.get(Mode::Live, "/boards", &token).await;
    let second = world.get(Mode::Live, "/boards", "wrong").await;
    assert!(first.header("x-pinterest-rid").bytes().all(|byte| byte.is_ascii_digit()));
    assert!(!second.header("x-pinterest-rid").is_empty());
    assert_ne!(first.header("x-pinterest-rid"), second.header("x-pinterest-rid"));
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_answered_with_a_request_id_too() {
    let world = World::new();
    let failing = futures_util::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("broken off")) });
    let reply = world.send(Request::post("/live/v5/pins").body(Body::from_stream(failing)).unwrap()).await;
    assert_eq!(reply.status, 413);
    assert!(!reply.header("x-pinterest-rid").is_empty());
}

#[tokio::test]
async fn the_same_seed_and_calls_give_the_same_answers() {
    let mut answers = Vec::new();
    for _ in 0..2 {
        let world = World::new();
        let tokens = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
        let token = tokens.body["access_token"].as_str().unwrap();
        let board = world.board(Mode::Live, "shop", "New arrivals");
        let pin = json!({ "board_id": board, "media_source": image() });
        let created = world.post(Mode::Live, "/pins", token, &pin).await;
        answers.push((tokens.text, created.header("x-pinterest-rid").to_owned(), created.text));
    }
    assert_eq!(answers[0], answers[1]);
}
