//! What waits in memory: one lane an account, in the order of time, one piece of work at a time in each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, CircuitKind, Due, Mode, OwnerId, Partition, PinId};
use shared::pinterest::RateLimit;

use crate::pace::Pace;

/// A piece of work with the place in which the due index showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub work: Work,
    pub due: Due,
    /// How long after its time it is begun: less than nothing where somebody else is at it, and the others of its lane wait.
    pub after: SignedDuration,
    /// When the pin to post was written last, where that was read.
    pub written_at: Option<Timestamp>,
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Publish a pin.
    Pin(PinWork),
    /// Look for a pin on its board.
    Check(PinWork),
    /// Upload the video of a pin.
    Upload(PinWork),
    /// The same for a pin that is due soon.
    LateUpload(PinWork),
    /// Ask Pinterest how far it is with the video of a pin.
    AskForVideo(PinWork),
    /// Renew an account's tokens, or release its pins.
    Account(OwnerId, AccountId),
    /// Take the next step of a circuit.
    Circuit(Mode, CircuitKind),
}

impl Work {
    /// Whether it prepares the video of a pin.
    pub fn is_of_video(&self) -> bool {
        matches!(self, Self::Upload(_) | Self::LateUpload(_) | Self::AskForVideo(_))
    }
}

/// A pin to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinWork {
    pub owner: OwnerId,
    pub account: AccountId,
    pub id: PinId,
}

/// Pins of an account are posted one after the other; looks at its boards, its renewal and its videos do not wait for
/// them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LaneKey {
    Pins(AccountId),
    Checks(AccountId),
    Upload(PinId),
    LateUpload(PinId),
    Video(PinId),
    Account(AccountId),
    Circuit(CircuitKind),
}

/// What shares a limit of requests under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Posts, and what keeps them going.
    Posts,
    /// Looks at boards, and at videos.
    Looks,
    /// Uploads of videos, which take memory and minutes.
    Uploads,
    /// Those of them whose pins are due soon: they do not queue behind the others.
    LateUploads,
}

/// How many requests of each kind are under way at once. Looks can take long, and uploads have megabytes in memory.
pub const IN_FLIGHT: [(Kind, usize); 4] =
    [(Kind::Posts, 64), (Kind::Looks, 16), (Kind::Uploads, 2), (Kind::LateUploads, 2)];

impl LaneKey {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Checks(_) | Self::Video(_) => Kind::Looks,
            Self::Upload(_) => Kind::Uploads,
            Self::LateUpload(_) => Kind::LateUploads,
            Self::Pins(_) | Self::Account(_) | Self::Circuit(_) => Kind::Posts,
        }
    }
}

/// How many pins of one account wait in memory: what it may post in the three minutes that are looked ahead.
pub const MOST_OF_LANE: usize = 240;

/// How much work waits in memory altogether: a minute's, and a few megabytes.
const MOST: usize = 20_000;

#[derive(Debug, Default)]
struct Lane {
    waiting: BTreeMap<(Timestamp, String), Job>,
    busy: bool,
    /// When it was free last. Of several lanes the one that waited longest is next, so that a long lane lets short ones
    /// pass.
    freed_at: Option<Timestamp>,
    pace: Pace,
    /// Where it stands among the lanes that can go on.
    ready: Option<Timestamp>,
}

/// All lanes of an invocation.
#[derive(Debug, Default)]
pub struct Lanes {
    by_key: BTreeMap<LaneKey, Lane>,
    /// The lanes that are not busy and have work, by the moment at which they go on: those that look at boards apart, so
    /// that they do not keep posts waiting.
    ready: BTreeMap<Kind, BTreeSet<(Timestamp, LaneKey)>>,
    waiting: usize,
    /// How much of it is of each owner.
    of_owners: BTreeMap<OwnerId, usize>,
}

impl Job {
    /// Work that is begun at its time.
    pub fn new(work: Work, due: Due) -> Self {
        Self { work, due, after: SignedDuration::ZERO, written_at: None }
    }

    pub fn lane(&self) -> LaneKey {
        match &self.work {
            Work::Pin(pin) => LaneKey::Pins(pin.account.clone()),
            Work::Check(pin) => LaneKey::Checks(pin.account.clone()),
            Work::Upload(pin) => LaneKey::Upload(pin.id.clone()),
            Work::LateUpload(pin) => LaneKey::LateUpload(pin.id.clone()),
            Work::AskForVideo(pin) => LaneKey::Video(pin.id.clone()),
            Work::Account(_, account) => LaneKey::Account(account.clone()),
            Work::Circuit(_, kind) => LaneKey::Circuit(*kind),
        }
    }

    /// Whose work it is; a circuit is nobody's.
    pub fn owner(&self) -> Option<&OwnerId> {
        match &self.work {
            Work::Pin(pin) | Work::Check(pin) | Work::Upload(pin) | Work::LateUpload(pin) | Work::AskForVideo(pin) => {
                Some(&pin.owner)
            }
            Work::Account(owner, _) => Some(owner),
            Work::Circuit(..) => None,
        }
    }

    /// The id of the pin or the account, or the kind of the circuit.
    pub fn name(&self) -> String {
        match &self.work {
            Work::Pin(pin) | Work::Check(pin) | Work::Upload(pin) | Work::LateUpload(pin) | Work::AskForVideo(pin) => {
                pin.id.to_string()
            }
            Work::Account(_, account) => account.to_string(),
            Work::Circuit(_, kind) => kind.code().to_owned(),
        }
    }
}

impl Lanes {
    /// Lets `job` wait for its time; the same job twice waits once. A full lane keeps what comes first; what does not fit is
    /// answered.
    pub fn add(&mut self, job: Job) -> Option<Job> {
        let key = job.lane();
        self.count(&job, 1);
        let lane = self.by_key.entry(key.clone()).or_default();
        let replaced = lane.waiting.insert((job.due.at + job.after, job.name()), job);
        let overflow = if lane.waiting.len() > MOST_OF_LANE { lane.waiting.pop_last() } else { None };
        let overflow = overflow.map(|(_, job)| job);
        for gone in replaced.iter().chain(&overflow) {
            self.count(gone, -1);
        }
        self.line_up(&key);
        overflow
    }

    /// Whether more work of `owner` may be taken up: there is room, or it has less than its share of it.
    pub fn has_room(&self, owner: &OwnerId) -> bool {
        let share = (MOST / self.of_owners.len().max(1)).max(MOST_OF_LANE / 4);
        self.waiting < MOST || (self.waiting < 2 * MOST && self.of_owners.get(owner).is_none_or(|own| *own < share))
    }

    fn count(&mut self, job: &Job, by: isize) {
        self.waiting = self.waiting.saturating_add_signed(by);
        let Some(owner) = job.owner() else { return };
        let of_owner = self.of_owners.entry(owner.clone()).or_default();
        *of_owner = of_owner.saturating_add_signed(by);
        if *of_owner == 0 {
            self.of_owners.remove(owner);
        }
    }

    /// Takes a job of that kind whose time has come and whose lane is free.
    pub fn take(&mut self, kind: Kind, now: Timestamp) -> Option<Job> {
        let (_, key) = self.ready.get(&kind)?.first().filter(|(at, _)| *at <= now)?.clone();
        let lane = self.by_key.get_mut(&key)?;
        let (_, job) = lane.waiting.pop_first()?;
        lane.busy = true;
        self.count(&job, -1);
        self.line_up(&key);
        Some(job)
    }

    /// The next moment at which [`Lanes::take`] will answer something, if nothing finishes before.
    pub fn next(&self, kind: Kind, now: Timestamp) -> Option<Timestamp> {
        self.ready.get(&kind)?.first().map(|(at, _)| (*at).max(now))
    }

    /// Frees at `now` the lane of a job that posted something at that moment, or did not. With a moment to come, the lane goes
    /// on by then.
    pub fn free(&mut self, key: &LaneKey, posted: Option<(Timestamp, Option<RateLimit>)>, now: Timestamp) {
        let Some(lane) = self.by_key.get_mut(key) else { return };
        (lane.busy, lane.freed_at) = (false, Some(now));
        if let Some((at, rate)) = posted {
            lane.pace.note(at, rate.as_ref(), now);
        }
        self.line_up(key);
    }

    /// The pins that wait in the lane `key` and are due by then, the earliest first.
    pub fn pins_due(&self, key: &LaneKey, by: Timestamp) -> impl Iterator<Item = &PinWork> {
        let waiting = self.by_key.get(key).into_iter().flat_map(|lane| lane.waiting.values());
        waiting.take_while(move |job| job.due.at + job.after <= by).filter_map(|job| match &job.work {
            Work::Pin(pin) => Some(pin),
            _ => None,
        })
    }

    /// Forgets all work of `partition` that was not begun.
    pub fn leave(&mut self, partition: &Partition) {
        self.retain(|job| job.due.partition != *partition);
    }

    /// Forgets all work that was not begun.
    pub fn clear(&mut self) {
        self.retain(|_| false);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    fn retain(&mut self, keep: impl Fn(&Job) -> bool) {
        if self.waiting == 0 {
            return;
        }
        self.ready.clear();
        self.waiting = 0;
        self.of_owners.clear();
        for (key, lane) in &mut self.by_key {
            lane.waiting.retain(|_, job| keep(job));
            self.waiting += lane.waiting.len();
            for owner in lane.waiting.values().filter_map(Job::owner) {
                *self.of_owners.entry(owner.clone()).or_default() += 1;
            }
            lane.ready = lane.next();
            self.ready.entry(key.kind()).or_default().extend(lane.ready.map(|at| (at, key.clone())));
        }
    }

    /// Puts a lane where it belongs among those that can go on.
    fn line_up(&mut self, key: &LaneKey) {
        let Some(lane) = self.by_key.get_mut(key) else { return };
        let ready = lane.next();
        if ready != lane.ready {
            let lanes = self.ready.entry(key.kind()).or_default();
            if let Some(at) = lane.ready {
                lanes.remove(&(at, key.clone()));
            }
            lanes.extend(ready.map(|at| (at, key.clone())));
            lane.ready = ready;
        }
    }
}

impl Lane {
    /// When its next piece of work may begin.
    fn next(&self) -> Option<Timestamp> {
        let ((due, _), _) = self.waiting.first_key_value().filter(|_| !self.busy)?;
        [Some(*due), self.pace.opens_at(), self.freed_at].into_iter().max().flatten()
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
        let due = Due { partition: Partition::Open(Mode::Live, Shard::of(account)), at: at(seconds) };
        Job::new(Work::Pin(pin), due)
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
        assert_eq!(lanes.next(Kind::Posts, at(0)), Some(at(3)));
        assert_eq!(lanes.take(Kind::Posts, at(2)), None);
        let first = lanes.take(Kind::Posts, at(5)).unwrap();
        let second = lanes.take(Kind::Posts, at(5)).unwrap();
        assert_ne!(first.lane(), second.lane());
        assert_eq!(lanes.take(Kind::Posts, at(5)), None, "the other pin of the first account waits for its lane");
        lanes.free(&LaneKey::Pins(one.clone()), Some((at(5), None)), at(5));
        assert_eq!(
            lanes.take(Kind::Posts, at(5)).map(|job| (job.lane(), job.due.at)),
            Some((LaneKey::Pins(one), at(5)))
        );
    }

    #[test]
    fn a_partition_that_somebody_else_took_is_left_alone() {
        let account = AccountId::random(&SystemRandom);
        let mut lanes = Lanes::default();
        let job = job(&account, 1);
        lanes.add(job.clone());
        lanes.leave(&Partition::Open(Mode::Sandbox, Shard::of(&account)));
        assert!(!lanes.is_empty());
        lanes.leave(&job.due.partition);
        assert!(lanes.is_empty());
    }

    #[test]
    fn a_long_lane_lets_short_ones_pass() {
        let (long, short) = (AccountId::random(&SystemRandom), AccountId::random(&SystemRandom));
        let mut lanes = Lanes::default();
        for second in 0..5 {
            lanes.add(job(&long, second));
        }
        lanes.add(job(&short, 4));
        assert_eq!(lanes.take(Kind::Posts, at(5)).unwrap().lane(), LaneKey::Pins(long.clone()));
        lanes.free(&LaneKey::Pins(long.clone()), None, at(5));
        assert_eq!(lanes.take(Kind::Posts, at(5)).unwrap().lane(), LaneKey::Pins(short), "it waited longer");
        assert_eq!(lanes.take(Kind::Posts, at(5)).unwrap().lane(), LaneKey::Pins(long));
    }

    #[test]
    fn a_full_lane_keeps_what_comes_first_and_gives_the_rest_away() {
        let account = AccountId::random(&SystemRandom);
        let mut lanes = Lanes::default();
        let late: Vec<_> = (1..=500).rev().filter_map(|second| lanes.add(job(&account, second))).collect();
        assert_eq!((late.len(), late[0].due.at, lanes.waiting), (500 - MOST_OF_LANE, at(500), MOST_OF_LANE));
        for second in 1..=240 {
            assert_eq!(lanes.take(Kind::Posts, at(500)).map(|job| job.due.at), Some(at(second)));
            lanes.free(&LaneKey::Pins(account.clone()), None, at(500));
        }
        assert!(lanes.is_empty() && lanes.of_owners.is_empty());
    }

    #[test]
    fn an_owner_with_much_work_leaves_room_for_another() {
        let mut lanes = Lanes::default();
        while lanes.waiting < MOST {
            let account = AccountId::random(&SystemRandom);
            for second in 0..200 {
                lanes.add(job(&account, second));
            }
        }
        let (alice, bob) = ("alice".parse().unwrap(), "bob".parse().unwrap());
        assert!(!lanes.has_room(&alice), "she has it all");
        assert!(lanes.has_room(&bob));
    }
}
