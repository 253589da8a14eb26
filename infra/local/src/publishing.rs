//! The publisher in this process: a function that is called every minute, and by kicks.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use publisher::Publisher;
use serde_json::Value;
use shared::clock::SharedClock;
use shared::domain::Shard;
use shared::kick::PublisherEvent;
use shared::platform::Platform;
use tokio::task::JoinHandle;

use crate::lambda::{Handler, Invocation, Lambda};
use crate::runtime::Function;

/// How often the schedule calls.
const EVERY: SignedDuration = SignedDuration::from_secs(60);

/// How long an invocation may run, as in the template.
pub const TIME_LIMIT: Duration = Duration::from_mins(4);

/// How old an event of the publisher may become, as in the template.
const MAX_AGE: Duration = Duration::from_mins(1);

/// How long a stop waits for what is in flight: a look at the stop, a request to Pinterest, and writing it down.
const FINISH: Duration = Duration::from_secs(25);

/// A publisher at work.
pub struct Publishing {
    lambda: Arc<Lambda>,
    publisher: Option<Arc<Publisher>>,
    is_stopping: Arc<AtomicBool>,
    schedule: JoinHandle<()>,
}

impl Publishing {
    /// Hosts the publisher in `lambda` under the name that kicks call, and calls it at once and then every minute, each
    /// time for `time_limit` at most.
    pub fn start(platform: &Arc<Platform>, lambda: Arc<Lambda>, function: &str, time_limit: Duration) -> Self {
        let publisher = Arc::new(Publisher::new(platform.clone()));
        let is_stopping = Arc::new(AtomicBool::new(false));
        let host = Host { publisher: publisher.clone(), clock: platform.clock.clone(), time_limit };
        lambda.host_with_age(function, MAX_AGE, host.handler(is_stopping.clone()));
        let schedule = tokio::spawn(tick(lambda.clone(), function.to_owned(), platform.clock.clone()));
        Self { lambda, publisher: Some(publisher), is_stopping, schedule }
    }

    /// The same with a publisher that runs in processes of its own.
    pub fn start_apart(apart: Arc<Function>, lambda: Arc<Lambda>, function: &str, clock: &SharedClock) -> Self {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stops = is_stopping.clone();
        let handler: Handler = Arc::new(move |event| {
            let (apart, stops) = (apart.clone(), stops.clone());
            Box::pin(async move {
                if stops.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(error) = apart.invoke(event, TIME_LIMIT).await {
                    tracing::error!(%error, "the publisher failed; the next tick goes on");
                }
            })
        });
        lambda.host_with_age(function, MAX_AGE, handler);
        let schedule = tokio::spawn(tick(lambda.clone(), function.to_owned(), clock.clone()));
        Self { lambda, publisher: None, is_stopping, schedule }
    }

    /// Claims nothing more and waits, within bounds, until what is in flight is done and written down. A publisher in
    /// processes of its own is not called any more; what it has not finished within the same bounds is killed.
    pub async fn stop(self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.schedule.abort();
        if let Some(publisher) = &self.publisher {
            publisher.stop();
        }
        if tokio::time::timeout(FINISH, self.lambda.finish()).await.is_err() {
            tracing::warn!("a pin is still in flight; the next start finds out what became of it");
        }
    }
}

/// Calls the publisher as `EventBridge` Scheduler does: each time a run of its own, however long the last one takes.
async fn tick(lambda: Arc<Lambda>, function: String, clock: SharedClock) {
    let mut scheduled_at = clock.now();
    loop {
        let event = PublisherEvent::Tick { shards: (0..Shard::COUNT).collect(), scheduled_at };
        let payload = serde_json::to_value(event).expect("the event is a plain structure");
        lambda.invoke(&Invocation { function: function.clone(), kind: Some("Event".to_owned()), payload });
        // A machine that slept for hours has one tick to catch up with, not hundreds.
        scheduled_at = next(scheduled_at, clock.now());
        clock.sleep_until(scheduled_at).await;
    }
}

fn next(scheduled_at: Timestamp, now: Timestamp) -> Timestamp {
    (scheduled_at + EVERY).max(now)
}

/// What Lambda is around the function: the time it gives, and the end it makes.
#[derive(Clone)]
struct Host {
    publisher: Arc<Publisher>,
    clock: SharedClock,
    time_limit: Duration,
}

impl Host {
    fn handler(self, is_stopping: Arc<AtomicBool>) -> Handler {
        Arc::new(move |event| {
            let (host, is_stopping) = (self.clone(), is_stopping.clone());
            Box::pin(async move {
                if !is_stopping.load(Ordering::Relaxed) {
                    host.invoke(event).await;
                }
            })
        })
    }

    async fn invoke(&self, event: Value) {
        let event: PublisherEvent = match serde_json::from_value(event) {
            Ok(event) => event,
            Err(error) => {
                return tracing::error!(%error, "the publisher was called with something else than its event");
            }
        };
        let deadline = self.clock.now() + self.time_limit;
        let invocation = AssertUnwindSafe(self.publisher.handle(event, deadline)).catch_unwind();
        match tokio::time::timeout(self.time_limit, invocation).await {
            Ok(Ok(_report)) => {}
            Ok(Err(_panic)) => tracing::error!("the publisher panicked; the next tick goes on"),
            Err(_elapsed) => tracing::error!("the publisher was stopped at its time limit; the next tick goes on"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::executions::Executions;
    use crate::virtual_world::VirtualClock;

    #[tokio::test(start_paused = true)]
    async fn a_rush_that_takes_every_execution_loses_ticks_and_not_the_publisher() {
        let clock: SharedClock = Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH));
        let executions = Executions::at_most(1);
        let lambda = Arc::new(Lambda::within(executions.clone()));
        let runs = Arc::new(AtomicUsize::new(0));
        let seen = runs.clone();
        let count: Handler = Arc::new(move |_| {
            seen.fetch_add(1, Ordering::Relaxed);
            Box::pin(std::future::ready(()))
        });
        lambda.host_with_age("publisher", MAX_AGE, count);
        let rush = executions.begin();
        let schedule = tokio::spawn(tick(lambda.clone(), "publisher".to_owned(), clock));
        tokio::time::sleep(Duration::from_secs(150)).await;
        assert_eq!(runs.load(Ordering::Relaxed), 0, "nothing runs while the rush lasts");
        drop(rush);
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert!(runs.load(Ordering::Relaxed) >= 1, "the next tick is there within the minute");
        schedule.abort();
    }

    #[test]
    fn ticks_keep_their_minute_and_are_not_made_up_for() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = at("2027-01-01T00:00:00Z");
        assert_eq!(next(first, at("2027-01-01T00:00:00.3Z")), at("2027-01-01T00:01:00Z"));
        assert_eq!(next(first, at("2027-01-01T08:00:07Z")), at("2027-01-01T08:00:07Z"));
    }
}
