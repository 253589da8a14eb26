//! Every move from every state: legal ones end where they say, illegal ones change nothing.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::ToSpan;
use proptest::prelude::*;

use super::*;
use crate::domain::content::Draft;
use crate::domain::{AccountId, AttemptId, Check, Content, Destination, Doubt, Media, Mode, PinId};
use crate::random::SystemRandom;

pub(in crate::domain) const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// A pin for [`NOW`] in that state.
pub(in crate::domain) fn pin(state: State) -> Pin {
    let content = Content::check(Draft { media: Media::at("https://example.com/a.jpg"), ..Draft::default() });
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let mut pin = Pin::draft(PinId::random(&SystemRandom), "alice".parse().unwrap(), to, content.unwrap(), NOW);
    (pin.publish_at, pin.state) = (Some(NOW), state);
    pin
}

/// One state of each status.
pub(in crate::domain) fn states() -> Vec<State> {
    vec![
        State::Draft,
        State::Scheduled { setback: None },
        State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: NOW },
        State::Published { at: NOW, lateness_ms: 0, pinterest_pin_id: "1".parse().unwrap() },
        State::Held { reason: Hold::NeedsReconnect, until: None },
        State::Failed { reason: Failure::Missed },
        State::NeedsReview { reason: Doubt::OutcomeUnknown, candidates: Vec::new() },
        State::Cancelled,
    ]
}

fn check() -> Check {
    Check::new(AttemptId::random(&SystemRandom), NOW, NOW)
}

type Move = (&'static str, fn(&mut Pin) -> Result<(), IllegalMove>, &'static [Status], Status);

fn moves() -> Vec<Move> {
    use Status::{Cancelled, Draft, Failed, Held, NeedsReview, Published, Publishing, Scheduled};
    vec![
        ("schedule", |pin| pin.schedule(NOW + 1.hour(), NOW), &[Draft, Scheduled, Held], Scheduled),
        ("cancel", |pin| pin.cancel(NOW), &[Draft, Scheduled, Held], Cancelled),
        ("release", |pin| pin.release(NOW), &[Held], Scheduled),
        ("published", |pin| pin.published("9".parse().unwrap(), NOW, NOW), &[Publishing], Published),
        ("retry", |pin| pin.retry(Setback::Unreachable, NOW + 1.minute(), NOW), &[Publishing], Scheduled),
        ("hold", |pin| pin.hold(Hold::NeedsReconnect, Wait::ForAccount(None), NOW), &[Publishing], Held),
        ("hold until", |pin| pin.hold(Hold::LinkBlocked, Wait::Until(NOW + 1.hour()), NOW), &[Publishing], Held),
        ("miss", |pin| pin.miss(NOW), &[Scheduled, Held], Failed),
        ("fail", |pin| pin.fail(Failure::Missed, NOW), &[Publishing], Failed),
        ("check", |pin| pin.check(check(), NOW + 1.minute(), NOW), &[Publishing], Publishing),
        ("doubt", |pin| pin.doubt(Doubt::OutcomeUnknown, Vec::new(), NOW), &[Publishing], NeedsReview),
    ]
}

#[test]
fn every_move_is_legal_from_the_listed_states_and_from_no_other() {
    for state in states() {
        for (name, apply, from, to) in moves() {
            let mut moved = pin(state.clone());
            let before = moved.clone();
            let result = apply(&mut moved);
            if from.contains(&state.status()) {
                assert_eq!(result, Ok(()), "{name} from {state:?}");
                assert_eq!(moved.state.status(), to, "{name} from {state:?}");
                assert_eq!(moved.version, before.version + 1);
            } else {
                assert_eq!(result, Err(IllegalMove { from: state.status(), to }), "{name} from {state:?}");
                assert_eq!(moved, before, "an illegal move changes nothing");
            }
        }
    }
}

#[test]
fn a_pin_is_in_the_due_index_exactly_while_something_is_to_be_done() {
    for state in states() {
        for (name, apply, _, to) in moves() {
            let mut moved = pin(state.clone());
            if apply(&mut moved).is_ok() {
                assert_eq!(
                    moved.due.is_some(),
                    matches!(to, Status::Scheduled | Status::Held | Status::Publishing),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn what_waits_for_its_account_or_for_the_whole_mode_waits_apart_and_in_the_order_of_time() {
    let later = NOW + 1.hour();
    for (wait, partition, at, until) in [
        (Wait::Until(later), None, later, Some(later)),
        (Wait::ForAccount(None), Some("held#account"), NOW, None),
        (Wait::ForAccount(Some(later)), Some("held#account"), NOW, Some(later)),
        (Wait::ForCircuit(CircuitKind::App, Some(later)), Some("held#app#live"), NOW, Some(later)),
        (Wait::ForCircuit(CircuitKind::Outage, None), Some("held#outage#live"), NOW, None),
    ] {
        let mut held = pin(State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: NOW });
        held.hold(Hold::LinkBlocked, wait, NOW).unwrap();
        let account = format!("held#{}", held.account_id);
        let open = held.open_partition().to_string();
        let partition = partition.map_or(open, |text| text.replace("held#account", &account));
        let due = held.due.unwrap();
        assert_eq!((due.partition.to_string(), due.at), (partition, at), "{wait:?}");
        assert_eq!(held.state, State::Held { reason: Hold::LinkBlocked, until }, "{wait:?}");
    }
}

#[test]
fn a_timeline_keeps_the_last_twenty_attempts() {
    let mut pin = pin(State::Draft);
    for code in 0..25 {
        pin.record(Attempt {
            id: AttemptId::random(&SystemRandom),
            at: NOW,
            outcome: crate::domain::AttemptOutcome::Retry,
            http_status: None,
            code: Some(code),
            message: None,
            request_id: None,
            took_ms: None,
            by: None,
        });
    }
    let codes: Vec<_> = pin.attempts.iter().filter_map(|attempt| attempt.code).collect();
    assert_eq!(codes, (5..25).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn no_sequence_of_moves_leaves_a_final_state(choices in prop::collection::vec(0_usize..10, 0..12), start in 0_usize..8) {
        let mut pin = pin(states()[start].clone());
        let mut ended = None;
        for choice in choices {
            let _ = (moves()[choice].1)(&mut pin);
            let status = pin.state.status();
            if let Some(ended) = ended {
                prop_assert_eq!(status, ended);
            }
            if matches!(status, Status::Published | Status::Failed | Status::NeedsReview | Status::Cancelled) {
                ended = Some(status);
            }
        }
    }
}

#[test]
fn a_full_timeline_gives_up_earlier_looks_first_and_never_the_entry_that_is_added() {
    use crate::domain::AttemptOutcome::{BoardUnclear, NotOnBoard, Retry, Unknown};
    let entry = |outcome| Attempt::by_a_person(AttemptId::random(&SystemRandom), NOW, outcome, "");
    let mut pin = pin(State::Draft);
    pin.record(entry(Unknown));
    for _ in 0..40 {
        pin.record(entry(BoardUnclear));
    }
    assert_eq!((pin.attempts.len(), pin.attempts[0].outcome), (KEPT, Unknown));
    for _ in 0..19 {
        pin.record(entry(Retry));
    }
    pin.record(entry(NotOnBoard));
    assert_eq!((pin.attempts.len(), pin.attempts[KEPT - 1].outcome), (KEPT, NotOnBoard));
}
