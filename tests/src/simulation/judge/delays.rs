//! What explains that work is begun later than it was due, second by second.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::simulation::rows::Row;

/// For how long from its beginning nothing may go wrong for an invocation of the schedule to put right what went wrong
/// before it.
const UNTROUBLED: SignedDuration = SignedDuration::from_secs(5);

/// What happened in a run that work has to wait for.
#[derive(Debug, Default)]
pub struct Delays {
    /// When invocations of the schedule began.
    ticks: Vec<Timestamp>,
    /// When something went wrong by which an invocation may have lost what it was to do.
    breaks: Vec<Timestamp>,
    /// What was under way, for whom, from when to when; it may go on.
    stretches: Vec<Stretch>,
}

/// What takes its time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    cause: Cause,
    from: Timestamp,
    to: Option<Timestamp>,
}

/// What somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing is to be published.
    Disabled,
    /// Somebody has a pin of this account in hand, and its pins go one by one.
    Lane(String),
    /// Pinterest is asked about this account.
    Call(String),
    /// Pinterest is asked about an account that is not known.
    CallOfSomebody,
}

impl Cause {
    /// Whether a pin of `account` waits for it.
    fn keeps(&self, account: &str) -> bool {
        match self {
            Self::Disabled | Self::CallOfSomebody => true,
            Self::Lane(of) | Self::Call(of) => of == account,
        }
    }
}

/// Times of a run that bound how long what went wrong is felt.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// How long an invocation of the schedule takes to be where it should be.
    pub settles: SignedDuration,
    /// For how long at most work is found without another tick.
    pub reach: SignedDuration,
}

impl Delays {
    /// The schedule fires, and an invocation begins.
    pub fn ticks(&mut self, at: Timestamp) {
        self.ticks.push(at);
    }

    /// Something goes wrong, from which the next good invocation of the schedule recovers.
    pub fn breaks(&mut self, at: Timestamp) {
        if self.breaks.last() != Some(&at) {
            self.breaks.push(at);
        }
    }

    /// Something begins that has to be waited for; answers its number.
    pub fn begins(&mut self, cause: Cause, at: Timestamp) -> usize {
        self.stretches.push(Stretch { cause, from: at, to: None });
        self.stretches.len() - 1
    }

    /// What was given that number is over.
    pub fn ends(&mut self, number: usize, at: Timestamp) {
        self.stretches[number].to = Some(at);
    }

    /// How much of the time from `from` to `to` nothing explains, for work of `account`.
    pub fn unexplained(&self, account: &str, from: Timestamp, to: Timestamp, times: Times) -> SignedDuration {
        let mut explained: Vec<_> = self.recoveries(times).chain(self.gaps(times)).collect();
        let stretches = self.stretches.iter().filter(|stretch| stretch.cause.keeps(account));
        explained.extend(stretches.map(|stretch| (stretch.from, stretch.to.unwrap_or(Timestamp::MAX))));
        explained.sort_unstable();
        let (mut reached, mut unexplained) = (from, SignedDuration::ZERO);
        for (begin, end) in explained {
            if begin >= to {
                break;
            }
            if begin > reached {
                unexplained += begin.duration_since(reached);
            }
            reached = reached.max(end);
        }
        unexplained + to.duration_since(reached).max(SignedDuration::ZERO)
    }

    /// When a tick that began after `moment` has done its work, without trouble of its own; absent where there was none.
    pub fn done_by_tick_after(&self, moment: Timestamp, times: Times) -> Option<Timestamp> {
        let good = self.ticks.iter().filter(|tick| **tick > moment).find(|tick| self.is_untroubled(**tick));
        good.map(|tick| *tick + times.settles)
    }

    /// From each break until a tick has put it right.
    fn recoveries(&self, times: Times) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.breaks.iter().map(move |at| (*at, self.done_by_tick_after(*at, times).unwrap_or(Timestamp::MAX)))
    }

    /// Between ticks that are further apart than one of them reaches.
    fn gaps(&self, times: Times) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let next = self.ticks.iter().skip(1).map(move |tick| *tick + times.settles).chain([Timestamp::MAX]);
        self.ticks.iter().map(move |tick| *tick + times.reach).zip(next).filter(|(from, to)| from < to)
    }

    fn is_untroubled(&self, tick: Timestamp) -> bool {
        !self.breaks.iter().any(|at| tick <= *at && *at <= tick + UNTROUBLED)
    }
}

/// Where the entry of a pin is in the due index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    partition: String,
    due: Option<Timestamp>,
    /// Since when it is there.
    pub since: Timestamp,
    /// Whether nobody called a publisher for it: it was put there by one.
    pub is_left_to_ticks: bool,
}

/// When each entry of the due index came to its place, by pin.
#[derive(Debug, Default)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// Sees at `now` where the entry of `pin` is, as it was written by a publisher or by somebody who calls one for it.
    pub fn see(&mut self, pin: &Row, now: Timestamp, by_publisher: bool) {
        if self.find(pin).is_none() {
            let (partition, due) = (pin.text("due_shard").to_owned(), pin.moment("due_at"));
            let place = Place { partition, due, since: now, is_left_to_ticks: by_publisher };
            self.0.insert(pin.text("id").to_owned(), place);
        }
    }

    /// The place of the entry of `pin`, unless it was there from the beginning.
    pub fn find(&self, pin: &Row) -> Option<&Place> {
        let is_there = |place: &&Place| place.partition == pin.text("due_shard") && place.due == pin.moment("due_at");
        self.0.get(pin.text("id")).filter(is_there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: Times = Times { settles: SignedDuration::from_secs(10), reach: SignedDuration::from_secs(180) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn unexplained(delays: &Delays, from: i64, to: i64) -> i64 {
        delays.unexplained("shop", at(from), at(to), TIMES).as_secs()
    }

    #[test]
    fn time_is_explained_by_what_went_wrong_until_a_tick_has_put_it_right() {
        let mut delays = Delays::default();
        for second in [0, 60, 120, 180] {
            delays.ticks(at(second));
        }
        assert_eq!(unexplained(&delays, 20, 50), 30, "nothing went wrong");
        delays.breaks(at(30));
        assert_eq!(unexplained(&delays, 20, 50), 10);
        assert_eq!(unexplained(&delays, 20, 90), 30, "10 s before the break, 20 s after the tick that recovers");
        delays.breaks(at(64));
        assert_eq!(unexplained(&delays, 20, 130), 10, "the tick at 60 had trouble of its own");
        assert_eq!(unexplained(&delays, 20, 140), 20);
    }

    #[test]
    fn time_is_explained_by_what_is_under_way_for_the_account_and_by_a_schedule_that_pauses() {
        let mut delays = Delays::default();
        delays.ticks(at(0));
        let lane = delays.begins(Cause::Lane("shop".into()), at(10));
        delays.ends(lane, at(20));
        delays.begins(Cause::Call("friend".into()), at(20));
        let disabled = delays.begins(Cause::Disabled, at(40));
        delays.ends(disabled, at(50));
        assert_eq!(unexplained(&delays, 0, 60), 40);
        assert_eq!(unexplained(&delays, 100, 1000), 80, "from 180 s after the last tick on");
        delays.ticks(at(900));
        assert_eq!(unexplained(&delays, 100, 1000), 80 + 90);
    }
}
