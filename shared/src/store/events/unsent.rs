//! The event log as those read it who send events: at once, and again until nothing can appear any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::super::key::{Key, event_partition, owner_of_events};
use super::super::table::{decode, encode, text};
use super::{EventItem, EventStore, KEPT, SHARDS, readable};
use crate::domain::{Event, EventId, OwnerId};
use crate::store::StoreError;

/// Events behind some place in the log.
#[derive(Debug, Clone, Default)]
pub struct Unsent {
    /// By their ids.
    pub events: BTreeMap<EventId, Event>,
    /// Up to here nothing else can appear; the place itself where that is before it.
    pub settled: String,
    /// From where to read on, where there is more.
    pub more: Option<EventId>,
}

/// Owners to whom something happened.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    /// Who; nobody stands for the installation.
    pub owners: BTreeSet<Option<OwnerId>>,
    /// From where to look the next time.
    pub seen: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct SeenItem {
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    until: Timestamp,
}

/// By how much the clocks of two functions differ at most.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// For how long after its time an event may become readable, by the clock of whoever sends: a call of the table is given up
/// after twelve seconds. A list of events shows earlier what it may show; whoever sends has to find everything.
const SETTLED: SignedDuration = SignedDuration::from_secs(30);

/// The same for the index, which lags behind the table.
const INDEX_SETTLED: SignedDuration = SignedDuration::from_mins(3);

/// How far back is looked where nobody looked before.
const FIRST: SignedDuration = SignedDuration::from_mins(10);

/// What sorts behind every event.
const END: &str = "evt_~";

/// How many entries of the index are looked at for one answer.
const MOST: usize = 5_000;

impl EventStore {
    /// Reads one event.
    pub async fn load(&self, owner: Option<&OwnerId>, id: &EventId) -> Result<Option<Event>, StoreError> {
        let item: Option<EventItem> = self.table.get(&Key::event(owner, id)).await?;
        Ok(item.and_then(readable))
    }

    /// About `limit` events of `owner` behind `cursor`, as they are now.
    pub async fn unsent_of(&self, owner: &OwnerId, cursor: &str, limit: i32) -> Result<Unsent, StoreError> {
        let now = self.clock.now();
        let low = low(cursor, now);
        let (events, is_cut) = self.in_partition(&event_partition(Some(owner)), &low, END, limit).await?;
        let more = events.keys().next_back().cloned().filter(|_| is_cut);
        Ok(settled(events, &low, EventId::bound(now - SETTLED), more))
    }

    /// The same for the events of everybody. They are found in the index, which lags; an event that it shows before an earlier
    /// one of the same owner is found together with that one, also where it was earlier by another clock only.
    pub async fn unsent_of_everybody(&self, cursor: &str, limit: usize) -> Result<Unsent, StoreError> {
        let now = self.clock.now();
        let low = low(cursor, now);
        let after: Option<EventId> = low.parse().ok();
        let from = EventId::time_of_bound(&low);
        let (mut keys, mut more) = (BTreeMap::new(), false);
        for shard in 0..SHARDS {
            let (found, is_cut) = self.shard_between(shard, (after.as_ref(), from), now + CLOCKS_DIFFER, limit).await?;
            keys.extend(found);
            more |= is_cut;
        }
        more |= keys.len() > limit;
        let keys: BTreeMap<_, _> = keys.into_iter().filter(|(id, _)| id.as_str() > low.as_str()).take(limit).collect();
        let Some(last) = keys.keys().next_back().cloned() else {
            return Ok(settled(BTreeMap::new(), &low, EventId::bound(now - INDEX_SETTLED), None));
        };
        let high = EventId::bound(last.at() + CLOCKS_DIFFER);
        let mut events = BTreeMap::new();
        for partition in keys.into_values().collect::<BTreeSet<_>>() {
            let mut low = low.clone();
            loop {
                let (found, is_cut) = self.in_partition(&partition, &low, &high, 100).await?;
                let reached = found.keys().next_back().cloned();
                events.extend(found);
                match reached {
                    Some(reached) if is_cut => low = format!("{reached}!"),
                    _ => break,
                }
            }
        }
        Ok(settled(events, &low, EventId::bound(now - INDEX_SETTLED), Some(last).filter(|_| more)))
    }

    /// To whom something happened lately, and not only before an earlier look.
    pub async fn recent(&self) -> Result<Recent, StoreError> {
        let now = self.clock.now();
        let seen: Option<SeenItem> = self.table.glance(&Key::events_seen()).await?;
        let from = seen.map_or(now - FIRST, |seen| seen.until).max(now - KEPT);
        let (mut owners, mut seen, mut reached) = (BTreeSet::new(), None, now - INDEX_SETTLED);
        for shard in 0..SHARDS {
            let (found, is_cut) = self.shard_between(shard, (None, from), now + CLOCKS_DIFFER, MOST).await?;
            if let (true, Some((last, _))) = (is_cut, found.last_key_value()) {
                reached = reached.min(last.at());
            }
            for (_, partition) in found {
                seen = Some(reached);
                owners.insert(owner_of_events(&partition));
            }
        }
        Ok(Recent { owners, seen: seen.map(|_| reached).filter(|reached| *reached > from) })
    }

    /// Notes that events before `until` need not be looked for again.
    pub async fn save_seen(&self, until: Timestamp) -> Result<(), StoreError> {
        let put = self.table.put(encode(&Key::events_seen(), &SeenItem { until })?);
        put.send().await.map_err(|error| StoreError::from_sdk("note which events were looked at", error))?;
        Ok(())
    }

    /// The events of a partition of the table behind `low`, up to `high`; and whether there are more.
    async fn in_partition(
        &self,
        partition: &str,
        low: &str,
        high: &str,
        limit: i32,
    ) -> Result<(BTreeMap<EventId, Event>, bool), StoreError> {
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":low", text(low))
            .expression_attribute_values(":high", text(high))
            .consistent_read(true)
            .limit(limit)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read events to send", error))?;
        let items = answer.items.unwrap_or_default();
        let events = items.into_iter().filter_map(|item| decode(item).ok().and_then(readable));
        Ok((events.map(|event| (event.id.clone(), event)).collect(), answer.last_evaluated_key.is_some()))
    }
}

/// From where to read on behind `cursor`: an id is followed by nothing, so that what is longer sorts right behind it.
fn low(cursor: &str, now: Timestamp) -> String {
    let cursor = if cursor.parse::<EventId>().is_ok() { format!("{cursor}!") } else { cursor.to_owned() };
    cursor.max(EventId::bound(now - KEPT))
}

fn settled(events: BTreeMap<EventId, Event>, low: &str, bound: String, more: Option<EventId>) -> Unsent {
    // What is behind the last one that was read, nobody has seen.
    let last = more.as_ref().map(ToString::to_string);
    let settled = last.map_or(bound.clone(), |last| last.min(bound)).max(low.trim_end_matches('!').to_owned());
    Unsent { events, settled, more }
}
