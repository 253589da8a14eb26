//! How an account is to be posted to: at which times of the week, how often, and how far apart.
//!
//! Times of the week are those of the account's zone. A slot in the hour that a change of the clocks leaves out comes
//! as much later as the clocks were put forward; one in the hour that comes twice is meant the first time.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, ZonedDateTime};
use sha2::{Digest, Sha256};

use super::PinId;

mod spacing;

pub use spacing::{Alike, Clash, Neighbour, Neighbours};

/// The most slots of a week: one for each of its hours.
pub const MOST_SLOTS: usize = 168;

/// The most minutes from one pin of a request to its next: 90 days.
pub const LONGEST_INTERVAL_MINUTES: u32 = 90 * 24 * 60;

/// The most hours that pins with the same link or image are kept apart: 90 days.
pub const LONGEST_SPACING_HOURS: u32 = 90 * 24;

/// The most seconds by which pins are spread.
pub const LONGEST_SPREAD_SECONDS: u32 = 15 * 60;

const DAY_MINUTES: u32 = 24 * 60;

/// A time zone by its IANA name, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

/// A time of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// The day.
    pub day: Weekday,
    /// The time of that day.
    pub time: Time,
}

/// Hours of every day in which nothing is planned; they may go past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The first quiet minute.
    pub from: Time,
    /// The first minute that is not quiet any more.
    pub to: Time,
}

/// The plan of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where its days and hours are.
    pub zone: Zone,
    /// When pins that ask for the next free slot go out, in the order of the week.
    pub slots: Vec<Slot>,
    /// How many pins of a day there are at most, where they ask for a slot.
    pub pins_per_day: Option<u16>,
    /// When nothing is planned.
    pub quiet: Option<QuietHours>,
    /// How many hours pins with the same link are kept apart; 0 does not keep them apart.
    pub same_link_hours: u32,
    /// The same for pins with the same image.
    pub same_image_hours: u32,
    /// By how many seconds at most a planned pin comes later than its slot, so that not all begin at :00.
    pub spread_seconds: u32,
    /// Counts changes.
    pub version: u64,
}

impl Zone {
    /// The zone of that name; nothing where there is none.
    pub fn parse(name: &str) -> Option<Self> {
        TimeZone::get(name).ok()?.iana_name().map(|name| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone itself; what was once a zone and is none any more counts as UTC.
    fn rules(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// `moment` as the clocks of the zone show it.
    pub fn local(&self, moment: Timestamp) -> ZonedDateTime {
        moment.to_zoned_datetime(self.rules())
    }

    /// `moment` as the clocks of the zone show it, with its offset: `2027-03-14T09:30:00+01:00`.
    pub fn written(&self, moment: Timestamp) -> String {
        self.local(moment).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// Where the clocks show `local`: later by the gap where they never do, the first time where they do twice.
    pub fn moment(&self, local: DateTime) -> Option<Timestamp> {
        self.rules().to_ambiguous_timestamp(local).compatible().ok()
    }

    /// `days` later at the same time of the day.
    pub fn days_later(&self, moment: Timestamp, days: i64) -> Option<Timestamp> {
        Some(self.local(moment).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?.timestamp())
    }
}

impl QuietHours {
    /// Whether `time` is one of them.
    pub fn has(self, time: Time) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            zone: Zone("UTC".to_owned()),
            slots: Vec::new(),
            pins_per_day: None,
            quiet: None,
            same_link_hours: 48,
            same_image_hours: 48,
            spread_seconds: 0,
            version: 0,
        }
    }
}

impl Plan {
    /// The slots of `date`, in order; those that fall together through a change of the clocks are one.
    pub fn slots_on(&self, date: Date) -> Vec<Timestamp> {
        let of_day = self.slots.iter().filter(|slot| slot.day == date.weekday());
        let moments = of_day.filter_map(|slot| self.zone.moment(date.to_datetime(slot.time)));
        let mut moments: Vec<_> = moments.filter(|moment| !self.is_quiet(*moment)).collect();
        moments.sort();
        moments.dedup();
        moments
    }

    /// The day of `moment` in the account's zone.
    pub fn date(&self, moment: Timestamp) -> Date {
        self.zone.local(moment).date()
    }

    /// Where `date` begins.
    pub fn start_of(&self, date: Date) -> Timestamp {
        self.zone.moment(date.to_datetime(Time::midnight())).unwrap_or(Timestamp::MIN)
    }

    /// Whether nothing is to be planned at `moment`.
    pub fn is_quiet(&self, moment: Timestamp) -> bool {
        self.quiet.is_some_and(|quiet| quiet.has(self.zone.local(moment).time()))
    }

    /// `moment`, or where it is quiet the first moment after it that is not.
    pub fn after_quiet(&self, moment: Timestamp) -> Timestamp {
        let Some(quiet) = self.quiet.filter(|_| self.is_quiet(moment)) else { return moment };
        let date = self.date(moment);
        let days = [Ok(date), date.tomorrow(), date.checked_add(2.days())].into_iter().flatten();
        // The end may come twice where the clocks are put back, or be passed over where they are put forward.
        let rules = self.zone.rules();
        let ends = days.flat_map(|date| {
            let end = rules.to_ambiguous_timestamp(date.to_datetime(quiet.to));
            [end.earlier(), end.later()].into_iter().flatten()
        });
        let change = rules.following(moment).next().map(|change| change.timestamp());
        let ends = ends.chain(change);
        let end = ends.filter(|end| *end >= moment && !self.is_quiet(*end)).min();
        end.unwrap_or(moment)
    }

    /// `minutes` after `moment`: whole days keep the time of the day, everything else is exact.
    pub fn later(&self, moment: Timestamp, minutes: u32) -> Option<Timestamp> {
        if minutes.is_multiple_of(DAY_MINUTES) {
            self.zone.days_later(moment, i64::from(minutes / DAY_MINUTES))
        } else {
            moment.checked_add(SignedDuration::from_mins(minutes.into())).ok()
        }
    }

    /// When a pin that is planned for `moment` goes out: some seconds later, always the same for the same pin, but not on
    /// another day and not in quiet hours.
    pub fn spread(&self, moment: Timestamp, pin: &PinId) -> Timestamp {
        let digest = Sha256::digest(pin.as_str());
        let drawn = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) % (self.spread_seconds + 1);
        let spread = moment.checked_add(SignedDuration::from_secs(drawn.into())).unwrap_or(moment);
        if self.is_quiet(spread) || self.date(spread) != self.date(moment) { moment } else { spread }
    }
}

#[cfg(test)]
mod tests;
