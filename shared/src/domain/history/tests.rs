//! What is noted of which change.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::ToSpan;

use super::super::pin_moves::tests::{NOW, pin};
use super::super::{Attempt, AttemptId, AttemptOutcome, Failure};
use super::*;
use crate::random::SystemRandom;

fn draft() -> Pin {
    pin(State::Draft)
}

fn noted(before: &Pin, change: impl FnOnce(&mut Pin)) -> Vec<Action> {
    let mut after = before.clone();
    change(&mut after);
    after.attribute(before, Some("alice"), NOW);
    assert!(after.history.iter().all(|entry| (entry.at, entry.by.as_deref()) == (NOW, Some("alice"))));
    after.history.iter().map(|entry| entry.action).collect()
}

#[test]
fn a_change_is_noted_as_what_it_is() {
    let board = |pin: &mut Pin| pin.board_id = "77".parse().unwrap();
    let time = |pin: &mut Pin| pin.publish_at = Some(NOW + 3.hours());
    assert_eq!(noted(&draft(), |_| {}), []);
    assert_eq!(noted(&draft(), board), [Action::Edited]);
    assert_eq!(noted(&draft(), time), [Action::Moved]);
    let both = |pin: &mut Pin| {
        board(pin);
        time(pin);
    };
    assert_eq!(noted(&draft(), both), [Action::Edited, Action::Moved]);
    assert_eq!(noted(&draft(), |pin| pin.cancel(NOW).unwrap()), [Action::Cancelled]);
}

#[test]
fn what_the_timeline_tells_already_is_only_given_its_name_there() {
    let mut before = pin(State::Failed { reason: Failure::ALL[0] });
    let looked = Attempt::by_a_person(AttemptId::random(&SystemRandom), NOW, AttemptOutcome::NotOnBoard, "");
    before.record(looked);
    let mut after = before.clone();
    after.try_again(NOW + 1.hour(), NOW).unwrap();
    after.record(Attempt::by_a_person(AttemptId::random(&SystemRandom), NOW, AttemptOutcome::Retried, "Alice"));
    after.attribute(&before, Some("alice"), NOW);
    let names: Vec<_> = after.attempts.iter().map(|attempt| attempt.by.as_deref()).collect();
    assert_eq!(names, [None, Some("alice")]);
    assert_eq!(after.history, []);
}

#[test]
fn the_oldest_changes_are_forgotten() {
    let mut pin = draft();
    pin.created_by = Some("bob".to_owned());
    for hour in 1..=15 {
        let before = pin.clone();
        pin.publish_at = Some(NOW + hour.hours());
        pin.attribute(&before, None, NOW + hour.hours());
    }
    let all: Vec<_> = pin.whole_history().collect();
    assert_eq!(all.len(), 1 + KEPT);
    assert_eq!((all[0].action, all[0].by.as_deref()), (Action::Created, Some("bob")));
    assert_eq!((all[1].at, all[10].at), (NOW + 6.hours(), NOW + 15.hours()));
}
