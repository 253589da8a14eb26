//! Answers of Pinterest that break off in their middle, while a pin is published.

use jiff::SignedDuration;
use pinterest_sim::{Effect, Fault, FaultAnswer, Mode, Operation};
use tests::{START, World};

/// A create whose answer breaks off: the right one, or a made-up one before or after the work.
fn cut_off(effect: Effect, answer: Option<FaultAnswer>) -> Fault {
    Fault { times: Some(1), effect, answer, truncated: true, ..Fault::on(Operation::CreatePin) }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_never_makes_a_second_pin() {
    for fault in [
        cut_off(Effect::Before, None),
        cut_off(Effect::After, Some(FaultAnswer::status(201))),
        cut_off(Effect::After, Some(FaultAnswer::status(404))),
        cut_off(Effect::After, Some(FaultAnswer::status(409))),
    ] {
        let world = World::new().await;
        world.enable().await;
        let seeded = world.seed_account("alice", "shop").await;
        world.simulator.set_fault(fault.clone());
        let pin = world.seed_pin(&seeded, "Once", START + SignedDuration::from_secs(5)).await;
        for _ in 0..3 {
            world.tick().await;
        }
        assert_eq!(world.simulator.all_pins(Mode::Live).len(), 1, "{fault:?}");
        let first = &world.pin(&pin).await.attempts[0];
        assert_eq!(first.outcome.code(), "unknown", "{fault:?}: whatever its head said");
    }
}
