//! Stretches of time in which something holds, by the simulator's clock.

use jiff::Timestamp;

use crate::moment::after_millis;

/// From when until when something holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    from: Timestamp,
    until: Timestamp,
}

impl Stretch {
    /// Begins `after_ms` from now, or at once, and lasts for `for_ms`, or without end.
    pub(crate) fn new(now: Timestamp, after_ms: Option<u64>, for_ms: Option<u64>) -> Self {
        let from = after_millis(now, after_ms.unwrap_or(0));
        Self { from, until: for_ms.map_or(Timestamp::MAX, |length| after_millis(from, length)) }
    }

    pub(crate) fn holds(self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    pub(crate) fn is_over(self, now: Timestamp) -> bool {
        self.until <= now
    }
}
