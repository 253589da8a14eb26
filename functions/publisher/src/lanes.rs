//! What waits in memory: one lane an account, in the order of time, one piece of work at a time in each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::domain::{AccountId, Due, OwnerId, Partition, PinId};
use shared::pinterest::RateLimit;

use crate::pace::Pace;

/// A piece of work with the place in which the due index showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub owner: OwnerId,
    pub account: AccountId,
    /// The pin to publish; absent for the account's own work.
    pub pin: Option<PinId>,
    pub due: Due,
}

/// Pins of an account are posted one after the other; its renewal does not wait for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneKey {
    Pins(AccountId),
    Account(AccountId),
}

/// What identifies a piece of work at one time; the same work due at another time is another.
type Known = (String, Timestamp);

#[derive(Debug, Default)]
struct Lane {
    waiting: BTreeMap<(Timestamp, String), Job>,
    busy: bool,
    pace: Pace,
}

/// All lanes of an invocation.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: BTreeMap<LaneKey, Lane>,
    known: BTreeSet<Known>,
}

impl Job {
    pub fn lane(&self) -> LaneKey {
        match self.pin {
            Some(_) => LaneKey::Pins(self.account.clone()),
            None => LaneKey::Account(self.account.clone()),
        }
    }

    /// The id of the pin, or of the account for the account's own work.
    pub fn name(&self) -> String {
        self.pin.as_ref().map_or_else(|| self.account.to_string(), ToString::to_string)
    }
}

impl Lanes {
    /// Whether the work `name`, due at `at`, was met before in this invocation; it is from now on.
    pub fn meet(&mut self, name: &str, at: Timestamp) -> bool {
        !self.known.insert((name.to_owned(), at))
    }

    /// Takes back that the work was met.
    pub fn unmeet(&mut self, name: &str, at: Timestamp) {
        self.known.remove(&(name.to_owned(), at));
    }

    /// Lets `job` wait for its time; the same job twice waits once.
    pub fn add(&mut self, job: Job) {
        let key = (job.due.at, job.name());
        self.lanes.entry(job.lane()).or_default().waiting.insert(key, job);
    }

    /// Takes a job whose time has come and whose lane is free.
    pub fn take(&mut self, now: Timestamp) -> Option<Job> {
        let lane = self.lanes.values_mut().find(|lane| lane.ready(now).is_some_and(|at| at <= now))?;
        lane.busy = true;
        lane.waiting.pop_first().map(|(_, job)| job)
    }

    /// The next moment at which [`Lanes::take`] will answer something, if nothing finishes before.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        self.lanes.values().filter_map(|lane| lane.ready(now)).min()
    }

    /// Frees the lane of a job that posted something at `posted_at`, or did not.
    pub fn free(&mut self, key: &LaneKey, posted: Option<(Timestamp, Option<RateLimit>)>) {
        if let Some(lane) = self.lanes.get_mut(key) {
            lane.busy = false;
            if let Some((at, rate)) = posted {
                lane.pace.note(at, rate.as_ref());
            }
        }
    }

    /// Forgets all work of `partition` that was not begun.
    pub fn leave(&mut self, partition: &Partition) {
        for lane in self.lanes.values_mut() {
            lane.waiting.retain(|_, job| job.due.partition != *partition);
        }
    }

    /// Forgets all work that was not begun.
    pub fn clear(&mut self) {
        self.lanes.values_mut().for_each(|lane| lane.waiting.clear());
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lanes.values().all(|lane| lane.waiting.is_empty())
    }
}

impl Lane {
    fn ready(&self, now: Timestamp) -> Option<Timestamp> {
        let ((due, _), _) = self.waiting.first_key_value().filter(|_| !self.busy)?;
        Some((*due).max(self.pace.next(now)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::SignedDuration;
    use shared::domain::{Mode, Shard};
    use shared::random::SystemRandom;

    use super::*;

    fn job(account: &AccountId, seconds: i64) -> Job {
        Job {
            owner: "alice".parse().unwrap(),
            account: account.clone(),
            pin: Some(PinId::random(&SystemRandom)),
            due: Due { partition: Partition::Open(Mode::Live, Shard::of(account)), at: at(seconds) },
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn an_account_posts_one_pin_at_a_time_in_the_order_of_time() {
        let (one, two) = (AccountId::random(&SystemRandom), AccountId::random(&SystemRandom));
        let mut lanes = Lanes::default();
        for job in [job(&one, 5), job(&one, 3), job(&two, 4)] {
            lanes.add(job);
        }
        assert_eq!(lanes.next(at(0)), Some(at(3)));
        assert_eq!(lanes.take(at(2)), None);
        let first = lanes.take(at(5)).unwrap();
        let second = lanes.take(at(5)).unwrap();
        assert_ne!(first.account, second.account);
        assert_eq!(lanes.take(at(5)), None, "the other pin of the first account waits for its lane");
        lanes.free(&LaneKey::Pins(one.clone()), Some((at(5), None)));
        assert_eq!(lanes.take(at(5)).map(|job| (job.account, job.due.at)), Some((one, at(5))));
    }

    #[test]
    fn a_partition_that_somebody_else_took_is_left_alone() {
        let account = AccountId::random(&SystemRandom);
        let mut lanes = Lanes::default();
        let job = job(&account, 1);
        lanes.add(job.clone());
        lanes.leave(&job.due.partition);
        assert!(lanes.is_empty());
    }

    #[test]
    fn the_same_work_is_met_once_and_again_at_another_time() {
        let mut lanes = Lanes::default();
        assert!(!lanes.meet("pin", at(1)));
        assert!(lanes.meet("pin", at(1)));
        assert!(!lanes.meet("pin", at(2)));
    }
}
