//! The calm after a storm: nothing goes wrong any more, the schedule fires as it should, and everything comes to rest.

use jiff::SignedDuration;
use shared::clock::Clock;

use super::scene::Scene;

/// Longer than any hold, cool-down or grace lasts; a renewal that is planned for later is not waited for.
const FAR: SignedDuration = SignedDuration::from_hours(30);

/// How many times the schedule fires at most.
const TICKS: usize = 80;

/// How soon the schedule fires again at the earliest.
const SOON: SignedDuration = SignedDuration::from_secs(5);

/// By when everything that was parked is released, after what held it is gone.
const RELEASED: SignedDuration = SignedDuration::from_mins(15);

/// By when every event has arrived where somebody is: it was tried for the third time in the worst case, and is so again
/// after two hours.
const DELIVERED: SignedDuration = SignedDuration::from_hours(6);

/// How often those who send events are called.
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// By when a file of pins that nobody stores is found.
const SWEPT: SignedDuration = SignedDuration::from_mins(65);

/// Lets everything come to rest and looks at it.
///
/// The schedule fires only when something is due: what happens in between is nothing, a thousand times.
pub async fn calm(scene: &Scene) {
    let around = &scene.around;
    around.trace.line("WEATHER", "calms down");
    scene.calm_down();
    if around.judge.known().disabled_since.is_some() {
        scene.people.enable().await;
    }
    rest(scene).await;
    if around.rows().iter().any(|row| row.text("pk") == "sweep" && row.text("sk").starts_with("import#")) {
        around.wait(SWEPT).await;
        tick(scene).await;
        rest(scene).await;
    }
    around.wait(RELEASED).await;
    tick(scene).await;
    deliver(scene).await;
    let health = scene.people.health().await;
    around.judge.conclude(around, &health);
}

/// Fires the schedule until nothing is left to be done.
async fn rest(scene: &Scene) {
    let around = &scene.around;
    let end = around.now() + FAR;
    for _ in 0..TICKS {
        let Some(next) = scene.next_work(end) else { break };
        around.clock.sleep_until(next.max(around.now() + SOON)).await;
        tick(scene).await;
    }
}

/// Fires the schedule once, and waits until what it started is done.
pub async fn tick(scene: &Scene) {
    if tokio::spawn(scene.fleet.clone().take(scene.tick())).await.is_err() {
        scene.panicked("in a publisher");
    }
    tick_senders(scene).await;
    scene.finish().await;
}

/// Fires the schedule of those who send events until everything has arrived where somebody is.
pub async fn deliver(scene: &Scene) {
    let around = &scene.around;
    let end = around.now() + DELIVERED;
    while scene.senders.is_some() && !around.judge.all_has_arrived(around) && around.now() < end {
        around.clock.sleep_until(scene.next_delivery().max(around.now() + MINUTE)).await;
        tick_senders(scene).await;
        scene.finish().await;
    }
}

async fn tick_senders(scene: &Scene) {
    if let Some(senders) = &scene.senders
        && tokio::spawn(senders.clone().tick()).await.is_err()
    {
        scene.panicked("in a sender of events");
    }
}
