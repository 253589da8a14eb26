#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::HashMap;
use std::sync::Mutex;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, Delete, KeySchemaElement, KeyType, KeysAndAttributes, Put,
    ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TransactWriteItem,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::s3::AccessKey;
use crate::virtual_world::VirtualClock;

mod faults;

struct World {
    client: InProcess,
    meter: Arc<Meter>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH));
        let meter = Arc::new(Meter::default());
        let client = InProcess::new(Parts {
            database: Database::memory().unwrap(),
            secrets: Arc::new(SecretsManager::in_memory(clock.clone())),
            lambda: Arc::default(),
            objects: Arc::new(S3::in_memory(AccessKey::local(), clock.clone())),
            event_bridge: Arc::default(),
        })
        .with_hook(meter.clone());
        Self { client, meter }
    }

    fn with_hook(mut self, hook: Arc<dyn Hook>) -> Self {
        self.client = self.client.with_hook(hook);
        self
    }

    fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(credentials())
            .http_client(self.client.clone())
            .sleep_impl(TokioSleep::new())
            .time_source(StaticTimeSource::from_secs(1_800_000_000))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }

    fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(credentials())
            .http_client(self.client.clone())
            .build();
        aws_sdk_secretsmanager::Client::from_conf(config)
    }

    fn lambda(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(credentials())
            .http_client(self.client.clone())
            .build();
        aws_sdk_lambda::Client::from_conf(config)
    }
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "local")
}

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
}

fn string(name: &str) -> AttributeDefinition {
    AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
}

async fn table(world: &World) -> aws_sdk_dynamodb::Client {
    let client = world.dynamodb();
    client
        .create_table()
        .table_name("pins")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(string("pk"))
        .attribute_definitions(string("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send()
        .await
        .unwrap();
    client
}

fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

async fn put(client: &aws_sdk_dynamodb::Client, sk: &str, text: &str) {
    client
        .put_item()
        .table_name("pins")
        .item("pk", s("a"))
        .item("sk", s(sk))
        .item("text", s(text))
        .send()
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_item_that_was_put_is_found_by_a_query() {
    let world = World::new();
    let client = table(&world).await;
    put(&client, "1", "one").await;
    put(&client, "2", "two").await;
    let found = client
        .query()
        .table_name("pins")
        .key_condition_expression("pk = :pk AND sk > :sk")
        .expression_attribute_values(":pk", s("a"))
        .expression_attribute_values(":sk", s("1"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.items().len(), 1);
    assert_eq!(found.items()[0]["text"], s("two"));
    assert!(found.consumed_capacity().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_failed_condition_brings_the_item_to_those_who_ask_and_is_charged() {
    let world = World::new();
    let client = table(&world).await;
    put(&client, "1", &"x".repeat(3000)).await;
    let change = || {
        client
            .update_item()
            .table_name("pins")
            .key("pk", s("a"))
            .key("sk", s("1"))
            .update_expression("SET #text = :new")
            .condition_expression("attribute_not_exists(pk)")
            .expression_attribute_names("#text", "text")
            .expression_attribute_values(":new", s("y"))
    };
    let refused = change().send().await.unwrap_err().into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(refused) = refused else {
        panic!("{refused:?}");
    };
    assert!(refused.item().is_none());
    let refused = change()
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let UpdateItemError::ConditionalCheckFailedException(refused) = refused else {
        panic!("{refused:?}");
    };
    let item = refused.item().unwrap();
    assert_eq!(item["sk"], s("1"));
    let count = world.meter.of(Service::DynamoDb, "UpdateItem");
    assert_eq!((count.calls, count.failed_conditions), (2, 2));
    assert!((count.write_units - 6.0).abs() < 0.01, "{count:?}");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_cancelled_as_a_whole_with_its_reasons() {
    let world = World::new();
    let client = table(&world).await;
    put(&client, "1", "one").await;
    let put_two = Put::builder().table_name("pins").item("pk", s("a")).item("sk", s("2")).build().unwrap();
    let delete_absent = Delete::builder()
        .table_name("pins")
        .key("pk", s("a"))
        .key("sk", s("3"))
        .condition_expression("attribute_exists(pk)")
        .build()
        .unwrap();
    let cancelled = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put_two).build())
        .transact_items(TransactWriteItem::builder().delete(delete_absent).build())
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = cancelled else {
        panic!("{cancelled:?}");
    };
    let codes: Vec<_> =
        cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let scanned = client.scan().table_name("pins").send().await.unwrap();
    assert_eq!(scanned.count(), 1);
    let count = world.meter.of(Service::DynamoDb, "TransactWriteItems");
    assert!((count.write_units - 4.0).abs() < 0.01, "{count:?}");
}

#[tokio::test(start_paused = true)]
async fn secrets_manager_answers_its_sdk() {
    let world = World::new();
    let client = world.secrets();
    let missing = client.get_secret_value().secret_id("app").send().await;
    assert!(missing.unwrap_err().into_service_error().is_resource_not_found_exception());
    let created = client.create_secret().name("app").secret_string("one").send().await.unwrap();
    let read = client.get_secret_value().secret_id("app").send().await.unwrap();
    assert_eq!(read.secret_string(), Some("one"));
    assert_eq!(read.version_id(), created.version_id());
    assert_eq!(read.created_date().unwrap().secs(), 0);
}

#[tokio::test(start_paused = true)]
async fn lambda_takes_an_event_from_its_sdk() {
    let world = World::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let events = seen.clone();
    world.client.parts.lambda.host(
        "publisher",
        Arc::new(move |event| {
            events.lock().unwrap().push(event);
            Box::pin(std::future::ready(()))
        }),
    );
    let taken = world
        .lambda()
        .invoke()
        .function_name("publisher")
        .invocation_type(aws_sdk_lambda::types::InvocationType::Event)
        .payload(aws_sdk_lambda::primitives::Blob::new(br#"{"pins":[1]}"#))
        .send()
        .await
        .unwrap();
    assert_eq!(taken.status_code(), 202);
    assert_eq!(*seen.lock().unwrap(), [json!({ "pins": [1] })]);
    let unknown = world
        .lambda()
        .invoke()
        .function_name("nobody")
        .invocation_type(aws_sdk_lambda::types::InvocationType::Event)
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(unknown.is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn an_invalid_request_is_refused_as_aws_refuses_it() {
    let world = World::new();
    let client = table(&world).await;
    for (table, kind) in [("p", "ValidationException"), ("none", "ResourceNotFoundException")] {
        let refused = client.scan().table_name(table).send().await.unwrap_err();
        assert_eq!(refused.into_service_error().meta().code(), Some(kind), "{table}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_platform_of_the_functions_runs_on_it() {
    let world = World::new();
    let variables = |name: &str| {
        let value = match name {
            "AWS_REGION" => "us-east-1",
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => "local",
            "TABLE_NAME" => "pinwheel",
            "APP_SECRET_ID" => "app",
            "TOKEN_KEYS_SECRET_ID" => "keys",
            "MEDIA_BUCKET" => "media",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let config = shared::config::Config::read(&variables).unwrap();
    let outside = shared::platform::World {
        clock: Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH)),
        random: Arc::new(crate::virtual_world::SeededRandom::new(1)),
        aws: SharedHttpClient::new(world.client.clone()),
        pinterest: shared::pinterest::transport::over_the_network(),
        metrics: Arc::new(shared::metrics::Nowhere),
    };
    shared::store::schema::create(&world.dynamodb(), "pinwheel").await.unwrap();
    let platform = shared::platform::Platform::new(config, outside);
    assert_eq!(platform.current_settings.get().await.unwrap(), shared::domain::Settings::default());
    assert_eq!(platform.credentials.current_version().await.unwrap(), None);
    assert_eq!(world.meter.of(Service::SecretsManager, "DescribeSecret").calls, 1);
}

#[tokio::test]
async fn a_batch_that_names_a_key_twice_is_refused_as_at_aws() {
    let world = World::new();
    let client = table(&world).await;
    let key = || HashMap::from([("pk".to_owned(), s("a")), ("sk".to_owned(), s("1"))]);
    let keys = KeysAndAttributes::builder().keys(key()).keys(key()).build().unwrap();
    let error = client.batch_get_item().request_items("pins", keys).send().await.unwrap_err();
    let error = error.into_service_error();
    assert_eq!(error.meta().code(), Some("ValidationException"), "{error:?}");
    assert!(error.meta().message().unwrap_or_default().contains("duplicates"), "{error:?}");
}
