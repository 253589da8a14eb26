//! Erasing everything of an owner: work that takes longer than a request.

use jiff::{SignedDuration, Timestamp};

use super::OwnerId;

/// How long after its beginning everything is looked for once more: by then, whatever was under way at the beginning is over.
/// The longest invocation takes five minutes.
pub const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// The erasure of an owner, while it goes on. Nothing is left of it when it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Whose data is erased.
    pub owner: OwnerId,
    /// How far it is.
    pub state: ErasureState,
    /// About how many rows of the table were erased.
    pub erased: u64,
    /// When it was asked for.
    pub started_at: Timestamp,
}

super::attempt::words! {
    /// How far an erasure is.
    ErasureState {
        /// What is there is being erased.
        Erasing = "erasing", "What is stored is being erased.";
        /// All was erased that was there; requests that were under way may still write something.
        Settling = "settling", "Everything was erased. Pinwheel waits for what was under way at the beginning, and looks once more.";
        _ => Other, "A state of another version of Pinwheel.";
    }
}

impl Erasure {
    /// When everything is looked for the last time.
    pub fn settled_at(&self) -> Timestamp {
        self.started_at + SETTLED_AFTER
    }
}
