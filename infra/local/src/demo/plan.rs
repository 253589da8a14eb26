//! What the demo publishes: where, and how long from now.

use jiff::{SignedDuration, Timestamp};

/// The person at Pinterest whose account is connected.
pub const USERNAME: &str = "shop";

/// Her boards that are picked.
pub const BOARDS: [&str; 2] = ["New arrivals", "Window displays"];

/// The pins: title, position of the board, whole seconds after the first one; the one without is published now. It comes
/// first: once a publisher waits for the others, it sees what else is written every two seconds.
pub const PINS: [(&str, usize, Option<i64>); 7] = [
    ("Linen apron", 0, None),
    ("Lemon cake", 0, Some(0)),
    ("Blue vase", 1, Some(1)),
    ("Olive bowl", 0, Some(2)),
    ("Walnut tray", 1, Some(3)),
    ("Clay mug", 1, Some(5)),
    ("Wool blanket", 0, Some(6)),
];

/// The whole second at which the first of the planned pins is due: far enough away to plan them all before.
pub fn first(now: Timestamp) -> Timestamp {
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    second + SignedDuration::from_secs(4)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_pins_share_a_second_or_a_word() {
        let seconds: BTreeSet<_> = PINS.iter().map(|(_, _, second)| second).collect();
        let words: BTreeSet<_> = PINS.iter().flat_map(|(title, ..)| title.split(' ')).collect();
        assert_eq!((seconds.len(), words.len()), (PINS.len(), 2 * PINS.len()));
        assert!(PINS.iter().all(|(_, board, _)| *board < BOARDS.len()));
    }

    #[test]
    fn the_first_is_due_on_a_whole_second_in_three_to_four() {
        let now: Timestamp = "2027-01-01T00:00:00.4Z".parse().unwrap();
        assert_eq!(first(now).to_string(), "2027-01-01T00:00:04Z");
    }
}
