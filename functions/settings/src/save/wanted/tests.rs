#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::Timestamp;
use serde_json::json;
use shared::domain::SecretRef;

use super::*;

/// Settings of an app whose secret is stored.
fn complete() -> Settings {
    let secret = SecretRef { version_id: "v1".into(), last4: "cdef".into(), updated_at: Timestamp::UNIX_EPOCH };
    Settings { app_id: Some("1485555".parse().unwrap()), secret: Some(secret), version: 1, ..Settings::default() }
}

fn good() -> Value {
    json!({"status": "disabled", "mode": "sandbox", "app_id": "1485555", "scopes": "pins:read, boards:read"})
}

fn read(body: &Value, current: &Settings) -> Result<Wanted, Vec<FieldError>> {
    Wanted::read(body.as_object().unwrap(), current)
}

fn codes(body: &Value, current: &Settings) -> Vec<(String, &'static str)> {
    let errors = read(body, current).err().unwrap_or_default();
    errors.into_iter().map(|error| (error.field, error.code)).collect()
}

/// The good body with one field set to `value`; left out where it is the text `absent`.
fn with(field: &str, value: Value) -> Value {
    let mut body = good();
    if value == "absent" {
        body.as_object_mut().unwrap().remove(field);
    } else {
        body[field] = value;
    }
    body
}

#[test]
fn each_wrong_field_is_named() {
    for (field, value, named, code) in [
        ("status", json!("absent"), "status", "required"),
        ("status", json!("on"), "status", "invalid"),
        ("status", json!(true), "status", "invalid"),
        ("mode", json!("absent"), "mode", "required"),
        ("mode", json!("Live"), "mode", "invalid"),
        ("app_id", json!("absent"), "app_id", "required"),
        ("app_id", json!(1_485_555), "app_id", "wrong_type"),
        ("app_id", json!("14 85555"), "app_id", "invalid"),
        ("app_secret", json!(""), "app_secret", "empty"),
        ("app_secret", json!("abc def"), "app_secret", "invalid"),
        ("app_secret", json!(" \u{200b}\""), "app_secret", "empty"),
        ("app_secret", json!("abc\ndef"), "app_secret", "invalid"),
        ("app_secret", json!("abc\u{a0}def"), "app_secret", "invalid"),
        ("app_secret", json!("abc\u{0}def"), "app_secret", "invalid"),
        ("app_secret", json!("x".repeat(257)), "app_secret", "too_long"),
        ("app_secret", json!({"set": true}), "app_secret", "wrong_type"),
        ("scopes", json!("absent"), "scopes", "required"),
        ("scopes", json!(7), "scopes", "wrong_type"),
        ("scopes", json!(""), "scopes", "empty"),
        ("scopes", json!([]), "scopes", "empty"),
        ("scopes", json!("pins:read pins:raed"), "scopes", "unknown_scope"),
        ("scopes", json!(["pins:read", "boards:wriet"]), "scopes[1]", "unknown_scope"),
        ("scopes", json!(["pins:read", null]), "scopes[1]", "wrong_type"),
        ("pins_per_day", json!(10_001), "pins_per_day", "invalid"),
        ("pins_per_day", json!(-1), "pins_per_day", "invalid"),
        ("pins_per_day", json!(2.5), "pins_per_day", "invalid"),
        ("pins_per_day", json!("25"), "pins_per_day", "wrong_type"),
        ("pins_per_day", json!(null), "pins_per_day", "wrong_type"),
        ("events", json!("on"), "events", "invalid"),
        ("events", json!(true), "events", "invalid"),
        ("limits", json!(null), "limits", "wrong_type"),
        ("limits", json!(50), "limits", "wrong_type"),
        ("limits", json!({"templates": -1}), "limits.templates", "invalid"),
        ("limits", json!({"media_gb": 1.5}), "limits.media_gb", "invalid"),
        ("limits", json!({"waiting_pins": 10_000_001}), "limits.waiting_pins", "invalid"),
        ("limits", json!({"accounts": "200"}), "limits.accounts", "wrong_type"),
        ("limits", json!({"webhooks": 10.5}), "limits.webhooks", "invalid"),
        ("limits", json!({"boards": 10}), "limits.boards", "unknown_field"),
        ("callback_url", json!("https://x.example"), "callback_url", "read_only"),
        ("app-secret", json!("x"), "app-secret", "unknown_field"),
    ] {
        assert_eq!(codes(&with(field, value.clone()), &complete()), [(named.to_owned(), code)], "{field} {value}");
    }
}

#[test]
fn a_number_that_is_left_out_stays_and_0_is_one() {
    let current = Settings { pins_per_day: 7, ..complete() };
    for (given, read_as, changed) in [("absent".into(), 7, false), (json!(0), 0, true), (json!(7), 7, false)] {
        let wanted = read(&with("pins_per_day", given), &current).unwrap();
        let differs = wanted.differences(&current).contains(&"pins_per_day".to_owned());
        assert_eq!((wanted.pins_per_day, differs), (read_as, changed));
    }
}

#[test]
fn a_limit_that_is_left_out_stays_and_0_is_one() {
    let mut current = complete();
    current.limits.set(Limit::Accounts, 7);
    for (given, accounts, changed) in [
        (json!("absent"), 7, vec!["scopes"]),
        (json!({}), 7, vec!["scopes"]),
        (json!({"accounts": 7}), 7, vec!["scopes"]),
        (json!({"accounts": 0, "imports_per_day": 3}), 0, vec!["scopes", "limits.imports_per_day", "limits.accounts"]),
    ] {
        let wanted = read(&with("limits", given), &current).unwrap();
        assert_eq!(
            (wanted.limits.setting(Limit::Accounts), wanted.differences(&current)),
            (accounts, changed.iter().map(|name| (*name).to_owned()).collect())
        );
    }
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let body = json!({"mode": 1, "app_id": "x", "app_secret": "a b", "scopes": ["a", "b"], "etag": 1});
    let named: Vec<_> = codes(&body, &complete()).into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["status", "mode", "app_id", "app_secret", "scopes[0]", "scopes[1]", "etag"]);
}

#[test]
fn an_unknown_scope_comes_with_the_nearest_known_one() {
    let errors = read(&with("scopes", json!("boards:wriet")), &complete()).unwrap_err();
    assert!(errors[0].message.contains("`boards:write`"), "{}", errors[0].message);
}

#[test]
fn app_id_and_secret_go_together() {
    let empty = Settings::default();
    for (status, app_id, secret, current, expected) in [
        ("disabled", json!("1485555"), None, &empty, vec![]),
        ("disabled", json!("1485555"), Some("s"), &empty, vec![]),
        ("disabled", json!(null), None, &complete(), vec![]),
        ("disabled", json!("1485555"), None, &complete(), vec![]),
        ("enabled", json!("1485555"), None, &complete(), vec![]),
        ("enabled", json!("1485555"), Some("s"), &empty, vec![]),
        ("enabled", json!("77"), Some("s"), &complete(), vec![]),
        ("disabled", json!("77"), None, &complete(), vec![("app_secret", "secret_required")]),
        ("enabled", json!("77"), None, &complete(), vec![("app_secret", "secret_required")]),
        ("enabled", json!("1485555"), None, &empty, vec![("app_secret", "required")]),
        ("enabled", json!(null), None, &empty, vec![("app_id", "required"), ("app_secret", "required")]),
        ("enabled", json!(null), None, &complete(), vec![("app_id", "required")]),
        ("disabled", json!(null), Some("s"), &empty, vec![("app_id", "required")]),
    ] {
        let mut body = with("status", json!(status));
        body["app_id"] = app_id.clone();
        body["app_secret"] = json!(secret);
        let expected: Vec<_> = expected.into_iter().map(|(field, code)| (field.to_owned(), code)).collect();
        assert_eq!(codes(&body, current), expected, "{status} {app_id} {secret:?}");
    }
}

#[test]
fn a_list_and_a_text_of_scopes_mean_the_same() {
    let text = read(&with("scopes", json!("boards:read,pins:read")), &complete()).unwrap();
    let list = read(&with("scopes", json!(["pins:read", "boards:read"])), &complete()).unwrap();
    assert_eq!(text.scopes, list.scopes);
    assert_eq!(text.differences(&complete()), ["scopes"]);
}

#[test]
fn what_is_not_seen_of_pasted_values_does_not_count() {
    let mut body = good();
    body["status"] = json!(" disabled\u{200b}");
    body["mode"] = json!("\u{a0}sandbox");
    body["app_id"] = json!("\u{200e}1485\u{200b}555\u{a0};");
    body["app_secret"] = json!("\u{feff}\"hunter\u{200b}2\",\n");
    body["scopes"] = json!("\u{201c}pins:read\u{201d};\u{200b}\u{201c}boards:read\u{201d}");
    let (wanted, plain) = (read(&body, &complete()).unwrap(), read(&good(), &complete()).unwrap());
    assert_eq!((wanted.mode, wanted.app_id), (plain.mode, plain.app_id));
    assert_eq!(wanted.scopes, plain.scopes);
    assert_eq!(wanted.app_secret.unwrap().expose(), "hunter2");
    let none = read(&with("app_id", json!("\u{200b} ")), &Settings::default()).unwrap();
    assert_eq!(none.app_id, None);
}

#[test]
fn a_secret_that_is_given_counts_as_a_change_and_is_never_printed() {
    let wanted = read(&with("app_secret", json!("hunter2hunter2")), &complete()).unwrap();
    assert_eq!(wanted.differences(&complete()), ["app_secret", "scopes"]);
    assert!(!format!("{wanted:?}").contains("hunter2"));
}
