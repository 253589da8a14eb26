//! How pins do, day by day. Pinterest publishes no numbers of this kind, so the shape is invented: a pin is shown more and
//! more for some weeks, then less; a few of those who see it click or save it; and a day's figures grow for three more days
//! before they are final. Nothing is stored: the same pin has the same figures on every call.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::store::Pin;

/// After how many days a day's figures are final.
const FINAL_AFTER: i32 = 4;

/// What share of its final figures a day shows while it lasts, and on each of the days after it.
const SHOWN: [f64; FINAL_AFTER as usize] = [0.35, 0.62, 0.88, 0.97];

/// How often something was done with pins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) impressions: u64,
    pub(crate) saves: u64,
    pub(crate) pin_clicks: u64,
    pub(crate) outbound_clicks: u64,
    pub(crate) video_views: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: Self) {
        self.impressions += other.impressions;
        self.saves += other.saves;
        self.pin_clicks += other.pin_clicks;
        self.outbound_clicks += other.outbound_clicks;
        self.video_views += other.video_views;
    }

    /// A share of them, rounded down.
    fn part(self, share: f64) -> Self {
        let part = |count| whole(to_float(count) * share);
        Self {
            impressions: part(self.impressions),
            saves: part(self.saves),
            pin_clicks: part(self.pin_clicks),
            outbound_clicks: part(self.outbound_clicks),
            video_views: part(self.video_views),
        }
    }
}

/// The day of a moment, in UTC as Pinterest counts.
pub(crate) fn date(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// The day some days later, or earlier.
pub(crate) fn shifted(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// Pinterest's word for how final the figures of `day` are on `today`.
pub(crate) fn status(day: Date, today: Date) -> &'static str {
    match days_between(day, today) {
        ..=1 => "PROCESSING",
        2..FINAL_AFTER => "ESTIMATE",
        _ => "READY",
    }
}

/// What `pin` has to show for `day` as Pinterest tells it on `today`; the pin is as old as if it had been made on `born`.
pub(crate) fn of_day(pin: &Pin, born: Date, day: Date, today: Date) -> Figures {
    let (age, elapsed) = (days_between(born, day), days_between(day, today));
    if age < 0 || elapsed < 0 {
        return Figures::default();
    }
    let told = usize::try_from(elapsed).ok().and_then(|elapsed| SHOWN.get(elapsed)).copied();
    final_of_day(pin, age, day).part(told.unwrap_or(1.0))
}

fn final_of_day(pin: &Pin, age: i32, day: Date) -> Figures {
    let dice = |of: &str| unit(&[&pin.id, of]);
    let roll = |of: &str| unit(&[&pin.id, &day.to_string(), of]);
    // Most pins do little and a few do a lot.
    let peak = 18.0 * 45.0_f64.powf(dice("peak"));
    let weeks_up = 9.0 + 21.0 * dice("rise");
    let t = (f64::from(age) + 0.6) / weeks_up;
    let shape = t * (1.0 - t).exp() + 0.12 * (1.0 - (-t).exp());
    let week = if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) { 1.18 } else { 1.0 };
    let impressions = whole(peak * shape * week * (0.72 + 0.56 * roll("seen")) + roll("rest"));
    // What is left of a click is drawn, or small pins would never have any.
    let some = |of: &str, low: f64, high: f64| {
        whole(to_float(impressions) * (low + (high - low) * dice(of)) + roll(of)).min(impressions)
    };
    let pin_clicks = some("click", 0.018, 0.055);
    Figures {
        impressions,
        saves: some("save", 0.006, 0.028),
        pin_clicks,
        outbound_clicks: some("outbound", 0.003, 0.02).min(pin_clicks),
        video_views: if pin.content.is_video() { some("view", 0.2, 0.45) } else { 0 },
    }
}

/// Everything that `pin` has to show for the days from `from` to `to`.
pub(crate) fn sum(pin: &Pin, born: Date, (from, to): (Date, Date), today: Date) -> Figures {
    let mut sum = Figures::default();
    let mut day = from.max(born);
    while day <= to.min(today) {
        sum.add(of_day(pin, born, day, today));
        day = shifted(day, 1);
    }
    sum
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// A number from 0 to 1 that always is the same for the same words.
fn unit(words: &[&str]) -> f64 {
    // FNV-1a, and splitmix64 behind it: of words that are alike the former makes numbers that are alike.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in words.iter().flat_map(|word| word.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    for factor in [0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb] {
        hash = (hash ^ (hash >> 30)).wrapping_mul(factor);
    }
    f64::from(u32::try_from(hash >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

fn to_float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no figure is negative or near 2^32")]
fn whole(number: f64) -> u64 {
    number.max(0.0).floor() as u64
}
