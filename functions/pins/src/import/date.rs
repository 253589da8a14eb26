//! `Publish date`: a moment, or a time by the clocks of the zone that the request names.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use shared::domain::pin::to_millisecond;

use crate::moment;
use crate::when::When;

/// Why a text says no time.
#[derive(Debug, PartialEq, Eq)]
pub enum NoDate {
    /// It is no date.
    Invalid,
    /// The clocks of the zone leave this time out.
    InGap,
}

/// A time, and whether the clocks show it twice, so that the first one is meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Date {
    /// When.
    pub when: When,
    /// Whether there was a choice.
    pub is_twice: bool,
}

/// Reads a date; nothing stands for now, and a date alone for its midnight.
pub fn read(text: &str, zone: &TimeZone) -> Result<Date, NoDate> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Date { when: When::Now, is_twice: false });
    }
    if let Ok(moment) = moment::read(text) {
        return Ok(Date { when: When::At(to_millisecond(moment)), is_twice: false });
    }
    let local: DateTime = text.parse().map_err(|_| NoDate::Invalid)?;
    if text.contains('[') {
        return Err(NoDate::Invalid);
    }
    let found = zone.to_ambiguous_timestamp(local);
    let is_twice = match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => false,
        AmbiguousOffset::Fold { .. } => true,
        AmbiguousOffset::Gap { .. } => return Err(NoDate::InGap),
    };
    let moment = found.earlier().map_err(|_| NoDate::Invalid)?;
    Ok(Date { when: When::At(to_millisecond(moment)), is_twice })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_time_is_meant_by_the_clocks_of_its_zone() {
        let at = |text: &str, is_twice| Ok(Date { when: When::At(text.parse().unwrap()), is_twice });
        for (zone, text, read_as) in [
            ("UTC", "", Ok(Date { when: When::Now, is_twice: false })),
            ("UTC", " 2027-03-14T09:30:00 ", at("2027-03-14T09:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30:00", at("2027-03-14T08:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14", at("2027-03-13T23:00:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30:00Z", at("2027-03-14T09:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30:00-05:00", at("2027-03-14T14:30:00Z", false)),
            ("Europe/Berlin", "2027-03-28T02:30:00", Err(NoDate::InGap)),
            ("Europe/Berlin", "2027-10-31T02:30:00", at("2027-10-31T00:30:00Z", true)),
            ("UTC", "2027-03-28T02:30:00", at("2027-03-28T02:30:00Z", false)),
            ("UTC", "14.03.2027", Err(NoDate::Invalid)),
            ("UTC", "03/14/2027 9:30", Err(NoDate::Invalid)),
            ("UTC", "2027-02-30", Err(NoDate::Invalid)),
            ("UTC", "2027-03-14T09:30:00[Europe/Berlin]", Err(NoDate::Invalid)),
            ("UTC", "now", Err(NoDate::Invalid)),
        ] {
            assert_eq!(read(text, &TimeZone::get(zone).unwrap()), read_as, "{text} {zone}");
        }
    }
}
