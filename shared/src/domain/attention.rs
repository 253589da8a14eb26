//! What needs a person.

use serde::Serialize;
use utoipa::ToSchema;

use super::Status;

/// How many pins wait for a person to decide something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attention {
    /// Pins of which nobody knows whether they are on Pinterest.
    pub needs_review: u64,
    /// Pins that will not be published as they are.
    pub failed: u64,
}

impl Attention {
    /// Whether a pin of that status needs a person, and so is counted.
    pub fn counts(status: Status) -> bool {
        matches!(status, Status::NeedsReview | Status::Failed)
    }
}

impl std::iter::Sum for Attention {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            needs_review: sum.needs_review + one.needs_review,
            failed: sum.failed + one.failed,
        })
    }
}
