//! One publication, cut at every call to AWS: never twice, never silent.

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Fault, Hook};
use publisher::{Publisher, Report};
use shared::domain::{Pin, Shard, Status};
use tests::{Cut, START, World, invocation_for};

/// A world with one pin, and its publisher cut as told.
async fn scene(cut: &Arc<Cut>) -> (World, Pin, Publisher) {
    let world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Once", START + SignedDuration::from_secs(5)).await;
    let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
    let publisher = Publisher::new(world.platform_with("publisher", &hooks));
    (world, pin, publisher)
}

/// The schedule of the pin's shard fires.
async fn tick(publisher: &Publisher, world: &World, pin: &Pin) -> Report {
    invocation_for(publisher, world.clock, vec![Shard::of(&pin.account_id).number()]).await
}

fn created(world: &World) -> usize {
    world.simulator.all_pins(pinterest_sim::Mode::Live).len()
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_dies_at_any_call_neither_doubles_a_pin_nor_loses_it() {
    let mut points = 0;
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let cut = Cut::new(at, fault);
            let (world, pin, publisher) = scene(&cut).await;
            tokio::select! {
                _ = tick(&publisher, &world, &pin) => {}
                () = cut.reached() => {}
            }
            drop(publisher);
            if !cut.was_reached() {
                break;
            }
            points += 1;
            for _ in 0..9 {
                world.wait(SignedDuration::from_mins(1)).await;
                tick(&Publisher::new(world.platform("next")), &world, &pin).await;
            }
            let status = world.pin(&pin).await.state.status();
            assert_eq!((status, created(&world)), (Status::Published, 1), "{fault:?} at call {at}");
        }
    }
    println!("{points} deaths");
    assert!(points > 12, "the publication has more calls than {points}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_once_in_any_way_costs_nothing_but_time() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::ConnectionLost, Fault::AnswerLost] {
        for at in 0.. {
            let cut = Cut::new(at, fault);
            let (world, pin, publisher) = scene(&cut).await;
            let report = tick(&publisher, &world, &pin).await;
            if !cut.was_reached() {
                break;
            }
            assert_eq!(report, Report { published: 1, ..Report::default() }, "{fault:?} at call {at}");
            assert_eq!((created(&world), world.pin(&pin).await.state.status()), (1, Status::Published));
        }
    }
}
