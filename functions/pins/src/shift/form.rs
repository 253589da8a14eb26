//! Which pins are to be moved, and by how much.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::characters::parse_pasted;
use shared::domain::{AccountId, FieldError, PinId, Zone};

use super::MOST;
use crate::moment;

/// The most days that pins are moved by, forth or back.
const MOST_DAYS: i64 = 731;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The pins.
    pub which: Which,
    /// How far.
    pub by: By,
    /// Whose days; that of the account's plan where it is not given.
    pub zone: Option<Zone>,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
}

/// Which pins are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// These, each once.
    Ids(Vec<PinId>),
    /// Those that wait in an account from one moment to another.
    Range {
        /// The account.
        account: AccountId,
        /// Not before.
        from: Timestamp,
        /// Before.
        to: Timestamp,
    },
}

/// How far pins are moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Days, to the same time of the day.
    Days(i64),
    /// Exactly so many minutes.
    Minutes(i64),
    /// So that the first one goes out then.
    StartAt(Timestamp),
}

impl By {
    /// Where a pin goes that is planned for `from`, when the first one is planned for `first`.
    pub fn moved(self, from: Timestamp, first: Timestamp, zone: &Zone) -> Option<Timestamp> {
        match self {
            Self::Days(days) => zone.days_later(from, days),
            Self::Minutes(minutes) => from.checked_add(SignedDuration::from_mins(minutes)).ok(),
            Self::StartAt(start) => {
                // By the clocks of the zone, so that nine o'clock stays nine o'clock whatever they do in between.
                let apart = zone.local(from).datetime().duration_since(zone.local(first).datetime());
                zone.moment(zone.local(start).datetime().checked_add(apart).ok()?)
            }
        }
    }

    /// The field that said so.
    pub fn field(self) -> &'static str {
        match self {
            Self::Days(_) => "by_days",
            Self::Minutes(_) => "by_minutes",
            Self::StartAt(_) => "start_at",
        }
    }
}

/// Reads the body; every wrong field is named.
pub fn read(body: Value) -> Result<Form, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let (ids, range) = (fields.optional("pin_ids"), fields.optional("range"));
    let zone = fields.text("time_zone").and_then(|text| fields.zone("time_zone", &text));
    let given: Vec<_> = ["by_days", "by_minutes", "start_at"]
        .into_iter()
        .filter_map(|name| Some((name, fields.optional(name)?)))
        .collect();
    let dry_run = fields.optional("dry_run");
    if ids.is_some() == range.is_some() {
        fields.wrong("pin_ids", "one_of", "Use either pin_ids or range to select the pins.");
    }
    if given.len() != 1 {
        fields.wrong(
            "start_at",
            "one_of",
            "Use exactly one of by_days, by_minutes and start_at to say how far to move the pins.",
        );
    }
    fields.close();
    let by = given.into_iter().next().and_then(|(name, value)| by(name, &value, &mut errors));
    let dry_run = match dry_run {
        None => false,
        Some(Value::Bool(dry_run)) => dry_run,
        Some(other) => {
            errors.push(wrong_type("dry_run", "true or false", &other));
            false
        }
    };
    let which = match (ids, range) {
        (Some(ids), None) => list(ids, &mut errors).map(Which::Ids),
        (None, Some(range)) => self::range(range, &mut errors),
        _ => None,
    };
    match (which, by) {
        (Some(which), Some(by)) if errors.is_empty() => Ok(Form { which, by, zone, dry_run }),
        _ => Err(errors),
    }
}

fn by(name: &'static str, value: &Value, errors: &mut Vec<FieldError>) -> Option<By> {
    if name == "start_at" {
        return moment_of(name, value, errors).map(By::StartAt);
    }
    let most = if name == "by_days" { MOST_DAYS } else { MOST_DAYS * 24 * 60 };
    let number = value.as_i64().filter(|number| (-most..=most).contains(number) && *number != 0);
    if number.is_none() {
        let message = format!(
            "Enter a whole number from -{most} to {most} other than 0. Negative numbers move the pins \
                     earlier."
        );
        errors.push(FieldError::new(name, "invalid", message));
    }
    number.map(|number| if name == "by_days" { By::Days(number) } else { By::Minutes(number) })
}

fn moment_of(path: &str, value: &Value, errors: &mut Vec<FieldError>) -> Option<Timestamp> {
    let Value::String(text) = value else {
        errors.push(wrong_type(path, "a time", value));
        return None;
    };
    moment::read(text).map_err(|wrong| errors.push(FieldError::new(path, wrong.code(), wrong.message()))).ok()
}

fn list(value: Value, errors: &mut Vec<FieldError>) -> Option<Vec<PinId>> {
    let Value::Array(values) = value else {
        errors.push(wrong_type("pin_ids", "a list", &value));
        return None;
    };
    if values.is_empty() || values.len() > MOST {
        errors.push(FieldError::new("pin_ids", "invalid", format!("Choose 1 to {MOST} pins.")));
        return None;
    }
    let mut ids: Vec<PinId> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let field = format!("pin_ids[{index}]");
        match value.as_str().and_then(|text| parse_pasted(text).ok()) {
            Some(id) if ids.contains(&id) => errors.push(FieldError::new(
                field,
                "twice",
                "Duplicate pin. Remove one \
                                                                                          of the two.",
            )),
            Some(id) => ids.push(id),
            None => errors.push(FieldError::new(field, "not_found", "You don't have this pin.")),
        }
    }
    Some(ids)
}

fn range(value: Value, errors: &mut Vec<FieldError>) -> Option<Which> {
    let mut fields = Fields::open("range", value, errors)?;
    let account = fields.required_id("account_id", "You don't have this account.");
    let (from, to) = (fields.required("from"), fields.required("to"));
    fields.close();
    let from = from.and_then(|value| moment_of("range.from", &value, errors));
    let to = to.and_then(|value| moment_of("range.to", &value, errors));
    let (account, from, to) = (account?, from?, to?);
    if from >= to {
        errors.push(FieldError::new("range.to", "invalid", "The range must end after it starts."));
    }
    Some(Which::Range { account, from, to })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    const PIN: &str = "pin_aaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn everything_that_is_wrong_is_named() {
        for (body, expected) in [
            (json!({}), vec![("pin_ids", "one_of"), ("start_at", "one_of")]),
            (
                json!({"pin_ids": [PIN], "range": {}, "by_days": 1, "by_minutes": 1, "time_zone": "x"}),
                vec![("time_zone", "unknown_zone"), ("pin_ids", "one_of"), ("start_at", "one_of")],
            ),
            (
                json!({"pin_ids": ["x", PIN, PIN, 7], "by_days": 0, "dry_run": "yes"}),
                vec![
                    ("by_days", "invalid"),
                    ("dry_run", "wrong_type"),
                    ("pin_ids[0]", "not_found"),
                    ("pin_ids[2]", "twice"),
                    ("pin_ids[3]", "not_found"),
                ],
            ),
            (
                json!({"range": {"account_id": "x", "from": "soon", "to": "2027-01-01T00:00:00"}, "start_at": 7}),
                vec![
                    ("start_at", "wrong_type"),
                    ("range.account_id", "not_found"),
                    ("range.from", "invalid_time"),
                    ("range.to", "offset_missing"),
                ],
            ),
            (json!({"pin_ids": [], "by_minutes": 1.5}), vec![("by_minutes", "invalid"), ("pin_ids", "invalid")]),
            (json!({"pin_ids": [PIN], "by_minutes": i64::MIN}), vec![("by_minutes", "invalid")]),
            (json!({"pin_ids": [PIN], "by_days": i64::MIN}), vec![("by_days", "invalid")]),
            (json!({"pin_ids": [PIN], "by_days": 732}), vec![("by_days", "invalid")]),
        ] {
            let errors = read(body.clone()).unwrap_err();
            let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(named, expected, "{body}");
        }
    }

    #[test]
    fn the_clocks_of_the_zone_say_how_far() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let first = at("2027-03-26T08:00:00Z");
        for (by, from, expected) in [
            (By::Days(2), "2027-03-26T08:00:00Z", "2027-03-28T07:00:00Z"),
            (By::Days(-2), "2027-03-29T07:00:00Z", "2027-03-27T08:00:00Z"),
            (By::Minutes(2880), "2027-03-26T08:00:00Z", "2027-03-28T08:00:00Z"),
            (By::StartAt(at("2027-03-27T08:00:00Z")), "2027-03-26T08:00:00Z", "2027-03-27T08:00:00Z"),
            (By::StartAt(at("2027-03-27T08:00:00Z")), "2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z"),
            (By::StartAt(at("2027-03-26T09:30:00Z")), "2027-03-28T07:00:00Z", "2027-03-28T08:30:00Z"),
        ] {
            assert_eq!(by.moved(at(from), first, &zone), Some(at(expected)), "{by:?} {from}");
        }
    }
}
