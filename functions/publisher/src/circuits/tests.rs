//! What every answer does to a circuit in every phase.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::SignedDuration;
use shared::domain::circuit::{APP_PAUSE, PROBE_EVERY};
use shared::domain::content::Draft;
use shared::domain::{AccountId, Content, Destination, Failure, Media};
use shared::random::SystemRandom;

use super::*;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
const REFUSED: Meaning = Meaning::AppRefused(Hold::TrialTier);
const TAKEN: Meaning = Meaning::Answered { published: true };
const OTHERWISE: Meaning = Meaning::Answered { published: false };

/// What became of a circuit, in a word.
fn word(next: Option<&Next>) -> &'static str {
    match next {
        None => "=",
        Some(Next::Forget(_)) => "gone",
        Some(Next::Put(circuit)) => match circuit.phase {
            Phase::Counting => "counting",
            Phase::Open => "open",
            Phase::Trying { .. } => "trying",
            Phase::Releasing { .. } => "releasing",
        },
    }
}

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

/// A circuit in that phase, after four failures running of four owners where it counts them.
fn circuit(kind: CircuitKind, phase: &str, trial: &Pin) -> Option<Circuit> {
    let mut circuit = Circuit::releasing(Mode::Live, kind, NOW);
    let phase = match phase {
        "-" => return None,
        "counting" => Phase::Counting,
        "trying" => Phase::Trying { pin: trial.id.clone() },
        "releasing" => Phase::Releasing { left: 3 },
        _ => Phase::Open,
    };
    circuit.phase = Phase::Counting;
    for owner in ["a", "b", "c", "trial"].map(pin).iter().filter(|_| kind == CircuitKind::Outage) {
        let post = UnansweredPost { owner: &owner.owner, account: &owner.account_id, was_trial: false, answered: &[] };
        circuit.fail(post, NOW);
    }
    circuit.phase = phase;
    Some(circuit)
}

/// What becomes of `circuit` when `pin` meets `meaning`.
fn step(kind: CircuitKind, circuit: Option<Circuit>, pin: &Pin, meaning: Meaning) -> Option<Next> {
    next(kind, circuit, Mode::Live, Met { pin, meaning, answered: &[] }, NOW)
}

#[test]
fn every_answer_moves_every_circuit_as_the_table_says() {
    use CircuitKind::{App, Outage};
    use Meaning::NoAnswer;
    let (trial, other) = (pin("trial"), pin("other"));
    // kind, phase before, by which pin, what it met, phase after ("=" for no change)
    let table = [
        (App, "-", &other, REFUSED, "open"),
        (App, "-", &other, TAKEN, "="),
        (App, "-", &other, NoAnswer, "="),
        (App, "open", &other, REFUSED, "="),
        (App, "open", &other, TAKEN, "releasing"),
        (App, "open", &other, OTHERWISE, "="),
        (App, "trying", &trial, REFUSED, "open"),
        (App, "trying", &other, REFUSED, "="),
        (App, "trying", &trial, TAKEN, "releasing"),
        (App, "trying", &trial, OTHERWISE, "open"),
        (App, "trying", &trial, NoAnswer, "open"),
        (App, "releasing", &other, REFUSED, "open"),
        (App, "releasing", &other, OTHERWISE, "="),
        (Outage, "-", &other, NoAnswer, "counting"),
        (Outage, "-", &other, OTHERWISE, "="),
        (Outage, "counting", &other, NoAnswer, "open"),
        (Outage, "counting", &other, OTHERWISE, "counting"),
        (Outage, "open", &other, NoAnswer, "open"),
        (Outage, "open", &trial, NoAnswer, "="),
        (Outage, "open", &other, OTHERWISE, "releasing"),
        (Outage, "trying", &trial, NoAnswer, "open"),
        (Outage, "trying", &other, NoAnswer, "trying"),
        (Outage, "trying", &trial, TAKEN, "releasing"),
        (Outage, "trying", &trial, REFUSED, "releasing"),
        (Outage, "releasing", &other, NoAnswer, "open"),
        (Outage, "releasing", &other, TAKEN, "releasing"),
    ];
    for (kind, before, pin, met, after) in table {
        let changed = step(kind, circuit(kind, before, &trial), pin, met);
        assert_eq!(word(changed.as_ref()), after, "{kind:?} {before} {met:?}");
    }
}

#[test]
fn a_pin_that_tried_in_vain_makes_the_next_pause_longer_and_one_that_proved_nothing_does_not() {
    let trial = pin("trial");
    let pause = |kind, met| match step(kind, circuit(kind, "trying", &trial), &trial, met) {
        Some(Next::Put(circuit)) => Some(circuit.due_at.duration_since(NOW)),
        _ => None,
    };
    assert_eq!(pause(CircuitKind::Outage, Meaning::NoAnswer), Some(PROBE_EVERY * 2));
    assert_eq!(pause(CircuitKind::App, REFUSED), Some(APP_PAUSE));
    assert_eq!(pause(CircuitKind::App, OTHERWISE), Some(PROBE_EVERY));
}

#[test]
fn an_answer_about_the_pin_is_an_answer_of_pinterests() {
    for (verdict, expected) in [
        (Verdict::Hold(Hold::TrialTier, SignedDuration::ZERO), REFUSED),
        (Verdict::Hold(Hold::RateLimited, SignedDuration::ZERO), OTHERWISE),
        (Verdict::Fail(Failure::LinkInvalid), OTHERWISE),
        (Verdict::Retry(Setback::Unreachable), Meaning::NoAnswer),
        (Verdict::Retry(Setback::BoardBusy), OTHERWISE),
        (Verdict::Unknown, Meaning::NoAnswer),
        (Verdict::TokenRefused, OTHERWISE),
    ] {
        assert_eq!(meaning(&verdict), expected, "{verdict:?}");
    }
}

#[test]
fn what_failed_once_is_forgotten_with_its_next_answer() {
    let pin = pin("alice");
    let Some(Next::Put(circuit)) = step(CircuitKind::Outage, None, &pin, Meaning::NoAnswer) else { panic!("counted") };
    assert_eq!(word(step(CircuitKind::Outage, Some(circuit), &pin, OTHERWISE).as_ref()), "gone");
}
