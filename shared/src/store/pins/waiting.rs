//! How many pins of an owner wait to go out.

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::StoreError;
use super::super::key::Key;
use super::PinStore;
use super::calendar::{CalendarQuery, Order};
use crate::domain::pin::GRACE;
use crate::domain::{OwnerId, PinId, Status};

/// How long before now a pin that still waits may have been due: the sweep, which ends it, comes once an hour.
const OVERDUE: SignedDuration = GRACE.saturating_add(SignedDuration::from_hours(2));

/// How many entries of the calendar a page has at most; it ends at a megabyte.
const PAGE: i32 = 10_000;

/// How many entries of the calendar are counted at most. Who has more has called off very many.
const MOST_COUNTED: usize = 1_000_000;

/// How many pins are looked at in one call, and how many such calls are made at a time.
const BATCH: usize = 100;
const AT_ONCE: usize = 16;

/// What is read of a pin to see whether it waits.
#[derive(Deserialize)]
struct StatusItem {
    status: String,
}

impl PinStore {
    /// Counts the pins of `owner` that wait to go out; where the calendar has at most `enough` entries from a day before
    /// `now` on, these are counted instead, which is cheaper and not less.
    pub async fn count_waiting(&self, owner: &OwnerId, now: Timestamp, enough: u64) -> Result<u64, StoreError> {
        let (ids, _) = self.planned_from(owner, now, MOST_COUNTED).await?;
        if ids.len() as u64 <= enough {
            return Ok(ids.len() as u64);
        }
        self.waiting_of(owner, &ids).await
    }

    /// Counts the pins of `owner` that wait to go out; nothing where there are more than `most` entries to look at.
    pub async fn count_few_waiting(
        &self,
        owner: &OwnerId,
        now: Timestamp,
        most: usize,
    ) -> Result<Option<u64>, StoreError> {
        let (ids, complete) = self.planned_from(owner, now, most).await?;
        if complete { self.waiting_of(owner, &ids).await.map(Some) } else { Ok(None) }
    }

    /// The first pins that are planned from a day before `now` on, at least `most` where there are so many, and whether
    /// these are all.
    async fn planned_from(
        &self,
        owner: &OwnerId,
        now: Timestamp,
        most: usize,
    ) -> Result<(Vec<PinId>, bool), StoreError> {
        let from = now.checked_sub(OVERDUE).unwrap_or(Timestamp::MIN);
        let limit = i32::try_from(most.saturating_add(1)).unwrap_or(PAGE).min(PAGE);
        let order = Order::SoonestFirst;
        let mut query = CalendarQuery { from: Some(from), to: None, order, limit, after: None };
        let mut ids = Vec::new();
        while ids.len() <= most {
            let page = self.calendar(owner, &query).await?;
            query.after = page.entries.last().map(|(_, place)| place.clone());
            ids.extend(page.entries.into_iter().map(|(id, _)| id));
            if !page.more || query.after.is_none() {
                return Ok((ids, true));
            }
        }
        Ok((ids, false))
    }

    /// How many of these pins wait.
    async fn waiting_of(&self, owner: &OwnerId, ids: &[PinId]) -> Result<u64, StoreError> {
        let counts: Vec<_> = ids.chunks(BATCH).map(|some| self.waiting_in(owner, some).boxed()).collect();
        stream::iter(counts).buffer_unordered(AT_ONCE).try_fold(0, |sum, count| async move { Ok(sum + count) }).await
    }

    /// Reads the status alone, as it was a moment ago: half of what a decision about a pin costs.
    async fn waiting_in(&self, owner: &OwnerId, ids: &[PinId]) -> Result<u64, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| Key::pin(owner, id)).collect();
        let items: Vec<StatusItem> = self.table.glance_many(&keys, "status").await?;
        Ok(items.iter().filter(|item| Status::from_code(&item.status).is_some_and(Status::waits)).count() as u64)
    }
}
