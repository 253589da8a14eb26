//! Who sends to a webhook: one invocation at a time, which claims the webhook and writes down how far it is.
//!
//! While a webhook is claimed, its place in the due index is the end of the claim, so that another invocation takes over
//! where one died. What people ask for meanwhile raises `asked`, and no claim writes over what it has not seen.

use aws_sdk_dynamodb::types::ReturnValue;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::super::items::{ProgressItem, WebhookItem, webhook_of};
use super::super::key::{Key, owner_of};
use super::super::schema::DUE;
use super::super::table::{decode, number, text};
use super::{StoreError, WebhookStore, disabled};
use crate::domain::{Disabled, OpenDelivery, OwnerId, Secrets, Webhook, WebhookId};

/// Over how many partitions of the due index webhooks are spread.
const SHARDS: u8 = 4;

/// Where a webhook is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WebhookKey {
    /// Whose it is; absent for one of the installation.
    pub owner: Option<OwnerId>,
    /// Which.
    pub id: WebhookId,
}

/// A webhook that was claimed.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The webhook as it was found.
    pub webhook: Webhook,
    /// Deliveries that people asked for.
    pub wanted: Vec<OpenDelivery>,
    holder: String,
    asked: u64,
}

impl WebhookStore {
    /// Claims a webhook until `until` in the name of `holder`, which nobody else uses; absent where somebody else has it, where
    /// it is disabled, and where there is none.
    pub async fn claim(
        &self,
        key: &WebhookKey,
        holder: &str,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<Claimed>, StoreError> {
        let update = self
            .table
            .update(&Key::webhook(key.owner.as_ref(), &key.id))
            .update_expression("SET lease_by = :holder, lease_until = :until, due_shard = :shard, due_at = :until")
            .condition_expression(
                "attribute_exists(pk) AND attribute_not_exists(disabled_at) \
                 AND (attribute_not_exists(lease_until) OR lease_until < :now OR lease_by = :holder)",
            )
            .expression_attribute_values(":holder", text(holder))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":shard", text(shard(&key.id)))
            .return_values(ReturnValue::AllNew);
        match update.send().await.map_err(|error| StoreError::from_sdk("claim a webhook", error)) {
            Ok(answer) => answer.attributes.map(|item| Ok(claimed(decode(item)?, holder))).transpose(),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets whoever has claimed the webhook know that there is something new; false where nobody has.
    pub async fn nudge(&self, key: &WebhookKey) -> Result<bool, StoreError> {
        let update = self
            .table
            .update(&Key::webhook(key.owner.as_ref(), &key.id))
            .update_expression("ADD asked :one")
            .condition_expression("attribute_exists(lease_until)")
            .expression_attribute_values(":one", number(1));
        match update.send().await.map_err(|error| StoreError::from_sdk("tell of a new event", error)) {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes down the secrets of a claimed webhook as they are sealed now. Not where it is not claimed any more: somebody may
    /// have replaced them.
    pub async fn save_secrets(&self, claimed: &mut Claimed, secrets: Secrets) -> Result<(), StoreError> {
        let key = Key::webhook(claimed.webhook.owner.as_ref(), &claimed.webhook.id);
        let mut sets = "SET secret = :secret".to_owned();
        let mut update = self.table.update(&key).expression_attribute_values(":secret", text(&secrets.current.0));
        if let Some((former, _)) = &secrets.former {
            sets.push_str(", former_secret = :former");
            update = update.expression_attribute_values(":former", text(&former.0));
        }
        let update = update
            .update_expression(sets)
            .condition_expression("lease_by = :holder")
            .expression_attribute_values(":holder", text(&claimed.holder));
        match update.send().await.map_err(|error| StoreError::from_sdk("seal the secrets of a webhook anew", error)) {
            Ok(_) => claimed.webhook.secrets = secrets,
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Writes down how far a claimed webhook is, and what was taken over of `wanted`; it stays claimed. False where it is not
    /// claimed any more. What was asked for meanwhile is then in `claimed`.
    pub async fn save(&self, claimed: &mut Claimed) -> Result<bool, StoreError> {
        self.write(claimed, "SET progress = :progress, wanted = :none", "", Vec::new()).await
    }

    /// The same, and gives the webhook back; it is due again at `next_at`, if it is. Absent where it was given back or is not
    /// claimed any more, and otherwise the webhook, which stays claimed, because something was asked for meanwhile.
    pub async fn release(&self, claimed: &mut Claimed, next_at: Option<Timestamp>) -> Result<bool, StoreError> {
        let place = match next_at {
            Some(at) => vec![("due_at", number(at.as_millisecond()))],
            None => Vec::new(),
        };
        let removes = if next_at.is_some() { "" } else { ", due_shard, due_at" };
        let sets = "SET progress = :progress, wanted = :none";
        self.write(claimed, sets, &format!(" REMOVE lease_by, lease_until{removes}"), place).await
    }

    /// The same for a webhook to which nothing is sent any more.
    pub async fn disable(&self, claimed: &mut Claimed, why: &Disabled) -> Result<bool, StoreError> {
        let sets = "SET progress = :progress, wanted = :none";
        let removes = " REMOVE lease_by, lease_until, due_shard, due_at";
        self.write(claimed, sets, removes, disabled(why).into()).await
    }

    /// Answers whether it was written; what was asked for meanwhile is in `claimed` otherwise, where that still holds.
    async fn write(
        &self,
        claimed: &mut Claimed,
        sets: &str,
        removes: &str,
        values: Vec<(&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
    ) -> Result<bool, StoreError> {
        let progress = ProgressItem::from(&claimed.webhook.progress);
        let progress =
            serde_dynamo::to_attribute_value(progress).map_err(|error| StoreError::unreadable("a webhook", error))?;
        let more = values.iter().fold(String::new(), |more, (name, _)| format!("{more}, {name} = :{name}"));
        let key = Key::webhook(claimed.webhook.owner.as_ref(), &claimed.webhook.id);
        let mut update = self
            .table
            .update(&key)
            .update_expression(format!("{sets}{more}{removes}"))
            .condition_expression("lease_by = :holder AND (asked = :asked OR attribute_not_exists(asked))")
            .expression_attribute_values(":progress", progress)
            .expression_attribute_values(":none", aws_sdk_dynamodb::types::AttributeValue::L(Vec::new()))
            .expression_attribute_values(":holder", text(&claimed.holder))
            .expression_attribute_values(":asked", number(claimed.asked));
        for (name, value) in values {
            update = update.expression_attribute_values(format!(":{name}"), value);
        }
        match update.send().await.map_err(|error| StoreError::from_sdk("note how far a webhook is", error)) {
            Ok(_) => return Ok(true),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        let item: Option<WebhookItem> = self.table.get(&key).await?;
        match item.filter(|item| item.lease_by.as_deref() == Some(&claimed.holder)) {
            None => claimed.holder.clear(),
            Some(item) => {
                claimed.asked = item.asked;
                claimed.wanted = item.wanted.into_iter().map(Into::into).collect();
            }
        }
        Ok(false)
    }

    /// Forgets what of `owner` is under way to a webhook of the installation, or was asked for, whoever is at it;
    /// [`StoreError::Conflict`] where something else was written meanwhile.
    pub async fn forget_owner(&self, id: &WebhookId, owner: &OwnerId, now: Timestamp) -> Result<(), StoreError> {
        let key = Key::webhook(None, id);
        let Some(before) = self.table.get::<WebhookItem>(&key).await? else { return Ok(()) };
        let (mut progress, mut wanted) = (before.progress.clone(), before.wanted.clone());
        progress.forget(owner);
        wanted.retain(|wanted| !wanted.is_of(owner));
        if (&progress, &wanted) == (&before.progress, &before.wanted) {
            return Ok(());
        }
        let value = |item: Result<_, _>| item.map_err(|error| StoreError::unreadable("a webhook", error));
        let is_enabled = before.disabled_at.is_none();
        let place = if is_enabled { ", due_shard = :shard, due_at = :now" } else { "" };
        let mut update = self
            .table
            .update(&key)
            .update_expression(format!(
                "SET progress = :progress, wanted = :wanted{place} REMOVE lease_by, lease_until ADD asked :one"
            ))
            .condition_expression("progress = :before AND wanted = :wanted_before")
            .expression_attribute_values(":progress", value(serde_dynamo::to_attribute_value(progress))?)
            .expression_attribute_values(":wanted", value(serde_dynamo::to_attribute_value(wanted))?)
            .expression_attribute_values(":before", value(serde_dynamo::to_attribute_value(before.progress))?)
            .expression_attribute_values(":wanted_before", value(serde_dynamo::to_attribute_value(before.wanted))?)
            .expression_attribute_values(":one", number(1));
        if is_enabled {
            update = update
                .expression_attribute_values(":shard", text(shard(id)))
                .expression_attribute_values(":now", number(now.as_millisecond()));
        }
        update.send().await.map_err(|error| StoreError::from_sdk("forget an owner's deliveries", error))?;
        Ok(())
    }

    /// Webhooks for which something is due.
    pub async fn due(&self, now: Timestamp) -> Result<Vec<WebhookKey>, StoreError> {
        let mut found = Vec::new();
        for number_of_shard in 0..SHARDS {
            let query = self
                .table
                .query()
                .index_name(DUE)
                .key_condition_expression("due_shard = :shard AND due_at <= :now")
                .expression_attribute_values(":shard", text(partition(number_of_shard)))
                .expression_attribute_values(":now", number(now.as_millisecond()));
            let mut place = None;
            loop {
                let answer = query.clone().set_exclusive_start_key(place).send().await;
                let answer = answer.map_err(|error| StoreError::from_sdk("list webhooks that are due", error))?;
                found.extend(answer.items.unwrap_or_default().iter().filter_map(|item| {
                    let owner = owner_of(item.get("pk")?.as_s().ok()?);
                    Some(WebhookKey { owner, id: webhook_of(item)? })
                }));
                place = answer.last_evaluated_key;
                if place.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }
}

impl Claimed {
    /// Notes that it was given back.
    pub fn let_go(&mut self) {
        self.holder.clear();
    }

    /// Whether it is still claimed, as far as is known.
    pub fn holds(&self) -> bool {
        !self.holder.is_empty()
    }
}

fn claimed(item: WebhookItem, holder: &str) -> Claimed {
    let (asked, wanted) = (item.asked, item.wanted.iter().cloned().map(Into::into).collect());
    Claimed { webhook: item.into(), wanted, holder: holder.to_owned(), asked }
}

/// The partition of the due index that a webhook is in.
pub(super) fn shard(id: &WebhookId) -> String {
    partition(Sha256::digest(id.as_str())[0] % SHARDS)
}

fn partition(number: u8) -> String {
    format!("webhooks#{number}")
}
