//! What an attempt brought after its pin was given up for it.

use crate::domain::{Attempt, AttemptId, AttemptOutcome, Pin, State, Status};

/// What to do with an outcome that comes late.
#[derive(Debug)]
pub(super) enum Late {
    /// It is what is known now: this is to be written.
    Write(Box<Pin>),
    /// It was written before.
    Written,
    /// What somebody else made of the pin meanwhile is to stand.
    Stands,
}

/// What to do with the outcome `pin` of `attempt` where the pin is `found` as somebody else moved it meanwhile.
///
/// Who took the silent publisher for dead knew less than it does: whether the pin was created. An outcome that does not
/// know it either says nothing new.
pub(super) fn outcome(pin: &Pin, found: &Pin, attempt: &AttemptId) -> Late {
    let Some(ours) = pin.attempts.last().filter(|entry| entry.id == *attempt) else { return Late::Stands };
    let same = |entry: &&Attempt| entry.id == ours.id && entry.outcome == ours.outcome;
    if found.state.status() == pin.state.status() && found.attempts.iter().any(|entry| same(&entry)) {
        return Late::Written;
    }
    let stands = match found.state.status() {
        Status::Publishing | Status::NeedsReview => matches!(pin.state, State::Checking(_)),
        // Looked for in vain; that it was created after all must keep it from being posted once more.
        Status::Scheduled => pin.state.status() != Status::Published,
        _ => true,
    };
    if stands {
        return Late::Stands;
    }
    let mut late = pin.clone();
    late.version = found.version + 1;
    late.attempts.clone_from(&found.attempts);
    let guessed = |entry: &&mut Attempt| entry.id == *attempt && entry.outcome == AttemptOutcome::Unknown;
    match late.attempts.iter_mut().find(guessed) {
        Some(entry) => *entry = ours.clone(),
        None => late.record(ours.clone()),
    }
    Late::Write(Box::new(late))
}
