//! How much an owner has of what is limited: estimates of what would be dear to count each time, and the files of a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::civil::Date;
use jiff::fmt::serde::timestamp::millisecond;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::Key;
use super::table::{encode, number, text};
use super::{StoreError, Table};
use crate::domain::OwnerId;

/// How long after its end a day is remembered.
const DAY_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stock {
    /// Pins that wait to go out.
    WaitingPins,
    /// Bytes of uploaded files.
    Media,
}

/// What an owner has, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// What was counted, and about what was added since.
    pub amount: u64,
    /// What was counted.
    pub counted: u64,
    /// When.
    #[serde(with = "millisecond::required")]
    pub counted_at: Timestamp,
    /// Until then nobody has to count again to refuse more, since it was just done for that.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub full_until: Option<Timestamp>,
}

/// For how long a process goes by what it counted of owners who have little.
const LITTLE_KEPT: SignedDuration = SignedDuration::from_mins(1);

/// Of how many owners a process remembers that they have little.
const MOST_LITTLE: usize = 1_000;

/// What owners of little have, and when it was counted.
type Little = HashMap<(OwnerId, Stock), (Timestamp, u64)>;

/// How much owners have, in the table; of those who have little, in memory.
#[derive(Debug, Clone)]
pub struct UseStore {
    table: Table,
    little: Arc<Mutex<Little>>,
}

/// How many files of pins were taken on a day.
#[derive(Deserialize)]
struct DayItem {
    taken: u32,
}

impl UseStore {
    /// What owners have in `table`.
    pub fn new(table: Table) -> Self {
        Self { table, little: Arc::default() }
    }

    /// What `owner` has, where this process counted it during the last minute and it was little.
    pub fn little(&self, owner: &OwnerId, stock: Stock, now: Timestamp) -> Option<u64> {
        let little = self.lock().get(&(owner.clone(), stock)).copied();
        little.filter(|(counted_at, _)| now.duration_since(*counted_at) < LITTLE_KEPT).map(|(_, used)| used)
    }

    /// Remembers for a minute that `owner` was counted to have `used`, which is little.
    pub fn remember_little(&self, owner: &OwnerId, stock: Stock, used: u64, counted_at: Timestamp) {
        let mut little = self.lock();
        if little.len() >= MOST_LITTLE {
            little.clear();
        }
        little.insert((owner.clone(), stock), (counted_at, used));
    }

    /// Adds what `owner` got to what is remembered, where anything is.
    pub fn add_to_little(&self, owner: &OwnerId, stock: Stock, amount: u64) {
        if let Some((_, used)) = self.lock().get_mut(&(owner.clone(), stock)) {
            *used = used.saturating_add(amount);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Little> {
        self.little.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is known of `owner` as it was a moment ago; nothing where it was never counted.
    pub async fn glance(&self, owner: &OwnerId, stock: Stock) -> Result<Option<Use>, StoreError> {
        self.table.glance(&Key::stock(owner, stock.code())).await
    }

    /// Reads what is known of `owner` as it is now.
    pub async fn load(&self, owner: &OwnerId, stock: Stock) -> Result<Option<Use>, StoreError> {
        self.table.get(&Key::stock(owner, stock.code())).await
    }

    /// Notes what was counted.
    pub async fn save(&self, owner: &OwnerId, stock: Stock, known: &Use) -> Result<(), StoreError> {
        let put = self.table.put(encode(&Key::stock(owner, stock.code()), known)?);
        put.send().await.map_err(|error| StoreError::from_sdk("note what an owner has", error))?;
        Ok(())
    }

    /// Adds to what was counted; nothing where it never was.
    pub async fn add(&self, owner: &OwnerId, stock: Stock, amount: u64) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::stock(owner, stock.code()))
            .update_expression("ADD amount :more")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":more", number(amount));
        match update.send().await.map_err(|error| StoreError::from_sdk("note what an owner got", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Forgets that `owner` had no room, so that it is counted before more is refused.
    pub async fn forget_full(&self, owner: &OwnerId, stock: Stock) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::stock(owner, stock.code()))
            .update_expression("REMOVE full_until")
            .condition_expression("attribute_exists(pk)");
        match update.send().await.map_err(|error| StoreError::from_sdk("note that an owner has room", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// How many files of pins were taken of `owner` on the day of `now` in UTC.
    pub async fn imports(&self, owner: &OwnerId, now: Timestamp) -> Result<u64, StoreError> {
        let item: Option<DayItem> = self.table.get(&Key::imports_of_day(owner, day(now).0)).await?;
        Ok(item.map_or(0, |item| item.taken.into()))
    }
}

impl Stock {
    fn code(self) -> &'static str {
        match self {
            Self::WaitingPins => "pins",
            Self::Media => "media",
        }
    }
}

/// The day of `now` in UTC, and when the next one begins.
pub fn day(now: Timestamp) -> (Date, Timestamp) {
    let date = TimeZone::UTC.to_datetime(now).date();
    let next = date.tomorrow().ok().and_then(|next| TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok());
    (date, next.unwrap_or(Timestamp::MAX))
}

/// Counts a file of pins of `owner` on the day of `now` as part of a transaction, unless `most` were taken on it already.
pub(super) fn count_import(table: &Table, owner: &OwnerId, now: Timestamp, most: u64) -> TransactWriteItem {
    let (date, end) = day(now);
    let key = Key::imports_of_day(owner, date);
    let expires = end.checked_add(DAY_KEPT).unwrap_or(end);
    let update = Update::builder()
        .table_name(table.name())
        .key("pk", text(key.pk))
        .key("sk", text(key.sk))
        .update_expression("ADD taken :one SET expires_at = :expires")
        .condition_expression("attribute_not_exists(pk) OR taken < :most")
        .expression_attribute_values(":one", number(1))
        .expression_attribute_values(":most", number(most))
        .expression_attribute_values(":expires", number(expires.as_second()))
        .build()
        .expect("table, key and expression are set");
    TransactWriteItem::builder().update(update).build()
}
