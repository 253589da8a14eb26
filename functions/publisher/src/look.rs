//! Looks at the due index and at who owns the shards.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use shared::domain::{Mode, OwnerId, Partition, Pin, PinId, Settings, Shard, State};
use shared::platform::Platform;
use shared::store::{DueEntry, DueWork, ShardOwner, StoreError};

use crate::lanes::{Job, PinWork, Work};

/// What a look at one shard brought; absent where the table did not answer.
#[derive(Debug)]
pub struct Look {
    pub shard: Shard,
    pub owner: Option<ShardOwner>,
    pub entries: Option<Vec<DueEntry>>,
}

/// Reads what is due in `shards` up to `until`, and who owns them.
pub async fn look(platform: &Platform, mode: Mode, shards: &[Shard], until: Timestamp) -> Vec<Look> {
    let looks = shards.iter().map(|shard| async {
        let partition = Partition::Open(mode, *shard);
        let (owner, entries) = join(platform.shards.load(*shard), platform.pins.due(&partition, until)).await;
        Look { shard: *shard, owner: heard(owner).flatten(), entries: heard(entries) }
    });
    join_all(looks).await
}

/// Reads the settings; absent where the table does not answer.
pub async fn settings(platform: &Platform) -> Option<Settings> {
    heard(platform.current_settings.get().await)
}

/// What became of entries of the due index when their pins were read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What is to be done.
    pub jobs: Vec<Job>,
    /// Entries behind which there is nothing to be done: stale ones, and pins that another publisher has.
    pub idle: Vec<DueEntry>,
    /// Entries whose pins could not be read; the next look meets them anew.
    pub unread: Vec<DueEntry>,
}

/// Reads the pins behind `entries` and makes jobs of those that are still due, as they are now.
pub async fn jobs(platform: &Platform, entries: Vec<DueEntry>) -> Loaded {
    let mut loaded = Loaded::default();
    let mut pins: BTreeMap<OwnerId, Vec<(PinId, DueEntry)>> = BTreeMap::new();
    for entry in entries {
        match entry.work.clone() {
            DueWork::Account(owner, account) => {
                loaded.jobs.push(Job { work: Work::Account(owner, account), due: entry.due });
            }
            DueWork::Circuit(mode, kind) => {
                loaded.jobs.push(Job { work: Work::Circuit(mode, kind), due: entry.due });
            }
            DueWork::Pin(owner, id) => pins.entry(owner).or_default().push((id, entry)),
        }
    }
    let now = platform.clock.now();
    for (owner, entries) in pins {
        for entries in entries.chunks(100) {
            let ids: Vec<_> = entries.iter().map(|(id, _)| id.clone()).collect();
            match heard(platform.pins.load_many(&owner, &ids).await) {
                Some(found) => loaded.sort(entries, &found, now),
                None => loaded.unread.extend(entries.iter().map(|(_, entry)| entry.clone())),
            }
        }
    }
    loaded
}

impl Loaded {
    /// Makes jobs of the pins that were found behind `entries`.
    fn sort(&mut self, entries: &[(PinId, DueEntry)], found: &[Pin], now: Timestamp) {
        for (id, entry) in entries {
            match found.iter().find(|pin| pin.id == *id).and_then(|pin| job(pin, now)) {
                Some(job) => self.jobs.push(job),
                None => self.idle.push(entry.clone()),
            }
        }
    }
}

/// The job of a pin, unless somebody else is at it, it is parked, or there is nothing to be done.
pub fn job(pin: &Pin, now: Timestamp) -> Option<Job> {
    let mine = match &pin.state {
        State::Scheduled { .. } | State::Held { .. } | State::Checking(_) => true,
        State::Publishing { lease_until, .. } => *lease_until < now,
        _ => false,
    };
    let due = pin.due.clone().filter(|due| mine && !due.partition.is_parking())?;
    let work = PinWork { owner: pin.owner.clone(), account: pin.account_id.clone(), id: pin.id.clone() };
    let work = if pin.in_check().is_some() { Work::Check(work) } else { Work::Pin(work) };
    Some(Job { work, due })
}

fn heard<T>(answer: Result<T, StoreError>) -> Option<T> {
    answer.inspect_err(|error| tracing::error!(%error, "the table did not answer; the next look asks again")).ok()
}
