//! Webhooks: made by people, and sent what happens.

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::Hook;
use serde_json::{Value, json};
use tests::{Answer, Caller, Endpoint, Planner, World};

mod bus;
mod deaths;
mod delivery;
mod endpoints;
mod requests;
mod sealing;

/// A world whose settings say `events: enabled`.
async fn world() -> World {
    world_disturbed(&[]).await
}

async fn world_disturbed(hooks: &[Arc<dyn Hook>]) -> World {
    let world = World::disturbed(hooks).await;
    world.enable().await;
    world.change_settings(|settings| settings.events = true).await;
    world
}

/// Makes a webhook of the caller's; answers it, with its secret.
async fn webhook(caller: Caller<'_>, body: &Value) -> Value {
    let answer = caller.post("/v1/webhooks", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// Makes a webhook of alice's at `host`; answers its path.
async fn alices(world: &World, host: &str) -> String {
    let made = webhook(world.user("alice"), &json!({"url": format!("https://{host}/hook")})).await;
    path(&made)
}

fn path(webhook: &Value) -> String {
    format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap())
}

/// Has a pin of alice's published, and waits until what came of it is on its way.
async fn published(alice: &Planner<'_>) -> String {
    let id = alice.plan(json!("now")).await;
    alice.world.tick().await;
    alice.world.wait(SignedDuration::from_secs(1)).await;
    id
}

/// Moves the time on, with the sender's schedule firing every minute; every ten, where it is more than a day.
async fn pass(world: &World, time: SignedDuration) {
    let step = SignedDuration::from_mins(if time > SignedDuration::from_hours(24) { 10 } else { 1 });
    let end = shared::clock::Clock::now(&world.clock) + time;
    while shared::clock::Clock::now(&world.clock) < end {
        let began = shared::clock::Clock::now(&world.clock);
        world.tick_events().await;
        world.clock_reaches((began + step).min(end)).await;
    }
}

fn types(world: &World, host: &str) -> Vec<String> {
    world.receivers.at(host).iter().map(|received| received.json()["type"].as_str().unwrap().to_owned()).collect()
}

async fn deliveries(world: &World, path: &str) -> Vec<Value> {
    let answer: Answer = world.user("alice").get(&format!("{path}/deliveries")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

async fn shown(world: &World, path: &str) -> Value {
    world.user("alice").get(path).await.json()
}

#[tokio::test(start_paused = true)]
async fn what_happens_is_sent_at_once_as_it_is_listed() {
    let world = world().await;
    let path = alices(&world, "one.example.com").await;
    let alice = world.planner().await;
    published(&alice).await;
    assert_eq!(types(&world, "one.example.com"), ["account.connected", "pin.published"]);
    world.wait(SignedDuration::from_secs(61)).await;
    let listed = alice.calls().get("/v1/events").await.json();
    let received = world.receivers.at("one.example.com");
    for (event, received) in listed["items"].as_array().unwrap().iter().zip(&received) {
        assert_eq!(json!(received.id), event["id"]);
        let mut sent = received.json();
        // The picture's address is signed anew each time.
        let preview = event["data"]["pin"]["preview"].clone();
        if !preview.is_null() {
            sent["data"]["pin"]["preview"] = preview;
        }
        assert_eq!(sent, *event);
    }
    let deliveries = deliveries(&world, &path).await;
    let told: Vec<_> = deliveries
        .iter()
        .map(|one| (one["type"].as_str().unwrap(), one["status"].as_str().unwrap(), &one["http_status"], &one["tries"]))
        .collect();
    let (status, tries) = (json!(204), json!(1));
    let expected =
        [("pin.published", "delivered", &status, &tries), ("account.connected", "delivered", &status, &tries)];
    assert_eq!(told, expected, "the newest first");
    pass(&world, SignedDuration::from_mins(5)).await;
    assert_eq!(world.receivers.at("one.example.com").len(), 2, "nothing is sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_webhook_gets_what_it_asks_for_and_nothing_of_others() {
    let world = world().await;
    let mine = json!({"url": "https://mine.example.com/", "types": ["pin.published"]});
    webhook(world.user("alice"), &mine).await;
    webhook(world.user("bob"), &json!({"url": "https://bobs.example.com/"})).await;
    webhook(world.admin(), &json!({"url": "https://all.example.com/", "scope": "installation"})).await;
    let alice = world.planner().await;
    published(&alice).await;
    let mut settings = tests::settings_request();
    for status in ["disabled", "enabled"] {
        settings["status"] = json!(status);
        settings["events"] = json!("enabled");
        assert_eq!(world.admin().put("/v1/settings", &settings).await.status, 200);
        world.wait(SignedDuration::from_secs(1)).await;
    }
    pass(&world, SignedDuration::from_mins(2)).await;
    assert_eq!(types(&world, "mine.example.com"), ["pin.published"]);
    assert_eq!(types(&world, "bobs.example.com"), [""; 0]);
    let all = ["account.connected", "pin.published", "publishing.paused", "publishing.resumed"];
    assert_eq!(types(&world, "all.example.com"), all);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_called_while_events_are_off() {
    let world = World::enabled().await;
    webhook(world.user("alice"), &json!({"url": "https://one.example.com/"})).await;
    let alice = world.planner().await;
    published(&alice).await;
    let before = world.meter.total();
    world.tick_events().await;
    let after = world.meter.total();
    assert!((after.write_units - before.write_units).abs() < f64::EPSILON);
    let (settings, erasures) = (1.0, 0.5);
    assert!(
        after.read_units - before.read_units <= settings + erasures,
        "the settings are read, and who is to be erased"
    );
    assert_eq!(world.receivers.at("one.example.com"), []);
}

#[tokio::test(start_paused = true)]
async fn a_lost_kick_costs_a_minute_and_a_lost_receiver_nothing_to_others() {
    let world = world().await;
    world.receivers.set("dead.example.com", Endpoint::Silent);
    alices(&world, "dead.example.com").await;
    alices(&world, "live.example.com").await;
    let alice = world.planner().await;
    let began = shared::clock::Clock::now(&world.clock);
    published(&alice).await;
    let live = world.receivers.at("live.example.com");
    assert_eq!(live.len(), 2);
    assert!(live.iter().all(|received| received.at.duration_since(began) < SignedDuration::from_secs(5)), "{live:?}");
    // Whoever writes an event while nobody can be called has it sent by the next tick.
    world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
    published(&alice).await;
    assert_eq!(world.receivers.at("live.example.com").len(), 2);
    world.tick_events().await;
    assert_eq!(world.receivers.at("live.example.com").len(), 3);
}
