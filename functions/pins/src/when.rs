//! When a pin is to be published, as clients write it, and which times can still, or already, be asked for.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use shared::api::wrong_type;
use shared::domain::FieldError;
use shared::domain::pin::to_millisecond;

use crate::moment;

/// Clocks differ and requests travel; a time that passed no longer ago than this means now.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// A year that was mistyped should not wait for ever.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 731);

/// When a pin is to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Not yet.
    Draft,
    /// At once.
    Now,
    /// At this moment.
    At(Timestamp),
    /// In the next free slot of the account's plan.
    NextSlot,
}

impl When {
    /// Reads a time, `"now"`, `"next_slot"`, or `null` for a draft; notes anything else as wrong.
    pub fn read(path: &str, value: Value, errors: &mut Vec<FieldError>) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Draft),
            Value::String(text) if text == "now" => Some(Self::Now),
            Value::String(text) if text == "next_slot" => Some(Self::NextSlot),
            Value::String(text) => match moment::read(&text) {
                Ok(moment) => Some(Self::At(to_millisecond(moment))),
                Err(wrong) => {
                    errors.push(FieldError::new(path, wrong.code(), wrong.message()));
                    None
                }
            },
            other => {
                errors.push(wrong_type(path, "a time, \"now\", \"next_slot\" or null", &other));
                None
            }
        }
    }

    /// The moment that is meant at `now`; none for a draft, and none that is known without the plan for a slot.
    pub fn moment(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Draft | Self::NextSlot => None,
            Self::Now => Some(now),
            Self::At(moment) => Some(moment),
        }
    }

    /// What speaks at `now` against this time: it has passed or is more than two years away.
    pub fn objection(self, field: impl Into<String>, now: Timestamp) -> Option<FieldError> {
        match self {
            Self::At(moment) => wrong(field.into(), moment, now),
            Self::Draft | Self::Now | Self::NextSlot => None,
        }
    }
}

fn wrong(field: String, moment: Timestamp, now: Timestamp) -> Option<FieldError> {
    let ahead = moment.duration_since(now);
    if ahead < -TOLERANCE {
        let message = "This time is in the past. Use a later one, or \"now\".";
        return Some(FieldError::new(field, "in_the_past", message));
    }
    let message = "This is more than two years away. Check the year.";
    (ahead > HORIZON).then(|| FieldError::new(field, "too_far", message))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_minute_ago_is_now_and_two_years_are_the_most() {
        let now = Timestamp::constant(1_800_000_000, 0);
        for (moment, code) in [
            (now - 61.seconds(), Some("in_the_past")),
            (now - 60.seconds(), None),
            (now, None),
            (now + (24 * 731).hours(), None),
            (now + (24 * 731).hours() + 1.second(), Some("too_far")),
        ] {
            assert_eq!(wrong("x".into(), moment, now).map(|error| error.code), code, "{moment}");
        }
    }
}
