//! The calendar index: an owner's pins in the order of time.

use jiff::Timestamp;

use super::super::StoreError;
use super::super::items::calendar_moment;
use super::super::key::{PIN, encoded, owner_partition};
use super::super::schema::CALENDAR;
use super::super::table::{Item, text};
use super::PinStore;
use crate::domain::pin::GRACE;
use crate::domain::{AccountId, MediaId, Neighbour, OwnerId, Pin, PinId};

/// How many items `BatchGetItem` takes.
const BATCH: i32 = 100;

/// How many pages of pins are looked through for one with a file.
const MOST_PAGES_WITH_FILE: usize = 10;

/// How many pages of pins are looked through to see how many of an account are planned for a day.
const MOST_PAGES_OF_DAY: usize = 4;

/// Which pins, in which order.
#[derive(Debug, Clone)]
pub struct CalendarQuery {
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// In which order.
    pub order: Order,
    /// At most this many.
    pub limit: i32,
    /// Only what comes after this place, the `place` of an earlier page.
    pub after: Option<String>,
}

/// The order of a list of pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By time; drafts come last.
    SoonestFirst,
    /// Against time; drafts come first.
    NewestFirst,
}

/// Part of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPage {
    /// The pins' ids with their places, in order.
    pub entries: Vec<(PinId, String)>,
    /// Whether there is more behind them.
    pub more: bool,
}

impl CalendarQuery {
    /// Whether `place` can be where an earlier page of this query ended. DynamoDB refuses to start anywhere else.
    pub fn has_place(&self, place: &str) -> bool {
        let (low, high) = self.bounds();
        let ends_with_id = place.rsplit_once('#').is_some_and(|(_, id)| id.parse::<PinId>().is_ok());
        // A sort key has at most 1024 bytes, a place of ours far fewer.
        ends_with_id && place.len() <= 128 && (low.as_str()..=high.as_str()).contains(&place)
    }

    /// Moments begin with a digit or a sign, drafts with `draft#`; `~` sorts behind both.
    fn bounds(&self) -> (String, String) {
        let low = self.from.map_or_else(|| "!".to_owned(), calendar_moment);
        let high = match (self.to, self.from) {
            (Some(to), _) => calendar_moment(to),
            (None, Some(_)) => ":".to_owned(),
            (None, None) => "~".to_owned(),
        };
        (low, high)
    }
}

impl PinStore {
    /// Reads part of the calendar of `owner`. With `from` or `to`, drafts are left out: they have no time.
    pub async fn calendar(&self, owner: &OwnerId, query: &CalendarQuery) -> Result<CalendarPage, StoreError> {
        let (low, high) = query.bounds();
        let start = query.after.as_ref().map(|place| start_key(owner, place)).unwrap_or_default();
        let answer = self
            .table
            .query()
            .index_name(CALENDAR)
            .key_condition_expression("#owner = :owner AND publish_at BETWEEN :low AND :high")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(encoded(owner)))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .scan_index_forward(query.order == Order::SoonestFirst)
            .limit(query.limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read the calendar", error))?;
        let entries = answer.items.unwrap_or_default().iter().filter_map(entry).collect();
        Ok(CalendarPage { entries, more: answer.last_evaluated_key.is_some() })
    }
}

impl PinStore {
    /// Reads the pins of `owner` that are planned from `from` to `to`, the latest first, as they are now; and whether these
    /// are all, since at most `most` pages of a hundred are read.
    pub async fn planned_between(
        &self,
        owner: &OwnerId,
        (from, to): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<(Vec<Pin>, bool), StoreError> {
        let order = Order::NewestFirst;
        let mut query = CalendarQuery { from: Some(from), to: Some(to), order, limit: BATCH, after: None };
        let mut pins = Vec::new();
        for _ in 0..most {
            let page = self.calendar(owner, &query).await?;
            let ids: Vec<_> = page.entries.iter().map(|(id, _)| id.clone()).collect();
            pins.extend(self.load_many(owner, &ids).await?);
            query.after = page.entries.last().map(|(_, place)| place.clone());
            if !page.more || query.after.is_none() {
                return Ok((pins, true));
            }
        }
        Ok((pins, false))
    }
}

impl PinStore {
    /// Whether at least `enough` pins of `account` wait or went out from `from` on and before `to`, without `others`. Where the
    /// owner has fewer pins in that time, that costs a read of keys; beyond some hundreds of pins it is not told.
    pub async fn are_planned(
        &self,
        owner: &OwnerId,
        account: &AccountId,
        (from, to): (Timestamp, Timestamp),
        enough: usize,
        others: &[&PinId],
    ) -> Result<bool, StoreError> {
        let limit = i32::try_from(enough.saturating_add(others.len())).unwrap_or(BATCH).min(BATCH);
        let order = Order::SoonestFirst;
        let mut query = CalendarQuery { from: Some(from), to: Some(to), order, limit, after: None };
        let (mut seen, mut found) = (0, 0);
        for _ in 0..MOST_PAGES_OF_DAY {
            let page = self.calendar(owner, &query).await?;
            seen += page.entries.len();
            if !page.more && seen < enough {
                return Ok(false);
            }
            let ids: Vec<_> =
                page.entries.iter().map(|(id, _)| id.clone()).filter(|id| !others.contains(&id)).collect();
            let pins = self.load_many(owner, &ids).await?;
            let counts = |pin: &&Pin| pin.account_id == *account && Neighbour::of(pin).is_some();
            found += pins.iter().filter(counts).count();
            query.after = page.entries.last().map(|(_, place)| place.clone());
            query.limit = BATCH;
            if found >= enough || !page.more || query.after.is_none() {
                break;
            }
        }
        Ok(found >= enough)
    }
}

impl PinStore {
    /// A pin of `owner`'s that is planned from a day before `now` on and is still to go out with that file, among the
    /// first thousand such pins. What was written a moment ago, and drafts, may be missed: [`PinStore::waiting_with`]
    /// misses nothing, and reads everything.
    pub async fn planned_with(
        &self,
        owner: &OwnerId,
        media: &MediaId,
        now: Timestamp,
    ) -> Result<Option<PinId>, StoreError> {
        let from = now.checked_sub(GRACE).unwrap_or(Timestamp::MIN);
        let (pins, _) = self.planned_between(owner, (from, Timestamp::MAX), MOST_PAGES_WITH_FILE).await?;
        let waits = |pin: &Pin| pin.state.status().waits();
        let uses = |pin: &Pin| pin.content.media().files().contains(&media);
        Ok(pins.into_iter().find(|pin| waits(pin) && uses(pin)).map(|pin| pin.id))
    }
}

fn entry(item: &Item) -> Option<(PinId, String)> {
    let part = |name: &str| item.get(name)?.as_s().ok();
    Some((part("sk")?.strip_prefix(PIN)?.parse().ok()?, part("publish_at")?.clone()))
}

/// The key behind `place`, which ends with the pin's id; nothing for a place that is none.
fn start_key(owner: &OwnerId, place: &str) -> Option<Item> {
    let (_, id) = place.rsplit_once('#')?;
    let id: PinId = id.parse().ok()?;
    Some(Item::from([
        ("pk".into(), text(owner_partition(owner))),
        ("sk".into(), text(format!("{PIN}{id}"))),
        ("owner".into(), text(encoded(owner))),
        ("publish_at".into(), text(place)),
    ]))
}
