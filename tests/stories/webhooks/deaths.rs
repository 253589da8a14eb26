//! Whatever dies, every event arrives, and what arrives twice has one id.

use events::Sender;
use local::in_process::Fault;
use shared::kick::SenderEvent;
use tests::Cut;

use super::*;

const HOST: &str = "one.example.com";

/// A world with two events to send, and a sender that is cut as told.
async fn scene(cut: &Arc<Cut>) -> (World, Sender) {
    let world = world().await;
    alices(&world, HOST).await;
    world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
    let alice = world.planner().await;
    published(&alice).await;
    let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
    let sender = Sender::new(world.platform_with("sender", &hooks), world.receivers.network());
    (world, sender)
}

fn tick(world: &World) -> SenderEvent {
    SenderEvent::Tick { scheduled_at: shared::clock::Clock::now(&world.clock) }
}

async fn run(sender: &Sender, world: &World) {
    let deadline = shared::clock::Clock::now(&world.clock) + SignedDuration::from_secs(120);
    let _ = sender.handle(tick(world), deadline).await;
}

/// What arrived: each event, and that nothing came out of order.
fn arrived(world: &World) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for received in world.receivers.at(HOST) {
        if !ids.contains(&received.id) {
            ids.push(received.id);
        }
    }
    ids
}

#[tokio::test(start_paused = true)]
async fn wherever_a_sender_dies_another_one_sends_what_is_left() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let cut = Cut::new(at, fault);
            let (world, sender) = scene(&cut).await;
            tokio::select! {
                () = run(&sender, &world) => {}
                () = cut.reached() => {}
            }
            drop(sender);
            if !cut.was_reached() {
                break;
            }
            pass(&world, SignedDuration::from_mins(5)).await;
            assert_eq!(arrived(&world).len(), 2, "{fault:?} at call {at}");
            assert!(world.receivers.at(HOST).len() <= 4, "{fault:?} at call {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_once_in_any_way_loses_no_event() {
    for fault in [Fault::ServerError, Fault::Conflicted, Fault::ConnectionLost, Fault::AnswerLost] {
        for at in 0.. {
            let cut = Cut::at_write(at, fault);
            let (world, sender) = scene(&cut).await;
            run(&sender, &world).await;
            if !cut.was_reached() {
                break;
            }
            pass(&world, SignedDuration::from_mins(5)).await;
            assert_eq!(arrived(&world).len(), 2, "{fault:?} at write {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_senders_at_once_send_nothing_twice() {
    let cut = Cut::new(u32::MAX as usize, Fault::StallsBefore);
    let (world, one) = scene(&cut).await;
    let other = Sender::new(world.platform("sender"), world.receivers.network());
    tokio::join!(run(&one, &world), run(&other, &world));
    assert_eq!(world.receivers.at(HOST).len(), 2);
}
