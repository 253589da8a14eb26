//! Figures as clients read them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::domain::{Counts, DayRange};
use shared::pinterest::{PinFigures, Series, SeriesDay};
use utoipa::ToSchema;

use crate::description;

/// Counts; `null` is what Pinterest doesn't give, which is not zero.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Counts)]
pub struct CountsBody {
    /// How often pins were on somebody's screen.
    #[schema(required)]
    impressions: Option<u64>,
    /// How often they were saved.
    #[schema(required)]
    saves: Option<u64>,
    /// How often they were clicked, which shows them large.
    #[schema(required)]
    pin_clicks: Option<u64>,
    /// How often somebody followed their link.
    #[schema(required)]
    outbound_clicks: Option<u64>,
    /// How often a video was watched for two seconds or more; `null` where it isn't a video.
    #[schema(required)]
    video_views: Option<u64>,
}

/// One day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FiguresDay)]
pub struct DayBody {
    /// The day, in UTC.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// Whether the counts stay as they are. Pinterest revises those of the last days.
    is_final: bool,
    counts: CountsBody,
}

/// Something worth knowing about figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresNote {
    #[schema(schema_with = description::figures_notes)]
    code: &'static str,
    /// What a person reads.
    message: &'static str,
}

/// What a pin counted in all, as far as Pinterest says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifetimeCounts)]
pub struct LifetimeBody {
    counts: CountsBody,
    #[schema(required)]
    comments: Option<u64>,
    #[schema(required)]
    reactions: Option<u64>,
}

/// Days, and what follows from them.
#[derive(Debug)]
pub struct Shown {
    pub days: Vec<DayBody>,
    pub totals: CountsBody,
    pub complete_until: Option<Date>,
    pub notes: Vec<FiguresNote>,
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        let Counts { impressions, saves, pin_clicks, outbound_clicks, video_views } = counts;
        Self { impressions, saves, pin_clicks, outbound_clicks, video_views }
    }
}

impl From<&SeriesDay> for DayBody {
    fn from(day: &SeriesDay) -> Self {
        Self { date: day.date, is_final: day.is_final, counts: day.counts.into() }
    }
}

impl From<&PinFigures> for LifetimeBody {
    fn from(figures: &PinFigures) -> Self {
        Self { counts: figures.lifetime.into(), comments: figures.comments, reactions: figures.reactions }
    }
}

impl Shown {
    /// What is shown of a series that was read at `read_at`. The totals are the sum of the days that are shown.
    pub fn new(series: &Series, range: DayRange) -> Self {
        let totals = series.days.iter().fold(Counts::default(), |sum, day| sum.plus(day.counts));
        let first_open = series.days.iter().position(|day| !day.is_final).unwrap_or(series.days.len());
        let complete_until = first_open.checked_sub(1).and_then(|last| series.days.get(last)).map(|day| day.date);
        let mut notes = Vec::new();
        if series.days.is_empty() {
            let message = "Pinterest has no figures for these days yet. The first ones come a day or two after a pin is \
                           published.";
            notes.push(FiguresNote { code: "no_figures_yet", message });
        } else if complete_until.is_none_or(|last| last < range.to) {
            let message = "Pinterest still revises the figures of the last days.";
            notes.push(FiguresNote { code: "not_final", message });
        }
        Self { days: series.days.iter().map(DayBody::from).collect(), totals: totals.into(), complete_until, notes }
    }
}

/// When something was read, to the second: it is told so that nobody takes it for the present.
pub fn to_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
