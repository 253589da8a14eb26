//! The event log: what happened, written in the transaction of what it tells of, and read in the order of time.
//!
//! An event's id begins with the time at which its transaction was put together, by the clock of whoever wrote it, and a
//! transaction takes a moment to be done. So one can become readable after another of a later time. Readers go by the ids, and
//! would pass over it for good; that is why they are not shown what was written within the last seconds.
//!
//! Every event is also in the due index, in one of [`SHARDS`] partitions of its own, which is how all owners' events are read.

mod unsent;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::items::EventItem;
use super::key::{EVENTS, Key, event_partition};
use super::schema::DUE;
use super::table::{Item, decode, encode, number, text};
use super::{SettingsStore, StoreError, Table};
use crate::clock::SharedClock;
pub use unsent::{Recent, Unsent};

use crate::domain::{Event, EventId, EventType, Happening, OwnerId, Pin};
use crate::kick::EventKick;

/// How long an event can be read.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// For how long after its time an event may become readable: a call of the table is given up after twelve seconds, and
/// clocks differ a little.
pub const SETTLED: SignedDuration = SignedDuration::from_secs(15);

/// The same for the index, which lags behind the table.
pub const INDEX_SETTLED: SignedDuration = SignedDuration::from_secs(60);

/// Over how many partitions of the index all events are spread: enough for 4,000 a second. Fixed, since events carry theirs.
const SHARDS: u8 = 4;

/// How many entries of a partition of the index are read at once.
const ENTRIES: i32 = 200;

/// The events in the table.
#[derive(Debug, Clone)]
pub struct EventStore {
    table: Table,
    settings: SettingsStore,
    clock: SharedClock,
    kick: Option<EventKick>,
}

/// Some events, in order.
#[derive(Debug, Clone, Default)]
pub struct EventPage {
    /// The events; one that this version can't read is left out.
    pub events: Vec<Event>,
    /// The last one that was looked at, which is where to go on; absent where there was none.
    pub last: Option<EventId>,
    /// Whether there may be more behind it.
    pub more: bool,
}

impl EventStore {
    /// The events in `table`, written as `settings` say.
    pub fn new(table: Table, settings: SettingsStore, clock: SharedClock) -> Self {
        Self { table, settings, clock, kick: None }
    }

    /// The same; `kick` calls the function that sends events when one was written.
    #[must_use]
    pub fn with_kick(self, kick: EventKick) -> Self {
        Self { kick: Some(kick), ..self }
    }

    /// Writes several items together with `event`, if there is one, which happened to `owner`.
    pub(super) async fn transact(
        &self,
        operation: &'static str,
        mut writes: Vec<TransactWriteItem>,
        (owner, event): (Option<&OwnerId>, Option<TransactWriteItem>),
    ) -> Result<(), StoreError> {
        let kick = self.kick.as_ref().filter(|_| event.is_some());
        writes.extend(event);
        self.table.transact(operation, writes).await?;
        if let Some(kick) = kick {
            Box::pin(kick.call(owner)).await;
        }
        Ok(())
    }

    /// What a write of a pin has to write besides, so that it is known; nothing where events are off.
    pub(super) async fn of_pin(
        &self,
        before: Option<&Pin>,
        after: &Pin,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        match EventType::of_pin(before, after) {
            Some(kind) => self.of(|_| Some(Happening::to_pin(kind, after))).await,
            None => Ok(None),
        }
    }

    /// The same for whatever happened at the present moment.
    pub(super) async fn of(
        &self,
        happened: impl FnOnce(Timestamp) -> Option<Happening>,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        if !self.settings.has_events().await? {
            return Ok(None);
        }
        let now = self.clock.now();
        happened(now).map(|happening| self.put(happening)).transpose()
    }

    /// What else is to be written so that `happening` is known.
    pub(super) fn put(&self, happening: Happening) -> Result<TransactWriteItem, StoreError> {
        let now = self.clock.now();
        let subject = happening.subject_id();
        let id = EventId::derived(now, &subject, happening.sequence);
        let key = Key::event(happening.owner.as_ref(), &id);
        let shard = shard(Sha256::digest(&subject)[0] % SHARDS);
        let item = EventItem::new(&Event { id, happening }, shard, now + KEPT);
        let put = Put::builder().table_name(self.table.name()).set_item(Some(encode(&key, &item)?));
        Ok(TransactWriteItem::builder().put(put.build().expect("table and item are set")).build())
    }

    /// Lists up to `limit` events of `owner`, oldest first, after the one that is named.
    pub async fn of_owner(
        &self,
        owner: &OwnerId,
        after: Option<&EventId>,
        limit: i32,
    ) -> Result<EventPage, StoreError> {
        let now = self.clock.now();
        // An id is followed by nothing, so that what is longer sorts right behind it.
        let low = after.map_or_else(|| EventId::bound(now - KEPT), |id| format!("{id}!"));
        let high = EventId::bound(now - SETTLED);
        if low > high {
            return Ok(EventPage::default());
        }
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(event_partition(Some(owner))))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .consistent_read(true)
            .limit(limit)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list events", error))?;
        let items = answer.items.unwrap_or_default();
        let last = items.last().and_then(named).map(|(_, id)| id);
        let events = items.into_iter().filter_map(|item| decode(item).ok().and_then(readable)).collect();
        Ok(EventPage { events, last, more: answer.last_evaluated_key.is_some() })
    }

    /// The same for the events of everybody and of the installation itself, at most a hundred.
    pub async fn of_everybody(&self, after: Option<&EventId>, limit: usize) -> Result<EventPage, StoreError> {
        let until = self.clock.now() - INDEX_SETTLED;
        let (mut keys, mut more) = (BTreeMap::new(), false);
        for number in 0..SHARDS {
            let (found, is_cut) = self.in_shard(number, after, until, limit).await?;
            keys.extend(found);
            more |= is_cut;
        }
        more |= keys.len() > limit;
        let keys: Vec<_> = keys.into_iter().take(limit).collect();
        let last = keys.last().map(|(id, _)| id.clone());
        let wanted: Vec<_> = keys.iter().map(|(id, pk)| Key { pk: pk.clone(), sk: id.to_string() }).collect();
        let items: Vec<EventItem> = self.table.get_many(&wanted).await?;
        let mut events: Vec<_> = items.into_iter().filter_map(readable).collect();
        events.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(EventPage { events, last, more })
    }

    /// The ids of at least the first `limit` events of a partition of the index that follow `after`, each with the partition
    /// of the table that it is in; and whether there are more. Within a millisecond the index has no order.
    async fn in_shard(
        &self,
        number_of_shard: u8,
        after: Option<&EventId>,
        until: Timestamp,
        limit: usize,
    ) -> Result<(BTreeMap<EventId, String>, bool), StoreError> {
        let from = after.map_or_else(|| self.clock.now() - KEPT, EventId::at);
        self.shard_between(number_of_shard, (after, from), until, limit).await
    }

    /// The same, from a moment on.
    async fn shard_between(
        &self,
        number_of_shard: u8,
        (after, from): (Option<&EventId>, Timestamp),
        until: Timestamp,
        limit: usize,
    ) -> Result<(BTreeMap<EventId, String>, bool), StoreError> {
        let (mut found, mut place) = (BTreeMap::new(), None);
        if from >= until {
            return Ok((found, false));
        }
        let query = self
            .table
            .query()
            .index_name(DUE)
            .key_condition_expression("due_shard = :shard AND due_at BETWEEN :from AND :until")
            .expression_attribute_values(":shard", text(shard(number_of_shard)))
            .expression_attribute_values(":from", number(from.as_millisecond()))
            .expression_attribute_values(":until", number(until.as_millisecond() - 1))
            .limit(ENTRIES);
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("list all events", error))?;
            let entries = answer.items.unwrap_or_default();
            let entries = entries.iter().filter_map(named).filter(|(_, id)| after.is_none_or(|after| id > after));
            found.extend(entries.map(|(pk, id)| (id, pk)));
            place = answer.last_evaluated_key;
            let reached = found.last_key_value().map(|(id, _)| id.at());
            let is_enough = found.keys().nth(limit.saturating_sub(1)).map(EventId::at) < reached && found.len() > limit;
            if place.is_none() || is_enough {
                return Ok((found, place.is_some()));
            }
        }
    }
}

fn shard(number: u8) -> String {
    format!("{EVENTS}{number}")
}

/// The partition and the id of an event.
fn named(item: &Item) -> Option<(String, EventId)> {
    Some((item.get("pk")?.as_s().ok()?.clone(), item.get("sk")?.as_s().ok()?.parse().ok()?))
}

/// An event of a kind that a later version writes is passed over.
fn readable(item: EventItem) -> Option<Event> {
    item.event().inspect_err(|error| tracing::error!(%error, "an event was skipped")).ok()
}
