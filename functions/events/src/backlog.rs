//! What is still to be sent to a webhook.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    ids: BTreeSet<EventId>,
    settled: String,
}

impl Backlog {
    /// Reads the log behind the cursor, and what became of the events in it, until something is found that was not sent.
    pub async fn read(platform: &Platform, webhook: &Webhook) -> Result<Self, StoreError> {
        let mut backlog = Self::default();
        let mut from = webhook.progress.cursor.clone();
        loop {
            let unsent = match &webhook.owner {
                Some(owner) => platform.events.unsent_of(owner, &from, PAGE.into()).await?,
                None => platform.events.unsent_of_everybody(&from, PAGE.into()).await?,
            };
            // Behind what is settled already, a page settles nothing but itself.
            if backlog.ids.is_empty() || unsent.settled > from {
                backlog.settled.clone_from(&unsent.settled);
            }
            backlog.add(platform, webhook, (&from, unsent.events)).await?;
            backlog.more = unsent.more.is_some();
            match unsent.more {
                Some(last) if !backlog.has_unsent() => from = last.to_string(),
                _ => break,
            }
        }
        backlog.pending = in_order(std::mem::take(&mut backlog.pending).into());
        Ok(backlog)
    }

    /// Adds what was read from `from` on.
    async fn add(
        &mut self,
        platform: &Platform,
        webhook: &Webhook,
        (from, events): (&str, BTreeMap<EventId, Event>),
    ) -> Result<(), StoreError> {
        let progress = &webhook.progress;
        let Some(last) = events.keys().next_back() else { return Ok(()) };
        let known = platform.webhooks.deliveries_between(&webhook.id, from, last).await?;
        for (id, event) in events {
            let is_open = progress.open.iter().any(|open| open.event == id);
            if !self.ids.insert(id) || is_open || !webhook.wants(event.happening.kind) {
                continue;
            }
            let is_recovered = |at| progress.recovered_at.is_some_and(|recovered| at < recovered);
            match known.get(&event.id) {
                None => self.pending.push_back(event),
                Some(delivery) => match delivery.status {
                    DeliveryStatus::Failed if is_recovered(delivery.at) => self.pending.push_back(event),
                    DeliveryStatus::Delivered | DeliveryStatus::Failed => {}
                    DeliveryStatus::Pending => {
                        let at = delivery.next_at.unwrap_or(delivery.at);
                        self.orphans.push(open(&event, delivery.tries, at));
                    }
                },
            }
        }
        Ok(())
    }

    fn has_unsent(&self) -> bool {
        !self.pending.is_empty() || !self.orphans.is_empty()
    }

    /// Whether there is anything to do about it.
    pub fn has_work(&self) -> bool {
        self.has_unsent() || self.ids.len() > MANY
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

/// Events in the order of time, in which those of one subject have the order of their numbers, also where clocks differ.
fn in_order(mut events: Vec<Event>) -> VecDeque<Event> {
    events.sort_by(|one, other| one.id.cmp(&other.id));
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        places.entry(event.happening.subject_id()).or_default().push(place);
    }
    let mut order: Vec<usize> = (0..events.len()).collect();
    for places in places.values() {
        let mut by_number = places.clone();
        by_number.sort_by_key(|place| events[*place].happening.sequence);
        for (place, from) in places.iter().zip(by_number) {
            order[*place] = from;
        }
    }
    let mut events: Vec<_> = events.into_iter().map(Some).collect();
    order.into_iter().filter_map(|from| events[from].take()).collect()
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::Timestamp;
    use shared::domain::{EventType, Happening, ImportState, Subject};

    use super::*;

    /// An event of that file, with that number, at that millisecond.
    fn event(file: char, sequence: u64, ms: i64) -> Event {
        let id = format!("imp_{}", file.to_string().repeat(26)).parse().unwrap();
        let state = ImportState { id, rows: 1, stored: 1, created_at: Timestamp::UNIX_EPOCH };
        let (kind, subject) = (EventType::ImportFinished, Subject::Import(state));
        let happening = Happening { kind, owner: None, sequence, subject };
        let at = Timestamp::from_millisecond(ms).unwrap();
        Event { id: EventId::derived(at, &happening.subject_id(), sequence), happening }
    }

    #[test]
    fn events_of_one_subject_have_the_order_of_their_numbers_and_others_that_of_time() {
        let events =
            vec![event('a', 3, 10), event('b', 1, 20), event('a', 2, 30), event('b', 2, 40), event('a', 1, 50)];
        let told = |events: VecDeque<Event>| -> Vec<(String, u64)> {
            let told = |event: Event| (event.happening.subject_id()[4..5].to_owned(), event.happening.sequence);
            events.into_iter().map(told).collect()
        };
        let expected =
            [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)].map(|(file, number)| (file.to_owned(), number));
        assert_eq!(told(in_order(events)), expected);
        assert_eq!(in_order(Vec::new()), VecDeque::new());
    }
}
