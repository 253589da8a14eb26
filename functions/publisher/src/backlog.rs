//! What an invocation has seen in the due index and not yet read: entries on their way to the lanes.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use shared::domain::{Partition, Shard};
use shared::store::{DueEntry, DuePosition, DueWork};

use crate::known::{Entry, Known};
use crate::lanes::Job;
use crate::look::{AT_ONCE, Look};

/// How many pages of pins are read at once.
const LOADS: usize = 8;

/// For how much there has to be room before more is looked for: ten seconds' work.
const ENOUGH: usize = 2_000;

/// The entries that were met.
#[derive(Debug, Default)]
pub struct Backlog {
    known: Known,
    /// Where the next look goes on in shards that have more than one page.
    rests: BTreeMap<Shard, DuePosition>,
    /// Entries whose pins are still to be read.
    unread: VecDeque<DueEntry>,
    loads: usize,
}

impl Backlog {
    /// Whether `look` shows anything that was not met yet.
    pub fn has_new(&mut self, look: &Look, now: Timestamp) -> bool {
        let mut entries = look.entries.iter().flatten();
        entries.any(|entry| !self.known.knows(name(entry), entry.due.at, now))
    }

    /// Whether there is `room` enough to look for more.
    pub fn wants(&self, room: usize) -> bool {
        room.saturating_sub(self.unread.len()) >= ENOUGH
    }

    /// Takes up what `looks` show for the first time, soonest first, as far as there is `room` for it.
    pub fn meet(&mut self, looks: Vec<Look>, room: usize, now: Timestamp) {
        let mut entries = Vec::new();
        for look in looks {
            self.rests.extend(look.rest.map(|rest| (look.shard, rest)));
            entries.extend(look.entries.unwrap_or_default());
        }
        entries.sort_by_key(|entry| entry.due.at);
        let room = room.saturating_sub(self.unread.len());
        let is_new = |entry: &DueEntry| !self.known.meet(name(entry), entry.due.at, now);
        self.unread.extend(entries.into_iter().filter(is_new).take(room));
    }

    /// Whether `job`, which no look brought, was not met yet; it is met from now on.
    pub fn meet_job(&mut self, job: &Job, now: Timestamp) -> bool {
        !self.known.meet(&job.name(), job.due.at, now)
    }

    /// The next entries whose pins are to be read, unless enough are being read already.
    pub fn next_page(&mut self) -> Option<Vec<DueEntry>> {
        if self.loads >= LOADS || self.unread.is_empty() {
            return None;
        }
        self.loads += 1;
        Some(self.unread.drain(..self.unread.len().min(AT_ONCE)).collect())
    }

    /// Notes that a page was read, with `idle` entries behind which there is nothing to be done and `failed` ones.
    pub fn page_read(&mut self, idle: Vec<DueEntry>, failed: Vec<DueEntry>, now: Timestamp) {
        self.loads -= 1;
        for entry in idle {
            self.known.finish(name(&entry), entry.due.at, now);
        }
        for entry in failed {
            self.known.unmeet(name(&entry), entry.due.at);
        }
    }

    /// Notes that `job` is done, or is to be met `again`.
    pub fn done(&mut self, job: &Job, again: bool, now: Timestamp) {
        if again {
            self.known.unmeet(&job.name(), job.due.at);
        } else {
            self.known.finish(&job.name(), job.due.at, now);
        }
    }

    /// Lets `passed` be met anew.
    pub fn forget(&mut self, passed: Vec<Entry>) {
        for (name, at) in passed {
            self.known.unmeet(&name, at);
        }
    }

    /// Where the look at `shard` goes on.
    pub fn rest(&mut self, shard: Shard) -> Option<DuePosition> {
        self.rests.remove(&shard)
    }

    /// Forgets what was not read yet of `partition`.
    pub fn leave(&mut self, partition: &Partition) {
        self.unread.retain(|entry| entry.due.partition != *partition);
    }

    /// Forgets all that was not read yet.
    pub fn clear(&mut self) {
        self.unread.clear();
    }

    /// Whether everything was read, or is being read.
    pub fn is_empty(&self) -> bool {
        self.unread.is_empty()
    }
}

fn name(entry: &DueEntry) -> &str {
    match &entry.work {
        DueWork::Pin(_, id) => id.as_str(),
        DueWork::Account(_, id) => id.as_str(),
        DueWork::Circuit(_, kind) => kind.code(),
    }
}
