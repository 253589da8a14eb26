//! Pinterest may keep boards and pins of personal accounts from an app: such a board is neither there nor missing.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use pinterest_sim::{Answers, Effect, Fault, FaultAnswer, Mode, NewBoard, Operation};
use serde_json::{Value, json};
use shared::domain::{Doubt, State};
use tests::{START, Seeded, World, pin_request};

/// A world in which such data is denied, with the person "friend", who has no business, and a board of theirs.
async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    world.simulator.set_answers(Answers { pinner_data_denied: true, ..Answers::default() });
    world.simulator.add_board(NewBoard::public(Mode::Live, "friend", "Picnics")).unwrap();
    let seeded = world.seed_account("alice", "friend").await;
    (world, seeded)
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

fn deny(world: &World, operation: Operation) {
    let body = Some(json!({"code": 403, "message": "PINNER_DATA_ACCESS_DENIED"}));
    let answer = Some(FaultAnswer::Status { status: 403, body, headers: BTreeMap::new() });
    world.simulator.set_fault(Fault { answer, ..Fault::on(operation) });
}

#[tokio::test(start_paused = true)]
async fn an_account_says_what_type_it_is_and_one_of_earlier_days_says_nothing() {
    let world = World::enabled().await;
    for (owner, username, account_type) in [("alice", "friend", "PINNER"), ("bob", "shop", "BUSINESS")] {
        world.connect(owner, username).await;
        let accounts = world.user(owner).get("/v1/accounts").await.json();
        assert_eq!(accounts["items"][0]["account_type"], account_type, "{accounts}");
    }
    let stored = world.seed_account("carol", "creator").await;
    let earlier = world.user("carol").get(&format!("/v1/accounts/{}", stored.account.id)).await.json();
    assert_eq!(earlier["account_type"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_pin_in_doubt_goes_to_review_at_once_and_says_what_would_help() {
    let (world, friend) = world().await;
    let shop = world.seed_account("bob", "shop").await;
    let answer = Some(FaultAnswer::Reset);
    let lost = Fault { effect: Effect::After, answer, times: Some(2), ..Fault::on(Operation::CreatePin) };
    world.simulator.set_fault(lost);
    let pin = world.seed_pin(&friend, "Lost", START + SignedDuration::from_secs(5)).await;
    let other = world.seed_pin(&shop, "Lost as well", START + SignedDuration::from_secs(5)).await;
    world.schedule_until(START + SignedDuration::from_mins(3)).await;
    let state = world.pin(&pin).await.state;
    assert!(matches!(state, State::NeedsReview { reason: Doubt::BoardUnverifiable, .. }), "{state:?}");
    assert_eq!(calls(&world, Operation::CreatePin), 2, "nothing is posted again");
    let shown = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
    assert!(shown["reason"]["message"].as_str().unwrap().contains("business account"), "{shown}");
    assert_eq!(world.pin(&other).await.state.status().code(), "published", "a business is looked at as ever");
}

#[tokio::test(start_paused = true)]
async fn the_check_ahead_of_time_warns_of_no_missing_board_and_asks_once_a_quarter_of_an_hour() {
    let (world, friend) = world().await;
    let pin = world.seed_pin(&friend, "Soon", START + SignedDuration::from_mins(14)).await;
    let publisher = publisher::Publisher::new(world.platform("publisher"));
    for minute in 0..3 {
        assert_eq!(tests::invocation(&publisher, world.clock).await.warned, 0);
        world.seed_pin(&friend, "Later", START + SignedDuration::from_mins(16 + minute)).await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!((world.pin(&pin).await, calls(&world, Operation::GetBoard)), (pin, 1), "and nothing is written");
}

#[tokio::test(start_paused = true)]
async fn a_board_that_may_not_be_read_is_taken_by_its_id_with_a_note_and_not_by_its_name() {
    let (world, friend) = world().await;
    let account = friend.account.id.to_string();
    let taken = world.user("alice").post("/v1/pins", &pin_request(&account, &friend.board, Value::Null)).await;
    assert_eq!((taken.status, &taken.json()["notes"]), (201, &json!([])), "the list of boards is not denied");

    let (world, friend) = self::world().await;
    deny(&world, Operation::ListBoards);
    let request = pin_request(&account_of(&friend), &friend.board, Value::Null);
    let taken = world.user("alice").post("/v1/pins", &request).await;
    let body = taken.json();
    assert_eq!((taken.status, &body["items"][0]["board_verified"]), (201, &json!(false)), "{body}");
    assert_eq!(body["notes"][0]["code"], "board_unverifiable", "{body}");
    assert_eq!(body["notes"][0]["pin_id"], body["items"][0]["id"], "{body}");
    let seen = world.user("alice").post("/v1/pins/preview", &request).await.json();
    assert_eq!(seen["items"][0]["notes"][0]["code"], "board_unverifiable", "{seen}");
    let named = world.user("alice").post("/v1/pins", &pin_request(&account_of(&friend), "Picnics", Value::Null)).await;
    assert_eq!(named.wrong_fields(), [("targets[0].board_id".to_owned(), "data_access_denied".to_owned())]);
    assert!(named.text().contains("business account"), "{}", named.text());
}

fn account_of(seeded: &Seeded) -> String {
    seeded.account.id.to_string()
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_what_may_not_be_read_is_told_why_and_the_account_stays_connected() {
    let (world, friend) = world().await;
    deny(&world, Operation::ListSections);
    let path = format!("/v1/accounts/{}/boards/{}/sections", friend.account.id, friend.board);
    let answer = world.user("alice").get(&path).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("data_access_denied")), "{}", answer.text());
    assert!(answer.text().contains("business account"), "{}", answer.text());
    let account = world.user("alice").get(&format!("/v1/accounts/{}", friend.account.id)).await.json();
    assert_eq!(account["state"], "connected");
}
