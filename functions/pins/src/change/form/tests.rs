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
        media: shared::domain::Media::at("https://example.com/a.jpg"),
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
    assert_eq!((form.content.as_ref(), &form.place, form.when), (Some(&pin.content), &None, None));
    assert!(!form.is_scheduling());
    let form = read(json!({"content": {"description": "D"}}));
    let content = form.content.unwrap();
    assert_eq!((content.title(), content.description()), (Some("T"), Some("D")));
    assert_eq!((content.link(), content.media()), (pin.content.link(), pin.content.media()));
}

#[test]
fn null_clears_what_can_be_absent() {
    let form = read(json!({"content": {"title": null, "link": ""}, "section_id": null, "publish_at": null}));
    let content = form.content.unwrap();
    assert_eq!((content.title(), content.link()), (None, None));
    assert_eq!(form.place, Some(Place { board: GivenBoard::parse("1").unwrap(), section: None, names_section: true }));
    assert_eq!(form.when, Some(When::Draft));
    check(
        json!({"content": {"media": null}, "board_id": null}),
        &[("board_id", "required"), ("content.media", "required")],
    );
    check(json!({"content": null}), &[("content", "wrong_type")]);
}

#[test]
fn a_place_is_another_one_unless_the_ids_are_those_of_the_pin() {
    let place = |body: Value| {
        let place = read(body).place?;
        Some((place.board.as_str().to_owned(), place.section.map(|section| section.as_str().to_owned())))
    };
    let another = |board: &str, section: Option<&str>| Some((board.to_owned(), section.map(str::to_owned)));
    // Sections belong to their board.
    assert_eq!(place(json!({"board_id": "9"})), another("9", None));
    assert_eq!(place(json!({"board_id": "9", "section_id": "7"})), another("9", Some("7")));
    assert_eq!(place(json!({"board_id": "9", "section_id": "2"})), another("9", Some("2")));
    assert_eq!(place(json!({"board_id": "1"})), None, "it is the same board");
    assert_eq!(place(json!({"board_id": "1", "section_id": "2"})), None);
    assert_eq!(place(json!({"section_id": "2"})), None);
    assert_eq!(place(json!({"section_id": "7"})), another("1", Some("7")));
    assert_eq!(place(json!({"section_id": "Drinks"})), another("1", Some("Drinks")));
    assert_eq!(place(json!({"board_id": "Kitchens"})), another("Kitchens", None));
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
            "board_id": "https://example.com/a/b", "section_id": 7, "publish_at": "2027-03-14T09:30:00", "account_id": "x",
        }),
        &[
            ("board_id", "invalid_url"),
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
