//! How pins and accounts do: what is counted, and of which days Pinterest has counts.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::FieldError;

/// How many days Pinterest has counts of, today not included. It takes requests for 90, and refuses the 90th at times.
pub const DAYS_AVAILABLE: i64 = 89;

/// What Pinterest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// How often pins were on somebody's screen.
    Impressions,
    /// How often they were saved.
    Saves,
    /// How often they were clicked, which shows them large.
    PinClicks,
    /// How often their link was followed.
    OutboundClicks,
}

/// Counts; those that Pinterest does not give are absent, which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often pins were on somebody's screen.
    pub impressions: Option<u64>,
    /// How often they were saved.
    pub saves: Option<u64>,
    /// How often they were clicked, which shows them large.
    pub pin_clicks: Option<u64>,
    /// How often their link was followed.
    pub outbound_clicks: Option<u64>,
    /// How often a video was watched for two seconds or more.
    pub video_views: Option<u64>,
}

/// Days in UTC, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Impressions, Self::Saves, Self::PinClicks, Self::OutboundClicks];

    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Impressions => "impressions",
            Self::Saves => "saves",
            Self::PinClicks => "pin_clicks",
            Self::OutboundClicks => "outbound_clicks",
        }
    }

    /// What it means, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Impressions => "how often pins were on screen.",
            Self::Saves => "how often they were saved to a board.",
            Self::PinClicks => "how often they were clicked to see them larger.",
            Self::OutboundClicks => "how often their link was opened.",
        }
    }

    /// The metric with that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.code() == code)
    }
}

impl Counts {
    /// Whether Pinterest gave any.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together; what neither has stays absent.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let sum = |one: Option<u64>, two: Option<u64>| match (one, two) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or_default().saturating_add(two.unwrap_or_default())),
        };
        Self {
            impressions: sum(self.impressions, other.impressions),
            saves: sum(self.saves, other.saves),
            pin_clicks: sum(self.pin_clicks, other.pin_clicks),
            outbound_clicks: sum(self.outbound_clicks, other.outbound_clicks),
            video_views: sum(self.video_views, other.video_views),
        }
    }
}

impl DayRange {
    /// Every day that Pinterest has counts of at `now`.
    pub fn available(now: Timestamp) -> Self {
        let today = TimeZone::UTC.to_datetime(now).date();
        Self { from: days_before(today, DAYS_AVAILABLE), to: days_before(today, 1) }
    }

    /// The days that were asked for, where Pinterest has counts of them; all there are where nothing was. What is wrong is
    /// noted in `errors`.
    pub fn asked((from, to): (Option<Date>, Option<Date>), now: Timestamp, errors: &mut Vec<FieldError>) -> Self {
        let available = Self::available(now);
        let asked = Self { from: from.unwrap_or(available.from), to: to.unwrap_or(available.to) };
        if asked.from < available.from {
            let message = format!(
                "Pinterest has no figures by day that are older than {DAYS_AVAILABLE} days. Choose {} or later.",
                available.from
            );
            errors.push(FieldError::new("from", "too_long_ago", message));
        }
        if available.to < asked.to {
            let message = format!(
                "Pinterest counts days in UTC and has figures up to yesterday. Choose {} or earlier.",
                available.to
            );
            errors.push(FieldError::new("to", "not_yet_counted", message));
        } else if asked.to < asked.from {
            errors.push(FieldError::new("to", "invalid", "This is before from. Swap the two."));
        }
        asked
    }
}

fn days_before(date: Date, days: i64) -> Date {
    date.saturating_sub(Span::new().days(days))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn days_that_pinterest_has_no_counts_of_are_refused_with_those_that_it_has() {
        let now: Timestamp = "2026-11-28T00:30:00Z".parse().unwrap();
        for (from, to, wrong) in [
            (None, None, None),
            (Some("2026-08-31"), Some("2026-11-27"), None),
            (Some("2026-08-30"), None, Some(("from", "2026-08-31"))),
            (None, Some("2026-11-28"), Some(("to", "2026-11-27"))),
            (Some("2026-11-02"), Some("2026-11-01"), Some(("to", "Swap"))),
        ] {
            let date = |text: Option<&str>| text.map(|text| text.parse::<Date>().unwrap());
            let mut errors = Vec::new();
            DayRange::asked((date(from), date(to)), now, &mut errors);
            let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.message.as_str())).collect();
            match wrong {
                None => assert!(found.is_empty(), "{found:?}"),
                Some((field, names)) => assert!(found[0].0 == field && found[0].1.contains(names), "{found:?}"),
            }
        }
    }

    #[test]
    fn what_pinterest_does_not_give_is_not_zero() {
        let some = Counts { impressions: Some(3), ..Counts::default() };
        let sum = some.plus(Counts { impressions: Some(4), saves: Some(0), ..Counts::default() });
        assert_eq!(sum, Counts { impressions: Some(7), saves: Some(0), ..Counts::default() });
        assert!(Counts::default().plus(Counts::default()).is_empty());
    }
}
