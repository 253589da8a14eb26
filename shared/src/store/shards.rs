//! Who works on a shard at present.
//!
//! Ownership is for pace and cost only: two owners at once are slower, never wrong, since the claim decides. Whoever writes a
//! pin that is due soon hands it to the shard's owner in the same row.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::Key;
use super::table::{decode, number, text};
use super::{StoreError, Table};
use crate::domain::Shard;
use crate::kick::KickedPin;

/// By how much the clocks of two publishers may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Earlier than every invocation began, in milliseconds.
const NEVER: i64 = -1;

/// The shard owners in the table.
#[derive(Debug, Clone)]
pub struct ShardStore {
    table: Table,
}

/// How many pins wait at most in a shard's row to be taken up by its owner.
pub const MOST_HANDED: usize = 50;

/// The horizon of a shard that was given back.
const GIVEN_BACK: Timestamp = Timestamp::UNIX_EPOCH;

/// The invocation that works on a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardOwner {
    /// The invocation.
    pub holder: String,
    /// When it took the shard; the newest wins.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub since: Timestamp,
    /// Until when it looks for work; past means that the shard is free.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub horizon: Timestamp,
    /// How often the shard was taken, so that a row read late is told from a newer one.
    #[serde(default)]
    pub term: u64,
    /// Pins that were written a moment ago and that its owner takes up, whether the index shows them or not.
    #[serde(default)]
    pub handed: Vec<KickedPin>,
}

impl ShardOwner {
    /// Whether the shard was given back, which its owner does when none of its work is under way.
    pub fn gave_back(&self) -> bool {
        self.horizon <= GIVEN_BACK
    }
}

/// What came of an attempt to take a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is the caller's, as it is told by the row before.
    Mine {
        /// How often it was taken, this time included.
        term: u64,
        /// Who had it before, possibly the caller.
        before: Option<ShardOwner>,
    },
    /// An invocation that began later has it.
    Refused,
}

impl ShardStore {
    /// The shard owners in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads who owns `shard`.
    pub async fn load(&self, shard: Shard) -> Result<Option<ShardOwner>, StoreError> {
        self.table.get(&Key::shard(shard)).await
    }

    /// Reads who owned `shard` a moment ago, which may be who had it before the caller. Owners look so every two seconds;
    /// seeing a newer one a moment later costs pace and nothing else.
    pub async fn glance(&self, shard: Shard) -> Result<Option<ShardOwner>, StoreError> {
        self.table.glance(&Key::shard(shard)).await
    }

    /// Takes `shard` for `owner`, and adds the pins in it to those that were handed over: if it was given back, or its owner's
    /// horizon is not later than `free_by`; in any case from an owner that began earlier, where the caller `replaces` those.
    pub async fn take(
        &self,
        shard: Shard,
        owner: &ShardOwner,
        free_by: Timestamp,
        replaces: bool,
    ) -> Result<Taken, StoreError> {
        let until_then = if replaces { owner.since.as_millisecond() } else { NEVER };
        let update = self
            .table
            .update(&Key::shard(shard))
            .update_expression(
                "SET holder = :holder, since = :since, horizon = :horizon, \
                 handed = list_append(if_not_exists(handed, :none), :pins) ADD term :one",
            )
            .condition_expression(
                "attribute_not_exists(pk) OR holder = :holder OR horizon <= :free_by OR since <= :replaced \
                 OR since > :future",
            )
            // A clock that was set back must not leave a shard to nobody.
            .expression_attribute_values(":future", number((owner.since + CLOCKS_DIFFER).as_millisecond()))
            .expression_attribute_values(":since", number(owner.since.as_millisecond()))
            .expression_attribute_values(":replaced", number(until_then))
            .expression_attribute_values(":holder", text(&owner.holder))
            .expression_attribute_values(":horizon", number(owner.horizon.as_millisecond()))
            .expression_attribute_values(":free_by", number(free_by.as_millisecond()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":pins", list(&owner.handed)?)
            .return_values(ReturnValue::AllOld);
        let before = match update.send().await.map_err(|error| StoreError::from_sdk("take a shard", error)) {
            Ok(answer) => answer.attributes.filter(|item| item.contains_key("holder")),
            Err(StoreError::Conflict) => return Ok(Taken::Refused),
            Err(error) => return Err(error),
        };
        let before: Option<ShardOwner> = before.map(decode).transpose()?;
        let term = before.as_ref().map_or(0, |before| before.term) + 1;
        Ok(Taken::Mine { term, before })
    }

    /// Hands `pins` to the invocation `holder`, which takes them up at its next look; answers whether it still owns `shard`
    /// and has room for them.
    pub async fn hand_over(&self, shard: Shard, holder: &str, pins: &[KickedPin]) -> Result<bool, StoreError> {
        let room = MOST_HANDED.saturating_sub(pins.len());
        let update = self
            .table
            .update(&Key::shard(shard))
            .update_expression("SET handed = list_append(if_not_exists(handed, :none), :pins)")
            .condition_expression(
                "holder = :holder AND horizon > :given_back AND (attribute_not_exists(handed) OR size(handed) <= :room)",
            )
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(":given_back", number(GIVEN_BACK.as_millisecond()))
            .expression_attribute_values(":room", number(room))
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":pins", list(pins)?);
        match update.send().await.map_err(|error| StoreError::from_sdk("hand pins to a shard's owner", error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Replaces the pins that were handed to `holder`, which it has `seen`, by those that are `left`; nothing is done where
    /// more came meanwhile.
    pub async fn clear_handed(
        &self,
        shard: Shard,
        holder: &str,
        seen: &[KickedPin],
        left: &[KickedPin],
    ) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::shard(shard))
            .update_expression("SET handed = :left")
            .condition_expression("holder = :holder AND handed = :seen")
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(":seen", list(seen)?)
            .expression_attribute_values(":left", list(left)?);
        match update.send().await.map_err(|error| StoreError::from_sdk("clear what was handed over", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives `shard` back, unless somebody else took it: whoever wants it has it from now on, whatever its clock says.
    ///
    /// With what was `seen` of what was handed over it is kept where there is more, and the row is answered.
    pub async fn give_back(
        &self,
        shard: Shard,
        holder: &str,
        seen: Option<&BTreeMap<KickedPin, Timestamp>>,
    ) -> Result<Option<ShardOwner>, StoreError> {
        let mut known = Vec::new();
        for _ in 0..TRIES {
            let mut update = self
                .table
                .update(&Key::shard(shard))
                .update_expression("SET horizon = :given_back")
                .expression_attribute_values(":given_back", number(GIVEN_BACK.as_millisecond()))
                .expression_attribute_values(":holder", text(holder));
            update = if seen.is_some() {
                let nothing_new = "holder = :holder AND (attribute_not_exists(handed) OR handed = :seen)";
                update.condition_expression(nothing_new).expression_attribute_values(":seen", list(&known)?)
            } else {
                update.condition_expression("holder = :holder")
            };
            match update.send().await.map_err(|error| StoreError::from_sdk("give a shard back", error)) {
                Ok(_) => return Ok(None),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
            let (Some(seen), Some(owner)) = (seen, self.load(shard).await?) else { return Ok(None) };
            if owner.holder != holder {
                return Ok(None);
            }
            if owner.handed.iter().any(|pin| !seen.contains_key(pin)) {
                return Ok(Some(owner));
            }
            known = owner.handed;
        }
        Ok(None)
    }
}

/// How often it is tried to give a shard back to which pins are handed at the same moment.
const TRIES: usize = 3;

fn list(pins: &[KickedPin]) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(pins).map_err(|error| StoreError::unreadable("pins to hand over", error))
}
