//! Cuts a program at one of its calls to AWS, whichever that is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use local::in_process::{Effect, Fault, Hook, Plan};
use tokio::sync::Notify;

/// Lets one call go wrong: the `at`th that is made, counted from 0.
#[derive(Debug)]
pub struct Cut {
    at: usize,
    writes_only: bool,
    fault: Fault,
    seen: AtomicUsize,
    reached: Notify,
}

impl Cut {
    /// Lets the call number `at` fail by `fault`.
    pub fn new(at: usize, fault: Fault) -> Arc<Self> {
        Self::make(at, fault, false)
    }

    /// Lets the write number `at` fail by `fault`. A program that dies at a read leaves what it leaves when it dies at
    /// the write before or after.
    pub fn at_write(at: usize, fault: Fault) -> Arc<Self> {
        Self::make(at, fault, true)
    }

    fn make(at: usize, fault: Fault, writes_only: bool) -> Arc<Self> {
        Arc::new(Self { at, writes_only, fault, seen: AtomicUsize::new(0), reached: Notify::new() })
    }

    /// Whether as many calls as that were made.
    pub fn was_reached(&self) -> bool {
        self.seen.load(Ordering::Relaxed) > self.at
    }

    /// Ends when the call was made, and what it does was done.
    pub async fn reached(&self) {
        self.reached.notified().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

impl Hook for Cut {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let writes = matches!(
            effect.operation,
            "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems"
        );
        if self.writes_only && !writes {
            return Plan::default();
        }
        if self.seen.fetch_add(1, Ordering::Relaxed) != self.at {
            return Plan::default();
        }
        self.reached.notify_one();
        Plan::fault(self.fault)
    }
}
