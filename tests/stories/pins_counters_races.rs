//! The counters of what needs a person while two are at a pin, or one of them dies.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Plan};
use pinterest_sim::Effect;
use publisher::Publisher;
use serde_json::{Value, json};
use shared::domain::Shard;
use tests::{Disturb, Planner, START, World, invocation_for};

/// What the status shows: (needs review, failed).
async fn shown(world: &World) -> (u64, u64) {
    let status = world.user("alice").get("/v1/status").await.json();
    let count = |name: &str| status["attention"][name].as_u64().unwrap();
    (count("needs_review"), count("failed"))
}

/// What a count of the pins brings.
async fn counted(world: &World) -> (u64, u64) {
    let pins = world.user("alice").get("/v1/pins?limit=100").await.json();
    let pins = pins["items"].as_array().unwrap().clone();
    let count = |status: &str| u64::try_from(pins.iter().filter(|pin| pin["status"] == status).count()).unwrap();
    (count("needs_review"), count("failed"))
}

async fn send(alice: &Planner<'_>, slow: Duration, method: &str, path: &str, body: Value) -> u16 {
    let slow = Disturb::every("TransactWriteItems", Plan { wait: slow, fault: None });
    let pins = pins::router(alice.world.platform_with("pins", &[slow as _]));
    alice.calls().at(&pins).send(method, &format!("/v1/pins/{path}"), Some(body.to_string())).await.status
}

#[tokio::test(start_paused = true)]
async fn of_several_ways_out_at_once_one_is_taken_and_counted() {
    for first in 0..3 {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let id = alice.failed().await;
        alice.failed().await;
        let after = |way: u64| Duration::from_millis(if way == first { 10 } else { 100 + way });
        let (retry, later) = (format!("{id}/retry"), json!({"publish_at": "2027-02-01T00:00:00Z"}));
        let (one, two, three) = tokio::join!(
            send(&alice, after(0), "DELETE", &id, json!({})),
            send(&alice, after(1), "POST", &retry, later.clone()),
            send(&alice, after(2), "PATCH", &id, json!({"publish_at": null})),
        );
        assert!([one, two, three].iter().all(|status| [200, 409].contains(status)), "{one} {two} {three}");
        assert!([one, two, three].contains(&200));
        assert_eq!((shown(&world).await, counted(&world).await), ((0, 1), (0, 1)), "{first} first");
    }
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_dies_at_the_write_that_counts_leaves_the_counters_exact() {
    for (fault, expected) in [(Fault::StallsBefore, (0, 0)), (Fault::StallsAfter, (0, 1))] {
        let world = World::enabled().await;
        let alice = world.planner().await;
        world.record_kicks();
        world.refuse_next(404, 40, "Board not found.");
        let id = alice.plan((START + SignedDuration::from_secs(5)).to_string()).await;
        let hook = Disturb::every("TransactWriteItems", Plan::fault(fault));
        let dying = Publisher::new(world.platform_with("dying publisher", &[hook.clone() as _]));
        let shard = Shard::of(&alice.account.parse().unwrap()).number();
        let work = invocation_for(&dying, world.clock, vec![shard]);
        let died = tokio::time::timeout(Duration::from_secs(6), work).await;
        assert!(died.is_err() && hook.seen() > 0, "{fault:?}: it was cut");
        drop(dying);
        world.wait(SignedDuration::from_mins(10)).await;
        world.tick().await;
        assert_eq!((shown(&world).await, counted(&world).await), (expected, expected), "{fault:?}");
        // Refused once, and nobody wrote it down: looked for twice, and then taken.
        let attempts = if fault == Fault::StallsBefore { 4 } else { 1 };
        assert_eq!(alice.read(&id).await["attempts"].as_array().unwrap().len(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_who_dismisses_a_pin_twice_counts_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let (failed, doubtful) = (alice.failed().await, alice.in_review(Effect::Before).await);
    for id in [&failed, &doubtful] {
        let lost = Disturb::calls("TransactWriteItems", 0..=0, Plan::fault(Fault::AnswerLost));
        let pins = pins::router(world.platform_with("unlucky pins", &[lost.clone() as _]));
        let caller = alice.calls().at(&pins);
        let path = format!("/v1/pins/{id}");
        assert_eq!((caller.delete(&path).await.status, lost.seen()), (200, 2), "the SDK repeated it");
        assert_eq!(caller.delete(&path).await.status, 200);
    }
    assert_eq!((shown(&world).await, counted(&world).await), ((0, 0), (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_way_out_that_died_is_repeated_and_counts_once() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for (method, suffix, body) in [
            ("DELETE", "", json!({})),
            ("POST", "/retry", json!({"publish_at": "2027-02-01T00:00:00Z"})),
            ("PATCH", "", json!({"publish_at": "2027-02-01T00:00:00Z"})),
        ] {
            let world = World::enabled().await;
            let alice = world.planner().await;
            let id = alice.failed().await;
            alice.failed().await;
            let hook = Disturb::every("TransactWriteItems", Plan::fault(fault));
            let dying = pins::router(world.platform_with("dying pins", &[hook as _]));
            let path = format!("/v1/pins/{id}{suffix}");
            let caller = alice.calls().at(&dying);
            let work = caller.send(method, &path, Some(body.to_string()));
            assert!(tokio::time::timeout(Duration::from_millis(500), work).await.is_err(), "it was cut");
            let repeated = alice.calls().send(method, &path, Some(body.to_string())).await;
            assert_eq!(repeated.status, 200, "{method} {fault:?}: {}", repeated.text());
            assert_eq!((shown(&world).await, counted(&world).await), ((0, 1), (0, 1)), "{method} {fault:?}");
        }
    }
}
