//! Sends events: finds out which webhooks have something to get, and sees to each of them on its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use shared::domain::{OwnerId, Webhook, WebhookId};
use shared::event_bus::EventBus;
use shared::kick::SenderEvent;
use shared::platform::Platform;
use shared::store::{StoreError, WebhookKey};

use crate::backlog::Backlog;
use crate::erase::{self, EraseError};
use crate::network::Network;
use crate::round::{Work, WorkError};

/// How many webhooks are seen to at a time.
const AT_ONCE: usize = 256;

/// How many webhooks are listed at a time.
const PAGE: i32 = 100;

/// The sender with what it reaches.
#[derive(Debug)]
pub struct Sender {
    pub(crate) platform: Arc<Platform>,
    pub(crate) network: Network,
    pub(crate) bus: Option<EventBus>,
}

impl Sender {
    /// A sender on `platform`, which reaches endpoints by `network`.
    pub fn new(platform: Arc<Platform>, network: Network) -> Self {
        let bus = platform.event_bus();
        Self { platform, network, bus }
    }

    /// Sends what is to be sent until `deadline`, when the invocation would be stopped. What fails is left to the next one, and
    /// keeps nothing else from being sent.
    pub async fn handle(&self, event: SenderEvent, deadline: Timestamp) -> Result<(), WorkError> {
        // Side by side, so that neither waits for the other.
        let (erased, sent) = join(Box::pin(self.erase(&event, deadline)), Box::pin(self.send(&event, deadline))).await;
        let sent = sent.inspect_err(|error| shared::api::log(error));
        erased.inspect_err(|error| shared::api::log(error)).map_err(WorkError::from).and(sent)
    }

    async fn erase(&self, event: &SenderEvent, deadline: Timestamp) -> Result<(), EraseError> {
        match event {
            SenderEvent::Erase { erase: owner } => erase::erase(&self.platform, owner, deadline).await,
            SenderEvent::Tick { .. } => erase::erase_due(&self.platform, deadline).await,
            SenderEvent::Kick { .. } => Ok(()),
        }
    }

    async fn send(&self, event: &SenderEvent, deadline: Timestamp) -> Result<(), WorkError> {
        if matches!(event, SenderEvent::Erase { .. }) || !self.platform.current_settings.get().await?.events {
            return Ok(());
        }
        match event {
            SenderEvent::Kick { events_of: owner, webhook: Some(id) } => {
                let key = WebhookKey { owner: owner.clone(), id: id.clone() };
                self.see_to_all(BTreeSet::from([key]), deadline).await
            }
            SenderEvent::Kick { events_of, webhook: None } => {
                let keys = self.with_work(&BTreeSet::from([events_of.clone()])).await?;
                self.see_to_all(keys, deadline).await
            }
            SenderEvent::Erase { .. } => Ok(()),
            SenderEvent::Tick { .. } => {
                let recent = self.platform.events.recent().await?;
                let mut keys = self.with_work(&recent.owners).await?;
                keys.extend(self.platform.webhooks.due(self.platform.clock.now()).await?);
                let seen_to = self.see_to_all(keys, deadline).await;
                if let Some(seen) = recent.seen.filter(|_| seen_to.is_ok()) {
                    self.platform.events.save_seen(seen).await?;
                }
                seen_to
            }
        }
    }

    /// Each webhook on its own, so that none waits for another; an error is the last one's.
    async fn see_to_all(&self, keys: BTreeSet<WebhookKey>, deadline: Timestamp) -> Result<(), WorkError> {
        // What is left for a bus that is no longer configured waits for it.
        let keys = keys.into_iter().filter(|key| self.bus.is_some() || key.id != WebhookId::bus());
        let works = keys.map(|key| async move {
            let seen_to = Box::pin(Work::new(self, deadline).see_to(&key)).await;
            seen_to.inspect_err(|_| tracing::warn!(webhook = %key.id, "a webhook is left to the next tick"))
        });
        let together = |all: Result<(), WorkError>, one| async move { all.and(one) };
        stream::iter(works).buffer_unordered(AT_ONCE).fold(Ok(()), together).await
    }

    /// The webhooks of `owners` and of the installation for which there is something in the log.
    async fn with_work(&self, owners: &BTreeSet<Option<OwnerId>>) -> Result<BTreeSet<WebhookKey>, StoreError> {
        if owners.is_empty() {
            return Ok(BTreeSet::new());
        }
        let everybody = owners.iter().cloned().chain([None]).collect::<BTreeSet<_>>();
        let found = stream::iter(everybody)
            .map(|owner| async move { self.of_owner(owner.as_ref()).await })
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<_>>()
            .await;
        let mut keys = BTreeSet::new();
        for webhook in found.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
            let now = self.platform.clock.now();
            let is_resting = webhook.progress.is_unreachable() && webhook.progress.probe_at.is_some_and(|at| now < at);
            if webhook.disabled.is_some() || is_resting {
                continue;
            }
            if !Backlog::read(&self.platform, &webhook).await?.has_work() {
                continue;
            }
            let key = WebhookKey { owner: webhook.owner, id: webhook.id };
            keys.insert(key);
        }
        Ok(keys)
    }

    /// The webhooks of `owner`, or of the installation, the bus among them.
    async fn of_owner(&self, owner: Option<&OwnerId>) -> Result<Vec<Webhook>, StoreError> {
        let mut webhooks: Vec<Webhook> = Vec::new();
        loop {
            let after = webhooks.last().map(|webhook| webhook.id.clone());
            let (found, more) = self.platform.webhooks.list(owner, after.as_ref(), PAGE).await?;
            webhooks.extend(found);
            if !more {
                break;
            }
        }
        if owner.is_none() && self.bus.is_some() {
            webhooks.push(self.platform.webhooks.load_bus(self.platform.clock.now()).await?);
        }
        Ok(webhooks)
    }
}
