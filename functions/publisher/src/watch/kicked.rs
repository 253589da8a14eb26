//! What becomes of the pins of a kick: the owner of their shard takes them up, or this invocation becomes it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use shared::domain::{Partition, Shard};
use shared::kick::KickedPin;
use shared::store::{MOST_HANDED, ShardOwner};

use super::ownership::{Holder, TakenShard};
use super::{RELIABLE, Watch};
use crate::lanes::{Job, Work};
use crate::look;

/// How often it is tried to reach an owner that changes at the same moment.
const TRIES: usize = 3;

impl Watch<'_> {
    /// Hands the pins of a kick to the owners of their shards, and becomes the owner where there is none: two invocations
    /// would post for one account at once.
    pub(super) async fn kick(&mut self, pins: Vec<KickedPin>) {
        let mut by_shard: BTreeMap<Shard, Vec<Job>> = BTreeMap::new();
        for job in look::kicked(&self.publisher.platform, &pins).await {
            if let Partition::Open(mode, shard) = job.due.partition
                && mode == self.mode
            {
                by_shard.entry(shard).or_default().push(job);
            }
        }
        let own = by_shard.extract_if(.., |shard, _| self.owned.contains_key(shard)).collect::<Vec<_>>();
        for job in own.into_iter().flat_map(|(_, jobs)| jobs) {
            self.add(job);
        }
        let holder = self.holder();
        let taken = join_all(by_shard.iter().map(|(shard, jobs)| hand_over(&holder, *shard, jobs))).await;
        for taken in taken.into_iter().flatten() {
            let jobs = by_shard.remove(&taken.shard).unwrap_or_default();
            let now = self.now();
            if taken.before.as_ref().is_some_and(|before| self.handover_from(before, now).is_some()) {
                // It may still be posting, and drops what it has as soon as it sees this one.
                self.after_look.extend(jobs);
                self.next_look = now;
            } else {
                for job in jobs {
                    self.add(job);
                }
            }
            self.own(taken);
        }
    }
}

/// Hands `jobs` to the owner of `shard`, or takes it: then it is answered.
async fn hand_over(holder: &Holder<'_>, shard: Shard, jobs: &[Job]) -> Option<TakenShard> {
    let platform = &holder.publisher.platform;
    let shards = &platform.shards;
    let mut pins: Vec<_> = jobs.iter().filter_map(kicked).collect();
    pins.truncate(MOST_HANDED);
    for _ in 0..TRIES {
        let now = platform.clock.now();
        let owner = shards.load(shard).await.ok().flatten();
        if let Some(owner) = owner.filter(|owner: &ShardOwner| owner.horizon > now + RELIABLE) {
            match shards.hand_over(shard, &owner.holder, &pins).await {
                Ok(true) => return None,
                Ok(false) => continue,
                Err(error) => {
                    tracing::warn!(%error, %shard, "pins could not be handed to the owner of their shard");
                }
            }
        }
        if jobs.iter().all(|job| job.due.at >= holder.span.last_claim) {
            // A tick sees them before their time.
            return None;
        }
        if let Some(taken) = holder.take(shard, pins.clone()).await {
            return Some(taken);
        }
    }
    tracing::warn!(%shard, "pins that are due soon were left to the owner of their shard, which has many of them");
    None
}

fn kicked(job: &Job) -> Option<KickedPin> {
    let Work::Pin(pin) = &job.work else { return None };
    Some(KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at: job.due.at })
}
