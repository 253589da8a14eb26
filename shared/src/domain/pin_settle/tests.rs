//! Every settlement from every state: legal ones end where they say, illegal ones change nothing.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::ToSpan;

use super::super::pin_moves::tests::{NOW, pin, states};
use super::super::{Attempt, AttemptId, Due, Partition, Setback};
use super::*;
use crate::random::SystemRandom;

type Settlement = (&'static str, fn(&mut Pin) -> Result<(), IllegalMove>, &'static [Status], Status);

fn settlements() -> Vec<Settlement> {
    use Status::{Cancelled, Failed, NeedsReview, Published, Scheduled};
    vec![
        ("try again", |pin| pin.try_again(NOW + 1.hour(), NOW), &[Failed], Scheduled),
        ("found", |pin| pin.found("9".parse().unwrap(), NOW), &[NeedsReview], Published),
        ("publish again", |pin| pin.publish_again(NOW), &[NeedsReview], Scheduled),
        ("dismiss", |pin| pin.dismiss(NOW), &[Failed, NeedsReview], Cancelled),
    ]
}

#[test]
fn every_settlement_is_legal_from_the_listed_states_and_from_no_other() {
    for state in states() {
        for (name, apply, from, to) in settlements() {
            let mut settled = pin(state.clone());
            let before = settled.clone();
            let result = apply(&mut settled);
            if from.contains(&state.status()) {
                assert_eq!((result, settled.state.status()), (Ok(()), to), "{name} from {state:?}");
                assert_eq!(settled.version, before.version + 1);
                assert_eq!(settled.due.is_some(), to == Status::Scheduled, "{name} from {state:?}");
            } else {
                assert_eq!(result, Err(IllegalMove { from: state.status(), to }), "{name} from {state:?}");
                assert_eq!(settled, before, "an illegal settlement changes nothing");
            }
        }
    }
}

#[test]
fn a_hold_is_broken_only_where_a_person_says_that_it_is_worth_a_try() {
    for reason in Hold::ALL {
        for until in [None, Some(NOW + 12.hours())] {
            let mut pin = pin(State::Held { reason: *reason, until });
            let is_limited = *reason == Hold::DailyLimit;
            let worth = ["link_blocked", "not_permitted", "spam_block", "trial_tier", "app_not_approved"]
                .contains(&reason.code());
            let mut parked = pin.clone();
            parked.due = Some(Due { partition: Partition::HeldAccount(pin.account_id.clone()), at: NOW });
            assert_eq!(pin.try_again(NOW, NOW).is_ok(), worth || is_limited, "{reason:?}");
            // What is parked would be parked again, but for a late pin, which has a new time then.
            assert_eq!(parked.try_again(NOW, NOW).is_ok(), is_limited, "{reason:?}");
        }
    }
    let mut waiting = pin(State::Scheduled { setback: Some(Setback::Unreachable) });
    waiting.try_again(NOW, NOW).unwrap();
    assert_eq!(waiting.state, State::Scheduled { setback: None });
}

#[test]
fn a_pin_that_is_tried_again_has_a_fresh_day_of_grace() {
    let now = NOW + 48.hours();
    let mut missed = pin(State::Failed { reason: super::super::Failure::Missed });
    assert!(missed.is_missed(now));
    missed.try_again(now, now).unwrap();
    assert!(!missed.is_missed(now + 24.hours()));
    assert_eq!(missed.due, Some(Due { partition: missed.open_partition(), at: now }));
}

#[test]
fn a_pin_that_was_found_was_published_at_the_attempt_in_doubt() {
    let mut pin = pin(State::NeedsReview { reason: super::super::Doubt::OutcomeUnknown, candidates: Vec::new() });
    for (outcome, seconds) in [(AttemptOutcome::Unknown, 5), (AttemptOutcome::Dismissed, 60)] {
        let id = AttemptId::random(&SystemRandom);
        pin.record(Attempt::by_a_person(id, NOW + seconds.seconds(), outcome, "x"));
    }
    pin.found("9".parse().unwrap(), NOW + 1.hour()).unwrap();
    let expected =
        State::Published { at: NOW + 5.seconds(), lateness_ms: 5000, pinterest_pin_id: "9".parse().unwrap() };
    assert_eq!(pin.state, expected);
}
