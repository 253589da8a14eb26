//! What events use: that they are written, and the function that sends them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use local::in_process::{Effect, Hook, Outcome};
use local::lambda::Handler;
use serde_json::json;
use shared::clock::Clock;

use super::Use;
use super::prices::LAMBDA_LINES;
use crate::seed::Seeded;
use crate::world::EVENTS;
use crate::{Endpoint, START, World};

/// The name of the sender among those who call AWS.
const SENDER: &str = "sender";

/// How long an endpoint takes to answer.
const ANSWERS_AFTER: SignedDuration = SignedDuration::from_millis(200);

/// What events are in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// Off.
    Off,
    /// Written, and read by those who want to.
    Logged,
    /// Written, and sent to a webhook of each owner.
    Sent,
}

/// Counts what the function uses that sends events.
#[derive(Debug, Default)]
pub struct Sending(Mutex<Use>);

impl Sending {
    /// What was used so far, and nothing from now on.
    pub fn take(&self) -> Use {
        std::mem::take(&mut *self.used())
    }

    /// Hosts the function in `world`, as a single instance.
    pub fn host(self: &Arc<Self>, world: &World) {
        let work = local::sending::handler(world.platform(SENDER), world.receivers.network());
        let sending = self.clone();
        let handler: Handler = Arc::new(move |event| {
            let (work, sending) = (work.clone(), sending.clone());
            Box::pin(async move {
                let began = tokio::time::Instant::now();
                work(event).await;
                let mut used = sending.used();
                used.lasted(began.elapsed());
                used.log_bytes += LAMBDA_LINES;
            })
        });
        world.parts.lambda.host(EVENTS, handler);
    }

    fn used(&self) -> MutexGuard<'_, Use> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Sending {
    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        if effect.actor == SENDER {
            let mut used = self.used();
            used.read_units += outcome.charge.read;
            used.write_units += outcome.charge.write;
        }
    }
}

impl Events {
    /// Switches them on in `world`, where they are, and gives each owner of `crowd` a webhook, where they are sent.
    pub async fn switch_on(self, world: &World, crowd: &[Seeded]) {
        if self == Self::Off {
            return;
        }
        world.change_settings(|settings| settings.events = true).await;
        world.receivers.set("planner.example.com", Endpoint::Slow(ANSWERS_AFTER));
        for seeded in crowd.iter().filter(|_| self == Self::Sent) {
            let webhook = json!({"url": "https://planner.example.com/pinwheel"});
            let answer = world.user(seeded.account.owner.as_str()).post("/v1/webhooks", &webhook).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
        }
    }
}

/// What the sender's schedule uses in `minutes` minutes in which nothing happens.
pub async fn idle(minutes: u32) -> Use {
    let sending = Arc::new(Sending::default());
    let hook: Arc<dyn Hook> = sending.clone();
    let world = World::disturbed(&[hook]).await;
    world.enable().await;
    let crowd = world.crowd(1).await;
    Events::Sent.switch_on(&world, &crowd).await;
    sending.host(&world);
    for minute in 1..=i64::from(minutes) {
        let scheduled_at = START + SignedDuration::from_mins(minute);
        world.clock.sleep_until(scheduled_at).await;
        let payload = json!({"scheduled_at": scheduled_at.to_string()});
        let kind = Some("Event".to_owned());
        let invocation = local::lambda::Invocation { function: EVENTS.to_owned(), kind, payload };
        world.parts.lambda.invoke(&invocation);
        world.parts.lambda.finish().await;
    }
    sending.take()
}
