//! Times for rows that name a day alone: the free slots of the account's plan on that day, or else the time of the day at
//! which the file is sent, the rows of a day some minutes apart.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, ImportId, PinId, Plan};

use super::calendar::{Calendar, start_of};
use super::columns::Column;
use super::date::Asked;
use super::options::Options;
use super::row::Row;
use crate::desk::Desk;
use crate::placement::Placement;

/// The word for a time that was chosen here.
pub const TIME_CHOSEN: &str = "time_chosen";

/// How far apart the rows of a day are at most.
const MOST_APART: SignedDuration = SignedDuration::from_mins(15);

/// A pin that goes out within this time of another one is at the same time.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Chooses a time for each row that has none, in the order of the file.
pub fn choose(
    desk: &Desk,
    options: &Options,
    id: &ImportId,
    rows: &mut [Row],
    (accounts, placements): (&[Option<AccountId>], &[Option<Placement>]),
    calendar: &Calendar,
) {
    let mut days: BTreeMap<(&AccountId, Date), Vec<usize>> = BTreeMap::new();
    for (position, (row, account)) in rows.iter().zip(accounts).enumerate() {
        if let (Some(Asked::Day(date)), Some(account), None, true) =
            (row.asked, account, &row.twin, row.errors.is_empty())
        {
            days.entry((account, date)).or_default().push(position);
        }
    }
    let mut taken: BTreeMap<&AccountId, BTreeSet<Timestamp>> = BTreeMap::new();
    for entry in &calendar.entries {
        taken.entry(&entry.to.account_id).or_default().insert(entry.at);
    }
    for (row, account) in rows.iter().zip(accounts) {
        if let (Some(at), Some(account)) = (row.at, account) {
            taken.entry(account).or_default().insert(at);
        }
    }
    for ((account, date), positions) in days {
        let plan = positions.iter().find_map(|position| placements[*position].as_ref()?.plan.as_ref());
        let taken = taken.entry(account).or_default();
        let times = times(plan, (date, &options.zone), (desk.now, positions.len()), taken);
        for (position, (at, is_slot)) in positions.into_iter().zip(times) {
            let row = &mut rows[position];
            let pin = PinId::of_import(&desk.owner, id, row.line);
            let at = plan.filter(|_| is_slot).map_or(at, |plan| plan.spread(at, &pin));
            row.set_time(at, desk.now);
            taken.insert(at);
            if row.late.is_none() {
                let local = at.to_zoned_datetime(options.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
                let how = if is_slot { ", a free slot of the account's plan" } else { "" };
                let message = format!(
                    "The date has no time, so the pin goes out at {local}{how}. Add a time to the date to change this."
                );
                row.warn(Column::PublishDate, TIME_CHOSEN, message);
            }
        }
    }
}

/// A time for each of the rows of a day, and whether it is a slot of the plan.
fn times(
    plan: Option<&Plan>,
    (date, zone): (Date, &TimeZone),
    (now, count): (Timestamp, usize),
    taken: &BTreeSet<Timestamp>,
) -> Vec<(Timestamp, bool)> {
    let slots = plan.map(|plan| plan.slots_on(date)).unwrap_or_default().into_iter();
    let free = slots.filter(|slot| *slot >= now && is_free(*slot, taken));
    let mut times: Vec<_> = free.take(count).map(|slot| (slot, true)).collect();
    // Only what is near that day matters, and an account may have ten thousand others.
    let near = SignedDuration::from_hours(36);
    let noon = date.to_datetime(jiff::civil::time(12, 0, 0, 0));
    let noon = zone.to_ambiguous_timestamp(noon).compatible().unwrap_or(now);
    let span = noon.checked_sub(near).unwrap_or(Timestamp::MIN)..noon.checked_add(near).unwrap_or(Timestamp::MAX);
    let mut taken: BTreeSet<_> = taken.range(span).copied().collect();
    taken.extend(times.iter().map(|(at, _)| at));
    let rest = spread((date, zone), (now, count - times.len()), &taken);
    times.extend(rest.into_iter().map(|at| (at, false)));
    times
}

/// Times from the time of the day of `now` on, up to the end of the day.
fn spread(
    (date, zone): (Date, &TimeZone),
    (now, count): (Timestamp, usize),
    taken: &BTreeSet<Timestamp>,
) -> Vec<Timestamp> {
    let local = now.to_zoned_datetime(zone.clone());
    let (Some(start), Some(end)) = (start_of(date, zone), date.tomorrow().ok().and_then(|next| start_of(next, zone)))
    else {
        return vec![Timestamp::MAX; count];
    };
    let is_today = local.date() == date;
    let minute = local.time().with().second(0).subsec_nanosecond(0).build().unwrap_or(local.time());
    let same_time = zone.to_ambiguous_timestamp(date.to_datetime(minute)).compatible().unwrap_or(start);
    let mut first = if is_today { now } else { same_time };
    let others = taken.range(first..end).count();
    let places = i32::try_from(count + others).unwrap_or(i32::MAX).max(1);
    if !is_today && end.duration_since(first) < MINUTE.saturating_mul(places) {
        // Late in the evening there is not a minute for each row, so they begin earlier.
        first = start.max(end.checked_sub(MINUTE.saturating_mul(places)).unwrap_or(start));
    }
    let step = (end.duration_since(first) / places).min(MOST_APART);
    let step = if step >= MINUTE { SignedDuration::from_mins(step.as_mins()) } else { step };
    let all = || (0..).map_while(|number| first.checked_add(step.checked_mul(number)?).ok()).take_while(|at| *at < end);
    let mut found: Vec<_> = all().take(10 * count + others).filter(|at| is_free(*at, taken)).take(count).collect();
    found.extend(all().take(count - found.len()));
    found.resize(count, first);
    found.sort();
    found
}

fn is_free(at: Timestamp, taken: &BTreeSet<Timestamp>) -> bool {
    taken.range(at..).next().is_none_or(|next| next.duration_since(at) >= MINUTE)
        && taken.range(..at).next_back().is_none_or(|last| at.duration_since(*last) >= MINUTE)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::civil::date;
    use shared::domain::{Slot, Zone};

    use super::*;

    /// The times of rows of 10 March, in a file that is sent at `now` in Berlin.
    fn chosen(plan: Option<&Plan>, now: &str, count: usize, taken: &[&str]) -> Vec<String> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| zone.to_ambiguous_timestamp(text.parse().unwrap()).compatible().unwrap();
        let taken = taken.iter().map(|text| at(text)).collect();
        let times = times(plan, (date(2027, 3, 10), &zone), (at(now), count), &taken);
        times.iter().map(|(at, _)| at.to_zoned_datetime(zone.clone()).strftime("%dT%H:%M:%S").to_string()).collect()
    }

    #[test]
    fn rows_of_a_day_are_spread_from_the_time_of_the_day_on() {
        for (now, count, taken, expected) in [
            ("2027-03-01T09:30:20", 3, &[][..], vec!["10T09:30:00", "10T09:45:00", "10T10:00:00"]),
            ("2027-03-10T09:30:20", 2, &[], vec!["10T09:30:20", "10T09:45:20"]),
            ("2027-03-01T23:50:00", 3, &[], vec!["10T23:50:00", "10T23:53:00", "10T23:56:00"]),
            ("2027-03-01T23:59:10", 3, &[], vec!["10T23:57:00", "10T23:58:00", "10T23:59:00"]),
            ("2027-03-10T23:59:54", 3, &[], vec!["10T23:59:54", "10T23:59:56", "10T23:59:58"]),
            ("2027-03-01T09:30:00", 2, &["2027-03-10T09:30:30"], vec!["10T09:45:00", "10T10:00:00"]),
        ] {
            assert_eq!(chosen(None, now, count, taken), expected, "{now} {count}");
        }
        let many = chosen(None, "2027-03-01T18:00:00", 2_000, &[]);
        assert_eq!((many.len(), many[0].as_str()), (2_000, "10T00:00:00"));
        assert!(many.iter().all(|at| at.starts_with("10T")));
        let distinct: BTreeSet<_> = many.iter().collect();
        assert_eq!(distinct.len(), 2_000);
    }

    #[test]
    fn free_slots_of_the_plan_come_first() {
        let slot = |hour| Slot { day: date(2027, 3, 10).weekday(), time: jiff::civil::time(hour, 0, 0, 0) };
        let slots = vec![slot(8), slot(12), slot(18)];
        let plan = Plan { zone: Zone::parse("Europe/Berlin").unwrap(), slots, ..Plan::default() };
        for (now, count, taken, expected) in [
            ("2027-03-01T09:30:00", 2, &[][..], vec!["10T08:00:00", "10T12:00:00"]),
            ("2027-03-01T09:30:00", 3, &["2027-03-10T12:00:20"], vec!["10T08:00:00", "10T18:00:00", "10T09:30:00"]),
            ("2027-03-10T09:30:00", 1, &[], vec!["10T12:00:00"]),
            ("2027-03-10T19:00:00", 1, &[], vec!["10T19:00:00"]),
        ] {
            assert_eq!(chosen(Some(&plan), now, count, taken), expected, "{now} {count}");
        }
    }
}
