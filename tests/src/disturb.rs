//! Disturbs calls to AWS: the nth of an operation, or all of them.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use local::in_process::{Effect, Hook, Plan};

/// Disturbs some calls of one operation by one plan.
#[derive(Debug)]
pub struct Disturb {
    operation: &'static str,
    which: RangeInclusive<usize>,
    plan: Plan,
    seen: AtomicUsize,
}

impl Disturb {
    /// Disturbs those calls of `operation` (as AWS names it) whose number, from 0, is in `which`.
    pub fn calls(operation: &'static str, which: RangeInclusive<usize>, plan: Plan) -> Arc<Self> {
        Arc::new(Self { operation, which, plan, seen: AtomicUsize::new(0) })
    }

    /// Disturbs every call of `operation`.
    pub fn every(operation: &'static str, plan: Plan) -> Arc<Self> {
        Self::calls(operation, 0..=usize::MAX, plan)
    }

    /// How many calls of the operation there were, disturbed or not.
    pub fn seen(&self) -> usize {
        self.seen.load(Ordering::Relaxed)
    }
}

impl Hook for Disturb {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        if effect.operation != self.operation {
            return Plan::default();
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        if self.which.contains(&number) { self.plan } else { Plan::default() }
    }
}
