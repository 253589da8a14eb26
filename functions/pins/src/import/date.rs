//! `Publish date`: a moment, a time by the clocks of the zone that the request names, or a day alone.

mod written;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use shared::domain::pin::to_millisecond;

use crate::moment;
use written::Written;

/// Why a text says no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDate {
    /// It is no date.
    Invalid,
    /// The clocks of the zone leave this time out.
    InGap,
    /// Day and month may be meant in either order: what to write for each.
    Ambiguous(Vec<String>),
}

/// When a row is to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// At once.
    Now,
    /// Then.
    At(Timestamp),
    /// At some time of that day.
    Day(Date),
}

/// What a cell asks for, and whether the clocks show that time twice, so that the first one is meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    /// When.
    pub asked: Asked,
    /// Whether there was a choice.
    pub is_twice: bool,
}

/// Reads a date; nothing stands for now.
pub fn read(text: &str, zone: &TimeZone) -> Result<Read, NoDate> {
    let text = text.trim();
    let plain = |asked| Ok(Read { asked, is_twice: false });
    if text.is_empty() {
        return plain(Asked::Now);
    }
    if let Ok(moment) = moment::read(text) {
        return plain(Asked::At(to_millisecond(moment)));
    }
    let written = written::read(text)?;
    let local = match written {
        Written { date, time: None, .. } => return plain(Asked::Day(date)),
        Written { date, time: Some(time), offset: Some(offset) } => {
            let moment = offset.to_timestamp(date.to_datetime(time)).map_err(|_| NoDate::Invalid)?;
            return plain(Asked::At(to_millisecond(moment)));
        }
        Written { date, time: Some(time), offset: None } => date.to_datetime(time),
    };
    by_clocks(local, zone)
}

fn by_clocks(local: DateTime, zone: &TimeZone) -> Result<Read, NoDate> {
    let found = zone.to_ambiguous_timestamp(local);
    let is_twice = match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => false,
        AmbiguousOffset::Fold { .. } => true,
        AmbiguousOffset::Gap { .. } => return Err(NoDate::InGap),
    };
    let moment = found.earlier().map_err(|_| NoDate::Invalid)?;
    Ok(Read { asked: Asked::At(to_millisecond(moment)), is_twice })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_time_is_meant_by_the_clocks_of_its_zone() {
        let at = |text: &str, is_twice| Ok(Read { asked: Asked::At(text.parse().unwrap()), is_twice });
        let day = |day| Ok(Read { asked: Asked::Day(date(2027, 3, day)), is_twice: false });
        for (zone, text, read_as) in [
            ("UTC", "", Ok(Read { asked: Asked::Now, is_twice: false })),
            ("UTC", " 2027-03-14T09:30:00 ", at("2027-03-14T09:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30:00", at("2027-03-14T08:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30", at("2027-03-14T08:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14", day(14)),
            ("Europe/Berlin", "14 March 2027", day(14)),
            ("Europe/Berlin", "2027-03-14T09:30:00Z", at("2027-03-14T09:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14 09:30:00 UTC", at("2027-03-14T09:30:00Z", false)),
            ("Europe/Berlin", "Mar 14, 2027 9:30 AM", at("2027-03-14T08:30:00Z", false)),
            ("Europe/Berlin", "2027-03-14T09:30:00-05:00", at("2027-03-14T14:30:00Z", false)),
            ("Europe/Berlin", "2027-03-28T02:30:00", Err(NoDate::InGap)),
            ("Europe/Berlin", "2027/3/28 2:30", Err(NoDate::InGap)),
            ("Europe/Berlin", "2027-10-31T02:30:00", at("2027-10-31T00:30:00Z", true)),
            ("UTC", "2027-03-28T02:30:00", at("2027-03-28T02:30:00Z", false)),
            ("UTC", "14.03.2027", Err(NoDate::Ambiguous(vec!["2027-03-14".to_owned()]))),
            ("UTC", "2027-02-30", Err(NoDate::Invalid)),
            ("UTC", "2027-03-14T09:30:00[Europe/Berlin]", Err(NoDate::Invalid)),
            ("UTC", "now", Err(NoDate::Invalid)),
        ] {
            assert_eq!(read(text, &TimeZone::get(zone).unwrap()), read_as, "{text} {zone}");
        }
    }
}
