//! An administrator sets the Pinterest app up, and everybody sees whether it works.

use serde_json::{Value, json};
use tests::{APP_SECRET, World, settings_request};

/// The scopes of the first customer's app, as Pinterest shows them: `boards:write` is not among them.
const NARROW: &str =
    "user_accounts:read, pins:read, pins:read_secret, pins:write, pins:write_secret, boards:read, boards:read_secret";

async fn settings(world: &World) -> Value {
    let answer = world.admin().get("/v1/settings").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn codes(items: &Value) -> Vec<&str> {
    items.as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_fresh_installation_shows_the_defaults_and_what_to_register() {
    let world = World::new().await;
    let answer = world.admin().get("/v1/settings").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"0\""));
    assert_eq!(
        answer.json(),
        json!({
            "status": "disabled",
            "mode": "sandbox",
            "app_id": null,
            "app_secret": {"set": false, "last4": null, "updated_at": null},
            "scopes": [
                "user_accounts:read", "pins:read", "pins:read_secret", "pins:write", "pins:write_secret",
                "boards:read", "boards:read_secret", "boards:write", "boards:write_secret",
            ],
            "carousels": "disabled",
            "pins_per_day": 25,
            "limits": {"waiting_pins": 50_000, "media_gb": 20, "templates": 500, "imports_per_day": 50, "accounts": 200, "webhooks": 10},
            "events": "disabled",
            "callback_url": "https://pins.example.com/app/pinterest/board",
            "create_app_url": "https://developers.pinterest.com/apps/connect/",
            "warnings": [],
            "updated_at": null,
            "updated_by": null,
        })
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_saved_is_answered_and_read_again_without_the_secret() {
    let world = World::new().await;
    let saved = world.admin().put("/v1/settings", &settings_request()).await;
    assert_eq!((saved.status, saved.header("etag")), (200, "\"1\""));
    let read = world.admin().get("/v1/settings").await;
    assert_eq!((read.json(), read.header("etag")), (saved.json(), "\"1\""));
    let body = saved.json();
    assert_eq!(body["app_secret"], json!({"set": true, "last4": "cdef", "updated_at": "2027-01-15T08:00:00Z"}));
    assert_eq!(
        (&body["status"], &body["mode"], &body["app_id"]),
        (&json!("enabled"), &json!("live"), &json!("1485555"))
    );
    assert_eq!((&body["updated_by"], &body["updated_at"]), (&json!("ann-the-admin"), &json!("2027-01-15T08:00:00Z")));
    for path in ["/v1/settings", "/v1/settings/changes", "/v1/status"] {
        assert!(!world.admin().get(path).await.text().contains(APP_SECRET), "{path}");
    }
    assert!(!world.admin().post("/v1/settings/verify", &json!({})).await.text().contains(APP_SECRET));
}

#[tokio::test(start_paused = true)]
async fn only_administrators_get_at_the_settings() {
    let world = World::new().await;
    for (method, path) in [
        ("GET", "/v1/settings"),
        ("PUT", "/v1/settings"),
        ("POST", "/v1/settings/verify"),
        ("GET", "/v1/settings/changes"),
    ] {
        let body = (method == "PUT").then(|| settings_request().to_string());
        let user = world.user("alice").with("if-match", "\"0\"").send(method, path, body.clone()).await;
        assert_eq!((user.status, &user.json()["code"]), (403, &json!("admin_required")), "{method} {path}");
        let nobody = world.anybody().with("if-match", "\"0\"").send(method, path, body).await;
        assert_eq!((nobody.status, &nobody.json()["code"]), (401, &json!("unauthenticated")), "{method} {path}");
    }
    assert_eq!(world.anybody().get("/v1/status").await.status, 401);
    assert_eq!(settings(&world).await["updated_at"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn scopes_that_publishing_lacks_are_saved_with_a_warning_that_names_what_will_not_work() {
    let world = World::new().await;
    let request = json!({"status": "disabled", "mode": "sandbox", "app_id": "1485555", "scopes": NARROW});
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let warnings = answer.json()["warnings"].clone();
    assert_eq!(codes(&warnings), ["scope_missing"]);
    assert_eq!(warnings[0]["scope"], "boards:write");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains("boards:write") && message.contains("publishing pins"), "{message}");
    assert_eq!(settings(&world).await["warnings"], warnings, "it stays until it is corrected");
}

#[tokio::test(start_paused = true)]
async fn every_wrong_field_is_named_and_nothing_is_stored() {
    let world = World::new().await;
    let request = json!({"status": "on", "mode": "live", "app_id": "14x", "app_secret": "a b", "scopes": "pins:raed"});
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!(answer.status, 422);
    let named: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["status", "app_id", "app_secret", "scopes"]);
    assert!(answer.text().contains("pins:read"), "the nearest known scope is named: {}", answer.text());
    assert_eq!(settings(&world).await["updated_at"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn pinterest_cannot_be_enabled_without_an_app() {
    let world = World::new().await;
    let request = json!({"status": "enabled", "mode": "live", "app_id": null, "scopes": NARROW});
    let answer = world.admin().put("/v1/settings", &request).await;
    let required = |field: &str| (field.to_owned(), "required".to_owned());
    assert_eq!((answer.status, answer.wrong_fields()), (422, vec![required("app_id"), required("app_secret")]));
}

#[tokio::test(start_paused = true)]
async fn another_app_comes_with_its_secret_and_warns_that_accounts_need_to_reconnect() {
    let world = World::ready().await;
    let mut request = settings_request();
    request["app_id"] = json!("77");
    request.as_object_mut().unwrap().remove("app_secret");
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.wrong_fields(), [("app_secret".to_owned(), "secret_required".to_owned())]);
    request["app_secret"] = json!("another-secret-of-another-app");
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!((answer.status, codes(&answer.json()["warnings"])), (200, vec!["accounts_need_reconnect"]));
    assert_eq!(answer.json()["app_secret"]["last4"], "-app");
}

#[tokio::test(start_paused = true)]
async fn taking_the_app_out_takes_its_secret_out_as_well() {
    let world = World::ready().await;
    let request = json!({"status": "disabled", "mode": "live", "app_id": null, "scopes": NARROW});
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!((answer.status, &answer.json()["app_secret"]["set"]), (200, &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn a_save_without_the_version_it_replaces_is_refused() {
    let world = World::ready().await;
    let body = settings_request().to_string();
    let missing = world.admin().send("PUT", "/v1/settings", Some(body.clone())).await;
    assert_eq!((missing.status, &missing.json()["code"]), (428, &json!("precondition_required")));
    let stale = world.admin().with("if-match", "\"0\"").send("PUT", "/v1/settings", Some(body.clone())).await;
    assert_eq!((stale.status, &stale.json()["code"]), (412, &json!("changed_meanwhile")));
    let right = world.admin().with("if-match", "\"1\"").send("PUT", "/v1/settings", Some(body)).await;
    assert_eq!((right.status, right.header("etag")), (200, "\"2\""));
}

#[tokio::test(start_paused = true)]
async fn changes_tell_who_changed_which_fields_newest_first() {
    let world = World::ready().await;
    let mut request = settings_request();
    request.as_object_mut().unwrap().remove("app_secret");
    let mut expected = vec![json!(["status", "mode", "app_id", "app_secret"])];
    for (field, value) in [("status", "disabled"), ("mode", "sandbox"), ("scopes", NARROW), ("scopes", NARROW)] {
        world.wait(jiff::SignedDuration::from_secs(60)).await;
        let is_new = request[field] != value;
        request[field] = json!(value);
        assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
        if is_new {
            expected.insert(0, json!([field]));
        }
    }
    let mut found = Vec::new();
    let mut path = "/v1/settings/changes?limit=3".to_owned();
    loop {
        let answer = world.admin().get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        found.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/settings/changes?limit=3&cursor={cursor}");
    }
    let fields: Vec<_> = found.iter().map(|item| item["fields"].clone()).collect();
    assert_eq!(fields, expected, "a save that changes nothing is no change");
    assert_eq!(found[0]["by"], "ann-the-admin");
    assert_eq!(found[0]["at"], "2027-01-15T08:03:00Z");
    assert_eq!(found[3]["at"], "2027-01-15T08:00:00Z");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_changes_takes_no_made_up_cursor_or_limit() {
    let world = World::new().await;
    let answer = world.admin().get("/v1/settings/changes?limit=0&cursor=x").await;
    let invalid = |field: &str| (field.to_owned(), "invalid".to_owned());
    assert_eq!((answer.status, answer.wrong_fields()), (422, vec![invalid("limit"), invalid("cursor")]));
}

#[tokio::test(start_paused = true)]
async fn users_see_whether_they_can_connect_and_why_not() {
    let world = World::new().await;
    let status = world.user("alice").get("/v1/status").await.json();
    assert_eq!((&status["enabled"], &status["mode"]), (&json!(false), &json!("sandbox")));
    assert_eq!(status["can_connect"], false);
    assert_eq!(codes(&status["reasons"]), ["pinterest_disabled", "app_id_missing", "app_secret_missing"]);
    assert_eq!(world.admin().put("/v1/settings", &settings_request()).await.status, 200);
    let status = world.user("alice").get("/v1/status").await.json();
    let expected = json!({
        "enabled": true, "mode": "live", "can_connect": true, "reasons": [], "holding": [],
        "events": false,
        "attention": {"needs_review": 0, "failed": 0},
    });
    assert_eq!(status, expected);
}
