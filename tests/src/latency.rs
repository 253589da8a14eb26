//! Calls to AWS that take time, as they do there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use local::in_process::{Effect, Hook, Plan};
use local::virtual_world::SeededRandom;
use shared::random::Random;

use crate::World;

/// Lets every call take 3 to 15 milliseconds, and one in fifty 40, from [`Latency::begin`] on.
#[derive(Debug)]
pub struct Latency {
    delays: Mutex<SeededRandom>,
    begun: AtomicBool,
}

impl Latency {
    /// The delays of `seed`.
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { delays: Mutex::new(SeededRandom::new(seed)), begun: AtomicBool::new(false) })
    }

    /// Calls take time from now on; until then they take none, so that a world is set up at its start.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }
}

impl World {
    /// A fresh installation whose calls to AWS take time once `latency` has begun.
    pub async fn slow(latency: &Arc<Latency>) -> Self {
        let hook: Arc<dyn Hook> = latency.clone();
        Self::disturbed(&[hook]).await
    }
}

impl Hook for Latency {
    fn before(&self, _: &Effect<'_>) -> Plan {
        if !self.begun.load(Ordering::Relaxed) {
            return Plan::default();
        }
        let mut drawn = [0; 2];
        self.delays.lock().unwrap_or_else(PoisonError::into_inner).fill(&mut drawn);
        let milliseconds = if drawn[0] % 50 == 0 { 40 } else { 3 + u64::from(drawn[1] % 13) };
        Plan { wait: Duration::from_millis(milliseconds), fault: None }
    }
}
