//! When a pin that certainly was not created is tried again.

use jiff::SignedDuration;
use shared::domain::Setback;
use shared::random::{Random, fraction};

/// How often a picture that Pinterest cannot fetch is tried.
pub const IMAGE_TRIES: usize = 4;

/// How often Pinterest may fail at a video before it is taken for one that it cannot make a pin of.
pub const VIDEO_TRIES: u32 = 2;

/// How many uploads may get lost on their way before that is taken for more than an outage: more than an hour of them.
pub const UPLOADS: u32 = 8;

/// The wait before the next try, after `tries` tries in a row ended with `setback`: full jitter, evenly spread up to a
/// bound that grows with every try.
pub fn wait(setback: Setback, tries: usize, random: &dyn Random) -> SignedDuration {
    let (first, factor, most) = steps(setback);
    let exponent = i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX).min(16);
    let bound = (first * factor.powi(exponent)).min(most);
    SignedDuration::from_secs_f64((bound * fraction(random)).max(0.5))
}

/// How long a limit is taken to last that Pinterest gives no end for, after `refusals` refusals in a row before this one:
/// a minute, twice as long each time, at most an hour. Without jitter: it holds one account, whose pins wait in order.
pub fn unsaid_limit(refusals: usize) -> SignedDuration {
    let doublings = u32::try_from(refusals).unwrap_or(u32::MAX).min(6);
    (SignedDuration::from_mins(1) * 2_i32.pow(doublings)).min(SignedDuration::from_hours(1))
}

/// The first bound in seconds, by how much it grows, and the largest.
fn steps(setback: Setback) -> (f64, f64, f64) {
    match setback {
        // Operators saw 15, 60 and 240 minutes work where 5, 15 and 45 did not; the mean of full jitter is half the bound.
        Setback::PinterestTrouble => (30.0 * 60.0, 4.0, 8.0 * 3600.0),
        Setback::ImageUnreachable => (2.0 * 60.0, 4.0, 3600.0),
        Setback::Unreachable => (10.0, 2.0, 10.0 * 60.0),
        Setback::AwsTrouble => (4.0, 2.0, 60.0),
        Setback::TokenKeyMissing => (30.0, 2.0, 10.0 * 60.0),
        Setback::BoardBusy => (4.0, 2.0, 2.0 * 60.0),
        Setback::TokenRefused => (30.0, 3.0, 15.0 * 60.0),
        Setback::VideoNotReady => (30.0, 2.0, 30.0 * 60.0),
        // What a look at the board says has a time of its own.
        Setback::TwinInDoubt | Setback::NotOnBoard | Setback::Other(_) => (60.0, 1.0, 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Always(u8);

    impl Random for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_limit_without_an_end_is_tried_again_ever_later() {
        let minutes = |refusals| unsaid_limit(refusals).as_mins();
        assert_eq!([0, 1, 2, 5, 6, 100].map(minutes), [1, 2, 4, 32, 60, 60]);
    }

    #[test]
    fn the_bound_grows_up_to_a_limit_and_the_jitter_is_full() {
        let longest = |tries| (wait(Setback::Unreachable, tries, &Always(0xff)).as_millis() + 500) / 1000;
        assert_eq!([1, 2, 3, 7, 100].map(longest), [10, 20, 40, 600, 600]);
        assert_eq!(wait(Setback::PinterestTrouble, 3, &Always(0)), SignedDuration::from_millis(500));
    }
}
