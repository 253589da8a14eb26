//! The function that sends events, in this process: called every minute, and by kicks.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use events::{Network, Sender};
use futures_util::FutureExt;
use jiff::SignedDuration;
use shared::clock::SharedClock;
use shared::kick::SenderEvent;
use shared::platform::Platform;
use tokio::task::JoinHandle;

use crate::lambda::{Handler, Invocation, Lambda};
use crate::runtime::Function;

/// How often the schedule calls.
const EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How long an invocation may run, as in the template.
pub const TIME_LIMIT: Duration = Duration::from_mins(2);

/// A sender at work.
pub struct Sending {
    schedule: JoinHandle<()>,
}

impl Sending {
    /// Hosts the sender in `lambda` under the name that kicks call, and calls it at once and then every minute.
    pub fn start(platform: &Arc<Platform>, lambda: Arc<Lambda>, function: &str) -> Self {
        let network = Network::real(platform.config.web.webhooks_to_loopback);
        lambda.host(function, handler(platform.clone(), network));
        Self { schedule: tokio::spawn(tick(lambda, function.to_owned(), platform.clock.clone())) }
    }

    /// The same with a sender that runs in processes of its own.
    pub fn start_apart(apart: Arc<Function>, lambda: Arc<Lambda>, function: &str, clock: &SharedClock) -> Self {
        let handler: Handler = Arc::new(move |event| {
            let apart = apart.clone();
            Box::pin(async move {
                if let Err(error) = apart.invoke(event, TIME_LIMIT).await {
                    tracing::error!(%error, "the sender of events failed; the next tick goes on");
                }
            })
        });
        lambda.host(function, handler);
        Self { schedule: tokio::spawn(tick(lambda, function.to_owned(), clock.clone())) }
    }

    /// Calls it no more. What it was sending is sent again after the next start.
    pub fn stop(self) {
        self.schedule.abort();
    }
}

/// What Lambda does with an event for a sender on `platform`.
pub fn handler(platform: Arc<Platform>, network: Network) -> Handler {
    let clock = platform.clock.clone();
    let sender = Arc::new(Sender::new(platform, network));
    Arc::new(move |event| {
        let (sender, clock) = (sender.clone(), clock.clone());
        Box::pin(async move {
            let event: SenderEvent = match serde_json::from_value(event) {
                Ok(event) => event,
                Err(error) => {
                    return tracing::error!(%error, "the sender of events was called with something else than its event");
                }
            };
            let deadline = clock.now() + TIME_LIMIT;
            match AssertUnwindSafe(sender.handle(event, deadline)).catch_unwind().await {
                // An error was logged where it happened.
                Ok(Ok(()) | Err(_)) => {}
                Err(_panic) => tracing::error!("the sender of events panicked; the next tick goes on"),
            }
        })
    })
}

/// Calls the sender as `EventBridge` Scheduler does.
async fn tick(lambda: Arc<Lambda>, function: String, clock: SharedClock) {
    loop {
        let scheduled_at = clock.now();
        let payload = serde_json::to_value(SenderEvent::Tick { scheduled_at }).expect("the event is a plain structure");
        lambda.invoke(&Invocation { function: function.clone(), kind: Some("Event".to_owned()), payload });
        clock.sleep_until(scheduled_at + EVERY).await;
    }
}
