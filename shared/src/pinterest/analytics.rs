//! How pins and accounts do. In production only; the sandbox has none of it.
//!
//! The call for many pins at once (`GET /pins/analytics`) is restricted and refused as an app that is not approved is, so it
//! is not made: for lists, `pin_metrics` says as much and counts as reading.

use std::collections::BTreeMap;

use http::Method;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use url::Url;

use super::call::{PATIENCE, authorized, empty};
use super::listed_pins::creation_moment;
use super::{Answer, CallError, Pinterest};
use crate::domain::{BoardId, Counts, DayRange, Metric, Mode, PinterestPinId};
use crate::vault::AccessToken;

/// The most pins that Pinterest lists at once (OpenAPI `query_page_size`).
const PAGE: &str = "250";

/// What is asked of pins and accounts.
const STANDARD: &str = "IMPRESSION,SAVE,PIN_CLICK,OUTBOUND_CLICK";

/// What is asked of videos besides.
const OF_VIDEOS: &str = "IMPRESSION,SAVE,PIN_CLICK,OUTBOUND_CLICK,VIDEO_MRC_VIEW";

/// The days of a pin or an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// One entry a day, in order. Days before there was anything to count are left out.
    pub days: Vec<SeriesDay>,
}

/// What was counted on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesDay {
    /// The day, in UTC.
    pub date: Date,
    /// Whether the counts stay as they are; Pinterest revises those of the last days.
    pub is_final: bool,
    /// The counts.
    pub counts: Counts,
}

/// A pin among the best of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankedPin {
    /// The pin.
    pub id: PinterestPinId,
    /// What was counted over the days that were asked for.
    pub counts: Counts,
}

/// What Pinterest tells of a pin in a list with `pin_metrics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinFigures {
    /// The pin.
    pub id: PinterestPinId,
    /// Its board.
    pub board_id: Option<BoardId>,
    /// When it was created by Pinterest's clock.
    pub created_at: Option<Timestamp>,
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Where it links to.
    pub link: Option<String>,
    /// A small picture of it, on Pinterest's own servers.
    pub image_url: Option<String>,
    /// The last 90 days.
    pub last_90_days: Counts,
    /// Since it was created.
    pub lifetime: Counts,
    /// How many comments it has; counted over its lifetime only.
    pub comments: Option<u64>,
    /// How many reactions it has; counted over its lifetime only.
    pub reactions: Option<u64>,
}

/// Part of the list of an account's pins with their figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinFiguresPage {
    /// The pins.
    pub items: Vec<PinFigures>,
    /// Where the next page begins; absent at the end.
    pub bookmark: Option<String>,
}

/// Numbers by name, as Pinterest writes them: whole ones too may have a point.
type Numbers = BTreeMap<String, Option<f64>>;

#[derive(Deserialize)]
struct SeriesAnswer {
    #[serde(default)]
    daily_metrics: Vec<DayAnswer>,
}

#[derive(Deserialize)]
struct DayAnswer {
    date: Option<String>,
    #[serde(default)]
    data_status: Option<String>,
    #[serde(default)]
    metrics: Option<Numbers>,
}

#[derive(Deserialize)]
struct TopPinsAnswer {
    #[serde(default)]
    pins: Vec<TopPin>,
}

#[derive(Deserialize)]
struct TopPin {
    pin_id: PinterestPinId,
    #[serde(default)]
    metrics: Option<Numbers>,
}

#[derive(Deserialize)]
struct PageAnswer {
    items: Vec<PinAnswer>,
    #[serde(default)]
    bookmark: Option<String>,
}

#[derive(Deserialize)]
struct PinAnswer {
    id: PinterestPinId,
    #[serde(default)]
    board_id: Option<BoardId>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    media: Option<MediaAnswer>,
    #[serde(default)]
    pin_metrics: Option<MetricsAnswer>,
}

#[derive(Deserialize)]
struct MetricsAnswer {
    #[serde(rename = "90d", default)]
    last_90_days: Option<Numbers>,
    #[serde(default)]
    lifetime_metrics: Option<Numbers>,
}

/// Of a carousel, only its items have pictures.
#[derive(Deserialize)]
struct MediaAnswer {
    #[serde(default)]
    images: Option<BTreeMap<String, ImageAnswer>>,
    #[serde(default)]
    items: Option<Vec<MediaAnswer>>,
}

#[derive(Deserialize)]
struct ImageAnswer {
    #[serde(default)]
    url: Option<String>,
}

impl Pinterest {
    /// The days of one pin (`GET /pins/{pin_id}/analytics`, scopes `boards:read` and `pins:read`).
    pub async fn pin_analytics(
        &self,
        token: &AccessToken,
        pin: &PinterestPinId,
        range: DayRange,
        is_video: bool,
    ) -> Result<Answer<Series>, CallError> {
        let mut url = self.hosts.api(Mode::Live, &format!("pins/{pin}/analytics"));
        ask(&mut url, range, if is_video { OF_VIDEOS } else { STANDARD });
        self.series(&url, token).await
    }

    /// The days of the account behind `token` (`GET /user_account/analytics`, scope `user_accounts:read`): what its own pins
    /// did, those of its claimed sites included.
    pub async fn account_analytics(&self, token: &AccessToken, range: DayRange) -> Result<Answer<Series>, CallError> {
        let mut url = self.hosts.api(Mode::Live, "user_account/analytics");
        ask(&mut url, range, STANDARD);
        only_own(&mut url);
        self.series(&url, token).await
    }

    /// The `count` best pins of the account by `metric` (`GET /user_account/analytics/top_pins`, scopes `pins:read` and
    /// `user_accounts:read`).
    pub async fn top_pins(
        &self,
        token: &AccessToken,
        range: DayRange,
        metric: Metric,
        count: u8,
    ) -> Result<Answer<Vec<RankedPin>>, CallError> {
        let mut url = self.hosts.api(Mode::Live, "user_account/analytics/top_pins");
        ask(&mut url, range, STANDARD);
        only_own(&mut url);
        url.query_pairs_mut().append_pair("sort_by", word(metric)).append_pair("num_of_pins", &count.to_string());
        let answer = self.send::<TopPinsAnswer>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?;
        Ok(answer.map(|body| body.pins.into_iter().map(RankedPin::from).collect()))
    }

    /// A page of the account's pins with their figures (`GET /pins`, scopes `boards:read` and `pins:read`).
    pub async fn pins_with_figures(
        &self,
        token: &AccessToken,
        bookmark: Option<&str>,
    ) -> Result<Answer<PinFiguresPage>, CallError> {
        let mut url = self.hosts.api(Mode::Live, "pins");
        url.query_pairs_mut().append_pair("pin_metrics", "true").append_pair("page_size", PAGE);
        if let Some(bookmark) = bookmark {
            url.query_pairs_mut().append_pair("bookmark", bookmark);
        }
        let answer = self.send::<PageAnswer>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?;
        Ok(answer.map(|page| PinFiguresPage {
            items: page.items.into_iter().map(PinFigures::from).collect(),
            bookmark: page.bookmark.filter(|bookmark| !bookmark.is_empty()),
        }))
    }

    /// One pin with its figures (`GET /pins/{pin_id}`, scopes `boards:read` and `pins:read`).
    pub async fn pin_with_figures(
        &self,
        token: &AccessToken,
        pin: &PinterestPinId,
    ) -> Result<Answer<PinFigures>, CallError> {
        let mut url = self.hosts.api(Mode::Live, &format!("pins/{pin}"));
        url.query_pairs_mut().append_pair("pin_metrics", "true");
        let answer = self.send::<PinAnswer>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?;
        Ok(answer.map(PinFigures::from))
    }

    async fn series(&self, url: &Url, token: &AccessToken) -> Result<Answer<Series>, CallError> {
        let request = empty(authorized(Method::GET, url, token));
        let answer = self.send::<BTreeMap<String, SeriesAnswer>>(request, PATIENCE).await?;
        Ok(answer.map(Series::from_splits))
    }
}

fn ask(url: &mut Url, DayRange { from, to }: DayRange, metrics: &str) {
    url.query_pairs_mut()
        .append_pair("start_date", &from.to_string())
        .append_pair("end_date", &to.to_string())
        .append_pair("metric_types", metrics);
}

/// Without these Pinterest counts pins of others as well, which they saved from the account's claimed sites.
fn only_own(url: &mut Url) {
    url.query_pairs_mut().append_pair("from_claimed_content", "BOTH").append_pair("source", "YOUR_PINS");
}

fn word(metric: Metric) -> &'static str {
    match metric {
        Metric::Impressions => "IMPRESSION",
        Metric::Saves => "SAVE",
        Metric::PinClicks => "PIN_CLICK",
        Metric::OutboundClicks => "OUTBOUND_CLICK",
    }
}

/// The number of that name, or of another that it also goes by.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count has no sign and no such size")]
fn number(numbers: &Numbers, names: &[&str]) -> Option<u64> {
    let found = names.iter().find_map(|name| numbers.get(*name).copied().flatten())?;
    (found.is_finite() && found >= 0.0).then_some(found.round() as u64)
}

/// Analytics have one set of names, `pin_metrics` another.
fn counts(numbers: Option<&Numbers>) -> Counts {
    let Some(numbers) = numbers else { return Counts::default() };
    Counts {
        impressions: number(numbers, &["IMPRESSION", "impression"]),
        saves: number(numbers, &["SAVE", "save"]),
        pin_clicks: number(numbers, &["PIN_CLICK", "pin_click"]),
        outbound_clicks: number(numbers, &["OUTBOUND_CLICK", "clickthrough", "outbound_click"]),
        video_views: number(numbers, &["VIDEO_MRC_VIEW"]),
    }
}

impl Series {
    /// Nothing is split, so there is one entry. It is called `all`, which is documented nowhere.
    fn from_splits(mut splits: BTreeMap<String, SeriesAnswer>) -> Self {
        let all = splits.remove("all").or_else(|| splits.pop_first().map(|(_, series)| series));
        let mut days: Vec<_> = all.into_iter().flat_map(|all| all.daily_metrics).filter_map(SeriesDay::read).collect();
        days.sort_by_key(|day| day.date);
        Self { days }
    }
}

impl SeriesDay {
    fn read(day: DayAnswer) -> Option<Self> {
        let date = day.date?.parse().ok()?;
        let counts = counts(day.metrics.as_ref());
        // Of days on which there was nothing to count yet, Pinterest says that they were `BEFORE_…`.
        (!counts.is_empty()).then(|| Self { date, is_final: day.data_status.as_deref() == Some("READY"), counts })
    }
}

impl From<TopPin> for RankedPin {
    fn from(pin: TopPin) -> Self {
        Self { counts: counts(pin.metrics.as_ref()), id: pin.pin_id }
    }
}

impl From<PinAnswer> for PinFigures {
    fn from(pin: PinAnswer) -> Self {
        let metrics = pin.pin_metrics.as_ref();
        let lifetime = metrics.and_then(|metrics| metrics.lifetime_metrics.as_ref());
        Self {
            last_90_days: counts(metrics.and_then(|metrics| metrics.last_90_days.as_ref())),
            comments: lifetime.and_then(|numbers| number(numbers, &["comment"])),
            reactions: lifetime.and_then(|numbers| number(numbers, &["reaction"])),
            lifetime: counts(lifetime),
            id: pin.id,
            board_id: pin.board_id,
            created_at: pin.created_at.as_deref().and_then(creation_moment),
            title: pin.title,
            description: pin.description,
            link: pin.link,
            image_url: pin.media.and_then(MediaAnswer::small),
        }
    }
}

impl MediaAnswer {
    /// The smallest picture that is large enough to be recognized.
    fn small(self) -> Option<String> {
        let own = self.images.and_then(|mut images| {
            let known = ["400x300", "236x", "600x", "150x150", "1200x", "originals"];
            let found = known.iter().find_map(|size| images.remove(*size));
            found.or_else(|| images.pop_first().map(|(_, image)| image))?.url
        });
        let url = own.or_else(|| self.items?.into_iter().next()?.small())?;
        url.starts_with("https://").then_some(url)
    }
}

#[cfg(test)]
mod tests;
