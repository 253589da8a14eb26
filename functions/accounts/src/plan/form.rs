//! A plan as it was written; every wrong field is named at once.

use jiff::civil::{Time, Weekday};
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::plan::{LONGEST_SPACING_HOURS, LONGEST_SPREAD_SECONDS, MOST_SLOTS};
use shared::domain::{FieldError, Plan, QuietHours, Slot};

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// The most pins a day that can be asked for.
const MOST_A_DAY: u32 = 500;

/// The word for a day.
pub fn word(day: Weekday) -> &'static str {
    DAYS.iter().find(|(_, known)| *known == day).map_or("monday", |(word, _)| word)
}

/// Reads a plan. What is not given is as in an account without a plan, but for the zone, which has to be given.
pub fn read(body: Value) -> Result<Plan, Vec<FieldError>> {
    let mut errors = Vec::new();
    let defaults = Plan::default();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let zone = fields.required_text("time_zone").and_then(|text| fields.zone("time_zone", &text));
    let pins_per_day = fields.number("pins_per_day", (1, MOST_A_DAY));
    let same_link_hours = fields.number("same_link_hours", (0, LONGEST_SPACING_HOURS));
    let same_image_hours = fields.number("same_image_hours", (0, LONGEST_SPACING_HOURS));
    let spread_seconds = fields.number("spread_seconds", (0, LONGEST_SPREAD_SECONDS));
    let (slots, quiet) = (fields.optional("slots"), fields.optional("quiet_hours"));
    fields.close();
    let quiet = quiet.and_then(|quiet| quiet_hours(quiet, &mut errors));
    let slots = slots.map(|slots| list(slots, quiet, &mut errors)).unwrap_or_default();
    let zone = zone.filter(|_| errors.is_empty()).ok_or(errors)?;
    Ok(Plan {
        zone,
        slots,
        pins_per_day: pins_per_day.and_then(|most| u16::try_from(most).ok()),
        quiet,
        same_link_hours: same_link_hours.unwrap_or(defaults.same_link_hours),
        same_image_hours: same_image_hours.unwrap_or(defaults.same_image_hours),
        spread_seconds: spread_seconds.unwrap_or(defaults.spread_seconds),
        version: 0,
    })
}

fn list(value: Value, quiet: Option<QuietHours>, errors: &mut Vec<FieldError>) -> Vec<Slot> {
    let values = match value {
        Value::Array(values) if values.len() <= MOST_SLOTS => values,
        Value::Array(_) => {
            let message = format!("An account can have at most {MOST_SLOTS} posting times. Remove some.");
            errors.push(FieldError::new("slots", "too_many", message));
            return Vec::new();
        }
        other => {
            errors.push(wrong_type("slots", "a list", &other));
            return Vec::new();
        }
    };
    let mut slots: Vec<Slot> = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let path = format!("slots[{index}]");
        let Some(slot) = slot(&path, value, errors) else { continue };
        if slots.contains(&slot) {
            errors.push(FieldError::new(path, "twice", "Duplicate posting time. Remove one of the two."));
        } else if quiet.is_some_and(|quiet| quiet.has(slot.time)) {
            let message = "This posting time is within the quiet hours, so it would never be used. Change the time or \
                           the quiet hours.";
            errors.push(FieldError::new(path, "quiet", message));
        } else {
            slots.push(slot);
        }
    }
    slots.sort_by_key(|slot| (slot.day.to_monday_zero_offset(), slot.time));
    slots
}

fn slot(path: &str, value: Value, errors: &mut Vec<FieldError>) -> Option<Slot> {
    let mut fields = Fields::open(path, value, errors)?;
    let day = fields.required_text("day").and_then(|text| {
        let day = DAYS.iter().find(|(word, _)| *word == text.to_lowercase()).map(|(_, day)| *day);
        if day.is_none() {
            let words = DAYS.map(|(word, _)| word).join(", ");
            fields.wrong("day", "invalid", format!("Enter a day of the week: {words}."));
        }
        day
    });
    let time = time(&mut fields, "time");
    fields.close();
    Some(Slot { day: day?, time: time? })
}

fn quiet_hours(value: Value, errors: &mut Vec<FieldError>) -> Option<QuietHours> {
    let mut fields = Fields::open("quiet_hours", value, errors)?;
    let (from, to) = (time(&mut fields, "from"), time(&mut fields, "to"));
    if from.is_some() && from == to {
        fields.wrong(
            "to",
            "invalid",
            "Quiet hours must start and end at different times. Use null for no quiet \
                                       hours.",
        );
    }
    fields.close();
    Some(QuietHours { from: from?, to: to? })
}

/// `HH:MM`, to the minute.
fn time(fields: &mut Fields<'_>, name: &str) -> Option<Time> {
    let text = fields.required_text(name)?;
    let time = Time::strptime("%H:%M", &text).ok().filter(|_| text.len() == 5);
    if time.is_none() {
        fields.wrong(name, "invalid", "Enter the time as HH:MM, such as 09:30 or 18:00.");
    }
    time
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(body: Value, expected: &[(&str, &str)]) {
        let errors = read(body).unwrap_err();
        let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(named, expected);
    }

    #[test]
    fn slots_are_kept_in_the_order_of_the_week() {
        let body = json!({
            "time_zone": "europe/berlin",
            "slots": [{"day": "Sunday", "time": "09:00"}, {"day": "monday", "time": "18:30"}, {"day": "monday", "time": "09:00"}],
        });
        let plan = read(body).unwrap();
        let slots: Vec<_> = plan.slots.iter().map(|slot| (word(slot.day), slot.time.to_string())).collect();
        let expected = [("monday", "09:00:00"), ("monday", "18:30:00"), ("sunday", "09:00:00")];
        assert_eq!(slots, expected.map(|(day, time)| (day, time.to_owned())));
        assert_eq!((plan.zone.as_str(), plan.same_link_hours, plan.pins_per_day), ("Europe/Berlin", 48, None));
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        check(json!([]), &[("body", "wrong_type")]);
        check(json!({}), &[("time_zone", "required")]);
        check(json!({"time_zone": null}), &[("time_zone", "required")]);
        check(
            json!({
                "time_zone": "Berlin", "pins_per_day": 0, "same_link_hours": -1, "same_image_hours": 2161,
                "spread_seconds": 1.5, "zone": "UTC", "quiet_hours": {"from": "22:00", "to": "24:00"},
                "slots": [{"day": "someday", "time": "9:00"}, {"time": 9}, 7],
            }),
            &[
                ("time_zone", "unknown_zone"),
                ("pins_per_day", "invalid"),
                ("same_link_hours", "invalid"),
                ("same_image_hours", "invalid"),
                ("spread_seconds", "invalid"),
                ("zone", "unknown_field"),
                ("quiet_hours.to", "invalid"),
                ("slots[0].day", "invalid"),
                ("slots[0].time", "invalid"),
                ("slots[1].day", "required"),
                ("slots[1].time", "wrong_type"),
                ("slots[2]", "wrong_type"),
            ],
        );
        let slot = json!({"day": "friday", "time": "23:00"});
        check(json!({"time_zone": "UTC", "slots": [slot, slot]}), &[("slots[1]", "twice")]);
        let quiet = json!({"from": "22:00", "to": "06:00"});
        check(json!({"time_zone": "UTC", "slots": [slot], "quiet_hours": quiet}), &[("slots[0]", "quiet")]);
        check(json!({"time_zone": "UTC", "slots": vec![&slot; 169]}), &[("slots", "too_many")]);
        let all_day = json!({"from": "06:00", "to": "06:00"});
        check(json!({"time_zone": "UTC", "quiet_hours": all_day}), &[("quiet_hours.to", "invalid")]);
    }
}
