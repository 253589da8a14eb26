//! Who works on a shard at present.
//!
//! Ownership is for pace and cost only: two owners at once are slower, never wrong, since the claim decides.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::Key;
use super::table::{encode, number, text};
use super::{StoreError, Table};
use crate::domain::Shard;

/// By how much the clocks of two publishers may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// The shard owners in the table.
#[derive(Debug, Clone)]
pub struct ShardStore {
    table: Table,
}

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

    /// Takes `shard`, unless an invocation that began later has it; answers whether it did.
    pub async fn take(&self, shard: Shard, owner: &ShardOwner) -> Result<bool, StoreError> {
        let put = self
            .table
            .put(encode(&Key::shard(shard), owner)?)
            .condition_expression("attribute_not_exists(pk) OR since <= :since OR since > :future OR holder = :holder")
            // A clock that was set back must not leave a shard to nobody.
            .expression_attribute_values(":future", number((owner.since + CLOCKS_DIFFER).as_millisecond()))
            .expression_attribute_values(":since", number(owner.since.as_millisecond()))
            .expression_attribute_values(":holder", text(&owner.holder));
        match put.send().await.map_err(|error| StoreError::from_sdk("take a shard", error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gives `shard` back at `now`, unless somebody else took it.
    pub async fn give_back(&self, shard: Shard, holder: &str, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::shard(shard))
            .update_expression("SET horizon = :now")
            .condition_expression("holder = :holder")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":holder", text(holder));
        match update.send().await.map_err(|error| StoreError::from_sdk("give a shard back", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
