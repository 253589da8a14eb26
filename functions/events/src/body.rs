//! Webhooks and deliveries as clients read them.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use shared::api::{Json, Reason, entity_tag};
use shared::domain::{Delivery, DisabledReason, EventId, EventType, Webhook, WebhookId};
use utoipa::ToSchema;

use crate::description;

/// The Webhook of the HTTP contract.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookBody {
    id: WebhookId,
    #[schema(schema_with = description::scopes)]
    scope: &'static str,
    url: String,
    /// Which events are sent; empty for all.
    #[schema(schema_with = description::some_types)]
    types: Vec<&'static str>,
    enabled: bool,
    /// Why nothing is sent; `null` where it is.
    #[schema(schema_with = description::disabled_reason)]
    disabled_reason: Option<Reason>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Since when the endpoint accepts nothing; five days later the webhook is disabled. `null` where it accepts events.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    /// How many deliveries are tried again or wait for an earlier one.
    pending: usize,
    /// What deliveries are signed with; only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
    /// Until when the former secret signs as well; `null` where there is none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    former_secret_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// The Delivery of the HTTP contract: an event at a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryBody {
    event_id: EventId,
    #[serde(rename = "type")]
    #[schema(schema_with = description::sent_types)]
    kind: String,
    #[schema(schema_with = description::statuses)]
    status: &'static str,
    /// How often it was tried.
    tries: u32,
    /// When it was tried last, or asked for.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// When it is tried next; `null` where it is not.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
    /// What the endpoint answered; `null` where it didn't.
    #[schema(required)]
    http_status: Option<u16>,
    /// How its answer begins.
    #[schema(required)]
    answer: Option<String>,
    /// Why the event was not accepted; `null` where it was, or was not tried yet.
    #[schema(schema_with = description::errors)]
    error: Option<Reason>,
    #[schema(required)]
    took_ms: Option<u64>,
}

/// A webhook as an answer: it carries the entity tag of its version, for `If-Match`.
pub struct Answer {
    status: StatusCode,
    version: u64,
    body: WebhookBody,
}

impl Answer {
    /// The webhook as it is at `now`.
    pub fn new(status: StatusCode, webhook: Webhook, now: Timestamp) -> Self {
        Self { status, version: webhook.version, body: WebhookBody::new(webhook, now) }
    }

    /// The same with the secret that was made.
    pub fn with_secret(self, secret: &SecretString) -> Self {
        let secret = Some(secret.expose_secret().to_owned());
        Self { body: WebhookBody { secret, ..self.body }, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(header::ETAG, entity_tag(self.version))], Json(self.body)).into_response()
    }
}

impl WebhookBody {
    /// The webhook as it is at `now`.
    pub fn new(webhook: Webhook, now: Timestamp) -> Self {
        let reason = |why: DisabledReason| Reason { code: why.code(), message: why.message() };
        let former_until = webhook.secrets.former.map(|(_, until)| until);
        Self {
            id: webhook.id,
            scope: if webhook.owner.is_some() { "owner" } else { "installation" },
            url: webhook.url,
            types: webhook.types.into_iter().map(EventType::code).collect(),
            enabled: webhook.disabled.is_none(),
            disabled_reason: webhook.disabled.as_ref().map(|disabled| reason(disabled.reason)),
            disabled_at: webhook.disabled.map(|disabled| disabled.at),
            failing_since: webhook.progress.failing_since,
            pending: webhook.progress.open.len(),
            secret: None,
            former_secret_until: former_until.filter(|until| now < *until),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        Self {
            event_id: delivery.event,
            kind: delivery.kind,
            status: delivery.status.code(),
            tries: delivery.tries,
            at: delivery.at,
            next_at: delivery.next_at,
            http_status: delivery.http_status,
            answer: delivery.answer,
            error: delivery.error.map(|why| Reason { code: why.code(), message: why.message() }),
            took_ms: delivery.took_ms,
        }
    }
}
