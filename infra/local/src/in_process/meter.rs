//! Counts what a run asks of AWS and what it would cost there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::hook::{Effect, Hook, Outcome, Service};

/// A hook that counts calls, capacity and failed conditions by operation.
#[derive(Debug, Default)]
pub struct Meter {
    counts: Mutex<BTreeMap<(Service, String), Count>>,
}

/// What the calls of one operation came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Count {
    /// Requests that the service saw, the SDK's retries included.
    pub calls: u64,
    /// Read units.
    pub read_units: f64,
    /// Write units, those of failed conditions included.
    pub write_units: f64,
    /// Requests refused because a condition did not hold.
    pub failed_conditions: u64,
}

impl Meter {
    /// The counts so far, by service and operation.
    pub fn counts(&self) -> BTreeMap<(Service, String), Count> {
        self.lock().clone()
    }

    /// The count of one operation so far; zeros when it was never called.
    pub fn of(&self, service: Service, operation: &str) -> Count {
        self.lock().get(&(service, operation.to_owned())).copied().unwrap_or_default()
    }

    /// Everything added up.
    pub fn total(&self) -> Count {
        self.lock().values().fold(Count::default(), |sum, count| Count {
            calls: sum.calls + count.calls,
            read_units: sum.read_units + count.read_units,
            write_units: sum.write_units + count.write_units,
            failed_conditions: sum.failed_conditions + count.failed_conditions,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(Service, String), Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Meter {
    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        if outcome.answer.is_none() {
            return;
        }
        let mut counts = self.lock();
        let count = counts.entry((effect.service, effect.operation.to_owned())).or_default();
        count.calls += 1;
        count.read_units += outcome.charge.read;
        count.write_units += outcome.charge.write;
        count.failed_conditions += u64::from(outcome.is_failed_condition());
    }
}
