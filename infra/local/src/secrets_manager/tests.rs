#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use axum::body::Body;
use axum::http::Request;
use jiff::Timestamp;
use serde_json::json;
use tower::ServiceExt;

use super::*;
use crate::virtual_world::VirtualClock;

const A: &str = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";
const B: &str = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const C: &str = "cccccccc-cccc-4ccc-8ccc-cccccccccccc";

fn clock() -> SharedClock {
    Arc::new(VirtualClock::starting_at(Timestamp::UNIX_EPOCH))
}

fn manager() -> SecretsManager {
    SecretsManager::in_memory(clock())
}

/// A manager whose secret `app` holds `one` as version A.
fn with_secret() -> SecretsManager {
    let manager = manager();
    let request = json!({ "Name": "app", "SecretString": "one", "ClientRequestToken": A });
    assert_eq!(manager.handle("CreateSecret", &request).status, StatusCode::OK);
    manager
}

fn put(manager: &SecretsManager, id: &str, value: &str, stages: Option<&[&str]>) -> Answer {
    let mut request = json!({ "SecretId": "app", "SecretString": value, "ClientRequestToken": id });
    if let Some(stages) = stages {
        request["VersionStages"] = json!(stages);
    }
    manager.handle("PutSecretValue", &request)
}

fn get(manager: &SecretsManager, more: &Value) -> Answer {
    let mut request = json!({ "SecretId": "app" });
    for (field, value) in more.as_object().unwrap() {
        request[field] = value.clone();
    }
    manager.handle("GetSecretValue", &request)
}

fn move_stage(manager: &SecretsManager, stage: &str, to: Option<&str>, from: Option<&str>) -> Answer {
    manager.handle(
        "UpdateSecretVersionStage",
        &json!({
            "SecretId": "app",
            "VersionStage": stage,
            "MoveToVersionId": to,
            "RemoveFromVersionId": from,
        }),
    )
}

fn stages(manager: &SecretsManager) -> Value {
    manager.handle("DescribeSecret", &json!({ "SecretId": "app" })).body["VersionIdsToStages"].clone()
}

#[test]
fn a_new_secret_is_current_and_found_by_name_and_arn() {
    let manager = with_secret();
    let read = get(&manager, &json!({}));
    assert_eq!(read.body["SecretString"], "one");
    assert_eq!(read.body["VersionId"], A);
    assert_eq!(read.body["VersionStages"], json!(["AWSCURRENT"]));
    let arn = read.body["ARN"].as_str().unwrap();
    for id in [arn, arn.strip_suffix("-aaaaaa").unwrap()] {
        let read = manager.handle("GetSecretValue", &json!({ "SecretId": id }));
        assert_eq!(read.body["SecretString"], "one", "{id}");
    }
}

#[test]
fn creating_again_is_refused_unless_it_is_the_same_request() {
    let manager = with_secret();
    for (token, value, status) in
        [(A, "one", StatusCode::OK), (A, "two", StatusCode::BAD_REQUEST), (B, "one", StatusCode::BAD_REQUEST)]
    {
        let request = json!({ "Name": "app", "SecretString": value, "ClientRequestToken": token });
        let answer = manager.handle("CreateSecret", &request);
        assert_eq!(answer.status, status, "{token} {value}");
        if status != StatusCode::OK {
            assert_eq!(answer.error_kind(), Some("ResourceExistsException"));
        }
    }
}

#[test]
fn a_put_without_stages_becomes_current_and_the_old_one_previous() {
    let manager = with_secret();
    put(&manager, B, "two", None);
    assert_eq!(stages(&manager), json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT"] }));
    put(&manager, C, "three", None);
    assert_eq!(stages(&manager), json!({ B: ["AWSPREVIOUS"], C: ["AWSCURRENT"] }));
}

#[test]
fn a_pending_version_is_read_by_its_id_and_its_label_only() {
    let manager = with_secret();
    let answer = put(&manager, B, "two", Some(&["AWSPENDING"]));
    assert_eq!(answer.body["VersionStages"], json!(["AWSPENDING"]));
    assert_eq!(get(&manager, &json!({})).body["SecretString"], "one");
    assert_eq!(get(&manager, &json!({ "VersionId": B })).body["SecretString"], "two");
    let by_label = get(&manager, &json!({ "VersionStage": "AWSPENDING" }));
    assert_eq!(by_label.body["SecretString"], "two");
}

#[test]
fn the_pending_label_moves_to_the_newest_put() {
    let manager = with_secret();
    put(&manager, B, "two", Some(&["AWSPENDING"]));
    put(&manager, C, "three", Some(&["AWSPENDING"]));
    assert_eq!(stages(&manager), json!({ A: ["AWSCURRENT"], C: ["AWSPENDING"] }));
    assert_eq!(get(&manager, &json!({ "VersionId": B })).body["SecretString"], "two");
    manager.drop_deprecated();
    let gone = get(&manager, &json!({ "VersionId": B }));
    assert_eq!(gone.error_kind(), Some("ResourceNotFoundException"));
}

#[test]
fn the_same_token_is_a_repetition_with_the_same_value_and_a_conflict_with_another() {
    let manager = with_secret();
    put(&manager, B, "two", Some(&["AWSPENDING"]));
    let before = stages(&manager);
    let repeated = put(&manager, B, "two", None);
    assert_eq!(repeated.status, StatusCode::OK);
    assert_eq!(stages(&manager), before);
    let conflict = put(&manager, B, "other", Some(&["AWSPENDING"]));
    assert_eq!(conflict.error_kind(), Some("ResourceExistsException"));
    assert_eq!(get(&manager, &json!({ "VersionId": B })).body["SecretString"], "two");
}

#[test]
fn the_first_version_is_current_whatever_its_labels() {
    let manager = manager();
    manager.handle("CreateSecret", &json!({ "Name": "app", "ClientRequestToken": A }));
    let empty = get(&manager, &json!({}));
    assert_eq!(empty.error_kind(), Some("ResourceNotFoundException"));
    put(&manager, B, "two", Some(&["AWSPENDING"]));
    assert_eq!(stages(&manager), json!({ B: ["AWSCURRENT", "AWSPENDING"] }));
}

#[test]
fn moving_current_names_its_holder_and_takes_previous_along() {
    let manager = with_secret();
    put(&manager, B, "two", Some(&["AWSPENDING"]));
    for (to, from) in [(Some(B), None), (Some(B), Some(B)), (None, Some(A)), (None, None)] {
        let refused = move_stage(&manager, "AWSCURRENT", to, from);
        assert_eq!(refused.error_kind(), Some("InvalidParameterException"), "{to:?} {from:?}");
    }
    let moved = move_stage(&manager, "AWSCURRENT", Some(B), Some(A));
    assert_eq!(moved.status, StatusCode::OK);
    assert_eq!(stages(&manager), json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT", "AWSPENDING"] }));
    let repeated = move_stage(&manager, "AWSCURRENT", Some(B), Some(A));
    assert_eq!(repeated.error_kind(), Some("InvalidParameterException"));
    let already_there = move_stage(&manager, "AWSCURRENT", Some(B), None);
    assert_eq!(already_there.status, StatusCode::OK);
}

#[test]
fn other_labels_are_attached_and_removed_freely() {
    let manager = with_secret();
    assert_eq!(move_stage(&manager, "BLUE", Some(A), None).status, StatusCode::OK);
    assert_eq!(stages(&manager), json!({ A: ["AWSCURRENT", "BLUE"] }));
    assert_eq!(move_stage(&manager, "BLUE", None, Some(A)).status, StatusCode::OK);
    assert_eq!(stages(&manager), json!({ A: ["AWSCURRENT"] }));
    let unknown = move_stage(&manager, "BLUE", Some(B), None);
    assert_eq!(unknown.error_kind(), Some("ResourceNotFoundException"));
}

#[test]
fn a_version_and_a_label_that_do_not_belong_together_are_refused() {
    let manager = with_secret();
    put(&manager, B, "two", Some(&["AWSPENDING"]));
    let refused = get(&manager, &json!({ "VersionId": A, "VersionStage": "AWSPENDING" }));
    assert_eq!(refused.error_kind(), Some("InvalidRequestException"));
    let both = get(&manager, &json!({ "VersionId": B, "VersionStage": "AWSPENDING" }));
    assert_eq!(both.body["SecretString"], "two");
}

#[test]
fn malformed_requests_are_refused_without_their_values() {
    let manager = with_secret();
    for (operation, request, kind) in [
        (
            "PutSecretValue",
            json!({ "SecretId": "app", "SecretString": ["hush"], "ClientRequestToken": B }),
            "InvalidParameterException",
        ),
        ("PutSecretValue", json!({ "SecretId": "app", "SecretString": "hush" }), "InvalidParameterException"),
        (
            "PutSecretValue",
            json!({ "SecretId": "app", "SecretString": "hush", "SecretBinary": "aHVzaA==", "ClientRequestToken": B }),
            "InvalidParameterException",
        ),
        ("PutSecretValue", json!({ "SecretId": "app", "ClientRequestToken": B }), "InvalidRequestException"),
        (
            "PutSecretValue",
            json!({ "SecretId": "app", "SecretString": "hush", "ClientRequestToken": B, "VersionStages": [] }),
            "InvalidParameterException",
        ),
        (
            "PutSecretValue",
            json!({ "SecretId": "none", "SecretString": "hush", "ClientRequestToken": B }),
            "ResourceNotFoundException",
        ),
        (
            "CreateSecret",
            json!({ "Name": "a b", "SecretString": "hush", "ClientRequestToken": B }),
            "InvalidParameterException",
        ),
        ("RotateSecret", json!({ "SecretId": "app" }), "UnknownOperationException"),
    ] {
        let answer = manager.handle(operation, &request);
        assert_eq!(answer.error_kind(), Some(kind), "{request}");
        assert!(!answer.body.to_string().contains("hush"), "{}", answer.body);
    }
    assert_eq!(stages(&manager), json!({ A: ["AWSCURRENT"] }));
}

#[test]
fn a_file_keeps_the_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.json");
    let first = SecretsManager::in_file(&path, clock()).unwrap();
    first.handle("CreateSecret", &json!({ "Name": "app", "SecretString": "one", "ClientRequestToken": A }));
    put(&first, B, "two", Some(&["AWSPENDING"]));
    let again = SecretsManager::in_file(&path, clock()).unwrap();
    assert_eq!(get(&again, &json!({})).body["SecretString"], "one");
    assert_eq!(get(&again, &json!({ "VersionId": B })).body["SecretString"], "two");
}

#[test]
fn what_cannot_be_stored_has_not_happened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("secrets.json");
    let manager = SecretsManager::in_file(&path, clock()).unwrap();
    let request = json!({ "Name": "app", "SecretString": "one", "ClientRequestToken": A });
    let failed = manager.handle("CreateSecret", &request);
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(failed.error_kind(), Some("InternalServiceError"));
    assert_eq!(get(&manager, &json!({})).error_kind(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn the_endpoint_answers_over_http() {
    let router = Arc::new(with_secret()).router();
    for (target, body, status) in [
        ("secretsmanager.GetSecretValue", r#"{"SecretId":"app"}"#, StatusCode::OK),
        ("secretsmanager.GetSecretValue", "{", StatusCode::BAD_REQUEST),
        ("GetSecretValue", r#"{"SecretId":"app"}"#, StatusCode::BAD_REQUEST),
    ] {
        let request = Request::post("/").header("x-amz-target", target).body(Body::from(body)).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{target} {body}");
    }
}
