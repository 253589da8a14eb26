//! Webhooks: made, changed and removed by people. How they are worked on is in [`claims`], and what became of events at them
//! in [`deliveries`].

mod claims;
mod deliveries;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use jiff::fmt::serde::timestamp::second;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

pub use claims::{Claimed, WebhookKey};
pub use deliveries::DeliveryPage;

use super::items::{OpenItem, ProgressItem, WebhookItem};
use super::key::{Key, WEBHOOK, webhook_partition};
use super::table::{decode, encode, number, text};
use super::{StoreError, Table};
use crate::domain::pin::to_millisecond;
use crate::domain::{Disabled, OpenDelivery, OwnerId, Progress, Webhook, WebhookId};

/// How many deliveries can be asked for before whoever sends takes them over.
pub const MOST_WANTED: usize = 100;

/// How far back the events happened with which a bus begins: the sender may have been called for one of them.
const BUS_BEGINS: SignedDuration = SignedDuration::from_mins(1);

/// That there may be deliveries of a webhook that was removed.
#[derive(Serialize)]
struct RemovedItem {
    #[serde(with = "second::required")]
    expires_at: Timestamp,
}

/// The webhooks in the table.
#[derive(Debug, Clone)]
pub struct WebhookStore {
    table: Table,
}

impl WebhookStore {
    /// The webhooks in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads a webhook as it is now.
    pub async fn load(&self, owner: Option<&OwnerId>, id: &WebhookId) -> Result<Option<Webhook>, StoreError> {
        let item: Option<WebhookItem> = self.table.get(&Key::webhook(owner, id)).await?;
        Ok(item.map(Into::into))
    }

    /// How far the bus of the installation is. One that nobody has sent to begins with what happened within the last minute.
    pub async fn load_bus(&self, now: Timestamp) -> Result<Webhook, StoreError> {
        let (id, bus) = (WebhookId::bus(), Webhook::bus(to_millisecond(now - BUS_BEGINS)));
        if let Some(known) = self.load(None, &id).await? {
            return Ok(known);
        }
        match self.create(&bus).await {
            // Somebody else began with it at the same moment.
            Err(StoreError::Conflict) => Ok(self.load(None, &id).await?.unwrap_or(bus)),
            created => created.map(|()| bus),
        }
    }

    /// Lists up to `limit` webhooks by their ids, after the one that is named; and whether there are more.
    pub async fn list(
        &self,
        owner: Option<&OwnerId>,
        after: Option<&WebhookId>,
        limit: i32,
    ) -> Result<(Vec<Webhook>, bool), StoreError> {
        let start = after.map(|id| {
            let key = Key::webhook(owner, id);
            [("pk".to_owned(), text(key.pk)), ("sk".to_owned(), text(key.sk))].into()
        });
        let answer = self
            .query_of(owner)
            .consistent_read(true)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list webhooks", error))?;
        let items = answer.items.unwrap_or_default().into_iter().map(decode::<WebhookItem>);
        let webhooks: Result<Vec<_>, _> = items.map(|item| item.map(Into::into)).collect();
        Ok((webhooks?, answer.last_evaluated_key.is_some()))
    }

    /// How many there are, as far as one page of the table shows.
    pub async fn count(&self, owner: Option<&OwnerId>) -> Result<u64, StoreError> {
        let query = self.query_of(owner).consistent_read(true).select(Select::Count);
        let (mut count, mut place) = (0, None);
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("count webhooks", error))?;
            count += u64::try_from(answer.count).unwrap_or_default();
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(count);
            }
        }
    }

    /// Stores a new webhook; [`StoreError::Conflict`] where there is one with its id.
    pub async fn create(&self, webhook: &Webhook) -> Result<(), StoreError> {
        let key = Key::webhook(webhook.owner.as_ref(), &webhook.id);
        let put = self.table.put(encode(&key, &WebhookItem::from(webhook))?);
        self.table.put_once("create a webhook", put.condition_expression("attribute_not_exists(pk)")).await
    }

    /// Stores what a person changed of a webhook that was read at `version`, which is taken from whoever sends to it;
    /// [`StoreError::Conflict`] where it changed. A webhook that is enabled begins with what happens from then on.
    pub async fn change(&self, webhook: &Webhook, version: u64, is_begun_anew: bool) -> Result<(), StoreError> {
        let item = WebhookItem::from(webhook);
        let update = self.update(webhook).condition_expression("version = :version");
        let mut sets =
            "SET address = :address, kinds = :kinds, secret = :secret, updated_at = :now, version = :next".to_owned();
        let mut removes = " REMOVE lease_by, lease_until".to_owned();
        let plain = serde_dynamo::to_item(&item).map_err(|error| StoreError::unreadable("a webhook", error))?;
        let mut plain: super::table::Item = plain;
        let mut update = update
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":next", number(webhook.version));
        for name in ["address", "kinds", "secret"] {
            let value = plain.remove(name).expect("every webhook has them");
            update = update.expression_attribute_values(format!(":{name}"), value);
        }
        update = update.expression_attribute_values(":now", number(webhook.updated_at.as_millisecond()));
        for name in ["former_secret", "former_until", "disabled_for", "disabled_at"] {
            match plain.remove(name) {
                Some(value) => {
                    sets = format!("{sets}, {name} = :{name}");
                    update = update.expression_attribute_values(format!(":{name}"), value);
                }
                None => removes = format!("{removes}, {name}"),
            }
        }
        if is_begun_anew {
            sets.push_str(", progress = :progress, wanted = :none");
            let none = aws_sdk_dynamodb::types::AttributeValue::L(Vec::new());
            let progress = plain.remove("progress").expect("every webhook has it");
            update =
                update.expression_attribute_values(":progress", progress).expression_attribute_values(":none", none);
        }
        if webhook.disabled.is_some() {
            removes.push_str(", due_shard, due_at");
        }
        let update = update.update_expression(format!("{sets}{removes} ADD asked :one"));
        let update = update.expression_attribute_values(":one", number(1));
        update.send().await.map_err(|error| StoreError::from_sdk("change a webhook", error))?;
        Ok(())
    }

    /// Removes a webhook at `now`; nothing where there is none. While its deliveries can be found, so can they by its id.
    pub async fn remove(&self, webhook: &Webhook, now: Timestamp) -> Result<(), StoreError> {
        let key = Key::removed_webhook(webhook.owner.as_ref(), &webhook.id);
        let note = self.table.put(encode(&key, &RemovedItem { expires_at: now + super::events::KEPT })?).send().await;
        note.map_err(|error| StoreError::from_sdk("note that a webhook is removed", error))?;
        let delete = self.table.delete(&Key::webhook(webhook.owner.as_ref(), &webhook.id)).send().await;
        delete.map_err(|error| StoreError::from_sdk("remove a webhook", error))?;
        Ok(())
    }

    /// Has an event sent once more, or a test; [`StoreError::Conflict`] where the webhook is disabled or gone by now, or too
    /// much was asked for already.
    pub async fn want(&self, webhook: &Webhook, wanted: &OpenDelivery) -> Result<(), StoreError> {
        let (wanted, at) = (OpenItem::from(wanted), wanted.at);
        let wanted = serde_dynamo::to_attribute_value(vec![wanted])
            .map_err(|error| StoreError::unreadable("a delivery", error))?;
        self.update(webhook)
            .update_expression(
                "SET wanted = list_append(wanted, :wanted), due_shard = :due_shard, due_at = :at ADD asked :one",
            )
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(disabled_at) AND size(wanted) < :most")
            .expression_attribute_values(":wanted", wanted)
            .expression_attribute_values(":due_shard", text(claims::shard(&webhook.id)))
            .expression_attribute_values(":at", number(at.as_millisecond()))
            .expression_attribute_values(":most", number(MOST_WANTED))
            .expression_attribute_values(":one", number(1))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("ask for a delivery", error))?;
        Ok(())
    }

    /// Has everything sent that happened since `since` and did not get through; [`StoreError::Conflict`] where the webhook is
    /// disabled or gone by now, or changed while it was done.
    pub async fn recover(&self, webhook: &Webhook, progress: &Progress, now: Timestamp) -> Result<(), StoreError> {
        let item = ProgressItem::from(progress);
        let item =
            serde_dynamo::to_attribute_value(item).map_err(|error| StoreError::unreadable("a webhook", error))?;
        let before = ProgressItem::from(&webhook.progress);
        let before =
            serde_dynamo::to_attribute_value(before).map_err(|error| StoreError::unreadable("a webhook", error))?;
        self.update(webhook)
            .update_expression(
                "SET progress = :progress, due_shard = :due_shard, due_at = :now REMOVE lease_by, lease_until ADD asked :one",
            )
            .condition_expression("attribute_not_exists(disabled_at) AND progress = :before")
            .expression_attribute_values(":progress", item)
            .expression_attribute_values(":before", before)
            .expression_attribute_values(":due_shard", text(claims::shard(&webhook.id)))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":one", number(1))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("recover what a webhook missed", error))?;
        Ok(())
    }

    fn update(&self, webhook: &Webhook) -> UpdateItemFluentBuilder {
        self.table.update(&Key::webhook(webhook.owner.as_ref(), &webhook.id))
    }

    /// A query for the webhooks of `owner`.
    fn query_of(&self, owner: Option<&OwnerId>) -> QueryFluentBuilder {
        self.table
            .query()
            .key_condition_expression("pk = :owner AND begins_with(sk, :webhook)")
            .expression_attribute_values(":owner", text(webhook_partition(owner)))
            .expression_attribute_values(":webhook", text(WEBHOOK))
    }
}

/// What is written of a disabled webhook.
fn disabled(of: &Disabled) -> [(&'static str, aws_sdk_dynamodb::types::AttributeValue); 2] {
    [("disabled_for", text(of.reason.stored())), ("disabled_at", number(of.at.as_millisecond()))]
}
