//! How many pins of each account need a person: counters that move with the pins, not a search for them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::StoreError;
use super::super::key::{COUNT, Key, owner_partition};
use super::super::table::{decode, text};
use super::PinStore;
use crate::domain::{AccountId, Attention, OwnerId};

/// A counter of an account; a missing attribute was never counted.
#[derive(Deserialize)]
struct CountItem {
    #[serde(default)]
    needs_review: i64,
    #[serde(default)]
    failed: i64,
}

impl PinStore {
    /// Reads how many pins of `account` need a person.
    pub async fn attention(&self, owner: &OwnerId, account: &AccountId) -> Result<Attention, StoreError> {
        let item: Option<CountItem> = self.table.get(&Key::count(owner, account)).await?;
        Ok(item.map(Attention::from).unwrap_or_default())
    }

    /// Reads how many pins of each account of `owner` need a person; accounts of which none ever did are left out.
    pub async fn attention_by_account(&self, owner: &OwnerId) -> Result<BTreeMap<AccountId, Attention>, StoreError> {
        let mut counts = BTreeMap::new();
        let mut from = None;
        loop {
            let answer = self
                .table
                .query()
                .key_condition_expression("pk = :pk AND begins_with(sk, :count)")
                .expression_attribute_values(":pk", text(owner_partition(owner)))
                .expression_attribute_values(":count", text(COUNT))
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("read what needs a person", error))?;
            for item in answer.items.unwrap_or_default() {
                let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| sk.strip_prefix(COUNT));
                let Some(account) = sk.and_then(|id| id.parse().ok()) else { continue };
                counts.insert(account, decode::<CountItem>(item)?.into());
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(counts);
            }
        }
    }
}

impl From<CountItem> for Attention {
    fn from(item: CountItem) -> Self {
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Self { needs_review: count(item.needs_review), failed: count(item.failed) }
    }
}
