#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::domain::content::Draft;
use crate::domain::{Content, Destination, Media};
use crate::random::SystemRandom;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn pin(owner: &str) -> Pin {
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "123".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let content = Content::check(Draft { media: Media::at("https://example.com/a.jpg"), ..Draft::default() }).unwrap();
    Pin::draft(PinId::random(&SystemRandom), owner.parse().unwrap(), to, content, NOW)
}

fn fail(circuit: &mut Circuit, pin: &Pin, was_trial: bool) {
    let post = UnansweredPost { owner: &pin.owner, account: &pin.account_id, was_trial, answered: &[] };
    circuit.fail(post, NOW);
}

/// An outage in which the owners `a`, `b` and `c` failed.
fn outage() -> Circuit {
    let mut circuit = Circuit::counting(Mode::Live, NOW);
    for owner in ["a", "b", "c", "a", "b"] {
        assert_eq!((&circuit.phase, circuit.due()), (&Phase::Counting, None), "nobody has to do anything yet");
        fail(&mut circuit, &pin(owner), false);
    }
    circuit
}

#[test]
fn five_failures_of_three_owners_are_an_outage_and_one_refusal_of_the_app_is_enough() {
    assert_eq!(outage().phase, Phase::Open);
    assert_eq!(Circuit::refused(Mode::Live, Hold::TrialTier, NOW).phase, Phase::Open);
}

#[test]
fn an_outage_keeps_back_who_failed_but_the_pin_that_tries_and_lets_through_who_did_not() {
    let (one, two, new) = (pin("a"), pin("b"), pin("d"));
    let mut circuit = outage();
    assert!(circuit.keeps_back(&one) && circuit.keeps_back(&two) && !circuit.keeps_back(&new));
    fail(&mut circuit, &new, false);
    assert!(circuit.keeps_back(&new), "one failure is enough then");
    circuit.try_with(one.id.clone(), NOW);
    assert!(!circuit.keeps_back(&one) && circuit.keeps_back(&two) && circuit.keeps_back(&new));
    circuit.close(NOW);
    assert!(!circuit.keeps_back(&one) && !circuit.keeps_back(&two));
}

#[test]
fn an_app_that_is_refused_keeps_back_everybody() {
    let circuit = Circuit::refused(Mode::Live, Hold::TrialTier, NOW);
    assert!(circuit.keeps_back(&pin("a")) && circuit.keeps_back(&pin("d")));
}

#[test]
fn pauses_between_pins_that_try_grow_up_to_four_minutes() {
    let mut circuit = outage();
    let pauses: Vec<_> = (0..6)
        .map(|_| {
            fail(&mut circuit, &pin("a"), true);
            circuit.due_at.duration_since(NOW).as_secs()
        })
        .collect();
    assert_eq!(pauses, [60, 120, 240, 240, 240, 240]);
}

#[test]
fn a_refused_app_is_tried_twice_a_day_and_the_time_is_known() {
    let circuit = Circuit::refused(Mode::Live, Hold::TrialTier, NOW);
    assert_eq!((circuit.kind, circuit.until()), (CircuitKind::App, Some(NOW + APP_PAUSE)));
    assert_eq!(outage().until(), None, "nobody knows when an outage ends");
}

#[test]
fn a_release_goes_on_page_by_page_and_is_repeated_after_two_and_ten_minutes() {
    let mut circuit = outage();
    circuit.close(NOW);
    assert!(circuit.released(true, NOW));
    let mut moments = Vec::new();
    let mut now = NOW;
    while circuit.released(false, now) {
        now = circuit.due_at;
        moments.push(now.duration_since(NOW).as_secs());
    }
    assert_eq!(moments, [120, 600]);
}

#[test]
fn somebody_who_mended_the_cause_does_not_wait_for_the_pause() {
    let mut circuit = Circuit::refused(Mode::Live, Hold::TrialTier, NOW);
    assert!(circuit.hasten(NOW + SignedDuration::from_mins(1)));
    assert_eq!(circuit.due_at, NOW + SignedDuration::from_mins(1));
    assert!(!circuit.hasten(NOW + SignedDuration::from_mins(2)));
}

#[test]
fn an_outage_that_nobody_waits_for_is_over_and_opens_again_at_the_first_failure() {
    let mut circuit = outage();
    circuit.close_untried(NOW);
    assert!(!circuit.keeps_any_back());
    fail(&mut circuit, &pin("a"), false);
    assert!(circuit.keeps_any_back());
}

#[test]
fn who_failed_again_and_again_is_remembered_after_the_outage() {
    let mut circuit = outage();
    circuit.close(NOW);
    let left = circuit.after_release(NOW).unwrap();
    let names: Vec<_> = left.failing.iter().map(|failing| failing.owner.as_str()).collect();
    assert_eq!((names, left.phase), (vec!["a", "b"], Phase::Counting));
    let mut circuit = Circuit::releasing(Mode::Live, CircuitKind::Outage, NOW);
    circuit.close(NOW);
    assert_eq!(circuit.after_release(NOW), None);
}
