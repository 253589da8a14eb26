//! Time and randomness that repeat themselves, for tests and simulations.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shared::clock::{Clock, remaining};
use shared::random::Random;
use tokio::time::Instant;

/// A clock that goes with tokio's time, which a test can pause: then it moves only while everybody waits.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    epoch: Timestamp,
    start: Instant,
}

impl VirtualClock {
    /// A clock that shows `epoch` now.
    pub fn starting_at(epoch: Timestamp) -> Self {
        Self { epoch, start: Instant::now() }
    }

    /// The same clock, wrong by `skew`: ahead of it, or behind it when negative.
    #[must_use]
    pub fn skewed(self, skew: SignedDuration) -> Self {
        Self { epoch: self.epoch + skew, ..self }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.epoch + self.start.elapsed()
    }

    fn sleep_until(&self, moment: Timestamp) -> BoxFuture<'static, ()> {
        let clock = *self;
        Box::pin(async move {
            while let Some(remaining) = remaining(clock.now(), moment) {
                // Timers have milliseconds; rounding down would come back early for ever.
                tokio::time::sleep(remaining.max(Duration::from_millis(1))).await;
            }
        })
    }
}

/// Randomness that is the same for the same seed and the same order of draws.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use shared::random;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_clock_moves_with_paused_time_and_never_wakes_early() {
        let epoch = Timestamp::UNIX_EPOCH;
        let clock = VirtualClock::starting_at(epoch);
        assert_eq!(clock.now(), epoch);
        let moment = epoch + Duration::from_micros(90_000_500);
        clock.sleep_until(moment).await;
        assert!(clock.now() >= moment);
        assert!(clock.now() - moment.duration_since(epoch) < epoch + Duration::from_millis(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_skewed_clock_shows_another_time_and_goes_alike() {
        let clock = VirtualClock::starting_at(Timestamp::UNIX_EPOCH);
        let behind = clock.skewed(SignedDuration::from_secs(-30));
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(clock.now().as_second(), 60);
        assert_eq!(behind.now().as_second(), 30);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = |seed| random::bytes::<32>(&SeededRandom::new(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
