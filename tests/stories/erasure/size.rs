//! What an erasure of much costs.

use std::sync::atomic::{AtomicUsize, Ordering};

use events::Sender;
use local::in_process::{Effect, Hook, Plan};
use shared::kick::SenderEvent;

use super::*;

#[derive(Debug, Default)]
struct Calls(AtomicUsize);

impl Hook for Calls {
    fn before(&self, _: &Effect<'_>) -> Plan {
        self.0.fetch_add(1, Ordering::Relaxed);
        Plan::default()
    }
}

/// Of how many pins, of which 50,000 are the most that may wait.
const PINS: usize = 2_000;

#[tokio::test(start_paused = true)]
async fn the_calls_for_an_owner_of_many_pins_are_a_few_for_a_hundred() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let at = world.clock.now() + SignedDuration::from_hours(48);
    for number in 0..PINS {
        world.seed_pin(&seeded, &format!("Pin {number}"), at).await;
    }
    world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
    begin(&world).await;
    let calls = Arc::new(Calls::default());
    let hooks: [Arc<dyn Hook>; 1] = [calls.clone()];
    let sender = Sender::new(world.platform_with("sender", &hooks), world.receivers.network());
    let now = world.clock.now();
    let tick = SenderEvent::Tick { scheduled_at: now };
    sender.handle(tick, now + SignedDuration::from_secs(120)).await.unwrap();
    let calls = calls.0.load(Ordering::Relaxed);
    // 25 pins a call, and two calls more for 400: 50,000 pins are some 2,300 calls, sixteen at a time.
    assert!(calls < PINS / 25 + PINS / 400 * 2 + 60, "{calls} calls");
    let shown = world.admin().get(OWNER).await.json();
    assert!(shown["erasure"]["erased"].as_u64().unwrap() >= PINS as u64, "{shown}");
    assert_eq!(shown["limits"]["waiting_pins"]["used"], 0);
}
