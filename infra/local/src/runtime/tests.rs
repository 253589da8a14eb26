#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::json;
use shared::clock::SystemClock;
use tokio::sync::{mpsc, oneshot, watch};
use tower::ServiceExt;

use super::api::{Api, Invocation};
use super::*;

/// The Runtime API with one event that waits, and where its answer will come.
async fn with_event() -> (axum::Router, oneshot::Receiver<Result<Value, Value>>) {
    let (events, received) = mpsc::channel(1);
    let (answer, answered) = oneshot::channel();
    let deadline = Timestamp::from_millisecond(1_800_000_000_123).unwrap();
    events.send(Invocation { id: "one".into(), event: json!({"key": "ü"}), deadline, answer }).await.unwrap();
    (Api::new(received, watch::Sender::new(0)).router(), answered)
}

async fn call(api: &axum::Router, method: Method, path: &str, body: &str) -> axum::response::Response {
    let request = Request::builder().method(method).uri(format!("/2018-06-01/runtime/{path}"));
    api.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_function_gets_its_event_with_what_lambda_says_of_it_and_answers() {
    let (api, answered) = with_event().await;
    let next = call(&api, Method::GET, "invocation/next", "").await;
    let header = |name| next.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("lambda-runtime-aws-request-id"), "one");
    assert_eq!(header("lambda-runtime-deadline-ms"), "1800000000123");
    assert!(header("lambda-runtime-trace-id").starts_with("Root="));
    let body = next.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({"key": "ü"}));
    let wrong = call(&api, Method::POST, "invocation/two/response", "{}").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST, "nobody waits for that");
    let right = call(&api, Method::POST, "invocation/one/response", r#"{"statusCode": 200}"#).await;
    assert_eq!(right.status(), StatusCode::ACCEPTED);
    assert_eq!(answered.await.unwrap(), Ok(json!({"statusCode": 200})));
}

#[tokio::test]
async fn the_error_of_a_function_is_told() {
    let (api, answered) = with_event().await;
    call(&api, Method::GET, "invocation/next", "").await;
    let error = json!({"errorType": "Error", "errorMessage": "no"});
    let told = call(&api, Method::POST, "invocation/one/error", &error.to_string()).await;
    assert_eq!((told.status(), answered.await.unwrap()), (StatusCode::ACCEPTED, Err(error)));
}

#[tokio::test]
async fn a_program_that_is_not_there_ends_or_says_nothing_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let programs = Programs { folder: "/bin".into(), variables: Vec::new(), log };
    let invoke = async |name: &str| {
        let function = programs.function(name, &(Arc::new(SystemClock) as SharedClock));
        function.invoke(json!({}), Duration::from_millis(200)).await.unwrap_err().to_string()
    };
    assert!(invoke("no-such-function").await.contains("/bin/no-such-function"));
    assert!(invoke("false").await.contains("ended"));
    assert!(!has_program(folder.path(), "pins") && has_program(&programs.folder, "false"));
}
