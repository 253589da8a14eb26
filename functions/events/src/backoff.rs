//! When an event is tried again, as Standard Webhooks recommends.

use jiff::{SignedDuration, Timestamp};
use shared::random::{Random, fraction};

/// How long after each failed try the next one is made; after the last there is none.
const PAUSES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// The same for the bus, which refuses events only while something is wrong with all of it.
const BUS_PAUSES: [SignedDuration; 3] =
    [SignedDuration::from_secs(5), SignedDuration::from_secs(30), SignedDuration::from_mins(5)];

/// How long after every further try.
const LAST_BUS_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// When an event is tried again that failed for the `tries`th time at `now`; absent where it isn't. A pause is up to a tenth
/// longer than it is listed, so that not everything that failed together comes back together.
pub fn next_try(tries: u32, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
    let pause = *PAUSES.get(usize::try_from(tries).ok()?.checked_sub(1)?)?;
    Some(now + pause + pause.mul_f64(fraction(random) / 10.0))
}

/// When an event is put on the bus again that it refused for the `tries`th time at `now`. It is never given up: nobody could
/// ask for it again.
pub fn next_put(tries: u32, now: Timestamp, random: &dyn Random) -> Timestamp {
    let pause = BUS_PAUSES.get(usize::try_from(tries).unwrap_or(usize::MAX).saturating_sub(1));
    let pause = pause.copied().unwrap_or(LAST_BUS_PAUSE);
    now + pause + pause.mul_f64(fraction(random) / 10.0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::random::SystemRandom;

    use super::*;

    #[test]
    fn an_event_is_tried_ten_times_in_a_little_more_than_three_days() {
        let now = Timestamp::UNIX_EPOCH;
        for (tries, pause) in (1..).zip(PAUSES) {
            let next = next_try(tries, now, &SystemRandom).unwrap().duration_since(now);
            assert!(next >= pause && next <= pause + pause / 10, "{tries}");
        }
        assert_eq!(next_try(10, now, &SystemRandom), None);
        assert_eq!(next_try(0, now, &SystemRandom), None);
        assert_eq!(PAUSES.iter().sum::<SignedDuration>(), SignedDuration::from_secs(75 * 3600 + 35 * 60 + 5));
    }
}
