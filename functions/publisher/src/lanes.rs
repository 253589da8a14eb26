//! What waits in memory: one lane an account, in the order of time, one piece of work at a time in each.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, CircuitKind, Due, Mode, OwnerId, Partition, PinId};
use shared::pinterest::RateLimit;

use crate::pace::Pace;

/// A piece of work with the place in which the due index showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub work: Work,
    pub due: Due,
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Publish a pin.
    Pin(PinWork),
    /// Look for a pin on its board.
    Check(PinWork),
    /// Renew an account's tokens, or release its pins.
    Account(OwnerId, AccountId),
    /// Take the next step of a circuit.
    Circuit(Mode, CircuitKind),
}

/// A pin to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinWork {
    pub owner: OwnerId,
    pub account: AccountId,
    pub id: PinId,
}

/// Pins of an account are posted one after the other; looks at its boards and its renewal do not wait for them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneKey {
    Pins(AccountId),
    Checks(AccountId),
    Account(AccountId),
    Circuit(CircuitKind),
}

/// How long an index may show work that is finished.
const STALE: SignedDuration = SignedDuration::from_secs(2);

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
    /// The work that was met: waiting or begun, or finished at that moment.
    known: BTreeMap<Known, Option<Timestamp>>,
}

impl Job {
    pub fn lane(&self) -> LaneKey {
        match &self.work {
            Work::Pin(pin) => LaneKey::Pins(pin.account.clone()),
            Work::Check(pin) => LaneKey::Checks(pin.account.clone()),
            Work::Account(_, account) => LaneKey::Account(account.clone()),
            Work::Circuit(_, kind) => LaneKey::Circuit(*kind),
        }
    }

    /// The id of the pin or the account, or the kind of the circuit.
    pub fn name(&self) -> String {
        match &self.work {
            Work::Pin(pin) | Work::Check(pin) => pin.id.to_string(),
            Work::Account(_, account) => account.to_string(),
            Work::Circuit(_, kind) => kind.code().to_owned(),
        }
    }
}

impl Lanes {
    /// Whether the work `name`, due at `at`, is known at `now`: it waits, is being done, or was finished a moment ago.
    /// It is known from now on.
    ///
    /// An index that lags behind shows finished work a little longer; work that is there later is there anew.
    pub fn meet(&mut self, name: &str, at: Timestamp, now: Timestamp) -> bool {
        let key = (name.to_owned(), at);
        let is_known = match self.known.get(&key) {
            Some(finished) => finished.is_none_or(|finished| now < finished + STALE),
            None => false,
        };
        if !is_known {
            self.known.insert(key, None);
        }
        is_known
    }

    /// Takes back that the work was met.
    pub fn unmeet(&mut self, name: &str, at: Timestamp) {
        self.known.remove(&(name.to_owned(), at));
    }

    /// Notes that the work was finished at `now`.
    pub fn finish(&mut self, name: &str, at: Timestamp, now: Timestamp) {
        self.known.insert((name.to_owned(), at), Some(now));
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

    use shared::domain::Shard;
    use shared::random::SystemRandom;

    use super::*;

    fn job(account: &AccountId, seconds: i64) -> Job {
        let pin =
            PinWork { owner: "alice".parse().unwrap(), account: account.clone(), id: PinId::random(&SystemRandom) };
        Job {
            work: Work::Pin(pin),
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
        assert_ne!(first.lane(), second.lane());
        assert_eq!(lanes.take(at(5)), None, "the other pin of the first account waits for its lane");
        lanes.free(&LaneKey::Pins(one.clone()), Some((at(5), None)));
        assert_eq!(lanes.take(at(5)).map(|job| (job.lane(), job.due.at)), Some((LaneKey::Pins(one), at(5))));
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
    fn work_is_met_once_while_it_waits_and_anew_when_it_is_still_there_after_it_was_done() {
        let mut lanes = Lanes::default();
        assert!(!lanes.meet("pin", at(1), at(0)));
        assert!(lanes.meet("pin", at(1), at(100)), "it waits or is being done");
        assert!(!lanes.meet("pin", at(2), at(100)), "at another time it is other work");
        lanes.finish("pin", at(1), at(100));
        assert!(lanes.meet("pin", at(1), at(101)), "the index may lag behind");
        assert!(!lanes.meet("pin", at(1), at(102)));
    }
}
