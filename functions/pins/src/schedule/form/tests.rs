//! What is wrong with a body is all named at once, by its path.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::Timestamp;
use serde_json::json;

use super::*;

const ACCOUNT: &str = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa";

fn good() -> Value {
    json!({
        "targets": [{"account_id": ACCOUNT, "board_id": "1"}],
        "content": {"title": "T", "media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}},
    })
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = good();
    change(&mut body);
    body
}

#[track_caller]
fn check(body: Value, expected: &[(&str, &str)]) {
    let mut errors = Vec::new();
    Form::read(body, None, &mut errors);
    let found: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!(found, expected);
}

fn whens(body: Value) -> Vec<When> {
    let request = Form::read(body, None, &mut Vec::new()).request().unwrap();
    request.targets.iter().map(|target| target.when).collect()
}

#[test]
fn what_is_missing_is_named() {
    check(good(), &[]);
    check(json!({}), &[("targets", "required"), ("content", "required")]);
    check(json!([]), &[("body", "wrong_type")]);
    check(
        json!({"targets": [{}], "content": {}}),
        &[("targets[0].account_id", "required"), ("targets[0].board_id", "required"), ("content.media", "required")],
    );
    check(
        json!({"targets": null, "content": {"media": {}}}),
        &[("targets", "required"), ("content.media.source_type", "required")],
    );
    check(
        with(|body| body["content"]["media"] = json!({"source_type": "image_url"})),
        &[("content.media.url", "required")],
    );
}

#[test]
fn a_wrong_type_does_not_hide_what_else_is_wrong() {
    check(
        json!({
            "targets": [{"account_id": 7, "board_id": 8, "section_id": true, "publish_at": 9}, "x"],
            "content": {"title": 1, "description": "d".repeat(801), "link": "nowhere", "dominant_color": "red",
                        "media": {"source_type": "image_url", "url": {}}},
            "publish_at": false,
        }),
        &[
            ("targets[0].account_id", "wrong_type"),
            ("targets[0].board_id", "wrong_type"),
            ("targets[0].section_id", "wrong_type"),
            ("targets[0].publish_at", "wrong_type"),
            ("targets[1]", "wrong_type"),
            ("publish_at", "wrong_type"),
            ("content.title", "wrong_type"),
            ("content.media.url", "wrong_type"),
            ("content.description", "too_long"),
            ("content.link", "invalid_url"),
            ("content.dominant_color", "invalid"),
        ],
    );
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    let body = with(|body| {
        body["when"] = json!("now");
        body["targets"][0]["board"] = json!("1");
        body["content"]["text"] = json!("x");
        body["content"]["media"]["data"] = json!("x");
    });
    let unknown = ["when", "targets[0].board", "content.text", "content.media.data"];
    check(body, &unknown.map(|field| (field, "unknown_field")));
}

#[test]
fn one_to_fifty_targets_are_taken() {
    let target = good()["targets"][0].clone();
    check(with(|body| body["targets"] = json!([])), &[("targets", "too_few")]);
    check(with(|body| body["targets"] = json!(vec![&target; 50])), &[]);
    check(with(|body| body["targets"] = json!(vec![&target; 51])), &[("targets", "too_many")]);
    check(with(|body| body["targets"] = target.clone()), &[("targets", "wrong_type")]);
}

#[test]
fn a_place_is_named_by_id_name_or_address() {
    let body = with(|body| {
        body["targets"] = json!([
            {"account_id": "alice", "board_id": " "},
            {"account_id": ACCOUNT, "board_id": "https://example.com/creator/kitchens", "section_id": ""},
            {"account_id": ACCOUNT, "board_id": "https://pin.it/3abc", "section_id": "https://pinterest.com/a/b/"},
            {"account_id": ACCOUNT, "board_id": "Kitchens", "section_id": "Drinks"},
            {"account_id": ACCOUNT, "board_id": "https://www.pinterest.com/creator/kitchens/drinks/"},
        ]);
    });
    check(
        body,
        &[
            ("targets[0].account_id", "not_found"),
            ("targets[0].board_id", "required"),
            ("targets[1].board_id", "invalid_url"),
            ("targets[1].section_id", "required"),
            ("targets[2].board_id", "invalid_url"),
            ("targets[2].section_id", "invalid_url"),
        ],
    );
}

#[test]
fn other_media_say_that_they_are_not_supported() {
    for kind in ["image_base64", "video_id", "multiple_image_urls", "multiple_image_base64", "pin_url", "hologram"] {
        let body = with(|body| body["content"]["media"] = json!({"source_type": kind, "items": []}));
        check(body, &[("content.media.source_type", "media_unsupported")]);
    }
}

#[test]
fn a_time_has_an_offset_and_a_remedy_where_it_has_none() {
    for (text, code) in [("2027-03-14T09:30:00", "offset_missing"), ("soon", "invalid_time"), ("", "invalid_time")] {
        check(with(|body| body["publish_at"] = json!(text)), &[("publish_at", code)]);
        check(with(|body| body["targets"][0]["publish_at"] = json!(text)), &[("targets[0].publish_at", code)]);
    }
}

#[test]
fn a_targets_own_time_wins() {
    let moment = When::At(Timestamp::constant(1_900_000_000, 0));
    let text = "2030-03-17T17:46:40Z";
    assert_eq!(whens(good()), [When::Draft]);
    assert_eq!(whens(with(|body| body["publish_at"] = json!("now"))), [When::Now]);
    let body = with(|body| {
        body["publish_at"] = json!(text);
        let mut targets = vec![body["targets"][0].clone(); 3];
        targets[1]["publish_at"] = json!("now");
        targets[2]["publish_at"] = Value::Null;
        body["targets"] = json!(targets);
    });
    assert_eq!(whens(body), [moment, When::Now, When::Draft]);
}
