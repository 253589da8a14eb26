#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tower::ServiceExt;

use super::*;

fn counting(lambda: &Lambda) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    lambda.host(
        "publisher",
        Arc::new(move |event| {
            assert_eq!(event, json!({ "pins": [] }));
            let seen = seen.clone();
            Box::pin(async move {
                seen.fetch_add(1, Ordering::Relaxed);
            })
        }),
    );
    count
}

fn event(function: &str, kind: Option<&str>) -> Invocation {
    Invocation { function: function.to_owned(), kind: kind.map(str::to_owned), payload: json!({ "pins": [] }) }
}

#[tokio::test]
async fn an_event_is_taken_before_the_function_runs() {
    let lambda = Lambda::default();
    let runs = counting(&lambda);
    let answer = lambda.invoke(&event("publisher", Some("Event")));
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    lambda.finish().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_unknown_function_and_a_synchronous_call_are_refused() {
    let lambda = Lambda::default();
    let runs = counting(&lambda);
    let unknown = lambda.invoke(&event("other", Some("Event")));
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(unknown.error_kind(), Some("ResourceNotFoundException"));
    let synchronous = lambda.invoke(&event("publisher", None));
    assert_eq!(synchronous.status, StatusCode::BAD_REQUEST);
    lambda.finish().await;
    assert_eq!(runs.load(Ordering::Relaxed), 0);
}

#[test]
fn the_name_is_found_in_a_name_and_in_an_arn() {
    for (path, name) in [
        ("/2015-03-31/functions/publisher/invocations", Some("publisher")),
        (
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Apublisher%3Alive/invocations",
            Some("publisher"),
        ),
        ("/2015-03-31/functions/publisher", None),
        ("/", None),
    ] {
        assert_eq!(function_of(path).as_deref(), name, "{path}");
    }
}

#[tokio::test]
async fn the_endpoint_answers_over_http() {
    let lambda = Arc::new(Lambda::default());
    let runs = counting(&lambda);
    let request = |body: &'static str| {
        Request::post("/2015-03-31/functions/publisher/invocations")
            .header("x-amz-invocation-type", "Event")
            .body(Body::from(body))
            .unwrap()
    };
    let router = lambda.clone().router();
    let taken = router.clone().oneshot(request(r#"{"pins":[]}"#)).await.unwrap();
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
    let refused = router.oneshot(request("{")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    lambda.finish().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_an_execution_is_kept_until_it_is_too_old() {
    let executions = Executions::at_most(1);
    let lambda = Lambda::within(executions.clone());
    let runs = counting(&lambda);
    let taken = executions.begin();
    lambda.invoke(&event("publisher", Some("Event")));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(runs.load(Ordering::Relaxed), 0);
    drop(taken);
    lambda.finish().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    let age = Duration::from_secs(10);
    let seen = runs.clone();
    lambda.host_with_age(
        "publisher",
        age,
        Arc::new(move |_| {
            seen.fetch_add(1, Ordering::Relaxed);
            Box::pin(std::future::ready(()))
        }),
    );
    let _taken = executions.begin();
    lambda.invoke(&event("publisher", Some("Event")));
    lambda.finish().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1, "it is lost, and the next one is not");
}
