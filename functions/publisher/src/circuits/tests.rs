//! What every answer does to a circuit in every phase.

use jiff::SignedDuration;
use shared::domain::Failure;
use shared::domain::circuit::{APP_PAUSE, PROBE_EVERY};
use shared::random::SystemRandom;

use super::*;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
const REFUSED: Meaning = Meaning::AppRefused(Hold::TrialTier);
const TAKEN: Meaning = Meaning::Answered { published: true };
const OTHERWISE: Meaning = Meaning::Answered { published: false };

/// What a circuit looks like in a table: `-` for none.
fn word(circuit: Option<&Circuit>) -> &'static str {
    match circuit.map(|circuit| &circuit.phase) {
        None => "-",
        Some(Phase::Open) => "open",
        Some(Phase::Trying { .. }) => "trying",
        Some(Phase::Releasing { .. }) => "releasing",
    }
}

fn circuit(kind: CircuitKind, phase: &str, trial: &PinId) -> Option<Circuit> {
    let reason = if kind == CircuitKind::App { Hold::TrialTier } else { Hold::PinterestDown };
    let mut circuit = Circuit::open(Mode::Live, reason, NOW);
    match phase {
        "open" => {}
        "trying" => circuit.try_with(trial.clone(), NOW),
        "releasing" => circuit.close(NOW),
        _ => return None,
    }
    Some(circuit)
}

#[test]
fn every_answer_moves_every_circuit_as_the_table_says() {
    let (trial, other) = (PinId::random(&SystemRandom), PinId::random(&SystemRandom));
    use CircuitKind::{App, Outage};
    use Meaning::NoAnswer;
    // kind, phase before, by which pin, what it met, failures running; phase after ("=" for no change)
    let table = [
        (App, "-", &other, REFUSED, 0, "open"),
        (App, "-", &other, TAKEN, 0, "="),
        (App, "-", &other, NoAnswer, 9, "="),
        (App, "open", &other, REFUSED, 0, "="),
        (App, "open", &other, TAKEN, 0, "releasing"),
        (App, "open", &other, OTHERWISE, 0, "="),
        (App, "trying", &trial, REFUSED, 0, "open"),
        (App, "trying", &other, REFUSED, 0, "="),
        (App, "trying", &trial, TAKEN, 0, "releasing"),
        (App, "trying", &trial, OTHERWISE, 0, "open"),
        (App, "trying", &trial, NoAnswer, 1, "open"),
        (App, "releasing", &other, REFUSED, 0, "open"),
        (App, "releasing", &other, TAKEN, 0, "="),
        (Outage, "-", &other, NoAnswer, 4, "="),
        (Outage, "-", &other, NoAnswer, 5, "open"),
        (Outage, "-", &other, OTHERWISE, 0, "="),
        (Outage, "open", &other, NoAnswer, 9, "="),
        (Outage, "open", &other, OTHERWISE, 0, "releasing"),
        (Outage, "trying", &trial, NoAnswer, 1, "open"),
        (Outage, "trying", &other, NoAnswer, 9, "="),
        (Outage, "trying", &trial, TAKEN, 0, "releasing"),
        (Outage, "trying", &trial, REFUSED, 0, "releasing"),
        (Outage, "releasing", &other, NoAnswer, 1, "="),
        (Outage, "releasing", &other, NoAnswer, 5, "open"),
        (Outage, "releasing", &other, TAKEN, 0, "="),
    ];
    for (kind, before, pin, met, failures, after) in table {
        let changed = next(kind, circuit(kind, before, &trial), Mode::Live, (pin, met, failures), NOW);
        let is = changed.as_ref().map_or("=", |circuit| word(Some(circuit)));
        assert_eq!(is, after, "{kind:?} {before} {met:?} after {failures}");
    }
}

#[test]
fn a_pin_that_tried_in_vain_makes_the_next_pause_longer_and_one_that_proved_nothing_does_not() {
    let trial = PinId::random(&SystemRandom);
    let pause = |kind, met| {
        let next = next(kind, circuit(kind, "trying", &trial), Mode::Live, (&trial, met, 1), NOW);
        next.map(|circuit| circuit.due_at.duration_since(NOW))
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
