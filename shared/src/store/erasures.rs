//! Erasing owners: who is being erased and how far that is, and what has to go.
//!
//! The row of an erasure lies with what it erases and is the last to go. One invocation at a time works on it, by a claim whose
//! end is its place in the due index, as with webhooks. Deleting twice does no harm, so nothing else has to be remembered.

mod rows;

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::key::{Key, owner_of};
use super::schema::DUE;
use super::table::{decode, encode, number, text};
use super::{StoreError, Table};
use crate::domain::{Erasure, ErasureState, OwnerId};

pub use rows::{ErasedFile, ErasedPage, Partition};

/// The partition of the due index in which erasures are.
const PARTITION: &str = "erasures";

/// The erasures in the table.
#[derive(Debug, Clone)]
pub struct ErasureStore {
    table: Table,
}

#[derive(Serialize, Deserialize)]
struct ErasureItem {
    state: String,
    erased: u64,
    #[serde(with = "millisecond::required")]
    started_at: Timestamp,
    due_shard: String,
    #[serde(with = "millisecond::required")]
    due_at: Timestamp,
}

impl ErasureStore {
    /// The erasures in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Begins to erase `owner`; answers the erasure that is under way, where one is.
    pub async fn begin(&self, owner: &OwnerId, now: Timestamp) -> Result<Erasure, StoreError> {
        let item = ErasureItem {
            state: ErasureState::Erasing.stored().to_owned(),
            erased: 0,
            started_at: now,
            due_shard: PARTITION.to_owned(),
            due_at: now,
        };
        let put = self.table.put(encode(&Key::erasure(owner), &item)?).condition_expression("attribute_not_exists(pk)");
        match self.table.put_once("begin to erase an owner", put).await {
            Ok(()) => Ok(item.erasure(owner)),
            Err(StoreError::Conflict) => self.load(owner).await?.ok_or(StoreError::Conflict),
            Err(error) => Err(error),
        }
    }

    /// The erasure of `owner`, while one is under way.
    pub async fn load(&self, owner: &OwnerId) -> Result<Option<Erasure>, StoreError> {
        let item: Option<ErasureItem> = self.table.get(&Key::erasure(owner)).await?;
        Ok(item.map(|item| item.erasure(owner)))
    }

    /// Whether `owner` was being erased a moment ago, at half the price. What is written by whoever reads it too early is
    /// found when everything is looked for once more.
    pub async fn is_under_way(&self, owner: &OwnerId) -> Result<bool, StoreError> {
        let item: Option<ErasureItem> = self.table.glance(&Key::erasure(owner)).await?;
        Ok(item.is_some())
    }

    /// Owners of whom something is to be erased now.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<OwnerId>, StoreError> {
        let answer = self
            .table
            .query()
            .index_name(DUE)
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", text(PARTITION))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list who is to be erased", error))?;
        let owner = |item: &super::table::Item| owner_of(item.get("pk")?.as_s().ok()?);
        Ok(answer.items.unwrap_or_default().iter().filter_map(owner).collect())
    }

    /// Claims the erasure of `owner` until `until` in the name of `holder`, which nobody else uses; absent where somebody else
    /// works on it, where it is not due, and where there is none.
    pub async fn claim(
        &self,
        owner: &OwnerId,
        holder: &str,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<Erasure>, StoreError> {
        let update = self
            .table
            .update(&Key::erasure(owner))
            .update_expression("SET held_by = :holder, due_at = :until")
            .condition_expression("due_at <= :now OR held_by = :holder")
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .return_values(ReturnValue::AllNew);
        match update.send().await.map_err(|error| StoreError::from_sdk("claim an erasure", error)) {
            Ok(answer) => {
                let item: Option<ErasureItem> = answer.attributes.map(decode).transpose()?;
                Ok(item.map(|item| item.erasure(owner)))
            }
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes that `holder` erased so many rows more; false where somebody else works on it by now.
    pub async fn note(&self, owner: &OwnerId, holder: &str, erased: usize) -> Result<bool, StoreError> {
        let update = self
            .table
            .update(&Key::erasure(owner))
            .update_expression("ADD erased :erased")
            .condition_expression("held_by = :holder")
            .expression_attribute_values(":erased", number(erased))
            .expression_attribute_values(":holder", text(holder));
        match update.send().await.map_err(|error| StoreError::from_sdk("note how far an erasure is", error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Gives the erasure back; it goes on at `due_at`. Nothing happens where somebody else works on it by now.
    pub async fn release(
        &self,
        owner: &OwnerId,
        holder: &str,
        (state, due_at): (ErasureState, Timestamp),
    ) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::erasure(owner))
            .update_expression("SET #state = :state, due_at = :due REMOVE held_by")
            .condition_expression("held_by = :holder")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", text(state.stored()))
            .expression_attribute_values(":due", number(due_at.as_millisecond()))
            .expression_attribute_values(":holder", text(holder));
        match update.send().await.map_err(|error| StoreError::from_sdk("give an erasure back", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes the row of the erasure, which is the last thing that has the owner's name.
    pub async fn finish(&self, owner: &OwnerId, holder: &str) -> Result<(), StoreError> {
        let delete = self
            .table
            .delete(&Key::erasure(owner))
            .condition_expression("held_by = :holder")
            .expression_attribute_values(":holder", text(holder));
        match delete.send().await.map_err(|error| StoreError::from_sdk("end an erasure", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl ErasureItem {
    fn erasure(&self, owner: &OwnerId) -> Erasure {
        Erasure {
            owner: owner.clone(),
            state: ErasureState::from_stored(&self.state),
            erased: self.erased,
            started_at: self.started_at,
        }
    }
}
