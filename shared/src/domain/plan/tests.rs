#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use chrono::{Datelike, LocalResult, NaiveDate, Offset, TimeZone as _, Timelike};
use proptest::prelude::*;

use super::*;
use crate::random::SystemRandom;

fn plan(zone: &str, slots: &[(Weekday, &str)]) -> Plan {
    let slots = slots.iter().map(|(day, time)| Slot { day: *day, time: time.parse().unwrap() }).collect();
    Plan { zone: Zone::parse(zone).unwrap(), slots, ..Plan::default() }
}

fn quiet(zone: &str, from: &str, to: &str) -> Plan {
    let quiet = QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap() };
    Plan { quiet: Some(quiet), ..plan(zone, &[]) }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_zone_has_an_iana_name() {
    for (name, known) in [
        ("Europe/Berlin", Some("Europe/Berlin")),
        ("europe/berlin", Some("Europe/Berlin")),
        ("UTC", Some("UTC")),
        ("Berlin", None),
        ("+01:00", None),
        ("", None),
        ("../etc/passwd", None),
    ] {
        assert_eq!(Zone::parse(name).as_ref().map(Zone::as_str), known, "{name}");
    }
}

#[test]
fn slots_are_right_where_the_clocks_change() {
    use Weekday::Sunday;
    let slots =
        [(Sunday, "01:30"), (Sunday, "02:30"), (Sunday, "03:30"), (Sunday, "09:00"), (Weekday::Monday, "02:30")];
    for (zone, date, expected) in [
        // An ordinary Sunday, in winter and in summer.
        ("Europe/Berlin", "2027-03-21", vec!["00:30", "01:30", "02:30", "08:00"]),
        ("Europe/Berlin", "2027-07-04", vec!["-1", "00:30", "01:30", "07:00"]),
        // 02:30 does not exist and comes at 03:30, which is a slot as well: one of them.
        ("Europe/Berlin", "2027-03-28", vec!["00:30", "01:30", "07:00"]),
        // 02:30 comes twice and is meant the first time.
        ("Europe/Berlin", "2027-10-31", vec!["-1", "00:30", "02:30", "08:00"]),
        ("America/New_York", "2027-03-14", vec!["06:30", "07:30", "13:00"]),
        ("Asia/Kathmandu", "2027-03-14", vec!["-1", "-1", "-1", "03:15"]),
    ] {
        let date: Date = date.parse().unwrap();
        let found: Vec<_> =
            plan(zone, &slots).slots_on(date).into_iter().map(|slot| slot.to_zoned_datetime(TimeZone::UTC)).collect();
        let told: Vec<_> = found
            .iter()
            .map(|slot| if slot.date() == date { slot.strftime("%H:%M").to_string() } else { "-1".to_owned() })
            .collect();
        assert_eq!(told, expected, "{zone} {date}");
    }
}

#[test]
fn quiet_hours_go_past_midnight_and_end_where_the_clocks_say_so() {
    for (from, to, moment, expected) in [
        ("22:00", "07:00", "2027-01-15T20:59:59Z", "2027-01-15T20:59:59Z"),
        ("22:00", "07:00", "2027-01-15T21:00:00Z", "2027-01-16T06:00:00Z"),
        ("22:00", "07:00", "2027-01-16T05:59:59Z", "2027-01-16T06:00:00Z"),
        ("22:00", "07:00", "2027-01-16T06:00:00Z", "2027-01-16T06:00:00Z"),
        ("12:00", "13:00", "2027-01-16T11:30:00Z", "2027-01-16T12:00:00Z"),
        // The night of the change in spring is an hour shorter, that in autumn an hour longer.
        ("22:00", "07:00", "2027-03-27T23:00:00Z", "2027-03-28T05:00:00Z"),
        ("22:00", "07:00", "2027-10-30T23:00:00Z", "2027-10-31T06:00:00Z"),
        // The end does not exist: the first moment that does.
        ("00:00", "02:30", "2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z"),
        // The end comes twice: what is after the first one and before the second is quiet again.
        ("00:00", "02:30", "2027-10-31T00:10:00Z", "2027-10-31T00:30:00Z"),
        ("00:00", "02:30", "2027-10-31T01:10:00Z", "2027-10-31T01:30:00Z"),
    ] {
        let plan = quiet("Europe/Berlin", from, to);
        assert_eq!(plan.after_quiet(at(moment)), at(expected), "{from} to {to}: {moment}");
    }
    assert_eq!(plan("UTC", &[]).after_quiet(at("2027-01-15T03:00:00Z")), at("2027-01-15T03:00:00Z"));
}

#[test]
fn whole_days_keep_the_time_of_the_day_and_minutes_are_exact() {
    let plan = plan("Europe/Berlin", &[]);
    for (moment, minutes, expected) in [
        ("2027-03-27T08:00:00Z", 1_440, "2027-03-28T07:00:00Z"),
        ("2027-03-27T08:00:00Z", 1_441, "2027-03-28T08:01:00Z"),
        ("2027-10-30T07:00:00Z", 7 * 1_440, "2027-11-06T08:00:00Z"),
        ("2027-03-27T01:30:00Z", 1_440, "2027-03-28T01:30:00Z"),
        ("2027-03-27T08:00:00Z", 0, "2027-03-27T08:00:00Z"),
    ] {
        assert_eq!(plan.later(at(moment), minutes), Some(at(expected)), "{moment} + {minutes}");
    }
}

#[test]
fn pins_are_spread_alike_every_time_and_not_into_quiet_hours_or_another_day() {
    let moment = at("2027-01-15T08:00:00Z");
    let plan = Plan { spread_seconds: 120, ..quiet("UTC", "22:00", "07:00") };
    let pins: Vec<_> = (0..200).map(|_| PinId::random(&SystemRandom)).collect();
    let by: Vec<_> = pins.iter().map(|pin| plan.spread(moment, pin).duration_since(moment).as_secs()).collect();
    assert!(by.iter().all(|seconds| (0..=120).contains(seconds)), "{by:?}");
    assert!(by.iter().collect::<std::collections::BTreeSet<_>>().len() > 40, "{by:?}");
    let again: Vec<_> = pins.iter().map(|pin| plan.spread(moment, pin).duration_since(moment).as_secs()).collect();
    assert_eq!(by, again);
    for last in ["2027-01-15T21:59:59Z", "2027-01-15T23:59:59Z"] {
        let last = at(last);
        assert!(pins.iter().all(|pin| plan.spread(last, pin) < last + SignedDuration::from_secs(1)));
    }
}

/// Zones whose clocks do all that clocks do: both hemispheres, half an hour, a day that was left out, Ramadan.
const ZONES: [&str; 12] = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Africa/Casablanca",
    "UTC",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// chrono-tz has another edition of the same database and code of its own. Years that both editions know the decisions
    /// of: Morocco, for one, changed its rules for 2026 after the older of the two.
    #[test]
    fn moments_are_those_of_a_second_source(zone in 0..ZONES.len(), day in 0_i64..9_490, minute in 0_u32..1_440) {
        let zone = ZONES[zone];
        let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Duration::days(day);
        let naive = date.and_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let rules: chrono_tz::Tz = zone.parse().unwrap();
        let expected = match rules.from_local_datetime(&naive) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.timestamp(),
            // In a gap: by the offset of the time before it.
            LocalResult::None => {
                let before = rules.from_local_datetime(&(naive - chrono::Duration::days(2))).earliest().unwrap();
                let offset = before.offset().fix().local_minus_utc();
                naive.and_utc().timestamp() - i64::from(offset)
            }
        };
        let local = jiff::civil::date(i16::try_from(date.year()).unwrap(), i8::try_from(date.month()).unwrap(), i8::try_from(date.day()).unwrap())
            .at(i8::try_from(naive.hour()).unwrap(), i8::try_from(naive.minute()).unwrap(), 0, 0);
        let moment = Zone::parse(zone).unwrap().moment(local).unwrap();
        prop_assert_eq!(moment.as_second(), expected, "{} {}", zone, local);
    }

    #[test]
    fn what_comes_after_quiet_hours_is_not_quiet(
        zone in 0..ZONES.len(),
        second in 946_684_800_i64..2_145_916_800,
        from in 0_i8..24,
        to in 0_i8..24,
    ) {
        let quiet = QuietHours { from: jiff::civil::time(from, 0, 0, 0), to: jiff::civil::time(to, 30, 0, 0) };
        let plan = Plan { quiet: Some(quiet), ..plan(ZONES[zone], &[]) };
        let moment = Timestamp::from_second(second).unwrap();
        let after = plan.after_quiet(moment);
        prop_assert!(after >= moment && !plan.is_quiet(after), "{after}");
        // Where the one hour that is not quiet is the one that the clocks leave out, the next day has it.
        prop_assert!(after.duration_since(moment) <= SignedDuration::from_hours(50));
        // Nothing earlier would have done.
        prop_assert!(after == moment || plan.is_quiet(after - SignedDuration::from_secs(1)));
    }

    #[test]
    fn a_slot_is_on_its_day_and_a_day_later_at_the_same_time(zone in 0..ZONES.len(), day in 0_i64..14_000, minute in 0_i16..1_440) {
        let date = jiff::civil::date(2000, 1, 1) + day.days();
        let time = Time::midnight() + i64::from(minute).minutes();
        let plan = plan(ZONES[zone], &[(date.weekday(), &time.to_string())]);
        let slots = plan.slots_on(date);
        prop_assert_eq!(slots.len(), 1);
        let local = plan.zone.local(slots[0]);
        // A day that a zone left out altogether has its slots on the next one.
        prop_assert!(local.date() == date || plan.zone.rules().to_ambiguous_timestamp(date.to_datetime(time)).is_ambiguous());
        let next = plan.zone.local(plan.later(slots[0], 1_440).unwrap());
        let exists = !plan.zone.rules().to_ambiguous_timestamp(next.datetime()).is_ambiguous();
        prop_assert!(next.time() == local.time() || exists);
    }
}
