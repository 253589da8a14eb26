//! How fast one account may post.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use shared::pinterest::RateLimit;

/// Pinterest takes 100 writes a minute from a user of an app with standard access; a fifth is left for people.
const MOST: usize = 80;

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// How long an account takes to post that many pins.
pub fn time_for(pins: usize) -> SignedDuration {
    WINDOW * i32::try_from(pins / MOST + 1).unwrap_or(i32::MAX)
}

/// How many pins an account can post in that time.
pub fn most_in(time: SignedDuration) -> usize {
    MOST * usize::try_from(time.as_secs() / WINDOW.as_secs()).unwrap_or_default()
}

/// The pace of one account, as far as this process knows it.
#[derive(Debug, Default)]
pub struct Pace {
    recent: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Pace {
    /// The moment from which on the account may post again; nothing where it may now.
    pub fn opens_at(&self) -> Option<Timestamp> {
        let full = self.recent.len() >= MOST;
        let by_window = self.recent.front().filter(|_| full).map(|oldest| *oldest + WINDOW);
        by_window.max(self.closed_until)
    }

    /// Notes a post at `posted_at`, and what Pinterest said at `now` of the limit.
    ///
    /// Pinterest counts what other processes and people do as well, so that a publisher that took over from another one
    /// a moment ago learns from the first answer how much of the minute is left.
    pub fn note(&mut self, posted_at: Timestamp, rate: Option<&RateLimit>, now: Timestamp) {
        self.recent.push_back(posted_at);
        while self.recent.len() > MOST {
            self.recent.pop_front();
        }
        if let Some(until) = rate.and_then(|rate| closed_until(rate, now)) {
            self.closed_until = self.closed_until.max(Some(until));
        }
    }
}

/// Until when `rate` keeps the account from posting: its window is used up, or a minute's window up to what is left for
/// people. Of a longer window all is used, since nobody would understand a pin that waits for hours with calls left.
fn closed_until(rate: &RateLimit, now: Timestamp) -> Option<Timestamp> {
    let (remaining, seconds) = (rate.remaining?, i64::try_from(rate.reset_s?).unwrap_or(60));
    let limit = rate.limit.as_deref().and_then(|limit| limit.split([',', ';']).next()?.trim().parse::<u64>().ok());
    let left_for_people = limit.filter(|_| seconds <= 60).map_or(0, |limit| limit / 5);
    (remaining <= left_for_people).then(|| now + SignedDuration::from_secs(seconds.min(24 * 60 * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_of_a_minute_has_more_than_the_most() {
        let mut pace = Pace::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let mut posts = Vec::new();
        for _ in 0..300 {
            now += SignedDuration::from_millis(10);
            now = pace.opens_at().map_or(now, |at| at.max(now));
            pace.note(now, None, now);
            posts.push(now);
        }
        for window in posts.windows(MOST + 1) {
            assert!(window[MOST].duration_since(window[0]) >= WINDOW);
        }
    }

    #[test]
    fn a_used_up_limit_closes_the_account_until_its_reset() {
        for (limit, remaining, reset_s, closed_s) in [
            (None, 0, 17, Some(17)),
            (None, 1, 17, None),
            (Some("100, 100;w=1, 100;w=60"), 21, 17, None),
            (Some("100, 100;w=1, 100;w=60"), 20, 17, Some(17)),
            (Some("1000, 1000;w=86400"), 200, 7200, None),
            (Some("1000, 1000;w=86400"), 0, 7200, Some(7200)),
        ] {
            let rate =
                RateLimit { limit: limit.map(str::to_owned), remaining: Some(remaining), reset_s: Some(reset_s) };
            let mut pace = Pace::default();
            let now = Timestamp::UNIX_EPOCH;
            pace.note(now - SignedDuration::from_millis(300), Some(&rate), now);
            let closed = pace.opens_at().map(|at| at.duration_since(now).as_secs());
            assert_eq!(closed, closed_s, "{rate:?}");
        }
    }
}
