//! Edits of every state: what they make of the time, the hold and the place in the index.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::ToSpan;

use super::super::pin_moves::tests::{NOW, pin, states};
use super::super::{Due, Failure, Partition, Setback};
use super::*;
use crate::domain::content::Draft;

fn same(pin: &Pin) -> Edit {
    Edit {
        content: pin.content.clone(),
        board_id: pin.board_id.clone(),
        section_id: pin.section_id.clone(),
        board_verified: pin.board_verified,
        time: NewTime::Same,
    }
}

fn linked(pin: &Pin) -> Edit {
    let link = Some("https://example.com/other".to_owned());
    Edit { content: Content::check(Draft { link, ..pin.content.draft() }).unwrap(), ..same(pin) }
}

fn timed(pin: &Pin, time: NewTime) -> Edit {
    Edit { time, ..same(pin) }
}

fn open(pin: &Pin, at: Timestamp) -> Due {
    Due { partition: pin.open_partition(), at }
}

/// A pin that waits for its time, `reason` or account as the publisher left it.
fn waiting(state: State) -> Pin {
    let mut pin = pin(state);
    pin.due = match pin.state {
        State::Held { until: None, .. } => {
            Some(Due { partition: Partition::HeldAccount(pin.account_id.clone()), at: NOW })
        }
        State::Held { until: Some(until), .. } => Some(open(&pin, until)),
        State::Scheduled { .. } => Some(open(&pin, NOW)),
        _ => None,
    };
    pin
}

/// A pin that waits with its account, which opens at `until`.
fn parked_until(until: Timestamp) -> Pin {
    let mut pin = pin(State::Held { reason: Hold::RateLimited, until: Some(until) });
    pin.due = Some(Due { partition: Partition::HeldAccount(pin.account_id.clone()), at: NOW });
    pin
}

#[test]
fn only_what_no_publisher_is_at_and_has_not_ended_can_be_edited() {
    for state in states() {
        let mut edited = pin(state);
        let before = edited.clone();
        let status = edited.state.status();
        let editable = matches!(status, Status::Draft | Status::Scheduled | Status::Held | Status::Failed);
        assert_eq!(edited.edit(linked(&before), NOW).is_ok(), editable, "{status:?}");
        assert_eq!(edited == before, !editable, "{status:?}");
    }
}

#[test]
fn an_edit_counts_as_one_change_and_one_that_changes_nothing_as_none() {
    let later = NOW + 1.minute();
    for state in [State::Draft, State::Scheduled { setback: Some(Setback::BoardBusy) }] {
        let before = waiting(state);
        let mut pin = before.clone();
        pin.edit(same(&before), later).unwrap();
        assert_eq!(pin, before);
        pin.edit(Edit { time: NewTime::At(NOW + 1.hour()), ..linked(&before) }, later).unwrap();
        assert_eq!((pin.version, pin.updated_at), (before.version + 1, later));
    }
    let mut draft = waiting(State::Draft);
    draft.publish_at = None;
    let before = draft.clone();
    draft.edit(timed(&before, NewTime::None), later).unwrap();
    assert_eq!(draft, before, "a draft that becomes a draft");
}

#[test]
fn other_content_or_another_place_leaves_state_and_time_alone() {
    for state in [
        State::Draft,
        State::Scheduled { setback: Some(Setback::BoardBusy) },
        State::Held { reason: Hold::NeedsReconnect, until: None },
        State::Held { reason: Hold::SpamBlock, until: Some(NOW + 12.hours()) },
        State::Failed { reason: Failure::LinkInvalid },
    ] {
        let before = waiting(state);
        let mut pin = before.clone();
        let edit = Edit { board_id: "2".parse().unwrap(), section_id: Some("3".parse().unwrap()), ..linked(&before) };
        pin.edit(edit.clone(), NOW).unwrap();
        assert_eq!((&pin.state, &pin.due, pin.publish_at), (&before.state, &before.due, before.publish_at));
        assert_eq!((&pin.content, &pin.board_id, &pin.section_id), (&edit.content, &edit.board_id, &edit.section_id));
    }
}

#[test]
fn a_time_schedules_and_its_absence_makes_a_draft() {
    let at = NOW + 3.hours();
    for state in [
        State::Draft,
        State::Scheduled { setback: Some(Setback::BoardBusy) },
        State::Failed { reason: Failure::Missed },
        State::Held { reason: Hold::RateLimited, until: Some(at) },
    ] {
        let before = waiting(state);
        let mut pin = before.clone();
        pin.edit(timed(&before, NewTime::At(at)), NOW).unwrap();
        assert_eq!((&pin.state, pin.publish_at), (&State::Scheduled { setback: None }, Some(at)));
        assert_eq!(pin.due, Some(open(&pin, at)));
        pin.edit(timed(&before, NewTime::None), NOW).unwrap();
        assert_eq!((&pin.state, pin.publish_at, &pin.due), (&State::Draft, None, &None));
    }
}

#[test]
fn a_held_pin_is_moved_within_its_hold() {
    let at = NOW + 3.hours();
    let mut parked = waiting(State::Held { reason: Hold::NeedsReconnect, until: None });
    let before = parked.clone();
    parked.edit(timed(&before, NewTime::At(at)), NOW).unwrap();
    assert_eq!((&parked.state, parked.publish_at), (&before.state, Some(at)));
    let partition = Partition::HeldAccount(parked.account_id.clone());
    assert_eq!(parked.due, Some(Due { partition, at }), "it waits in the order of time");

    let mut limited = parked_until(NOW + 12.hours());
    let before = limited.clone();
    limited.edit(timed(&before, NewTime::At(at)), NOW).unwrap();
    assert_eq!((&limited.state, limited.due.as_ref().map(|due| due.at)), (&before.state, Some(at)));
    assert!(limited.is_parked());
    limited.edit(timed(&before, NewTime::At(NOW + 13.hours())), NOW).unwrap();
    assert_eq!(limited.state, State::Scheduled { setback: None }, "its hold has ended by then");

    let mut paused = waiting(State::Held { reason: Hold::SpamBlock, until: Some(NOW + 12.hours()) });
    let before = paused.clone();
    paused.edit(timed(&before, NewTime::At(at)), NOW).unwrap();
    assert_eq!((&paused.state, &paused.due, paused.publish_at), (&before.state, &before.due, Some(at)));
}

#[test]
fn another_link_mends_a_blocked_one_and_no_other_hold() {
    let until = Some(NOW + 12.hours());
    let blocked = waiting(State::Held { reason: Hold::LinkBlocked, until });
    let mut mended = blocked.clone();
    mended.edit(linked(&blocked), NOW).unwrap();
    assert_eq!(mended.state, State::Scheduled { setback: None });
    assert_eq!((mended.due.clone(), mended.publish_at), (Some(open(&mended, NOW)), blocked.publish_at));
    let mut moved = blocked.clone();
    moved.edit(Edit { time: NewTime::At(NOW + 1.hour()), ..linked(&blocked) }, NOW).unwrap();
    assert_eq!((moved.state.status(), moved.due.clone()), (Status::Scheduled, Some(open(&moved, NOW + 1.hour()))));

    let mut renamed = blocked.clone();
    let title = Some("Another".to_owned());
    let content = Content::check(Draft { title, ..blocked.content.draft() }).unwrap();
    renamed.edit(Edit { content, ..same(&blocked) }, NOW).unwrap();
    assert_eq!(renamed.state, blocked.state, "the link is still the blocked one");
}

#[test]
fn another_board_mends_a_pin_that_may_not_go_to_its_own_and_another_link_does_not() {
    let until = Some(NOW + 12.hours());
    let refused = waiting(State::Held { reason: Hold::NotPermitted, until });
    let mut mended = refused.clone();
    mended.edit(Edit { board_id: "77".parse().unwrap(), ..same(&refused) }, NOW).unwrap();
    assert_eq!(mended.state, State::Scheduled { setback: None });
    assert_eq!((mended.due.clone(), mended.publish_at), (Some(open(&mended, NOW)), refused.publish_at));
    let mut linked_anew = refused.clone();
    linked_anew.edit(linked(&refused), NOW).unwrap();
    assert_eq!(linked_anew.state, refused.state, "the board is still the same");
}
