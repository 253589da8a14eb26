//! The table with the few kinds of call that the stores are made of.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    WriteRequest,
};
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::key::Key;

/// How many items DynamoDB deletes in one request.
const MOST_DELETED: usize = 25;

/// How many such requests are made at a time.
const BATCHES_AT_ONCE: usize = 16;

/// An item as DynamoDB carries it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The table, ready to be called.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// The table of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The client that the table is called by, for those who create tables.
    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.read(key, true).await
    }

    /// Reads an item as it was a moment ago, for half of what [`Table::get`] costs.
    pub(super) async fn glance<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.read(key, false).await
    }

    async fn read<T: DeserializeOwned>(&self, key: &Key, consistent: bool) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("pk", AttributeValue::S(key.pk.clone()))
            .key("sk", AttributeValue::S(key.sk.clone()))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read an item", error))?;
        answer.item.map(decode).transpose()
    }

    /// Reads up to 100 items by key; those that do not exist are left out, the order is not kept. A key that comes twice is
    /// read once: DynamoDB refuses a request that names one twice.
    ///
    /// An item that is not readable is logged and left out, so that it does not take its neighbours with it.
    pub(super) async fn get_many<T: DeserializeOwned>(&self, keys: &[Key]) -> Result<Vec<T>, StoreError> {
        self.batch_get(keys, KeysAndAttributes::builder().consistent_read(true)).await
    }

    /// Reads one attribute of up to 100 items as they were a moment ago, at half the price; otherwise as [`Self::get_many`].
    pub(super) async fn glance_many<T: DeserializeOwned>(
        &self,
        keys: &[Key],
        attribute: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let request = KeysAndAttributes::builder().projection_expression("#wanted");
        self.batch_get(keys, request.expression_attribute_names("#wanted", attribute)).await
    }

    async fn batch_get<T: DeserializeOwned>(
        &self,
        keys: &[Key],
        request: KeysAndAttributesBuilder,
    ) -> Result<Vec<T>, StoreError> {
        let distinct: BTreeSet<_> = keys.iter().map(|key| (&key.pk, &key.sk)).collect();
        let mut wanted: Vec<Item> = distinct
            .into_iter()
            .map(|(pk, sk)| HashMap::from([("pk".into(), text(pk)), ("sk".into(), text(sk))]))
            .collect();
        let mut found = Vec::new();
        while !wanted.is_empty() {
            let request = request.clone().set_keys(Some(wanted)).build().expect("the keys are set");
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.name, request)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("read several items", error))?;
            for item in answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default() {
                match decode(item) {
                    Ok(item) => found.push(item),
                    Err(error) => tracing::error!(%error, "an item was skipped"),
                }
            }
            let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
            wanted = left.map(|left| left.keys).unwrap_or_default();
        }
        Ok(found)
    }

    pub(super) fn put(&self, item: Item) -> PutItemFluentBuilder {
        self.client.put_item().table_name(&self.name).set_item(Some(item))
    }

    /// Sends a conditional `put`. One that was done, and whose answer was lost, is recognized when the SDK sends it again: what
    /// then refuses it is the very item that it writes. Writers that must not be taken for each other write different
    /// items.
    pub(super) async fn put_once(&self, operation: &'static str, put: PutItemFluentBuilder) -> Result<(), StoreError> {
        let item = put.get_item().clone();
        let put = put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Err(error) if item.is_none() || refused_by(&error) != item.as_ref() => {
                Err(StoreError::from_sdk(operation, error))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn update(&self, key: &Key) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.name).key("pk", text(&key.pk)).key("sk", text(&key.sk))
    }

    pub(super) fn delete(&self, key: &Key) -> DeleteItemFluentBuilder {
        self.client.delete_item().table_name(&self.name).key("pk", text(&key.pk)).key("sk", text(&key.sk))
    }

    /// Deletes any number of items; what is not there is deleted.
    pub(super) async fn delete_many(&self, keys: &[Key]) -> Result<(), StoreError> {
        let batches: Vec<_> = keys.chunks(MOST_DELETED).map(|keys| self.delete_batch(keys).boxed()).collect();
        stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).try_collect().await
    }

    async fn delete_batch(&self, keys: &[Key]) -> Result<(), StoreError> {
        // DynamoDB refuses a request that names an item twice.
        let distinct: BTreeSet<_> = keys.iter().map(|key| (&key.pk, &key.sk)).collect();
        let delete = |(pk, sk): (&String, &String)| {
            let delete = DeleteRequest::builder().key("pk", text(pk)).key("sk", text(sk)).build();
            WriteRequest::builder().delete_request(delete.expect("the key is set")).build()
        };
        let mut wanted: Vec<_> = distinct.into_iter().map(delete).collect();
        while !wanted.is_empty() {
            let answer = self.client.batch_write_item().request_items(&self.name, wanted).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("delete several items", error))?;
            wanted = answer.unprocessed_items.unwrap_or_default().remove(&self.name).unwrap_or_default();
        }
        Ok(())
    }

    pub(super) fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }

    /// Writes several items or none. A failed condition is [`StoreError::Conflict`], and so is another write of the
    /// same items at the same time, which DynamoDB refuses before it looks at any condition.
    pub(super) async fn transact(
        &self,
        operation: &'static str,
        items: Vec<TransactWriteItem>,
    ) -> Result<(), StoreError> {
        let result = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        match result {
            Ok(_) => Ok(()),
            Err(error) => {
                let conditional = error.as_service_error().is_some_and(|e| {
                    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(e) = e
                    else {
                        return false;
                    };
                    e.cancellation_reasons().iter().filter_map(|reason| reason.code()).any(means_conflict)
                });
                if conditional { Err(StoreError::Conflict) } else { Err(StoreError::from_sdk(operation, error)) }
            }
        }
    }
}

/// The item that refused a write by its condition.
fn refused_by<R>(error: &SdkError<PutItemError, R>) -> Option<&Item> {
    match error.as_service_error()? {
        PutItemError::ConditionalCheckFailedException(refused) => refused.item(),
        _ => None,
    }
}

fn means_conflict(reason: &str) -> bool {
    matches!(reason, "ConditionalCheckFailed" | "TransactionConflict")
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn decode<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key = key_of(&item);
    serde_dynamo::from_item(item).map_err(|error| StoreError::unreadable(key, error))
}

pub(super) fn encode<T: Serialize>(key: &Key, item: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(item).map_err(|error| StoreError::unreadable(key.to_string(), error))?;
    item.insert("pk".into(), text(&key.pk));
    item.insert("sk".into(), text(&key.sk));
    Ok(item)
}

fn key_of(item: &Item) -> String {
    let part = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map_or("?", String::as_str);
    format!("{} / {}", part("pk"), part("sk"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_met_another_one_conflicts_like_a_failed_condition() {
        for (reason, conflict) in [
            ("ConditionalCheckFailed", true),
            ("TransactionConflict", true),
            ("None", false),
            ("ThrottlingError", false),
            ("ValidationError", false),
        ] {
            assert_eq!(means_conflict(reason), conflict, "{reason}");
        }
    }
}
