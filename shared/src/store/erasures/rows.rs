//! The rows that an owner has, wherever they lie, and how they go.
//!
//! What leads to something else is deleted after it: a row of another partition, or a file. So whoever dies in between leaves
//! what shows the next one where to go on.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::key::{
    self, Key, OPEN_IMPORT, SWEEP, delivery_partition, event_partition, owner_partition, webhook_partition,
};
use super::super::quotas::partition_of_user;
use super::super::table::{Item, number, text};
use super::super::{ShardStore, StoreError};
use super::ErasureStore;
use crate::domain::{Account, DisabledReason, MediaId, OwnerId, Shard, WebhookId};

/// How many rows are read and deleted at a time.
const PAGE: i32 = 400;

/// What stays until the end, since it leads to rows elsewhere, or is the erasure itself.
const STAY: [&str; 4] = [key::ACCOUNT, key::WEBHOOK, key::REMOVED_WEBHOOK, key::ERASURE];

/// A partition in which an owner has rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partition {
    /// The owner's own.
    Own,
    /// That of the owner's events.
    Events,
    /// That of the deliveries at one of the owner's webhooks.
    Deliveries(WebhookId),
}

/// Some rows that are to go.
#[derive(Debug, Default)]
pub struct ErasedPage {
    /// Files that go before their rows.
    pub files: Vec<ErasedFile>,
    /// Rows that go before those that lead to them.
    first: Vec<Key>,
    rows: Vec<Key>,
    /// The sort key behind which the next page begins, where there is one.
    pub next: Option<String>,
}

/// A file that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedFile {
    /// Which.
    pub id: MediaId,
    /// Whether there may be a thumbnail.
    pub has_thumbnail: bool,
}

impl ErasedPage {
    /// How many rows go.
    pub fn count(&self) -> usize {
        self.first.len() + self.rows.len()
    }
}

impl ErasureStore {
    /// Reads some rows of `owner` in `partition` that are to go, behind `after`. `everybodys` are the webhooks of the
    /// installation, which get the owner's events as well.
    pub async fn page(
        &self,
        owner: &OwnerId,
        partition: &Partition,
        everybodys: &BTreeSet<WebhookId>,
        after: Option<&str>,
    ) -> Result<ErasedPage, StoreError> {
        let pk = match partition {
            Partition::Own => owner_partition(owner),
            Partition::Events => event_partition(Some(owner)),
            Partition::Deliveries(webhook) => delivery_partition(webhook),
        };
        let (found, next) = self.keys(&pk, after).await?;
        let mut page = ErasedPage { next, ..ErasedPage::default() };
        for item in &found {
            let Some(sk) = item.get("sk").and_then(|sk| sk.as_s().ok()) else { continue };
            match partition {
                Partition::Own if STAY.iter().any(|prefix| sk.starts_with(prefix)) => continue,
                Partition::Own => page.note(sk, item),
                Partition::Events => page
                    .first
                    .extend(everybodys.iter().map(|webhook| Key { pk: delivery_partition(webhook), sk: sk.clone() })),
                Partition::Deliveries(_) => {}
            }
            page.rows.push(Key { pk: pk.clone(), sk: sk.clone() });
        }
        Ok(page)
    }

    /// Deletes the rows of `page`, whose files are gone.
    pub async fn delete(&self, page: &ErasedPage) -> Result<(), StoreError> {
        self.table.delete_many(&page.first).await?;
        self.table.delete_many(&page.rows).await
    }

    /// The webhooks of `owner`, or of the installation with its bus, those included that were removed while there were deliveries of theirs.
    pub async fn webhooks(&self, owner: Option<&OwnerId>) -> Result<BTreeSet<WebhookId>, StoreError> {
        let pk = webhook_partition(owner);
        // The bus is in no list, and gets everybody's events.
        let mut found: BTreeSet<_> = owner.is_none().then(WebhookId::bus).into_iter().collect();
        for prefix in [key::WEBHOOK, key::REMOVED_WEBHOOK] {
            let keys = self.beginning_with(&pk, prefix).await?;
            found.extend(keys.iter().filter_map(|sk| sk.strip_prefix(prefix)?.parse().ok()));
        }
        Ok(found)
    }

    /// Lets nothing be sent any more to a webhook of `owner`, whoever is at it.
    pub async fn silence(&self, owner: &OwnerId, webhook: &WebhookId, now: Timestamp) -> Result<(), StoreError> {
        let update = self
            .table
            .update(&Key::webhook(Some(owner), webhook))
            .update_expression(
                "SET disabled_for = :why, disabled_at = :now REMOVE lease_by, lease_until, due_shard, due_at",
            )
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(disabled_at)")
            .expression_attribute_values(":why", text(DisabledReason::Requested.stored()))
            .expression_attribute_values(":now", number(now.as_millisecond()));
        match update.send().await.map_err(|error| StoreError::from_sdk("disable a webhook", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Deletes what leads nowhere any more: the webhooks, and the accounts with what is kept of them elsewhere.
    pub async fn delete_last(
        &self,
        owner: &OwnerId,
        webhooks: &BTreeSet<WebhookId>,
        accounts: &[Account],
    ) -> Result<usize, StoreError> {
        let mut first = Vec::new();
        for account in accounts {
            first.push(Key::parking(&crate::domain::Partition::HeldAccount(account.id.clone())));
            let pk = partition_of_user(account.mode, &account.user_id);
            let windows = self.beginning_with(&pk, "").await?;
            first.extend(windows.into_iter().map(|sk| Key { pk: pk.clone(), sk }));
        }
        first.extend(self.noted_imports(owner).await?);
        let pk = owner_partition(owner);
        let own = |sk: String| Key { pk: pk.clone(), sk };
        let removed =
            webhooks.iter().flat_map(|id| [key::WEBHOOK, key::REMOVED_WEBHOOK].map(|kind| format!("{kind}{id}")));
        let accounts = accounts.iter().map(|account| format!("{}{}", key::ACCOUNT, account.id));
        let last: Vec<_> = removed.chain(accounts).map(own).collect();
        self.table.delete_many(&first).await?;
        self.table.delete_many(&last).await?;
        Ok(first.len() + last.len())
    }

    /// Forgets the pins of `owner` that were handed to publishers which never took them up.
    pub async fn forget_handed(&self, owner: &OwnerId, shards: &ShardStore) -> Result<(), StoreError> {
        for shard in Shard::all() {
            let Some(known) = shards.load(shard).await? else { continue };
            let left: Vec<_> = known.handed.iter().filter(|pin| pin.owner != *owner).cloned().collect();
            if left.len() < known.handed.len() {
                shards.clear_handed(shard, &known.holder, &known.handed, &left).await?;
            }
        }
        Ok(())
    }

    /// Where it is noted that files of `owner` are being stored, those included that never came to be.
    async fn noted_imports(&self, owner: &OwnerId) -> Result<Vec<Key>, StoreError> {
        let query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :import)")
            .filter_expression("#owner = :owner")
            .projection_expression("pk, sk")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":pk", text(SWEEP))
            .expression_attribute_values(":import", text(OPEN_IMPORT))
            .expression_attribute_values(":owner", text(owner.as_str()));
        let (mut found, mut place) = (Vec::new(), None);
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("look for files of an owner", error))?;
            let sk = |item: &Item| item.get("sk")?.as_s().ok().cloned();
            let keys = answer.items.unwrap_or_default();
            found.extend(keys.iter().filter_map(sk).map(|sk| Key { pk: SWEEP.to_owned(), sk }));
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(found);
            }
        }
    }

    /// A page of the keys in a partition, with whether a file has a thumbnail.
    async fn keys(&self, pk: &str, after: Option<&str>) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let start = after.map(|sk| Item::from([("pk".into(), text(pk)), ("sk".into(), text(sk))]));
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk")
            .projection_expression("pk, sk, thumbnail")
            .expression_attribute_values(":pk", text(pk))
            .consistent_read(true)
            .limit(PAGE)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list what is to be erased", error))?;
        let next = answer.last_evaluated_key.and_then(|key| key.get("sk")?.as_s().ok().cloned());
        Ok((answer.items.unwrap_or_default(), next))
    }

    /// The sort keys in a partition that begin with `prefix`; for few.
    async fn beginning_with(&self, pk: &str, prefix: &str) -> Result<Vec<String>, StoreError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let (items, next) = self.keys_beginning_with(pk, prefix, after.as_deref()).await?;
            all.extend(items.iter().filter_map(|item| item.get("sk")?.as_s().ok().cloned()));
            after = next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn keys_beginning_with(
        &self,
        pk: &str,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let start = after.map(|sk| Item::from([("pk".into(), text(pk)), ("sk".into(), text(sk))]));
        let mut query = self.table.query().key_condition_expression("pk = :pk").projection_expression("pk, sk");
        if !prefix.is_empty() {
            query = query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", text(prefix));
        }
        let query = query.expression_attribute_values(":pk", text(pk)).consistent_read(true);
        let answer = query.set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| StoreError::from_sdk("list keys", error))?;
        let next = answer.last_evaluated_key.and_then(|key| key.get("sk")?.as_s().ok().cloned());
        Ok((answer.items.unwrap_or_default(), next))
    }
}

impl ErasedPage {
    /// Notes what has to go before a row of the owner's own partition.
    fn note(&mut self, sk: &str, item: &Item) {
        if let Some(id) = sk.strip_prefix(key::MEDIA).and_then(|id| id.parse().ok()) {
            self.files.push(ErasedFile { id, has_thumbnail: item.contains_key("thumbnail") });
        } else if let Some(pk) = sk.strip_prefix(key::CONSENT) {
            self.first.push(Key { pk: pk.to_owned(), sk: "-".to_owned() });
        } else if let Some(id) = sk.strip_prefix(key::IMPORT).filter(|id| !id.contains('#')) {
            self.first.push(Key { pk: SWEEP.to_owned(), sk: format!("{OPEN_IMPORT}{id}") });
        }
    }
}
