//! Which times can still, or already, be asked for.

use jiff::{SignedDuration, Timestamp};
use shared::domain::FieldError;

use super::form::{Form, When};

/// Clocks differ and requests travel; a time that passed no longer ago than this means now.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// A year that was mistyped should not wait for ever.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 731);

/// Notes every time of `form` that has passed or is more than two years away.
pub fn check(form: &Form, now: Timestamp, errors: &mut Vec<FieldError>) {
    let own = form.targets.iter().enumerate();
    let own = own.map(|(index, target)| (format!("targets[{index}].publish_at"), target.own));
    for (field, when) in own.chain([("publish_at".to_owned(), form.common)]) {
        if let Some(When::At(moment)) = when {
            errors.extend(wrong(field, moment, now));
        }
    }
}

fn wrong(field: String, moment: Timestamp, now: Timestamp) -> Option<FieldError> {
    let ahead = moment.duration_since(now);
    if ahead < -TOLERANCE {
        let message = "This time has passed. Give a later one, or \"now\".";
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
