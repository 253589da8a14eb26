//! Which entries of the due index an invocation has met.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::watch::INDEX_LAG;

/// How long an index may show work that is finished, and a little more.
const STALE: SignedDuration = SignedDuration::from_secs(INDEX_LAG.as_secs() + 2);

/// What identifies a piece of work at one time; the same work due at another time is another.
pub type Entry = (String, Timestamp);

/// The work that was met: waiting or begun, or finished at that moment.
///
/// It grows with what waits, not with what was done: what is finished is forgotten as soon as no index shows it.
#[derive(Debug, Default)]
pub struct Known {
    entries: BTreeMap<Entry, Option<Timestamp>>,
    finished: VecDeque<(Timestamp, Entry)>,
}

impl Known {
    /// Whether the work `name`, due at `at`, is known at `now`: it waits, is being done, or was finished a moment ago.
    ///
    /// An index that lags behind shows finished work a little longer; work that is there later is there anew.
    pub fn knows(&mut self, name: &str, at: Timestamp, now: Timestamp) -> bool {
        self.forget_stale(now);
        self.entries.contains_key(&(name.to_owned(), at))
    }

    /// The same, but it is known from now on.
    pub fn meet(&mut self, name: &str, at: Timestamp, now: Timestamp) -> bool {
        let is_known = self.knows(name, at, now);
        if !is_known {
            self.entries.insert((name.to_owned(), at), None);
        }
        is_known
    }

    /// Takes back that the work was met.
    pub fn unmeet(&mut self, name: &str, at: Timestamp) {
        self.entries.remove(&(name.to_owned(), at));
    }

    /// Notes that the work was finished at `now`.
    pub fn finish(&mut self, name: &str, at: Timestamp, now: Timestamp) {
        let key = (name.to_owned(), at);
        self.finished.push_back((now, key.clone()));
        self.entries.insert(key, Some(now));
    }

    fn forget_stale(&mut self, now: Timestamp) {
        while self.finished.front().is_some_and(|(finished, _)| *finished + STALE <= now) {
            let Some((finished, entry)) = self.finished.pop_front() else { return };
            if self.entries.get(&entry) == Some(&Some(finished)) {
                self.entries.remove(&entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn work_is_met_once_while_it_waits_and_anew_when_it_is_still_there_after_it_was_done() {
        let mut known = Known::default();
        assert!(!known.meet("pin", at(1), at(0)));
        assert!(known.meet("pin", at(1), at(100)), "it waits or is being done");
        assert!(!known.meet("pin", at(2), at(100)), "at another time it is other work");
        known.finish("pin", at(1), at(100));
        assert!(known.meet("pin", at(1), at(111)), "the index may lag behind");
        assert!(!known.meet("pin", at(1), at(112)));
    }

    #[test]
    fn what_was_done_does_not_pile_up() {
        let mut known = Known::default();
        for second in 0..1000 {
            known.meet("pin", at(second), at(second));
            known.finish("pin", at(second), at(second));
        }
        assert!(known.entries.len() <= 13 && known.finished.len() <= 13);
    }
}
