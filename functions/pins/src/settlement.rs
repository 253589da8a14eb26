//! What a person did with a pin, as its timeline keeps it: by this a repeated request is recognized.

use shared::domain::{AttemptId, AttemptOutcome, Pin};

use shared::api::IdempotencyKey;

/// The id of what `request` does with `pin`: the same one again for the same request with the same key, or else `drawn`
/// for this request alone.
pub fn id(pin: &Pin, key: Option<&IdempotencyKey>, request: &str, drawn: &AttemptId) -> AttemptId {
    key.map_or_else(|| drawn.clone(), |key| key.settlement_id(&pin.id, request))
}

/// Whether the timeline has this very settlement.
pub fn is_known(pin: &Pin, id: &AttemptId) -> bool {
    pin.attempts.iter().any(|attempt| attempt.id == *id)
}

/// What came last.
pub fn last(pin: &Pin) -> Option<AttemptOutcome> {
    pin.attempts.last().map(|attempt| attempt.outcome)
}
