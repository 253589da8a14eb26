//! Which shards are an invocation's: taking them, seeing that they are lost, giving them back.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use jiff::Timestamp;
use shared::domain::{Partition, Settings, Shard};
use shared::kick::KickedPin;
use shared::store::{ShardOwner, Taken};

use super::{INDEX_LAG, LOOK_EVERY, MOST_SEEN, RELIABLE, Step, Watch};
use crate::look::{self, Look};
use crate::{Publisher, Span};

/// An invocation as the owner of shards.
#[derive(Debug)]
pub(super) struct Holder<'a> {
    pub(super) publisher: &'a Publisher,
    pub(super) span: Span,
    name: String,
}

impl Holder<'_> {
    /// Takes `shard` from an owner that began earlier, as a tick does.
    async fn replace(&self, shard: Shard) -> Option<TakenShard> {
        self.take_as(shard, Vec::new(), true).await
    }

    /// Takes `shard`, if nobody has it on whom a kick can rely, and leaves word of `pins` there for whoever takes it next.
    pub(super) async fn take(&self, shard: Shard, pins: Vec<KickedPin>) -> Option<TakenShard> {
        self.take_as(shard, pins, false).await
    }

    async fn take_as(&self, shard: Shard, pins: Vec<KickedPin>, replaces: bool) -> Option<TakenShard> {
        let owner = ShardOwner {
            holder: self.name.clone(),
            since: self.span.began,
            horizon: self.span.last_claim,
            term: 0,
            handed: pins,
        };
        let now = self.publisher.platform.clock.now();
        let free_by = if replaces { now } else { now + RELIABLE };
        match self.publisher.platform.shards.take(shard, &owner, free_by, replaces).await {
            Ok(Taken::Mine { term, before }) => Some(TakenShard { shard, term, before }),
            Ok(Taken::Refused) => None,
            Err(error) => {
                // Ownership is for pace only, so work is not left lying because it could not be written down.
                tracing::warn!(%error, "a shard could not be taken");
                Some(TakenShard { shard, term: u64::MAX, before: None })
            }
        }
    }

    /// Gives `shard` back, unless more was handed over than was `seen`: then who owns it is answered.
    async fn give_back(
        &self,
        shard: Shard,
        seen: Option<&BTreeMap<KickedPin, Timestamp>>,
    ) -> Option<(Shard, ShardOwner)> {
        match self.publisher.platform.shards.give_back(shard, &self.name, seen).await {
            Ok(owner) => Some((shard, owner?)),
            Err(error) => {
                tracing::warn!(%error, %shard, "a shard could not be given back; it is free when its horizon passes");
                None
            }
        }
    }
}

impl<'a> Watch<'a> {
    pub(super) fn holder(&self) -> Holder<'a> {
        Holder { publisher: self.publisher, span: self.span, name: self.holder.clone() }
    }

    /// Takes the shards that have work, and their work.
    pub(super) async fn take_up(&mut self, mut looks: Vec<Look>) {
        let now = self.now();
        looks.retain(|look| self.backlog.has_new(look, now));
        let holder = self.holder();
        let mine = join_all(looks.iter().map(|look| holder.replace(look.shard))).await;
        let mine: Vec<_> = mine.into_iter().flatten().collect();
        let shards: BTreeSet<_> = mine.iter().map(|taken| taken.shard).collect();
        looks.retain(|look| shards.contains(&look.shard));
        for taken in mine {
            self.own(taken);
        }
        self.backlog.meet(looks, self.now());
    }

    /// Works on a shard from now on, and on what was handed to its owner before.
    pub(super) fn own(&mut self, taken: TakenShard) {
        self.owned.insert(taken.shard, taken.term);
        if let Some(before) = taken.before {
            self.handovers.extend(self.handover_from(&before, self.now()).map(|handover| (taken.shard, handover)));
            self.heed(&before.handed);
        }
    }

    /// Begins a look at the shards that are this invocation's.
    pub(super) fn look(&mut self) {
        (self.looking, self.look_again) = (true, false);
        let now = self.now();
        let shards = self.owned.keys().map(|shard| (*shard, self.backlog.reach(*shard, now))).collect();
        let (publisher, mode, horizon) = (self.publisher, self.mode, self.horizon());
        self.running.push(Box::pin(async move {
            let platform = &publisher.platform;
            publisher.circuits.refresh(mode).await;
            let settings = look::settings(platform).await;
            Step::Looked(settings, look::look_as_owner(platform, mode, shards, horizon).await)
        }));
    }

    pub(super) fn looked(&mut self, settings: Option<&Settings>, looks: Vec<Look>) {
        self.looking = false;
        self.publisher.figures.write_if_due(&self.publisher.platform.metrics, self.now());
        self.next_look = self.now() + LOOK_EVERY;
        if !self.goes_on(settings) {
            self.stopped = true;
            return;
        }
        let is_lost = |look: &Look| self.owned.get(&look.shard).is_none_or(|term| look.is_lost(*term));
        let (lost, kept): (Vec<_>, Vec<_>) = looks.into_iter().partition(is_lost);
        for Look { shard, .. } in lost {
            let partition = Partition::Open(self.mode, shard);
            self.owned.remove(&shard);
            self.lanes.leave(&partition);
            self.after_look.retain(|job| job.due.partition != partition);
            self.backlog.leave(&partition);
        }
        for owner in kept.iter().filter_map(|look| Some((look.shard, look.owner.as_ref()?))) {
            self.take_handed(owner.0, owner.1);
        }
        self.backlog.meet(kept, self.now());
        self.add_after_look();
    }

    /// Adds what was handed over, once everything is read that the shards' last owner may have under way, or it posts no
    /// more.
    pub(super) fn add_after_look(&mut self) {
        let (now, is_read) = (self.now(), !self.looking && self.backlog.is_read());
        for job in std::mem::take(&mut self.after_look) {
            if is_read || self.handover_of(&job, now).is_none() {
                self.add(job);
            } else {
                self.after_look.push(job);
            }
        }
    }

    /// Takes up what was handed over in the row of `shard`, and clears away what was seen before.
    fn take_handed(&mut self, shard: Shard, owner: &ShardOwner) {
        if owner.holder != self.holder || owner.handed.is_empty() {
            return;
        }
        self.heed(&owner.handed);
        if owner.handed.len() < MOST_SEEN {
            return;
        }
        // A later owner learns from the row what the index may not show yet.
        let now = self.now();
        let is_young = |pin: &&KickedPin| self.handed.get(pin).is_none_or(|seen| now.duration_since(*seen) < INDEX_LAG);
        let left: Vec<_> = owner.handed.iter().filter(is_young).cloned().collect();
        if left.len() == owner.handed.len() {
            return;
        }
        let (publisher, holder, seen) = (self.publisher, self.holder.clone(), owner.handed.clone());
        self.running.push(Box::pin(async move {
            let cleared = publisher.platform.shards.clear_handed(shard, &holder, &seen, &left).await;
            if let Err(error) = cleared {
                tracing::warn!(%error, %shard, "the list of handed-over pins could not be cleared");
            }
            Step::Cleared
        }));
    }

    /// Reads the pins among `handed` that were not seen yet.
    pub(super) fn heed(&mut self, handed: &[KickedPin]) {
        let now = self.now();
        let new: Vec<_> = handed.iter().filter(|pin| !self.handed.contains_key(pin)).cloned().collect();
        if new.is_empty() {
            return;
        }
        self.handed.extend(new.iter().map(|pin| (pin.clone(), now)));
        let platform = &self.publisher.platform;
        self.running.push(Box::pin(async move { Step::Handed(look::kicked(platform, &new).await) }));
    }

    /// Gives the shards back; answers whether pins were handed over at the last moment.
    pub(super) async fn leave(&mut self) -> bool {
        let (holder, seen) = (self.holder(), (!self.stopped).then_some(&self.handed));
        let handed = join_all(self.owned.keys().map(|shard| holder.give_back(*shard, seen))).await;
        self.owned.clear();
        let mut goes_on = false;
        for (shard, owner) in handed.into_iter().flatten() {
            self.owned.insert(shard, owner.term);
            self.heed(&owner.handed);
            goes_on = true;
        }
        self.look_again |= goes_on;
        goes_on
    }
}

/// A shard that was taken.
#[derive(Debug)]
pub(super) struct TakenShard {
    pub(super) shard: Shard,
    /// How often it was taken, this time included.
    pub(super) term: u64,
    /// Who had it before.
    pub(super) before: Option<ShardOwner>,
}
