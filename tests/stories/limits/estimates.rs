//! Many pins are estimated, which refuses nobody too early, and lets a per cent or so too many through.

use jiff::SignedDuration;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Limit, Pin};
use shared::random::SystemRandom;
use tests::World;

use super::{full, limit, reached, schedule, used};

/// Stores `count` pins of alice's that wait, as an earlier version did, which counted nothing.
async fn sow(world: &World, seeded: &tests::Seeded, count: usize) -> Vec<Pin> {
    let (platform, now) = (world.platform("seed"), world.clock.now());
    let mut pins = Vec::new();
    for number in 0..count {
        let due = now + SignedDuration::from_hours(48) + SignedDuration::from_secs(i64::try_from(number).unwrap());
        let pin = seeded.pin(&SystemRandom, due, now);
        platform.pins.create(&pin).await.unwrap();
        pins.push(pin);
    }
    pins
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_overshot_by_a_few_and_refuses_nobody_who_has_less() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let alice = tests::Planner { world: &world, account: seeded.account.id.to_string(), board: seeded.board.clone() };
    let pins = sow(&world, &seeded, 4_400).await;
    // Three pins in a step.
    limit(&world, Limit::WaitingPins, 4_500).await;
    assert_eq!(used(&world, "alice", "waiting_pins").await, json!({"most": 4_500, "used": 4_400, "is_exact": true}));
    let mut taken = 0;
    loop {
        let answer = schedule(&alice, 5, "2027-02-01T00:00:00Z").await;
        if answer.status == 201 {
            taken += 5;
            assert!(taken <= 100 + 45, "a per cent too many at most");
            continue;
        }
        let (_, _, count) = reached(&answer, 409);
        assert!(count + 5 > 4_500 && count == 4_400 + taken, "{count} are told, {taken} were taken");
        break;
    }
    assert!(taken >= 100, "{taken}");
    // As many as there is room for after some were called off.
    for pin in pins.iter().take(usize::try_from(taken - 95).unwrap()) {
        assert_eq!(alice.calls().delete(&format!("/v1/pins/{}", pin.id)).await.status, 200);
    }
    assert_eq!(schedule(&alice, 5, "2027-02-01T00:00:00Z").await.status, 201);
    let rest = 4_400 + 100;
    assert_eq!(reached(&schedule(&alice, 1, "now").await, 409), full("waiting_pins", rest));
}

#[tokio::test(start_paused = true)]
async fn what_was_called_off_long_ago_and_what_is_out_takes_no_room() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    limit(&world, Limit::WaitingPins, 10).await;
    for _ in 0..5 {
        let answer = schedule(&alice, 10, "2027-02-01T00:00:00Z").await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        for pin in answer.json()["items"].as_array().unwrap() {
            let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
            assert_eq!(alice.calls().delete(&path).await.status, 200);
        }
    }
    assert_eq!(used(&world, "alice", "waiting_pins").await["used"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_noted_by_lots_so_that_it_costs_next_to_nothing() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    assert_eq!(schedule(&alice, 1, "2027-02-01T00:00:00Z").await.status, 201);
    let before = world.meter.total().write_units;
    for _ in 0..200 {
        assert_eq!(schedule(&alice, 1, "2027-02-01T00:00:00Z").await.status, 201);
    }
    let each = (world.meter.total().write_units - before) / 200.0;
    // A pin itself is three: the item and two indexes.
    assert!((3.0..3.1).contains(&each), "{each} write units");
}
