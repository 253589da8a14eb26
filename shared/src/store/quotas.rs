//! How many calls of Pinterest's quotas are taken, counted over all invocations.
//!
//! Calls are taken in blocks before they are made, so that one write stands for several. Counts of windows that are over are
//! deleted by the table.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::key::Key;
use super::table::number;
use super::{StoreError, Table};
use crate::domain::{AppId, Mode, PinterestUserId};

/// For how long a window is remembered after its end.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// A quota of Pinterest's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Quota {
    /// Calls for analytics of one user, by the minute.
    AnalyticsOfUser(Mode, PinterestUserId),
    /// Calls for figures of an app on trial access, by the day.
    FiguresOfTrialApp(AppId),
}

/// A window of time in which a quota is counted anew, by UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaWindow {
    /// Which, counted from 1970.
    pub number: i64,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// The counts, in the table.
#[derive(Debug, Clone)]
pub struct QuotaStore {
    table: Table,
}

#[derive(Deserialize)]
struct QuotaItem {
    used: u32,
}

impl Quota {
    /// The window of `now`.
    pub fn window(&self, now: Timestamp) -> QuotaWindow {
        let seconds = match self {
            Self::AnalyticsOfUser(..) => 60,
            Self::FiguresOfTrialApp(_) => 24 * 60 * 60,
        };
        let number = now.as_second().div_euclid(seconds);
        QuotaWindow { number, ends_at: Timestamp::from_second((number + 1) * seconds).unwrap_or(Timestamp::MAX) }
    }

    fn code(&self) -> String {
        match self {
            Self::AnalyticsOfUser(mode, user) => format!("analytics#{mode}#{user}"),
            Self::FiguresOfTrialApp(app) => format!("trial#{app}"),
        }
    }
}

impl QuotaStore {
    /// The counts in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Takes `calls` of `limit` in a window; answers whether so many were left. Where nothing can be said of it because the
    /// answer was lost, they may be taken and not used.
    pub async fn take(&self, quota: &Quota, window: QuotaWindow, calls: u32, limit: u32) -> Result<bool, StoreError> {
        let Some(most_before) = limit.checked_sub(calls) else { return Ok(false) };
        let update = self
            .table
            .update(&Key::quota(&quota.code(), window.number))
            .update_expression("ADD used :calls SET expires_at = :expires")
            .condition_expression("attribute_not_exists(pk) OR used <= :most")
            .expression_attribute_values(":calls", number(calls))
            .expression_attribute_values(":most", number(most_before))
            .expression_attribute_values(":expires", number(expiry(window)));
        match update.send().await.map_err(|error| StoreError::from_sdk("take calls of a quota", error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Notes that a window is used up, whatever was counted: Pinterest said so.
    pub async fn use_up(&self, quota: &Quota, window: QuotaWindow, limit: u32) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::quota(&quota.code(), window.number))
            .update_expression("SET used = :limit, expires_at = :expires")
            .expression_attribute_values(":limit", number(limit))
            .expression_attribute_values(":expires", number(expiry(window)));
        update.send().await.map_err(|error| StoreError::from_sdk("note that a quota is used up", error))?;
        Ok(())
    }

    /// How many calls are taken in a window, as it was a moment ago; nothing where none ever were.
    pub async fn used(&self, quota: &Quota, window: QuotaWindow) -> Result<Option<u32>, StoreError> {
        let item: Option<QuotaItem> = self.table.glance(&Key::quota(&quota.code(), window.number)).await?;
        Ok(item.map(|item| item.used))
    }
}

/// The partition in which the calls are counted of which a user of Pinterest has a quota.
pub(super) fn partition_of_user(mode: Mode, user: &PinterestUserId) -> String {
    Key::quota(&Quota::AnalyticsOfUser(mode, user.clone()).code(), 0).pk
}

fn expiry(window: QuotaWindow) -> i64 {
    window.ends_at.checked_add(KEPT).unwrap_or(window.ends_at).as_second()
}
