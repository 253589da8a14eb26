//! What an invocation did, for its log line and for tests.

use shared::domain::Status;

/// Counts what became of the work of an invocation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Pins on Pinterest.
    pub published: u32,
    /// Pins that will be tried again at a known time.
    pub rescheduled: u32,
    /// Pins that wait for something else.
    pub held: u32,
    /// Pins that failed for good.
    pub failed: u32,
    /// Pins of which it is not known whether they are on Pinterest, and that are looked for.
    pub checking: u32,
    /// Looks at boards for pins in doubt.
    pub looked: u32,
    /// Pins that somebody has to look at.
    pub needs_review: u32,
    /// Pins of which it was seen ahead that they would not go out at their time.
    pub warned: u32,
    /// How long the oldest due work had been overdue when the invocation looked first, in milliseconds.
    pub oldest_overdue_ms: i64,
    /// Steps that were taken with videos.
    pub videos: u32,
    /// Claims that another publisher, an edit or a cancel won.
    pub lost: u32,
    /// Accounts whose own work was done: renewals and releases.
    pub accounts: u32,
    /// Pieces of work that AWS did not let us finish; a later tick finds them.
    pub unfinished: u32,
}

impl Report {
    pub(crate) fn count(&mut self, status: Status) {
        match status {
            Status::Published => self.published += 1,
            Status::Scheduled => self.rescheduled += 1,
            Status::Held => self.held += 1,
            Status::Failed => self.failed += 1,
            Status::NeedsReview => self.needs_review += 1,
            Status::Publishing => self.checking += 1,
            Status::Draft | Status::Cancelled => self.lost += 1,
        }
    }
}
