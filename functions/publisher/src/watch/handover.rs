//! The seconds after a shard has changed hands, in which its last owner may still post.
//!
//! Both know the same pins of an account and take them in the same order, so that the one who claims a pin second waits for
//! it. What was written since the last owner's latest look only the new owner knows: if it posted such a pin at once, the
//! last owner could be posting the account's next one. So the account waits until the last owner has looked once more.

use jiff::{SignedDuration, Timestamp};
use shared::domain::Partition;
use shared::store::ShardOwner;

use super::{Step, Watch};
use crate::lanes::{Job, PinWork, Work};
use crate::look;

/// A shard that was taken from an owner that may still be at work.
#[derive(Debug)]
pub(super) struct Handover {
    /// What was written from then on the last owner may not have seen.
    unseen_since: Timestamp,
    /// From then on the last owner begins no post.
    until: Timestamp,
}

impl Handover {
    /// The handover of a shard that was taken at `now` from the owner `before`, if that one may have posts under way.
    /// It lasts for `time`, which is also how long ago the last owner has looked at the latest.
    fn from(before: &ShardOwner, now: Timestamp, time: SignedDuration) -> Option<Self> {
        let is_at_work = !before.gave_back() && look::posted_by(before.horizon) > now;
        is_at_work.then_some(Self { unseen_since: now - time, until: now + time })
    }
}

impl Watch<'_> {
    /// The handover of a shard that is taken at `now` from `before`, if there is one.
    pub(super) fn handover_from(&self, before: &ShardOwner, now: Timestamp) -> Option<Handover> {
        Handover::from(before, now, self.publisher.rules.handover)
    }

    /// The handover of the shard of `job`, while it goes on.
    pub(super) fn handover_of(&self, job: &Job, now: Timestamp) -> Option<&Handover> {
        let Partition::Open(_, shard) = job.due.partition else { return None };
        self.handovers.get(&shard).filter(|handover| now < handover.until)
    }

    /// Answers `job`, which was taken from its lane, unless the shard's last owner may be posting another pin of the account
    /// because it does not know this one: then the lane waits until that is over.
    pub(super) fn wait_for_last_owner(&mut self, job: Job, now: Timestamp) -> Option<Job> {
        let (Work::Pin(_), Some(written_at), Some(handover)) = (&job.work, job.written_at, self.handover_of(&job, now))
        else {
            return Some(job);
        };
        let until = handover.until;
        let others: Vec<PinWork> = self.lanes.pins_due(&job.lane(), until).cloned().collect();
        if written_at < handover.unseen_since || (others.is_empty() && self.backlog.is_read()) {
            return Some(job);
        }
        let platform = &self.publisher.platform;
        self.running.push(Box::pin(async move {
            platform.clock.sleep_until(until).await;
            Step::HandedOver(job, look::all_in_flight(platform, &others).await)
        }));
        None
    }

    /// Lets the lane of `job` go on, behind what the last owner has in flight.
    pub(super) fn last_owner_is_done(&mut self, job: Job, in_flight: Vec<Job>) {
        self.lanes.free(&job.lane(), None, self.now());
        let Partition::Open(_, shard) = job.due.partition else { return };
        if self.owned.contains_key(&shard) && !self.stopped {
            for job in in_flight {
                self.line_up(job);
            }
            self.line_up(job);
        }
    }
}
