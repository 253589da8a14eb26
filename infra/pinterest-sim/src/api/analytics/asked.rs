//! What a call asks of analytics: which days, and what is to be counted.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::super::{Incoming, Refusal};
use crate::figures::{self, Figures};

/// How far back days may be asked for.
const LONGEST_AGO: i64 = 90;

const TOO_LONG_AGO: &str = "You can only get data from the last 90 days.";

/// The days that are asked for, both included.
pub(super) struct Days {
    pub(super) from: Date,
    pub(super) to: Date,
    today: Date,
}

/// What can be counted (`metric_types`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Impression,
    OutboundClick,
    OutboundClickRate,
    PinClick,
    PinClickRate,
    Save,
    SaveRate,
    Engagement,
    EngagementRate,
    VideoMrcView,
    TotalComments,
    TotalReactions,
}

impl Metric {
    /// Those of pins; of videos' the views alone are simulated.
    pub(super) const OF_PINS: [Self; 8] = [
        Self::Impression,
        Self::OutboundClick,
        Self::PinClick,
        Self::Save,
        Self::SaveRate,
        Self::VideoMrcView,
        Self::TotalComments,
        Self::TotalReactions,
    ];

    /// Those of accounts.
    pub(super) const OF_ACCOUNTS: [Self; 9] = [
        Self::Engagement,
        Self::EngagementRate,
        Self::Impression,
        Self::OutboundClick,
        Self::OutboundClickRate,
        Self::PinClick,
        Self::PinClickRate,
        Self::Save,
        Self::SaveRate,
    ];

    /// Those that the best pins can be asked by.
    pub(super) const SORTS: [Self; 5] =
        [Self::Engagement, Self::Impression, Self::OutboundClick, Self::PinClick, Self::Save];

    const ALL: [(Self, &'static str); 12] = [
        (Self::Impression, "IMPRESSION"),
        (Self::OutboundClick, "OUTBOUND_CLICK"),
        (Self::OutboundClickRate, "OUTBOUND_CLICK_RATE"),
        (Self::PinClick, "PIN_CLICK"),
        (Self::PinClickRate, "PIN_CLICK_RATE"),
        (Self::Save, "SAVE"),
        (Self::SaveRate, "SAVE_RATE"),
        (Self::Engagement, "ENGAGEMENT"),
        (Self::EngagementRate, "ENGAGEMENT_RATE"),
        (Self::VideoMrcView, "VIDEO_MRC_VIEW"),
        (Self::TotalComments, "TOTAL_COMMENTS"),
        (Self::TotalReactions, "TOTAL_REACTIONS"),
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(metric, _)| *metric)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(metric, _)| *metric == self).map_or("", |(_, name)| name)
    }

    pub(super) fn is_of_lifetime(self) -> bool {
        matches!(self, Self::TotalComments | Self::TotalReactions)
    }

    /// How many comments and reactions there are in all. Invented: one in forty and one in three of those who save it.
    pub(super) fn of_lifetime(self, figures: Figures) -> u64 {
        if self == Self::TotalComments { figures.saves / 40 } else { figures.saves / 3 }
    }

    /// The count that a rate is of, or itself.
    pub(super) fn whole(self, figures: Figures) -> u64 {
        match self {
            Self::Impression => figures.impressions,
            Self::OutboundClick | Self::OutboundClickRate => figures.outbound_clicks,
            Self::PinClick | Self::PinClickRate => figures.pin_clicks,
            Self::Save | Self::SaveRate => figures.saves,
            Self::Engagement | Self::EngagementRate => figures.saves + figures.pin_clicks,
            Self::VideoMrcView => figures.video_views,
            Self::TotalComments | Self::TotalReactions => 0,
        }
    }

    pub(super) fn of(self, figures: Figures) -> Value {
        let is_rate =
            matches!(self, Self::OutboundClickRate | Self::PinClickRate | Self::SaveRate | Self::EngagementRate);
        if !is_rate {
            return json!(self.whole(figures));
        }
        let float = |count| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        json!(float(self.whole(figures)) / float(figures.impressions.max(1)))
    }
}

/// `metric_types`, separated by commas; nothing where none are named.
pub(super) fn metrics(
    call: &Incoming,
    known: &[Metric],
    wrong: impl Fn() -> Refusal,
) -> Result<Option<Vec<Metric>>, Refusal> {
    let Some(names) = call.query("metric_types") else {
        return Ok(None);
    };
    let parsed = names.split(',').map(|name| Metric::parse(name).filter(|metric| known.contains(metric)));
    parsed.collect::<Option<Vec<_>>>().ok_or_else(wrong).map(Some)
}

impl Days {
    /// Reads them. Invented: that days to come are refused.
    pub(super) fn of(call: &Incoming, today: Date, wrong: impl Fn() -> Refusal) -> Result<Self, Refusal> {
        let day = |name| call.query(name).and_then(|text| text.parse::<Date>().ok()).ok_or_else(&wrong);
        let (from, to) = (day("start_date")?, day("end_date")?);
        if to < from || today < to || figures::shifted(from, LONGEST_AGO) < to {
            return Err(wrong());
        }
        if from < figures::shifted(today, -LONGEST_AGO) {
            return Err(Refusal::bad(TOO_LONG_AGO));
        }
        Ok(Self { from, to, today })
    }

    /// The days with what `figures` has for each; those before `born` only say that they are.
    pub(super) fn answer(&self, asked: &[Metric], born: Date, figures: impl Fn(Date) -> Figures) -> Value {
        let named = |of: Figures| -> Map<_, _> {
            asked.iter().map(|metric| (metric.name().to_owned(), metric.of(of))).collect()
        };
        let (mut days, mut sum, mut day) = (Vec::new(), Figures::default(), self.from);
        while day <= self.to {
            let of_day = figures(day);
            sum.add(of_day);
            days.push(if day < born {
                json!({ "date": day.to_string(), "data_status": "BEFORE_PIN_CREATED", "metrics": {} })
            } else {
                let status = figures::status(day, self.today);
                json!({ "date": day.to_string(), "data_status": status, "metrics": named(of_day) })
            });
            day = figures::shifted(day, 1);
        }
        json!({ "daily_metrics": days, "summary_metrics": named(sum) })
    }
}
