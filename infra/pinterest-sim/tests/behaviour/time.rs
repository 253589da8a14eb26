//! Faults and limits that come and go with the simulator's time.

use http::StatusCode;
use pinterest_sim::{Fault, FaultAnswer, Limits, Mode, Operation};
use serde_json::json;

use crate::world::World;

async fn status(world: &World, token: &str) -> u16 {
    world.get(Mode::Live, "/user_account", token).await.status.as_u16()
}

fn failing() -> Fault {
    Fault { answer: Some(FaultAnswer::status(503)), ..Fault::on(Operation::GetUserAccount) }
}

#[tokio::test]
async fn a_fault_strikes_in_its_stretch_of_time_and_is_forgotten_after_it() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    world.simulator.set_fault(Fault { after_ms: Some(60_000), for_ms: Some(30_000), ..failing() });
    for (seconds, expected) in [(0, 200), (59, 200), (1, 503), (29, 503), (1, 200), (3600, 200)] {
        world.pass_seconds(seconds);
        assert_eq!(status(&world, &token).await, expected, "{seconds} s later");
    }
    assert!(world.simulator.faults().is_empty());
}

#[tokio::test]
async fn a_fault_that_is_to_come_leaves_the_present_to_others() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    world.simulator.set_fault(Fault { after_ms: Some(10_000), times: Some(1), ..failing() });
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(500)), for_ms: Some(20_000), ..failing() });
    for (seconds, expected) in [(0, 500), (10, 503), (0, 500), (10, 200)] {
        world.pass_seconds(seconds);
        assert_eq!(status(&world, &token).await, expected, "{seconds} s later");
    }
}

/// What fifty calls a second apart are answered while two in five fail for twenty seconds.
async fn answers_of_a_bad_stretch() -> Vec<u16> {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let fault = Fault { probability: Some(0.4), after_ms: Some(10_000), for_ms: Some(20_000), ..failing() };
    world.simulator.set_fault(fault);
    let mut answers = Vec::new();
    for _ in 0..50 {
        answers.push(status(&world, &token).await);
        world.pass_seconds(1);
    }
    answers
}

#[tokio::test]
async fn a_rate_of_failures_holds_for_its_time_and_is_the_same_for_the_same_seed() {
    let answers = answers_of_a_bad_stretch().await;
    let failed = |range: std::ops::Range<usize>| answers[range].iter().filter(|status| **status == 503).count();
    assert_eq!((failed(0..10), failed(30..50)), (0, 0));
    assert!((3..=14).contains(&failed(10..30)), "{answers:?}");
    assert_eq!(answers_of_a_bad_stretch().await, answers);
}

#[tokio::test]
async fn limits_hold_for_a_while_and_those_before_hold_again() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    world.simulator.set_limits(Limits { org_read: Some(500), ..Limits::default() });
    let tight = Limits { org_read: Some(0), after_ms: Some(60_000), for_ms: Some(120_000), ..Limits::default() };
    world.simulator.set_limits(tight);
    for (seconds, limit, expected) in [(0, 500, 200), (59, 500, 200), (1, 0, 429), (119, 0, 429), (1, 500, 200)] {
        world.pass_seconds(seconds);
        assert_eq!(world.simulator.limits().org_read, Some(limit));
        assert_eq!(status(&world, &token).await, expected, "{seconds} s later");
    }
    world.simulator.set_limits(Limits::default());
    let answered = world.get(Mode::Live, "/user_account", &token).await;
    assert_eq!(answered.header("x-ratelimit-limit"), "100, 100;w=1, 1000;w=60");
}

#[tokio::test]
async fn an_outage_of_everything_is_one_fault() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let code = world.code("shop", "pins:read");
    let outage = Fault { answer: Some(FaultAnswer::status(503)), for_ms: Some(1000), ..Fault::on(Operation::Any) };
    world.simulator.set_fault(outage);
    assert_eq!(world.exchange(Mode::Sandbox, &code).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let created = world.post(Mode::Live, "/boards", &token, &json!({ "name": "Sale" })).await;
    assert_eq!(created.status, StatusCode::SERVICE_UNAVAILABLE);
    world.pass_seconds(1);
    assert_eq!(world.exchange(Mode::Sandbox, &code).await.status, StatusCode::OK, "the code was not used up");
}
