//! What clients read of a pin in each state, and what holds it without being stored.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::config::Config;
use crate::domain::content::Draft;
use crate::domain::{AttemptId, AttemptOutcome, Destination, Doubt, Failure, Setback};
use crate::random::SystemRandom;
use crate::store::PreviewSigner;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::*;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn settings(enabled: bool, mode: Mode) -> Settings {
    Settings { enabled, mode, ..Settings::default() }
}

fn pin(state: State) -> Pin {
    let draft = Draft { title: Some("T".into()), media: Media::at("https://example.com/a.jpg"), ..Draft::default() };
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let (id, owner) = (PinId::random(&SystemRandom), "alice".parse().unwrap());
    let mut pin = Pin::draft(id, owner, to, Content::check(draft).unwrap(), NOW);
    pin.schedule(NOW + 1.hour(), NOW).unwrap();
    pin.state = state;
    pin
}

fn previewed(pin: Pin, settings: &Settings) -> Value {
    let set = |name: &str| (!name.starts_with("AWS_ENDPOINT") && is_text(name)).then(|| "eu-central-1".to_owned());
    let signer = PreviewSigner::new(&Config::read(&set).unwrap());
    serde_json::to_value(PinBody::new(pin, settings, &signer.at(NOW))).unwrap()
}

/// Whether that variable can have any value.
fn is_text(name: &str) -> bool {
    ["AWS_", "TABLE_NAME", "APP_SECRET_ID", "TOKEN_KEYS_SECRET_ID", "MEDIA_BUCKET"]
        .iter()
        .any(|known| name.starts_with(known))
}

fn read(state: State, settings: &Settings) -> Value {
    previewed(pin(state), settings)
}

fn states() -> Vec<(State, &'static str, Option<&'static str>)> {
    let attempt = AttemptId::random(&SystemRandom);
    vec![
        (State::Draft, "draft", None),
        (State::Scheduled { setback: None }, "scheduled", None),
        (State::Scheduled { setback: Some(Setback::BoardBusy) }, "scheduled", Some("board_busy")),
        (State::Publishing { attempt, lease_until: NOW }, "publishing", None),
        (State::Published { at: NOW, lateness_ms: 7, pinterest_pin_id: "9".parse().unwrap() }, "published", None),
        (State::Held { reason: Hold::RateLimited, until: Some(NOW) }, "held", Some("rate_limited")),
        (State::Failed { reason: Failure::Missed }, "failed", Some("missed")),
        (
            State::NeedsReview { reason: Doubt::OutcomeUnknown, candidates: Vec::new() },
            "needs_review",
            Some("outcome_unknown"),
        ),
        (State::Cancelled, "cancelled", None),
    ]
}

#[test]
fn every_state_has_its_word_and_its_reason() {
    for (state, status, reason) in states() {
        let body = read(state, &settings(true, Mode::Live));
        assert_eq!((body["status"].as_str(), body["reason"]["code"].as_str()), (Some(status), reason));
        assert_eq!(body["reason"]["message"].is_string(), reason.is_some(), "{status}");
    }
}

#[test]
fn only_what_waits_is_held_by_the_settings() {
    for (settings, reason) in [
        (settings(false, Mode::Live), "pinterest_disabled"),
        (settings(false, Mode::Sandbox), "pinterest_disabled"),
        (settings(true, Mode::Sandbox), "other_mode"),
    ] {
        for (state, stored, _) in states() {
            let body = read(state, &settings);
            if ["scheduled", "held"].contains(&stored) {
                assert_eq!((&body["status"], &body["reason"]["code"]), (&json!("held"), &json!(reason)), "{stored}");
                assert_eq!((&body["held_until"], &body["next_attempt_at"]), (&Value::Null, &Value::Null), "{stored}");
            } else {
                assert_eq!(body["status"], stored);
            }
        }
    }
}

#[test]
fn a_setback_says_when_the_pin_is_tried_again() {
    let enabled = settings(true, Mode::Live);
    let fresh = read(State::Scheduled { setback: None }, &enabled);
    assert_eq!(fresh["next_attempt_at"], Value::Null);
    let again = read(State::Scheduled { setback: Some(Setback::Unreachable) }, &enabled);
    assert_eq!((&again["next_attempt_at"], &again["held_until"]), (&json!("2027-01-15T09:00:00Z"), &Value::Null));
    let limited = read(State::Held { reason: Hold::RateLimited, until: Some(NOW) }, &enabled);
    assert_eq!((&limited["next_attempt_at"], &limited["held_until"]), (&Value::Null, &json!("2027-01-15T08:00:00Z")));
}

#[test]
fn a_published_pin_says_where_it_is_and_how_late_it_was() {
    let mut pin = pin(State::Published { at: NOW, lateness_ms: 7, pinterest_pin_id: "9".parse().unwrap() });
    pin.record(Attempt {
        id: AttemptId::random(&SystemRandom),
        at: NOW,
        outcome: AttemptOutcome::Published,
        http_status: Some(201),
        code: None,
        message: None,
        request_id: Some("rid".into()),
        took_ms: Some(300),
        by: None,
    });
    pin.created_by = Some("abc".to_owned());
    let (id, account) = (pin.id.clone(), pin.account_id.clone());
    let body = previewed(pin, &settings(true, Mode::Live));
    let expected = json!({
        "id": id, "account_id": account, "mode": "live", "board_id": "1", "section_id": null, "board_verified": true,
        "content": {
            "title": "T", "description": null, "alt_text": null, "link": null, "dominant_color": null, "ai_disclosures": [],
            "media": {"source_type": "image_url", "url": "https://example.com/a.jpg"},
        },
        "preview": {
            "url": "https://example.com/a.jpg", "width": null, "height": null, "color": null, "kind": "image",
            "duration_ms": null, "expires_at": null,
        },
        "status": "published", "reason": null, "notes": [], "warning": null, "held_until": null, "ahead": null,
        "next_attempt_at": null,
        "publish_at": "2027-01-15T09:00:00Z", "published_at": "2027-01-15T08:00:00Z", "lateness_ms": 7,
        "pinterest_pin_id": "9", "pinterest_url": "https://www.pinterest.com/pin/9/", "taken_down_at": null,
        "candidates": [],
        "attempts": [{
            "at": "2027-01-15T08:00:00Z", "kind": "publish", "outcome": "published", "http_status": 201, "code": null,
            "message": null, "request_id": "rid", "took_ms": 300, "by": null,
        }],
        "history": [{"at": "2027-01-15T08:00:00Z", "action": "created", "by": "abc"}],
        "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    });
    assert_eq!(body, expected);
}
