//! Why something is as it is, as clients read it.

use serde::Serialize;

/// A reason in the body of an account or a pin: a stable word for programs, and what to do for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The word.
    pub code: &'static str,
    /// The sentence.
    pub message: &'static str,
}
