//! Lambda as it takes asynchronous events: at least once each, so many at a time, and none for longer than a minute.

use std::sync::Arc;

use jiff::SignedDuration;
use shared::kick::PublisherEvent;

use super::fleet::Fleet;

/// After this time in the queue an event is dropped, as the template sets it.
const EVENT_AGE: SignedDuration = SignedDuration::from_secs(60);

/// How long an event waits before it is tried again first; then twice as long each time.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);

/// How likely an event comes twice where some do.
const TWICE: f64 = 0.3;

impl Fleet {
    /// Takes an event, and once more where Lambda delivers it twice.
    pub async fn take(self: Arc<Self>, event: PublisherEvent) {
        let around = self.around.clone();
        let comes_twice = self.events.come_twice && !around.weather.is_calm() && around.dice.happens(TWICE);
        let later = comes_twice.then(|| around.dice.time(std::time::Duration::from_secs(20)));
        let again = async {
            if let Some(later) = later {
                tokio::time::sleep(later).await;
                self.clone().queue(event.clone()).await;
            }
        };
        futures_util::future::join(self.clone().queue(event.clone()), again).await;
    }

    /// Begins an invocation as soon as there is room for one.
    async fn queue(self: Arc<Self>, event: PublisherEvent) {
        let (arrived, mut wait) = (self.around.now(), FIRST_WAIT);
        loop {
            let Some(room) = &self.room else { return self.invoke(event).await };
            if let Ok(_taken) = room.try_acquire() {
                return self.clone().invoke(event).await;
            }
            // What it was to do waits, or is left to the next one.
            self.around.judge.known().delays.breaks(self.around.now());
            if self.around.now() + wait > arrived + EVENT_AGE {
                self.around.trace.line("LAMBDA", format_args!("drops {event:?}"));
                self.around.judge.dropped(&self.around);
                return;
            }
            self.around.wait(wait).await;
            wait *= 2;
        }
    }
}
