//! What an attempt brought after its pin was given up for it.

use crate::domain::{AttemptId, AttemptOutcome, Pin, State, Status};

/// What to write of the outcome `pin` of `attempt` over `found`, which is the pin as somebody else moved it meanwhile;
/// nothing where that is to stand.
///
/// Who took the silent publisher for dead knew less than it does: whether the pin was created. An outcome that does not
/// know it either says nothing new.
pub(super) fn outcome(pin: &Pin, found: &Pin, attempt: &AttemptId) -> Option<Pin> {
    let is_known = !matches!(pin.state, State::Checking(_));
    if found.version == pin.version && found.state.status() == pin.state.status() && is_known {
        // The same write once more, after its answer was lost.
        return Some(pin.clone());
    }
    let stands = match found.state.status() {
        Status::Publishing | Status::NeedsReview => false,
        // Looked for in vain; that it was created after all must keep it from being posted once more.
        Status::Scheduled => pin.state.status() != Status::Published,
        _ => true,
    };
    if stands || !is_known {
        return None;
    }
    let mut late = pin.clone();
    late.version = found.version + 1;
    let ours = pin.attempts.last().filter(|entry| entry.id == *attempt)?;
    late.attempts = found.attempts.clone();
    let guessed =
        |entry: &&mut crate::domain::Attempt| entry.id == *attempt && entry.outcome == AttemptOutcome::Unknown;
    match late.attempts.iter_mut().find(guessed) {
        Some(entry) => *entry = ours.clone(),
        None => late.record(ours.clone()),
    }
    Some(late)
}
