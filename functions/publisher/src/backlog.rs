//! What an invocation has seen in the due index and not yet read: entries on their way to the lanes.
//!
//! The pins of a shard's owners are read in turns, a few of each at a time, so that nobody waits behind the backlog of
//! another; and of one owner what is still to come before its time beside what is overdue.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use shared::domain::{OwnerId, Partition, Shard};
use shared::store::{DueEntry, DuePosition, DueWork};

use crate::known::{Entry, Known};
use crate::lanes::Job;
use crate::look::{AT_ONCE, Look, Reach};

/// How many pages of pins are read at once.
const LOADS: usize = 8;

/// How many entries of one owner are read before it is the next one's turn.
const TURN: usize = 20;

/// How many entries of one owner are kept, of those that are overdue and of the others: a later look meets the rest.
const MOST_OF_OWNER: usize = 2_000;

/// How many entries are kept altogether, some ten megabytes.
const MOST: usize = 60_000;

/// When a long shard is read anew that was read to its end.
const READ_AGAIN: SignedDuration = SignedDuration::from_secs(20);

/// The entries that were met.
#[derive(Debug, Default)]
pub struct Backlog {
    known: Known,
    /// How far shards of more than one page were read.
    reads: BTreeMap<Shard, Read>,
    /// Work for which nothing is to be read: of accounts and circuits.
    unhindered: VecDeque<DueEntry>,
    /// Entries whose pins are still to be read.
    unread: BTreeMap<OwnerId, Unread>,
    /// Whose turn it is.
    turns: VecDeque<OwnerId>,
    len: usize,
    loads: usize,
}

#[derive(Debug)]
enum Read {
    Until(DuePosition),
    ToTheEnd(Timestamp),
}

#[derive(Debug, Default)]
struct Unread {
    overdue: VecDeque<DueEntry>,
    upcoming: VecDeque<DueEntry>,
}

impl Unread {
    fn is_empty(&self) -> bool {
        self.overdue.is_empty() && self.upcoming.is_empty()
    }

    /// The next entries, some of each kind.
    fn turn(&mut self) -> Vec<DueEntry> {
        let overdue = TURN.saturating_sub(self.upcoming.len()).max(TURN / 2).min(self.overdue.len());
        let mut turn: Vec<_> = self.overdue.drain(..overdue).collect();
        turn.extend(self.upcoming.drain(..self.upcoming.len().min(TURN - overdue)));
        turn
    }
}

impl Backlog {
    /// Whether `look` shows anything that was not met yet.
    pub fn has_new(&mut self, look: &Look, now: Timestamp) -> bool {
        let mut entries = look.entries.iter().flatten();
        entries.any(|entry| !self.known.knows(name(entry), entry.due.at, now))
    }

    /// Takes up what `looks` show for the first time, as far as there is room for it.
    pub fn meet(&mut self, looks: Vec<Look>, now: Timestamp) {
        for look in looks {
            let Some(entries) = look.entries else { continue };
            let read = look.rest.map(Read::Until).or(look.is_all.then_some(Read::ToTheEnd(now)));
            self.reads.extend(read.map(|read| (look.shard, read)));
            for entry in entries {
                self.meet_entry(entry, now);
            }
        }
    }

    fn meet_entry(&mut self, entry: DueEntry, now: Timestamp) {
        let DueWork::Pin(owner, id) = &entry.work else {
            if !self.known.meet(name(&entry), entry.due.at, now) {
                self.unhindered.push_back(entry);
            }
            return;
        };
        if self.known.knows(id.as_str(), entry.due.at, now) || self.len >= MOST {
            return;
        }
        let unread = self.unread.entry(owner.clone()).or_default();
        let (is_first, is_overdue) = (unread.is_empty(), entry.due.at < now);
        let kept = if is_overdue { &mut unread.overdue } else { &mut unread.upcoming };
        if kept.len() >= MOST_OF_OWNER {
            return;
        }
        self.known.meet(id.as_str(), entry.due.at, now);
        self.turns.extend(is_first.then(|| owner.clone()));
        self.len += 1;
        kept.push_back(entry);
    }

    /// Whether `job`, which no look brought, was not met yet; it is met from now on.
    pub fn meet_job(&mut self, job: &Job, now: Timestamp) -> bool {
        !self.known.meet(&job.name(), job.due.at, now)
    }

    /// The next entries whose pins are to be read, of the owners that have `room`, unless enough are being read already.
    pub fn next_page(&mut self, room: impl Fn(&OwnerId) -> bool) -> Option<Vec<DueEntry>> {
        if self.loads >= LOADS || self.is_empty() {
            return None;
        }
        let mut page: Vec<_> = self.unhindered.drain(..self.unhindered.len().min(AT_ONCE)).collect();
        let mut passed = Vec::new();
        while page.len() + TURN <= AT_ONCE
            && let Some(owner) = self.turns.pop_front()
        {
            let Some(unread) = self.unread.get_mut(&owner) else { continue };
            if !room(&owner) {
                passed.push(owner);
                continue;
            }
            page.extend(unread.turn());
            if unread.is_empty() {
                self.unread.remove(&owner);
            } else {
                self.turns.push_back(owner);
            }
        }
        self.turns.extend(passed);
        self.len = self.unread.values().map(|unread| unread.overdue.len() + unread.upcoming.len()).sum();
        if page.is_empty() {
            return None;
        }
        self.loads += 1;
        Some(page)
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

    /// How far the next look at `shard` is to reach.
    pub fn reach(&self, shard: Shard, now: Timestamp) -> Reach {
        match self.reads.get(&shard) {
            Some(Read::Until(position)) => Reach::From(Some(position.clone())),
            Some(Read::ToTheEnd(at)) if now.duration_since(*at) < READ_AGAIN => Reach::FirstPage,
            _ => Reach::From(None),
        }
    }

    /// Forgets what was not read yet of `partition`.
    pub fn leave(&mut self, partition: &Partition) {
        self.unhindered.retain(|entry| entry.due.partition != *partition);
        for unread in self.unread.values_mut() {
            unread.overdue.retain(|entry| entry.due.partition != *partition);
            unread.upcoming.retain(|entry| entry.due.partition != *partition);
        }
        self.unread.retain(|_, unread| !unread.is_empty());
        self.turns.retain(|owner| self.unread.contains_key(owner));
        self.len = self.unread.values().map(|unread| unread.overdue.len() + unread.upcoming.len()).sum();
    }

    /// Forgets all that was not read yet.
    pub fn clear(&mut self) {
        self.unhindered.clear();
        self.unread.clear();
        self.turns.clear();
        self.len = 0;
    }

    /// Whether everything was read, or is being read.
    pub fn is_empty(&self) -> bool {
        self.unhindered.is_empty() && self.unread.is_empty()
    }

    /// Whether everything was read.
    pub fn is_read(&self) -> bool {
        self.is_empty() && self.loads == 0
    }
}

fn name(entry: &DueEntry) -> &str {
    match &entry.work {
        DueWork::Pin(_, id) => id.as_str(),
        DueWork::Account(_, id) => id.as_str(),
        DueWork::Circuit(_, kind) => kind.code(),
    }
}
