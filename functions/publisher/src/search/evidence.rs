//! How far the list of a board can be trusted.
//!
//! Neither the order of the list nor the time zone of its times is documented. Both are learned from the list itself and
//! from the pins that Pinterest is known to have created; what contradicts them makes a look prove nothing.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{AttemptOutcome, Pin, State};
use shared::pinterest::{CallError, ListedPin};

use super::Why;

/// No time zone is further from UTC.
pub const ZONES: SignedDuration = SignedDuration::from_hours(15);

/// How far clocks and the order of pins that were created at nearly the same time may be off.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// How long after it was handed to Pinterest a created pin has to be in the list: its request ends within fifteen seconds,
/// and the list has it a minute later.
const LISTED_AFTER: SignedDuration = SignedDuration::from_secs(75);

/// What the list of a board showed.
#[derive(Debug)]
pub struct List {
    /// The pins in the order of the list, as far as they were read.
    pub(super) pins: Vec<ListedPin>,
    /// Whether these are all.
    pub(super) is_whole: bool,
    /// When the first attempt in doubt was made.
    since: Timestamp,
    began: Timestamp,
    pub(super) ended: Timestamp,
    /// What keeps it from proving that the pin is not there; absent where everything was read that can be the pin.
    pub gap: Option<Why>,
    /// What kept it from being read, if anything did.
    pub error: Option<CallError>,
    /// `x-pinterest-rid` of the last page.
    pub request_id: Option<String>,
}

/// The order of a list, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// From the newest pin to the oldest.
    NewestFirst,
    /// The pins that were read are of nearly the same time, so any order may be theirs.
    Unknown,
    /// Another one.
    Other,
}

/// How the times in the list relate to our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinterestClock {
    /// They are ahead by that much, as pins that are known show.
    Learned(SignedDuration),
    /// Nothing shows it, so they are taken as UTC.
    Assumed,
    /// What shows it is contradictory.
    Contradictory,
}

impl List {
    /// A list that is about to be read, for an attempt that was made at `since`.
    pub(super) fn begun(since: Timestamp, now: Timestamp) -> Self {
        let (pins, is_whole) = (Vec::new(), false);
        Self { pins, is_whole, since, began: now, ended: now, gap: Some(Why::Unread), error: None, request_id: None }
    }

    /// The order of what was read.
    pub(super) fn order(&self) -> Order {
        let mut bounds: Option<(Timestamp, Timestamp)> = None;
        for at in self.pins.iter().filter_map(ListedPin::created_at) {
            let (oldest, newest) = bounds.unwrap_or((at, at));
            if at > oldest + TOLERANCE {
                return Order::Other;
            }
            bounds = Some((oldest.min(at), newest.max(at)));
        }
        let shows = bounds.is_some_and(|(oldest, newest)| newest.duration_since(oldest) > TOLERANCE);
        if shows { Order::NewestFirst } else { Order::Unknown }
    }

    /// Whether `listed` was created since the attempt and before the list was read, with `margin` on either side. A moment
    /// that cannot be read may be any.
    pub(super) fn shows_since_attempt(&self, listed: &ListedPin, margin: SignedDuration) -> bool {
        let window = self.since - TOLERANCE - margin..=self.ended + TOLERANCE + margin;
        listed.created_at().is_none_or(|at| window.contains(&at))
    }
}

impl PinterestClock {
    /// Whether `listed` is surely one that was created since the attempt; nothing where it surely is not.
    pub(super) fn is_new(self, list: &List, listed: &ListedPin) -> Option<bool> {
        match self {
            Self::Learned(ahead) => {
                let window = list.since - TOLERANCE..=list.ended + TOLERANCE;
                listed.created_at().is_none_or(|at| window.contains(&(at - ahead))).then_some(true)
            }
            Self::Assumed => Some(list.shows_since_attempt(listed, SignedDuration::ZERO)),
            Self::Contradictory => Some(false),
        }
    }
}

/// How the clock of `list` relates to ours, and what keeps the list from proving that a pin is not there; `others` are the
/// owner's other pins of the last day.
pub(super) fn of(pin: &Pin, list: &List, others: &[Pin]) -> (PinterestClock, Option<Why>) {
    let listed: BTreeMap<_, _> = list.pins.iter().map(|listed| (&listed.id, listed)).collect();
    let (mut ahead, mut is_missing) = (Vec::new(), false);
    for other in others.iter().filter(|other| other.account_id == pin.account_id) {
        let State::Published { at, pinterest_pin_id, .. } = &other.state else { continue };
        ahead.extend(other.pinterest_clock_s.map(|seconds| (*at, SignedDuration::from_secs(seconds))));
        let outcome = other.attempts.last().map(|attempt| attempt.outcome);
        match listed.get(pinterest_pin_id) {
            // Of one that was only found, it is not known to the second when it was posted.
            Some(listed) if outcome == Some(AttemptOutcome::Published) => {
                ahead.extend(listed.created_at().map(|created| (*at, created.duration_since(*at))));
            }
            Some(_) => {}
            None => {
                let is_ours = matches!(outcome, Some(AttemptOutcome::Published | AttemptOutcome::FoundOnBoard));
                is_missing |= is_ours && is_in_place(pin, other) && list.has_to_show(*at);
            }
        }
    }
    let clock = list.clock(&ahead);
    let evident =
        (is_missing.then_some(Why::Missing)).or((clock == PinterestClock::Contradictory).then_some(Why::Clock));
    (clock, list.gap.or(evident))
}

/// Whether the list of the place of `pin` has `other` too. Whether the list of a board has what is in its sections is not
/// documented.
fn is_in_place(pin: &Pin, other: &Pin) -> bool {
    pin.board_id == other.board_id && pin.section_id == other.section_id
}

impl List {
    /// Whether a pin that was handed to Pinterest at `at` has to be among those that were read.
    fn has_to_show(&self, at: Timestamp) -> bool {
        at + LISTED_AFTER <= self.began && (self.is_whole || at >= self.since)
    }

    /// What `ahead` says of the clock of the list: by how much it was ahead of ours, and when.
    fn clock(&self, ahead: &[(Timestamp, SignedDuration)]) -> PinterestClock {
        let differences = ahead.iter().map(|(_, difference)| *difference);
        let spread = differences.clone().max().zip(differences.min()).map(|(most, least)| most - least);
        let learned = ahead.iter().max_by_key(|(at, _)| *at).map(|(_, difference)| *difference);
        // No pin was created after the list was read.
        let latest = self.ended + learned.unwrap_or_default() + TOLERANCE;
        let is_ahead = self.pins.iter().filter_map(ListedPin::created_at).any(|created| created > latest);
        let is_spread = spread.is_some_and(|spread| spread > TOLERANCE);
        let is_no_zone = learned.is_some_and(|learned| learned.abs() > ZONES);
        match learned {
            _ if is_ahead || is_spread || is_no_zone => PinterestClock::Contradictory,
            Some(difference) => PinterestClock::Learned(difference),
            None => PinterestClock::Assumed,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2027-01-15T{time}Z").parse().unwrap()
    }

    /// A list that was read at 08:05 for an attempt at 08:00.
    fn list(times: &[&str]) -> List {
        let listed = |time: &&str| {
            let pin = json!({"id": "1", "created_at": format!("2027-01-15T{time}")});
            serde_json::from_value(pin).unwrap()
        };
        List { pins: times.iter().map(listed).collect(), ..List::begun(at("08:00:00"), at("08:05:00")) }
    }

    #[test]
    fn a_list_shows_its_order_where_its_times_differ() {
        for (times, order) in [
            (&[][..], Order::Unknown),
            (&["08:00:00"], Order::Unknown),
            (&["08:00:00", "07:59:00", "07:58:30"], Order::Unknown),
            (&["08:00:00", "07:00:00", "07:01:00", "06:00:00"], Order::NewestFirst),
            (&["08:00:00", "soon", "07:00:00"], Order::NewestFirst),
            (&["08:00:00", "07:00:00", "07:03:00"], Order::Other),
            (&["06:00:00", "07:00:00", "08:00:00"], Order::Other),
        ] {
            assert_eq!(list(times).order(), order, "{times:?}");
        }
    }

    #[test]
    fn the_clock_is_learned_unless_what_shows_it_is_contradictory() {
        let hours = |hours| (at("07:00:00"), SignedDuration::from_hours(hours));
        let learned = |hours| PinterestClock::Learned(SignedDuration::from_hours(hours));
        for (time, ahead, clock) in [
            ("08:04:00", &[][..], PinterestClock::Assumed),
            ("08:08:00", &[], PinterestClock::Contradictory),
            ("10:04:00", &[hours(2)], learned(2)),
            ("00:04:00", &[hours(-8), hours(-8)], learned(-8)),
            ("08:04:00", &[hours(-8)], PinterestClock::Contradictory),
            ("00:04:00", &[hours(-8), hours(0)], PinterestClock::Contradictory),
            ("08:04:00", &[hours(16)], PinterestClock::Contradictory),
        ] {
            assert_eq!(list(&[time]).clock(ahead), clock, "{time} {ahead:?}");
        }
    }

    #[test]
    fn what_is_new_is_told_by_the_clock() {
        let list = list(&["08:01:00"]);
        let listed = &list.pins[0];
        for (clock, is_new) in [
            (PinterestClock::Assumed, Some(true)),
            (PinterestClock::Learned(SignedDuration::ZERO), Some(true)),
            (PinterestClock::Learned(SignedDuration::from_hours(1)), None),
            (PinterestClock::Contradictory, Some(false)),
        ] {
            assert_eq!(clock.is_new(&list, listed), is_new, "{clock:?}");
        }
    }

    #[test]
    fn a_pin_has_to_be_shown_once_it_is_old_enough_and_where_the_list_reaches() {
        let (mut list, whole) = (list(&[]), true);
        for (is_whole, time, has_to) in [
            (whole, "08:03:45", true),
            (whole, "08:03:46", false),
            (whole, "07:00:00", true),
            (!whole, "07:59:59", false),
        ] {
            list.is_whole = is_whole;
            assert_eq!(list.has_to_show(at(time)), has_to, "{is_whole} {time}");
        }
    }
}
