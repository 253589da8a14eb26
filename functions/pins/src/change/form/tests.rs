//! What is given replaces, what is null clears, what is absent stays; and what is wrong is all named at once.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::Timestamp;
use serde_json::json;
use shared::domain::content::Draft;
use shared::domain::{AccountId, Destination, Mode, PinId};
use shared::random::SystemRandom;

use super::*;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn pin() -> Pin {
    let draft = Draft {
        title: Some("T".into()),
        link: Some("https://example.com/a".into()),
        image_url: "https://example.com/a.jpg".into(),
        ..Draft::default()
    };
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "1".parse().unwrap(),
        section_id: Some("2".parse().unwrap()),
        board_verified: true,
    };
    let (id, owner) = (PinId::random(&SystemRandom), "alice".parse().unwrap());
    let mut pin = Pin::draft(id, owner, to, Content::check(draft).unwrap(), NOW);
    pin.schedule(NOW, NOW).unwrap();
    pin
}

#[track_caller]
fn read(body: Value) -> Form {
    let mut errors = Vec::new();
    let form = Form::read(body, &pin(), &mut errors);
    assert_eq!(errors, []);
    form
}

#[track_caller]
fn check(body: Value, expected: &[(&str, &str)]) {
    let mut errors = Vec::new();
    Form::read(body, &pin(), &mut errors);
    let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_not_given_stays() {
    let (form, pin) = (read(json!({})), pin());
    assert_eq!((form.content.as_ref(), form.board_id.as_ref()), (Some(&pin.content), Some(&pin.board_id)));
    assert_eq!((&form.section_id, form.when), (&pin.section_id, None));
    assert!(!form.is_scheduling(&pin));
    let form = read(json!({"content": {"description": "D"}}));
    let content = form.content.unwrap();
    assert_eq!((content.title(), content.description()), (Some("T"), Some("D")));
    assert_eq!((content.link(), content.media()), (pin.content.link(), pin.content.media()));
}

#[test]
fn null_clears_what_can_be_absent() {
    let form = read(json!({"content": {"title": null, "link": ""}, "section_id": null, "publish_at": null}));
    let content = form.content.unwrap();
    assert_eq!((content.title(), content.link(), form.section_id), (None, None, None));
    assert_eq!(form.when, Some(When::Draft));
    check(
        json!({"content": {"media": null}, "board_id": null}),
        &[("board_id", "required"), ("content.media", "required")],
    );
    check(json!({"content": null}), &[("content", "wrong_type")]);
}

#[test]
fn another_board_has_no_section_unless_one_is_given() {
    let section = |body: Value| read(body).section_id.map(|id| id.to_string());
    assert_eq!(section(json!({"board_id": "9"})), None);
    assert_eq!(section(json!({"board_id": "9", "section_id": "7"})), Some("7".to_owned()));
    assert_eq!(section(json!({"board_id": "1"})), Some("2".to_owned()), "it is the same board");
}

#[test]
fn the_time_that_a_pin_has_already_asks_for_nothing() {
    assert_eq!(read(json!({"publish_at": NOW.to_string()})).when, None);
    assert_eq!(read(json!({"publish_at": "now"})).when, Some(When::Now));
    let mut draft = pin();
    draft
        .edit(
            shared::domain::Edit {
                content: draft.content.clone(),
                board_id: draft.board_id.clone(),
                section_id: None,
                board_verified: true,
                time: shared::domain::NewTime::None,
            },
            NOW,
        )
        .unwrap();
    let form = Form::read(json!({"publish_at": NOW.to_string()}), &draft, &mut Vec::new());
    assert_eq!(form.when, Some(When::At(NOW)), "a draft has none");
}

#[test]
fn everything_wrong_is_named_at_once() {
    check(
        json!({
            "content": {"title": "t".repeat(101), "text": 1, "media": {"source_type": "video_id", "video_id": "1"}},
            "board_id": "kitchens", "section_id": 7, "publish_at": "2027-03-14T09:30:00", "account_id": "x",
        }),
        &[
            ("board_id", "invalid"),
            ("section_id", "wrong_type"),
            ("account_id", "unknown_field"),
            ("publish_at", "offset_missing"),
            ("content.text", "unknown_field"),
            ("content.media.source_type", "media_unsupported"),
            ("content.title", "too_long"),
        ],
    );
    check(json!([]), &[("body", "wrong_type")]);
}
