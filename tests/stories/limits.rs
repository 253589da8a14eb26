//! What one owner may have: nobody is refused who has less, whoever has as much is told, and what others have does not count.

mod estimates;
mod imports;
mod stored;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::Limit;
use tests::{Answer, Planner, World, pin_request};

/// Sets a limit.
async fn limit(world: &World, limit: Limit, most: u32) {
    world.change_settings(|settings| settings.limits.set(limit, most)).await;
}

/// The limit that is named, with how much there may be and is.
fn reached(answer: &Answer, status: u16) -> (String, u64, u64) {
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (status, &json!("limit_reached")), "{}", answer.text());
    let number = |name: &str| body["limit"][name].as_u64().unwrap();
    (body["limit"]["name"].as_str().unwrap().to_owned(), number("most"), number("used"))
}

fn full(of: &str, most: u64) -> (String, u64, u64) {
    (of.to_owned(), most, most)
}

async fn used(world: &World, owner: &str, of: &str) -> Value {
    world.user(owner).get("/v1/limits").await.json()[of].clone()
}

/// Asks for a pin a target.
async fn schedule(planner: &Planner<'_>, targets: usize, at: &str) -> Answer {
    let mut body = pin_request(&planner.account, &planner.board, at);
    let one = body["targets"][0].clone();
    let at = |minute: usize| json!(format!("2027-03-01T00:{minute:02}:00Z"));
    let target = |number: usize| {
        let mut target = one.clone();
        if number > 0 {
            target["publish_at"] = at(number);
        }
        target
    };
    body["targets"] = (0..targets).map(target).collect();
    planner.calls().post("/v1/pins", &body).await
}

fn id(answer: &Answer) -> String {
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn pins_that_wait_are_limited_and_all_of_a_request_is_taken_or_nothing() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    limit(&world, Limit::WaitingPins, 3).await;
    for _ in 0..2 {
        assert_eq!(schedule(&alice, 1, "2027-02-01T00:00:00Z").await.status, 201);
    }
    let answer = schedule(&alice, 2, "2027-02-01T00:00:00Z").await;
    assert_eq!(reached(&answer, 409), ("waiting_pins".to_owned(), 3, 2));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    for words in ["You have 2 pins that wait", "may have 3", "would add 2", "cancel some", "administrator"] {
        assert!(detail.contains(words), "{words}: {detail}");
    }
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"].as_array().unwrap().len(), 2, "nothing of it");
    let last = schedule(&alice, 1, "2027-02-01T00:00:00Z").await;
    assert_eq!(last.status, 201, "less than was refused a moment ago still has room");
    assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", 3));
    assert_eq!(used(&world, "alice", "waiting_pins").await, json!({"most": 3, "used": 3, "is_exact": true}));

    // What is called off makes room at once, and so does a draft of it.
    assert_eq!(alice.calls().delete(&format!("/v1/pins/{}", id(&last))).await.status, 200);
    let last = schedule(&alice, 1, "2027-02-01T00:00:00Z").await;
    assert_eq!(last.status, 201);
    assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", 3));
    let path = format!("/v1/pins/{}", id(&last));
    assert_eq!(alice.calls().patch(&path, &json!({"publish_at": null})).await.status, 200);
    let again = alice.calls().patch(&path, &json!({"publish_at": "2027-02-01T00:00:00Z"})).await;
    assert_eq!(again.status, 200, "{}", again.text());

    // So does what is out, within a minute.
    assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", 3));
    world.clock_reaches("2027-01-31T23:59:00Z".parse().unwrap()).await;
    world.tick().await;
    assert_eq!(alice.on_pinterest(), 3);
    world.wait(SignedDuration::from_mins(1)).await;
    assert_eq!(schedule(&alice, 3, "2027-02-02T00:00:00Z").await.status, 201);
    assert_eq!(used(&world, "alice", "waiting_pins").await["used"], 3);
    limit(&world, Limit::WaitingPins, 0).await;
    assert_eq!(schedule(&alice, 40, "2027-02-02T00:00:00Z").await.status, 201, "0 is no limit");
    assert_eq!(used(&world, "alice", "waiting_pins").await, json!({"most": null, "used": 43, "is_exact": true}));
}

#[tokio::test(start_paused = true)]
async fn drafts_do_not_wait_and_others_do_not_count() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let bob = Planner { world: &world, account: world.link("bob", "creator").await, board: String::new() };
    limit(&world, Limit::WaitingPins, 1).await;
    assert_eq!(schedule(&alice, 1, "2027-02-01T00:00:00Z").await.status, 201);
    let draft = alice.calls().post("/v1/pins", &pin_request(&alice.account, &alice.board, json!(null))).await;
    assert_eq!(draft.status, 201, "{}", draft.text());
    assert_eq!(used(&world, "bob", "waiting_pins").await["used"], 0);
    let board = world.simulator.boards(tests::host(shared::domain::Mode::Live), "creator").remove(0).id;
    let bob = Planner { board, ..bob };
    let body = pin_request(&bob.account, &bob.board, "2027-02-01T00:00:00Z");
    assert_eq!(world.user("bob").post("/v1/pins", &body).await.status, 201);

    let path = format!("/v1/pins/{}", id(&draft));
    let timed = alice.calls().patch(&path, &json!({"publish_at": "2027-02-01T00:00:00Z"})).await;
    assert_eq!(reached(&timed, 409), full("waiting_pins", 1));
    let words = alice.calls().patch(&path, &json!({"content": {"title": "Later"}})).await;
    assert_eq!((words.status, &words.json()["status"]), (200, &json!("draft")), "what does not wait can be changed");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_comes_back_needs_room_and_one_that_waits_needs_none() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let failed = alice.failed().await;
    limit(&world, Limit::WaitingPins, 1).await;
    let waiting = id(&schedule(&alice, 1, "2027-02-01T00:00:00Z").await);
    let retry = alice.calls().post(&format!("/v1/pins/{failed}/retry"), &json!({})).await;
    assert_eq!(reached(&retry, 409), full("waiting_pins", 1));
    let timed = json!({"publish_at": "2027-02-01T00:00:00Z"});
    let patch = alice.calls().patch(&format!("/v1/pins/{failed}"), &timed).await;
    assert_eq!(reached(&patch, 409), full("waiting_pins", 1));
    let moved = json!({"publish_at": "2027-02-02T00:00:00Z"});
    assert_eq!(alice.calls().patch(&format!("/v1/pins/{waiting}"), &moved).await.status, 200);
    let moving = json!({"pin_ids": [waiting], "by_days": 1});
    assert_eq!(alice.calls().post("/v1/pins/move", &moving).await.status, 200);
    assert_eq!(alice.calls().delete(&format!("/v1/pins/{waiting}")).await.status, 200);
    let retry = alice.calls().post(&format!("/v1/pins/{failed}/retry"), &json!({})).await;
    assert_eq!(retry.status, 200, "{}", retry.text());
}

#[tokio::test(start_paused = true)]
async fn a_pin_in_review_is_published_again_where_there_is_room() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let doubtful = alice.in_review(pinterest_sim::Effect::Before).await;
    assert_eq!(alice.read(&doubtful).await["status"], "needs_review");
    limit(&world, Limit::WaitingPins, 1).await;
    let waiting = id(&schedule(&alice, 1, "2027-02-01T00:00:00Z").await);
    let (path, wish) = (format!("/v1/pins/{doubtful}/resolve"), json!({"publish_again": true}));
    assert_eq!(reached(&alice.calls().post(&path, &wish).await, 409), full("waiting_pins", 1));
    assert_eq!(alice.calls().delete(&format!("/v1/pins/{waiting}")).await.status, 200);
    let answer = alice.calls().post(&path, &wish).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_taken_is_answered_again_when_there_is_no_room_any_more() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    limit(&world, Limit::WaitingPins, 1).await;
    let body = pin_request(&alice.account, &alice.board, "2027-02-01T00:00:00Z");
    let first = alice.calls().with("idempotency-key", "one").post("/v1/pins", &body).await;
    let second = alice.calls().with("idempotency-key", "one").post("/v1/pins", &body).await;
    assert_eq!((first.status, second.status), (201, 201), "{}", second.text());
    assert_eq!(id(&first), id(&second));
}

#[tokio::test(start_paused = true)]
async fn an_administrator_sets_the_limits_and_each_change_is_told() {
    let world = World::ready().await;
    let mut wanted = tests::settings_request();
    wanted["limits"] = json!({"templates": 2, "accounts": 0});
    let saved = world.admin().put("/v1/settings", &wanted).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let limits = json!({"waiting_pins": 50_000, "media_gb": 20, "templates": 2, "imports_per_day": 50, "accounts": 0, "webhooks": 10});
    assert_eq!(saved.json()["limits"], limits);
    let changes = world.admin().get("/v1/settings/changes?limit=1").await.json();
    assert_eq!(changes["items"][0]["fields"], json!(["app_secret", "limits.templates", "limits.accounts"]));
    // What is left out stays.
    wanted.as_object_mut().unwrap().remove("limits");
    assert_eq!(world.admin().put("/v1/settings", &wanted).await.json()["limits"], limits);
    wanted["limits"] = json!({"templates": "many"});
    let wrong = world.admin().put("/v1/settings", &wanted).await.wrong_fields();
    assert_eq!(wrong, [("limits.templates".to_owned(), "wrong_type".to_owned())]);
    let told = world.user("bob").get("/v1/limits").await.json();
    let none = |most: Value| json!({"most": most, "used": 0, "is_exact": true});
    assert_eq!(
        told,
        json!({
            "waiting_pins": none(json!(50_000)), "media_bytes": none(json!(20_000_000_000_u64)),
            "templates": none(json!(2)), "imports_per_day": none(json!(50)), "accounts": none(json!(null)),
            "webhooks": none(json!(10)),
        })
    );
}

/// How long a refusal may rest on the same count.
#[tokio::test(start_paused = true)]
async fn an_owner_who_hammers_at_the_limit_is_not_counted_each_time() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    limit(&world, Limit::WaitingPins, 40).await;
    assert_eq!(schedule(&alice, 40, "2027-02-01T00:00:00Z").await.status, 201);
    assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", 40));
    let before = world.meter.total();
    for _ in 0..20 {
        assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", 40));
    }
    let after = world.meter.total();
    assert!(after.read_units - before.read_units < 20.0 * 15.0, "{} read units", after.read_units - before.read_units);
    assert!(after.write_units - before.write_units < 1.0, "{} write units", after.write_units - before.write_units);
    assert!(world.clock.now() < "2027-01-16T00:00:00Z".parse().unwrap());
}
