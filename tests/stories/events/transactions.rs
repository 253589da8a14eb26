//! No event without what it tells of, and nothing that is not told: through deaths, lost answers and errors at every call.

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Fault, Hook};
use publisher::Publisher;
use serde_json::Value;
use shared::domain::{Pin, Shard, Status};
use tests::{Cut, START, World, invocation_for};

use super::{LISTED, listed, types};

/// A world with one pin, and its publisher cut as told.
async fn scene(cut: &Arc<Cut>) -> (World, Pin, Publisher) {
    let world = super::world().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Once", START + SignedDuration::from_secs(5)).await;
    let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
    let publisher = Publisher::new(world.platform_with("publisher", &hooks));
    (world, pin, publisher)
}

async fn tick(publisher: &Publisher, world: &World, pin: &Pin) {
    invocation_for(publisher, world.clock, vec![Shard::of(&pin.account_id).number()]).await;
}

/// The events of the pin, in order.
async fn told(world: &World) -> Vec<Value> {
    world.wait(LISTED).await;
    let events = listed(world.user("alice"), "").await;
    events.into_iter().filter(|event| event["data"]["pin"].is_object()).collect()
}

#[tokio::test(start_paused = true)]
async fn whenever_a_publisher_dies_a_pin_is_told_of_exactly_if_it_is_known_to_be_published() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let cut = Cut::new(at, fault);
            let (world, pin, publisher) = scene(&cut).await;
            tokio::select! {
                () = tick(&publisher, &world, &pin) => {}
                () = cut.reached() => {}
            }
            drop(publisher);
            if !cut.was_reached() {
                break;
            }
            let is_published = world.pin(&pin).await.state.status() == Status::Published;
            assert_eq!(told(&world).await.len(), usize::from(is_published), "{fault:?} at call {at}");
            for _ in 0..9 {
                world.wait(SignedDuration::from_mins(1)).await;
                tick(&Publisher::new(world.platform("next")), &world, &pin).await;
            }
            let events = told(&world).await;
            assert_eq!(types(&events), ["pin.published"], "{fault:?} at call {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_once_in_any_way_doubles_no_event() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::Conflicted, Fault::ConnectionLost, Fault::AnswerLost] {
        for at in 0.. {
            let cut = Cut::at_write(at, fault);
            let (world, pin, publisher) = scene(&cut).await;
            tick(&publisher, &world, &pin).await;
            if !cut.was_reached() {
                break;
            }
            tick(&publisher, &world, &pin).await;
            let events = told(&world).await;
            assert_eq!(types(&events), ["pin.published"], "{fault:?} at write {at}");
        }
    }
}
