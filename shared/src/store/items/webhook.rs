//! The webhook item, and that of what became of an event at it.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::super::key::{BUS, WEBHOOK};
use super::super::table::Item;
use crate::domain::{
    Delivery, DeliveryError, DeliveryStatus, Disabled, DisabledReason, EventId, EventType, OpenDelivery, OwnerId,
    Progress, SealedToken, Secrets, Webhook, WebhookId,
};

/// A webhook as it lies in the table, without what only the store needs: its lease and its place in the due index.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct WebhookItem {
    id: WebhookId,
    // Not named `owner`: that is the hash key of the calendar index.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    owner_id: Option<OwnerId>,
    // Not named `url` in an expression anywhere, which DynamoDB keeps for itself.
    address: String,
    kinds: Vec<String>,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    former_secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    former_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    disabled_for: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    pub disabled_at: Option<Timestamp>,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    #[serde(with = "millisecond::required")]
    updated_at: Timestamp,
    version: u64,
    pub progress: ProgressItem,
    /// Deliveries that people asked for, until whoever sends takes them over.
    #[serde(default)]
    pub wanted: Vec<OpenItem>,
    /// How often somebody asked for something that whoever sends has to see.
    #[serde(default)]
    pub asked: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lease_by: Option<String>,
}

/// How far the sending is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct ProgressItem {
    cursor: String,
    open: Vec<OpenItem>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    failing_since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    probe_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    recovered_at: Option<Timestamp>,
}

/// A delivery under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct OpenItem {
    event: EventId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    owner: Option<OwnerId>,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    subject: Option<String>,
    tries: u32,
    #[serde(with = "millisecond::required")]
    at: Timestamp,
}

/// What became of an event.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct DeliveryItem {
    event: EventId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    owner_id: Option<OwnerId>,
    kind: String,
    stands: String,
    tries: u32,
    #[serde(with = "millisecond::required")]
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    next_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    answer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    took_ms: Option<u64>,
    expires_at: i64,
}

impl From<&Webhook> for WebhookItem {
    fn from(webhook: &Webhook) -> Self {
        let Secrets { current, former } = &webhook.secrets;
        Self {
            id: webhook.id.clone(),
            owner_id: webhook.owner.clone(),
            address: webhook.url.clone(),
            kinds: webhook.types.iter().map(|kind| kind.code().to_owned()).collect(),
            secret: current.0.clone(),
            former_secret: former.as_ref().map(|(secret, _)| secret.0.clone()),
            former_until: former.as_ref().map(|(_, until)| *until),
            disabled_for: webhook.disabled.as_ref().map(|disabled| disabled.reason.stored().to_owned()),
            disabled_at: webhook.disabled.as_ref().map(|disabled| disabled.at),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
            version: webhook.version,
            progress: (&webhook.progress).into(),
            wanted: Vec::new(),
            asked: 0,
            lease_by: None,
        }
    }
}

impl From<WebhookItem> for Webhook {
    fn from(item: WebhookItem) -> Self {
        let former = item.former_secret.map(SealedToken).zip(item.former_until);
        let disabled = item.disabled_for.zip(item.disabled_at);
        Self {
            id: item.id,
            owner: item.owner_id,
            url: item.address,
            types: item.kinds.iter().filter_map(|kind| EventType::from_code(kind)).collect(),
            secrets: Secrets { current: SealedToken(item.secret), former },
            disabled: disabled.map(|(why, at)| Disabled { reason: DisabledReason::from_stored(&why), at }),
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
            progress: item.progress.into(),
        }
    }
}

impl From<&Progress> for ProgressItem {
    fn from(progress: &Progress) -> Self {
        Self {
            cursor: progress.cursor.clone(),
            open: progress.open.iter().map(Into::into).collect(),
            failing_since: progress.failing_since,
            probe_at: progress.probe_at,
            recovered_at: progress.recovered_at,
        }
    }
}

impl From<ProgressItem> for Progress {
    fn from(item: ProgressItem) -> Self {
        let open = item.open.into_iter().map(Into::into).collect();
        let ProgressItem { cursor, failing_since, probe_at, recovered_at, .. } = item;
        Self { cursor, open, failing_since, probe_at, recovered_at }
    }
}

impl ProgressItem {
    /// Forgets the deliveries of what happened to `owner`.
    pub fn forget(&mut self, owner: &OwnerId) {
        self.open.retain(|open| !open.is_of(owner));
    }
}

impl OpenItem {
    /// Whether it is a delivery of what happened to `owner`.
    pub fn is_of(&self, owner: &OwnerId) -> bool {
        self.owner.as_ref() == Some(owner)
    }
}

impl From<&OpenDelivery> for OpenItem {
    fn from(open: &OpenDelivery) -> Self {
        let OpenDelivery { event, owner, kind, subject, tries, at } = open.clone();
        Self { event, owner, kind, subject, tries, at }
    }
}

impl From<OpenItem> for OpenDelivery {
    fn from(item: OpenItem) -> Self {
        let OpenItem { event, owner, kind, subject, tries, at } = item;
        Self { event, owner, kind, subject, tries, at }
    }
}

impl DeliveryItem {
    /// The item, which is there until `expires_at`.
    pub(in crate::store) fn new(delivery: &Delivery, expires_at: Timestamp) -> Self {
        Self {
            event: delivery.event.clone(),
            owner_id: delivery.owner.clone(),
            kind: delivery.kind.clone(),
            stands: delivery.status.code().to_owned(),
            tries: delivery.tries,
            at: delivery.at,
            next_at: delivery.next_at,
            http_status: delivery.http_status,
            answer: delivery.answer.clone(),
            error: delivery.error.map(|error| error.stored().to_owned()),
            took_ms: delivery.took_ms,
            expires_at: expires_at.as_second(),
        }
    }

    /// What became of the event; absent where a later version says so.
    pub(in crate::store) fn delivery(self) -> Option<Delivery> {
        Some(Delivery {
            event: self.event,
            owner: self.owner_id,
            kind: self.kind,
            status: DeliveryStatus::from_code(&self.stands)?,
            tries: self.tries,
            at: self.at,
            next_at: self.next_at,
            http_status: self.http_status,
            answer: self.answer,
            error: self.error.as_deref().map(DeliveryError::from_stored),
            took_ms: self.took_ms,
        })
    }
}

/// What a transaction or an index says of where a webhook is.
pub(in crate::store) fn webhook_of(item: &Item) -> Option<WebhookId> {
    match item.get("sk")?.as_s().ok()?.as_str() {
        BUS => Some(WebhookId::bus()),
        other => other.strip_prefix(WEBHOOK)?.parse().ok(),
    }
}
