//! Whether what is due gets done, for whoever asks.

use jiff::SignedDuration;
use local::in_process::{Fault, Hook, Plan, Service};
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{Disturb, START, World};

async fn health(world: &World) -> (u16, Value) {
    let answer = world.anybody().get("/healthz").await;
    (answer.status, answer.json())
}

#[tokio::test(start_paused = true)]
async fn health_is_the_age_of_the_oldest_overdue_work() {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await;
    assert_eq!(health(&world).await, (200, json!({"status": "ok", "oldest_overdue_s": 0, "held_by": null})));
    for hours in [2, 1] {
        world.seed_pin(&account, &format!("In {hours} h"), START + SignedDuration::from_hours(hours)).await;
    }
    world.wait(SignedDuration::from_mins(65)).await;
    assert_eq!(health(&world).await, (200, json!({"status": "ok", "oldest_overdue_s": 300, "held_by": null})));
    world.wait(SignedDuration::from_secs(11)).await;
    assert_eq!(health(&world).await, (503, json!({"status": "late", "oldest_overdue_s": 311, "held_by": null})));
    assert_eq!(world.tick().await.oldest_overdue_ms, 311_000, "the publisher's own line in the log agrees");
    world.wait(SignedDuration::from_secs(11)).await;
    assert_eq!(
        health(&world).await,
        (200, json!({"status": "ok", "oldest_overdue_s": 0, "held_by": null})),
        "it was published"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pin_in_doubt_is_not_late_until_nobody_looks_for_it() {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await;
    world.lose_next(pinterest_sim::Effect::Before);
    world.seed_pin(&account, "Lost", START + SignedDuration::from_secs(5)).await;
    world.tick_for(SignedDuration::from_secs(10)).await;
    for (seconds, status, overdue) in [(60, "ok", 0), (400, "late", 320)] {
        world.clock_reaches(START + SignedDuration::from_secs(seconds)).await;
        let (_, found) = health(&world).await;
        assert_eq!((&found["status"], &found["oldest_overdue_s"]), (&json!(status), &json!(overdue)), "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_stands_for_ten_seconds() {
    let world = World::enabled().await;
    let queries = || world.meter.of(Service::DynamoDb, "Query").calls;
    health(&world).await;
    let after_one = queries();
    for _ in 0..5 {
        health(&world).await;
    }
    assert_eq!(queries(), after_one);
    world.wait(SignedDuration::from_secs(10)).await;
    health(&world).await;
    assert_eq!(queries(), 2 * after_one);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_healthy_however_late_the_work_is() {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await;
    world.seed_pin(&account, "Waiting", START).await;
    world.wait(SignedDuration::from_hours(1)).await;
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(health(&world).await, (200, json!({"status": "paused", "oldest_overdue_s": 3600, "held_by": null})));
}

#[tokio::test(start_paused = true)]
async fn work_of_the_other_mode_is_not_late() {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await;
    world.seed_pin(&account, "Live", START).await;
    world.wait(SignedDuration::from_hours(1)).await;
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    assert_eq!(health(&world).await, (200, json!({"status": "ok", "oldest_overdue_s": 0, "held_by": null})));
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_is_not_healthy() {
    let world = World::enabled().await;
    for operation in ["GetItem", "Query"] {
        let down: std::sync::Arc<dyn Hook> = Disturb::every(operation, Plan::fault(Fault::ServerError));
        let pins = pins::router(world.platform_with("cut off pins", &[down]));
        let answer = world.anybody().at(&pins).get("/healthz").await;
        let expected = json!({"status": "unavailable", "oldest_overdue_s": null, "held_by": null});
        assert_eq!((answer.status, answer.json()), (503, expected), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_by_head_gets_the_status_alone() {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await;
    let head = async || world.anybody().send("HEAD", "/healthz", None).await;
    assert_eq!((head().await.status, head().await.body.len()), (200, 0));
    world.seed_pin(&account, "Late", START).await;
    world.wait(SignedDuration::from_hours(1)).await;
    assert_eq!(head().await.status, 503);
}
