//! How many late pins of an account were posted on a day, so that what was held up does not come as a flood.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::StoreError;
use super::super::key::Key;
use super::super::table::{encode, number};
use super::PinStore;
use crate::domain::{AccountId, OwnerId, Pin, PinId};

/// How many pins are remembered: one that is tried once more counts once.
const MOST_REMEMBERED: usize = 20;

/// How often it is tried to count a pin while others are counted.
const TRIES: usize = 5;

/// How long after its last pin a count is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

#[derive(Debug, Serialize, Deserialize)]
struct LatePostsItem {
    of_day: Date,
    posted: u32,
    /// The last ones.
    pins: Vec<PinId>,
    /// Counts the writes, of whatever day.
    version: u64,
    /// In seconds, as DynamoDB wants it.
    expires_at: i64,
}

impl PinStore {
    /// How many late pins of the account were posted on `day`.
    pub async fn late_posts(&self, owner: &OwnerId, account: &AccountId, day: Date) -> Result<u32, StoreError> {
        let item: Option<LatePostsItem> = self.table.get(&Key::late_posts(owner, account)).await?;
        Ok(item.map_or(0, |item| item.posted_on(day)))
    }

    /// Counts `pin` among the late pins that its account posts on `day`; answers whether it is one of the first `most`.
    ///
    /// A pin that was counted a short while ago is not counted again, so that neither an answer that was lost nor another
    /// try uses up the room of others.
    pub async fn count_late_post(&self, pin: &Pin, day: Date, most: u32, now: Timestamp) -> Result<bool, StoreError> {
        let key = Key::late_posts(&pin.owner, &pin.account_id);
        for _ in 0..TRIES {
            let before: Option<LatePostsItem> = self.table.get(&key).await?;
            let posted = before.as_ref().map_or(0, |item| item.posted_on(day));
            let version = before.as_ref().map_or(0, |item| item.version);
            let mut pins = before.map_or_else(Vec::new, |item| item.pins_on(day));
            if pins.contains(&pin.id) {
                return Ok(true);
            }
            if posted >= most {
                return Ok(false);
            }
            pins.push(pin.id.clone());
            pins.drain(..pins.len().saturating_sub(MOST_REMEMBERED));
            let expires_at = (now + KEPT).as_second();
            let item = LatePostsItem { of_day: day, posted: posted + 1, pins, version: version + 1, expires_at };
            let put = self
                .table
                .put(encode(&key, &item)?)
                .condition_expression("attribute_not_exists(pk) OR version = :version")
                .expression_attribute_values(":version", number(version));
            match self.table.put_once("count a late pin", put).await {
                Ok(()) => return Ok(true),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl LatePostsItem {
    /// A day that is over counts nothing; one that comes back, since the account's zone was changed, goes on.
    fn posted_on(&self, day: Date) -> u32 {
        if self.of_day < day { 0 } else { self.posted }
    }

    fn pins_on(self, day: Date) -> Vec<PinId> {
        if self.of_day < day { Vec::new() } else { self.pins }
    }
}
