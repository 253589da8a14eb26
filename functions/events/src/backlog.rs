//! What is still to be sent to a webhook.

use std::collections::VecDeque;

use shared::domain::{DeliveryStatus, Event, EventId, OpenDelivery, Webhook};
use shared::platform::Platform;
use shared::store::StoreError;

/// How many events are read at a time.
const PAGE: u8 = 100;

/// After how many events that the webhook doesn't want it is written down that they were looked at.
const MANY: usize = 50;

/// Events behind the cursor of a webhook.
#[derive(Debug, Default)]
pub struct Backlog {
    /// Those that were not sent and are not under way, in order.
    pub pending: VecDeque<Event>,
    /// Those that were tried by somebody who died before writing down that they are under way.
    pub orphans: Vec<OpenDelivery>,
    /// Whether there is more behind them.
    pub more: bool,
    /// Every event that was read, wanted or not.
    ids: Vec<EventId>,
    settled: String,
}

impl Backlog {
    /// Reads the log behind the cursor, and what became of the events in it.
    pub async fn read(platform: &Platform, webhook: &Webhook) -> Result<Self, StoreError> {
        let progress = &webhook.progress;
        let unsent = match &webhook.owner {
            Some(owner) => platform.events.unsent_of(owner, &progress.cursor, PAGE.into()).await?,
            None => platform.events.unsent_of_everybody(&progress.cursor, PAGE.into()).await?,
        };
        let mut backlog = Self {
            more: unsent.more,
            settled: unsent.settled,
            ids: unsent.events.keys().cloned().collect(),
            ..Self::default()
        };
        let Some(last) = backlog.ids.last() else { return Ok(backlog) };
        let known = platform.webhooks.deliveries_between(&webhook.id, &progress.cursor, last).await?;
        let wanted = unsent.events.into_values().filter(|event| webhook.wants(event.happening.kind));
        for event in wanted.filter(|event| progress.open.iter().all(|open| open.event != event.id)) {
            let is_recovered = |at| progress.recovered_at.is_some_and(|recovered| at < recovered);
            match known.get(&event.id) {
                None => backlog.pending.push_back(event),
                Some(delivery) => match delivery.status {
                    DeliveryStatus::Failed if is_recovered(delivery.at) => backlog.pending.push_back(event),
                    DeliveryStatus::Delivered | DeliveryStatus::Failed => {}
                    DeliveryStatus::Pending => {
                        let at = delivery.next_at.unwrap_or(delivery.at);
                        backlog.orphans.push(open(&event, delivery.tries, at));
                    }
                },
            }
        }
        // What is about one thing keeps its order even where clocks differ.
        backlog
            .pending
            .make_contiguous()
            .sort_by(|a, b| (a.id.at(), a.happening.sequence, &a.id).cmp(&(b.id.at(), b.happening.sequence, &b.id)));
        Ok(backlog)
    }

    /// Whether there is anything to do about it.
    pub fn has_work(&self) -> bool {
        !self.pending.is_empty() || !self.orphans.is_empty() || self.ids.len() > MANY
    }

    /// Up to where nothing is left to be sent that is not under way.
    pub fn cursor(&self, before: &str) -> String {
        let reached = match self.pending.iter().map(|event| &event.id).min() {
            None => Some(self.settled.as_str()),
            Some(first) => self.ids.iter().rev().find(|id| *id < first).map(EventId::as_str),
        };
        let reached = reached.map_or(before, |reached| reached.min(&self.settled));
        reached.max(before).to_owned()
    }
}

/// A delivery of `event` that was tried so often.
pub fn open(event: &Event, tries: u32, at: jiff::Timestamp) -> OpenDelivery {
    OpenDelivery {
        event: event.id.clone(),
        owner: event.happening.owner.clone(),
        kind: event.happening.kind.code().to_owned(),
        subject: Some(event.happening.subject_id()),
        tries,
        at,
    }
}
