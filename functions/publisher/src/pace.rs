//! How fast one account may post.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use shared::pinterest::RateLimit;

/// Pinterest takes 100 writes a minute from a user of an app with standard access; a fifth is left for people.
const MOST: usize = 80;

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// The pace of one account, as far as this process knows it.
#[derive(Debug, Default)]
pub struct Pace {
    recent: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
}

impl Pace {
    /// The first moment from `now` on at which the account may post.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        let full = self.recent.len() >= MOST;
        let by_window = self.recent.front().filter(|_| full).map(|oldest| *oldest + WINDOW);
        [by_window, self.closed_until].into_iter().flatten().fold(now, Timestamp::max)
    }

    /// Notes a post at `now` and what Pinterest said of the limit.
    pub fn note(&mut self, now: Timestamp, rate: Option<&RateLimit>) {
        self.recent.push_back(now);
        while self.recent.len() > MOST {
            self.recent.pop_front();
        }
        if let Some(RateLimit { remaining: Some(0), reset_s: Some(seconds), .. }) = rate {
            let seconds = i64::try_from(*seconds).unwrap_or(60).min(24 * 60 * 60);
            self.closed_until = Some(now + SignedDuration::from_secs(seconds));
        }
    }
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
            now = pace.next(now + SignedDuration::from_millis(10));
            pace.note(now, None);
            posts.push(now);
        }
        for window in posts.windows(MOST + 1) {
            assert!(window[MOST].duration_since(window[0]) >= WINDOW);
        }
    }

    #[test]
    fn a_used_up_limit_closes_the_account_until_its_reset() {
        let mut pace = Pace::default();
        let now = Timestamp::UNIX_EPOCH;
        let rate = RateLimit { limit: None, remaining: Some(0), reset_s: Some(17) };
        pace.note(now, Some(&rate));
        assert_eq!(pace.next(now).duration_since(now), SignedDuration::from_secs(17));
    }
}
