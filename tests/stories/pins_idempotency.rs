//! The same request again: the same pins, whatever happened to the first.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::SignedDuration;
use local::in_process::{Fault, Hook, Plan, Service};
use pinterest_sim::NewBoard;
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{Answer, Disturb, World, host, pin_request};

const AT: &str = "2027-02-01T00:00:00Z";

async fn post(world: &World, key: &str, body: &Value) -> Answer {
    world.user("alice").with("idempotency-key", key).post("/v1/pins", body).await
}

/// A request for three pins, each for a board of its own.
async fn request(world: &World) -> Value {
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let mut body = pin_request(&account, &board, AT);
    for name in ["Cakes", "Pies"] {
        let other = world.simulator.add_board(NewBoard::public(host(Mode::Live), "shop", name)).unwrap();
        let target = json!({"account_id": account, "board_id": other});
        body["targets"].as_array_mut().unwrap().push(target);
    }
    body
}

fn router(world: &World, hook: Arc<dyn Hook>) -> Router {
    pins::router(world.platform_with("disturbed pins", &[hook]))
}

fn ids(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    answer["items"].as_array().unwrap().iter().map(|pin| pin["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(world: &World) -> usize {
    world.user("alice").get("/v1/pins?limit=100").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_is_answered_with_the_same_pins_and_writes_nothing() {
    let world = World::enabled().await;
    let body = request(&world).await;
    let first = post(&world, "key-1", &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let before = world.meter.of(Service::DynamoDb, "PutItem").calls;
    let again = post(&world, "key-1", &body).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    assert_eq!(world.meter.of(Service::DynamoDb, "PutItem").calls, before);
    assert_eq!(listed(&world).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_shows_the_pins_as_they_are_now() {
    let world = World::enabled().await;
    let body = request(&world).await;
    let first = ids(&post(&world, "key-1", &body).await);
    world.user("alice").delete(&format!("/v1/pins/{}", first[1])).await;
    let again = post(&world, "key-1", &body).await.json();
    let statuses: Vec<_> = again["items"].as_array().unwrap().iter().map(|pin| pin["status"].clone()).collect();
    assert_eq!(statuses, ["scheduled", "cancelled", "scheduled"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_accepted_once_is_answered_where_a_new_one_would_be_refused() {
    let world = World::enabled().await;
    world.record_kicks();
    let body = request(&world).await;
    let first = post(&world, "key-1", &body).await;
    world.wait(SignedDuration::from_hours(24 * 40)).await;
    let account = body["targets"][0]["account_id"].as_str().unwrap();
    world.user("alice").delete(&format!("/v1/accounts/{account}")).await;
    let again = post(&world, "key-1", &body).await;
    assert_eq!((again.status, ids(&again)), (201, ids(&first)), "its time has passed and its account is gone");
    assert_eq!(post(&world, "key-2", &body).await.status, 422);
    world.change_settings(|settings| settings.enabled = false).await;
    let again = post(&world, "key-1", &body).await;
    assert_eq!((again.status, &again.json()["items"][0]["status"]), (201, &json!("held")));
}

#[tokio::test(start_paused = true)]
async fn the_word_now_is_the_same_request_later() {
    let world = World::enabled().await;
    let mut body = request(&world).await;
    body["publish_at"] = json!("now");
    let first = ids(&post(&world, "key-1", &body).await);
    world.wait(SignedDuration::from_secs(300)).await;
    let again = post(&world, "key-1", &body).await;
    assert_eq!((again.status, ids(&again)), (201, first));
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 3, "each went out once");
}

#[tokio::test(start_paused = true)]
async fn a_key_stands_for_one_request_of_one_owner() {
    let world = World::enabled().await;
    let body = request(&world).await;
    let first = ids(&post(&world, "key-1", &body).await);
    let changes: [fn(&mut Value); 4] = [
        |body| body["content"]["title"] = json!("Another cake"),
        |body| body["publish_at"] = json!("2027-02-01T00:00:01Z"),
        |body| drop(body["targets"].as_array_mut().unwrap().pop()),
        |body| body["targets"][2]["section_id"] = json!("5"),
    ];
    for change in changes {
        let mut other = body.clone();
        change(&mut other);
        let answer = post(&world, "key-1", &other).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("idempotency_mismatch")), "{other}");
    }
    assert_eq!(listed(&world).await, 3);

    let (account, board) = (world.link("bob", "creator").await, world.board("creator", "Summer recipes"));
    let bobs = world.user("bob").with("idempotency-key", "key-1");
    let bobs = bobs.post("/v1/pins", &pin_request(&account, &board, AT)).await;
    assert_eq!(bobs.status, 201, "{}", bobs.text());
    assert!(!first.contains(&ids(&bobs)[0]), "another owner's key is another key");
}

#[tokio::test(start_paused = true)]
async fn wherever_a_request_dies_its_repeat_finishes_it() {
    // Three writes, and dying before or after each; the last is dying before the publisher is called.
    let deaths = [("PutItem", 0), ("PutItem", 1), ("PutItem", 2), ("Invoke", 0)];
    for (operation, nth) in deaths {
        for fault in [Fault::StallsBefore, Fault::StallsAfter] {
            let world = World::enabled().await;
            let mut body = request(&world).await;
            body["publish_at"] = json!("2027-01-15T08:02:50Z");
            let hook = Disturb::calls(operation, nth..=usize::MAX, Plan::fault(fault));
            let dying = router(&world, hook.clone());
            let caller = world.user("alice").with("idempotency-key", "key-1").at(&dying);
            let died = tokio::time::timeout(Duration::from_millis(500), caller.post("/v1/pins", &body)).await;
            assert!(died.is_err() && hook.seen() > nth, "{operation} {nth} {fault:?}: it was cut");

            let repeated = post(&world, "key-1", &body).await;
            assert_eq!(repeated.status, 201, "{operation} {nth} {fault:?}: {}", repeated.text());
            assert_eq!(ids(&repeated).len(), 3);
            let again = post(&world, "key-1", &body).await;
            assert_eq!(ids(&again), ids(&repeated));
            assert_eq!(listed(&world).await, 3, "{operation} {nth} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_counts_once() {
    for key in [Some("key-1"), None] {
        let world = World::enabled().await;
        let body = request(&world).await;
        let lossy = router(&world, Disturb::calls("PutItem", 0..=1, Plan::fault(Fault::AnswerLost)));
        let mut caller = world.user("alice").at(&lossy);
        if let Some(key) = key {
            caller = caller.with("idempotency-key", key);
        }
        let answer = caller.post("/v1/pins", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!((ids(&answer).len(), listed(&world).await), (3, 3));
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_request_at_the_same_time_makes_its_pins_once() {
    let world = World::enabled().await;
    let body = request(&world).await;
    let slow = Plan { wait: Duration::from_millis(100), fault: None };
    let routers = [(), ()].map(|()| router(&world, Disturb::every("PutItem", slow)));
    let calls = routers.each_ref().map(|pins| {
        let caller = world.user("alice").with("idempotency-key", "key-1").at(pins);
        let body = &body;
        async move { caller.post("/v1/pins", body).await }
    });
    let [one, two] = calls;
    let (one, two) = tokio::join!(one, two);
    assert_eq!((one.status, two.status), (201, 201));
    assert_eq!((ids(&one), listed(&world).await), (ids(&two), 3));
}

#[tokio::test(start_paused = true)]
async fn of_two_requests_with_one_key_at_the_same_time_one_wins_whole() {
    let world = World::enabled().await;
    let body = request(&world).await;
    let mut other = body.clone();
    other["content"]["title"] = json!("Another cake");
    let slow = Plan { wait: Duration::from_millis(100), fault: None };
    let routers = [(), ()].map(|()| router(&world, Disturb::every("PutItem", slow)));
    let post = async |pins: &Router, body: &Value| {
        world.user("alice").with("idempotency-key", "key-1").at(pins).post("/v1/pins", body).await
    };
    let (one, two) = tokio::join!(post(&routers[0], &body), post(&routers[1], &other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let pins = world.user("alice").get("/v1/pins").await.json();
    let titles: std::collections::BTreeSet<_> =
        pins["items"].as_array().unwrap().iter().map(|pin| pin["content"]["title"].as_str().unwrap()).collect();
    assert_eq!((pins["items"].as_array().unwrap().len(), titles.len()), (3, 1), "no mixture");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_request_says_how_to_go_on() {
    for (key, says) in [(Some("key-1"), "same Idempotency-Key"), (None, "Check your pins")] {
        let world = World::enabled().await;
        let body = request(&world).await;
        let failing = router(&world, Disturb::calls("PutItem", 1..=usize::MAX, Plan::fault(Fault::ServerError)));
        let mut caller = world.user("alice").at(&failing);
        if let Some(key) = key {
            caller = caller.with("idempotency-key", key);
        }
        let answer = caller.post("/v1/pins", &body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("storage_unavailable")));
        assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{}", answer.text());
        assert_eq!(listed(&world).await, 1);
    }
}
