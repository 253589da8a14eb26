//! Time, passed in.
//!
//! Nothing below a `main.rs` asks the operating system for the time; it asks the [`Clock`] it was given.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

/// A source of the present moment and of waiting.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present moment, by this clock.
    fn now(&self) -> Timestamp;

    /// Waits until this clock shows `moment`; answers at once when it already does.
    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()>;
}

/// A clock shared by everything in a process.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let clock = *self;
        Box::pin(async move {
            // Timers have their own resolution and the wall clock can be set, so the answer is checked.
            while let Some(remaining) = remaining(clock.now(), moment) {
                tokio::time::sleep(remaining.min(Duration::from_secs(30))).await;
            }
        })
    }
}

/// The time from `now` to `moment`, or nothing when it has come.
pub fn remaining(now: Timestamp, moment: Timestamp) -> Option<Duration> {
    Duration::try_from(moment.duration_since(now)).ok().filter(|left| !left.is_zero())
}

/// Lets the AWS SDK sign requests by the same clock as everything else.
#[derive(Debug, Clone)]
pub struct SdkTime(pub SharedClock);

impl aws_smithy_async::time::TimeSource for SdkTime {
    fn now(&self) -> SystemTime {
        let since = Duration::try_from(self.0.now().as_duration()).unwrap_or_default();
        SystemTime::UNIX_EPOCH + since
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn nothing_remains_at_the_moment_and_after_it() {
        let moment = Timestamp::UNIX_EPOCH;
        assert_eq!(remaining(moment, moment), None);
        assert_eq!(remaining(moment + 1.second(), moment), None);
        assert_eq!(remaining(moment - 2.seconds(), moment), Some(Duration::from_secs(2)));
    }
}
