//! Which writes are events.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use crate::domain::pin_moves::tests::{NOW, pin, states};
use crate::domain::{CircuitKind, Status, Warning};

fn held(reason: Hold) -> Pin {
    pin(State::Held { reason, until: None })
}

/// What is told of a pin that enters that state.
fn entered(status: Status) -> Option<EventType> {
    match status {
        Status::Published => Some(EventType::PinPublished),
        Status::Failed => Some(EventType::PinFailed),
        Status::NeedsReview => Some(EventType::PinNeedsReview),
        Status::Held => Some(EventType::PinHeld),
        _ => None,
    }
}

#[test]
fn a_pin_that_enters_a_state_is_told_of_once() {
    for before in states() {
        for after in states() {
            let expected = match (before.status(), after.status()) {
                (before, after) if before == after => None,
                (Status::Held, Status::Scheduled) => Some(EventType::PinReleased),
                (_, after) => entered(after),
            };
            let found = EventType::of_pin(Some(&pin(before.clone())), &pin(after.clone()));
            assert_eq!(found, expected, "{before:?} to {after:?}");
        }
    }
}

#[test]
fn what_comes_of_a_claimed_pin_is_told_and_a_new_pin_is_not() {
    for after in states() {
        assert_eq!(EventType::of_pin(None, &pin(after.clone())), entered(after.status()), "{after:?}");
    }
}

#[test]
fn another_reason_to_wait_is_another_event() {
    let (limited, other) = (held(Hold::RateLimited), held(Hold::NeedsReconnect));
    assert_eq!(EventType::of_pin(Some(&limited), &other), Some(EventType::PinHeld));
    let moved = Pin { ahead: Some(3), ..limited.clone() };
    assert_eq!(EventType::of_pin(Some(&limited), &moved), None, "its place in the line is no event");
}

#[test]
fn a_warning_is_told_when_it_comes_and_not_when_it_goes() {
    let calm = pin(State::Scheduled { setback: None });
    let warned = Pin { warning: Some(Warning::ALL[0]), ..calm.clone() };
    assert_eq!(EventType::of_pin(Some(&calm), &warned), Some(EventType::PinWarning));
    assert_eq!(EventType::of_pin(Some(&warned), &warned), None);
    assert_eq!(EventType::of_pin(Some(&warned), &calm), None);
    let other = Pin { warning: Some(Warning::ALL[1]), ..calm };
    assert_eq!(EventType::of_pin(Some(&warned), &other), Some(EventType::PinWarning));
}

#[test]
fn settings_pause_and_resume_the_modes_that_they_switch() {
    let told = |enabled, mode, fields: &[&str]| -> Vec<(Mode, Option<Hold>)> {
        let settings = Settings { enabled, mode, ..Settings::default() };
        let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
        let told = Happening::by_settings(&settings, &fields, NOW).into_iter();
        let of = |happening: Happening| match happening.subject {
            Subject::Publishing { mode, reason } => (mode, reason),
            other => panic!("{other:?}"),
        };
        told.map(of).collect()
    };
    assert_eq!(told(true, Mode::Live, &["status", "scopes"]), [(Mode::Live, None)]);
    assert_eq!(told(false, Mode::Live, &["status"]), [(Mode::Live, Some(Hold::Disabled))]);
    assert_eq!(told(true, Mode::Live, &["scopes"]), []);
    assert_eq!(told(false, Mode::Live, &["mode"]), [], "nothing was published before either");
    let mut switched = told(true, Mode::Sandbox, &["mode"]);
    switched.sort_by_key(|(mode, _)| mode.as_str());
    assert_eq!(switched, [(Mode::Live, Some(Hold::OtherMode)), (Mode::Sandbox, None)]);
    assert_eq!(told(false, Mode::Sandbox, &["status", "mode"]), [(Mode::Live, Some(Hold::Disabled))]);
}

#[test]
fn a_mode_is_paused_while_any_circuit_keeps_its_pins_back() {
    let app = Circuit::refused(Mode::Live, Hold::TrialTier, NOW);
    let counting = Circuit::counting(Mode::Live, NOW);
    let released = Circuit::releasing(Mode::Live, CircuitKind::App, NOW);
    let told = |before: &[Circuit], after: &[Circuit]| {
        Happening::by_circuits(Mode::Live, (before, after), NOW).map(|happening| happening.kind)
    };
    assert_eq!(told(&[], std::slice::from_ref(&counting)), None);
    let both = [counting, app.clone()];
    assert_eq!(told(&both[..1], &both), Some(EventType::PublishingPaused));
    assert_eq!(told(&both, &both[1..]), None);
    assert_eq!(told(std::slice::from_ref(&app), &[]), Some(EventType::PublishingResumed));
    assert_eq!(told(&[app], &[released]), Some(EventType::PublishingResumed));
}

#[test]
fn an_event_has_no_timeline_and_names_its_subject() {
    let mut published = pin(State::Published { at: NOW, lateness_ms: 0, pinterest_pin_id: "1".parse().unwrap() });
    (published.version, published.request_fingerprint) = (7, Some("secret".to_owned()));
    let happening = Happening::to_pin(EventType::PinPublished, &published);
    assert_eq!((happening.sequence, happening.subject_id()), (7, published.id.to_string()));
    let Subject::Pin(told) = happening.subject else { panic!("it is of a pin") };
    assert_eq!((told.attempts.len(), told.request_fingerprint), (0, None));
}
