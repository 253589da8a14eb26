//! What became of events at webhooks, for as long as events are kept.

use std::collections::BTreeMap;

use super::super::events::KEPT;
use super::super::items::DeliveryItem;
use super::super::key::{Key, delivery_partition};
use super::super::table::{decode, encode, text};
use super::{StoreError, WebhookStore};
use crate::domain::{Delivery, EventId, WebhookId};

/// Some deliveries of a webhook.
#[derive(Debug, Clone, Default)]
pub struct DeliveryPage {
    /// Newest events first.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins.
    pub next: Option<EventId>,
}

impl WebhookStore {
    /// Notes what became of an event.
    pub async fn note(&self, webhook: &WebhookId, delivery: &Delivery) -> Result<(), StoreError> {
        let key = Key::delivery(webhook, &delivery.event);
        let put = self.table.put(encode(&key, &DeliveryItem::new(delivery, delivery.event.at() + KEPT))?);
        put.send().await.map_err(|error| StoreError::from_sdk("note a delivery", error))?;
        Ok(())
    }

    /// What became of one event, if anything.
    pub async fn delivery(&self, webhook: &WebhookId, event: &EventId) -> Result<Option<Delivery>, StoreError> {
        let item: Option<DeliveryItem> = self.table.get(&Key::delivery(webhook, event)).await?;
        Ok(item.and_then(DeliveryItem::delivery))
    }

    /// Lists up to `limit` deliveries, the newest events first, from behind the one that is named.
    pub async fn deliveries(
        &self,
        webhook: &WebhookId,
        after: Option<&EventId>,
        limit: i32,
    ) -> Result<DeliveryPage, StoreError> {
        let start = after.map(|event| {
            let key = Key::delivery(webhook, event);
            [("pk".to_owned(), text(key.pk)), ("sk".to_owned(), text(key.sk))].into()
        });
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(delivery_partition(webhook)))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list deliveries", error))?;
        let next = answer.last_evaluated_key.and_then(|key| key.get("sk")?.as_s().ok()?.parse().ok());
        let items = answer.items.unwrap_or_default().into_iter().map(decode::<DeliveryItem>);
        let deliveries = items.filter_map(|item| item.map(DeliveryItem::delivery).transpose());
        Ok(DeliveryPage { deliveries: deliveries.collect::<Result<_, _>>()?, next })
    }

    /// What became of events behind `low`, up to the event `high`.
    pub async fn deliveries_between(
        &self,
        webhook: &WebhookId,
        low: &str,
        high: &EventId,
    ) -> Result<BTreeMap<EventId, Delivery>, StoreError> {
        let query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(delivery_partition(webhook)))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high.as_str()))
            .consistent_read(true);
        let (mut found, mut place) = (BTreeMap::new(), None);
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("read what was delivered", error))?;
            for item in answer.items.unwrap_or_default() {
                let delivery = decode::<DeliveryItem>(item)?.delivery();
                found.extend(delivery.map(|delivery| (delivery.event.clone(), delivery)));
            }
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(found);
            }
        }
    }
}
