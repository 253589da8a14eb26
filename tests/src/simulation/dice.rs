//! Everything that is left to chance in a run, drawn from one seed.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A sequence of draws that is the same for the same seed.
#[derive(Debug)]
pub struct Dice(Mutex<StdRng>);

impl Dice {
    /// The sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Whether something of this probability happens now.
    pub fn happens(&self, probability: f64) -> bool {
        self.draw(|rng| rng.random_bool(probability.clamp(0.0, 1.0)))
    }

    /// A number of `range`.
    pub fn number(&self, range: Range<u64>) -> u64 {
        self.draw(|rng| rng.random_range(range))
    }

    /// A number of `range`, in which each power of two is as likely as the next: mostly a small one.
    pub fn small(&self, bits: u64) -> u64 {
        let bits = self.number(0..bits);
        self.number(0..1 << bits)
    }

    /// A time of up to `longest`.
    pub fn time(&self, longest: Duration) -> Duration {
        let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(self.number(0..millis + 1))
    }

    /// One of `things`, of which there is at least one.
    pub fn one<T: Copy>(&self, things: &[T]) -> T {
        things[self.draw(|rng| rng.random_range(0..things.len()))]
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
