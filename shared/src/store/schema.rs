//! The shape of the table: what `template.yaml` creates on AWS and the local stack creates here.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};

use super::StoreError;

/// The index of what is due: `due_shard` (text), `due_at` (milliseconds since 1970).
pub const DUE: &str = "due";

/// The index of an owner's pins by time: `owner`, `publish_at` (both text).
pub const CALENDAR: &str = "calendar";

/// The attribute after whose time (seconds since 1970) DynamoDB may delete an item.
pub const TTL: &str = "expires_at";

/// Creates the table with its indexes and time to live, as the template does; fails if it exists.
pub async fn create(client: &Client, table: &str) -> Result<(), StoreError> {
    client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(
            [("pk", 'S'), ("sk", 'S'), ("due_shard", 'S'), ("due_at", 'N'), ("owner", 'S'), ("publish_at", 'S')]
                .map(|(name, kind)| attribute(name, kind))
                .into(),
        ))
        .set_key_schema(Some(keys("pk", "sk")))
        .global_secondary_indexes(index(DUE, "due_shard", "due_at"))
        .global_secondary_indexes(index(CALENDAR, "owner", "publish_at"))
        .send()
        .await
        .map_err(|error| StoreError::from_sdk("create the table", error))?;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build();
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(ttl.expect("both fields are set"))
        .send()
        .await
        .map_err(|error| StoreError::from_sdk("set the time to live", error))?;
    Ok(())
}

/// Whether the table exists.
pub async fn exists(client: &Client, table: &str) -> Result<bool, StoreError> {
    match client.describe_table().table_name(table).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(DescribeTableError::is_resource_not_found_exception) => {
            Ok(false)
        }
        Err(error) => Err(StoreError::from_sdk("describe the table", error)),
    }
}

fn attribute(name: &str, kind: char) -> AttributeDefinition {
    let kind = if kind == 'N' { ScalarAttributeType::N } else { ScalarAttributeType::S };
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().expect("both fields are set")
}

fn keys(hash: &str, range: &str) -> Vec<KeySchemaElement> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().expect("both fields are set")
        })
        .collect()
}

fn index(name: &str, hash: &str, range: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(keys(hash, range)))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .expect("all fields are set")
}
