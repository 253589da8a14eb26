//! What a test sends.

use bytes::Bytes;
use serde::Serialize;
use shared::domain::webhook::TEST;
use shared::domain::{EventId, OwnerId, Webhook, WebhookId};
use utoipa::ToSchema;

use crate::attempt::Message;
use crate::description;

/// What is sent to try a webhook out; it is in no log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestEvent)]
pub struct TestBody<'a> {
    id: &'a EventId,
    #[serde(rename = "type")]
    #[schema(schema_with = description::test_type)]
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    timestamp: jiff::Timestamp,
    #[schema(required)]
    owner: Option<&'a OwnerId>,
    data: TestData<'a>,
}

/// What a test is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestEventData)]
struct TestData<'a> {
    webhook_id: &'a WebhookId,
}

/// The test of that id.
pub fn of_test(webhook: &Webhook, id: &EventId) -> Message {
    let body = TestBody {
        id,
        kind: TEST,
        timestamp: id.at(),
        owner: webhook.owner.as_ref(),
        data: TestData { webhook_id: &webhook.id },
    };
    let body = Bytes::from(serde_json::to_vec(&body).expect("a test is a plain structure"));
    Message { id: id.clone(), body }
}
