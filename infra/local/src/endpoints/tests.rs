#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use tower::ServiceExt;

use super::*;
use crate::s3::S3;
use crate::secrets_manager::SecretsManager;

fn router() -> Router {
    let parts = Parts {
        database: Database::memory().unwrap(),
        secrets: Arc::new(SecretsManager::in_memory(Arc::new(SystemClock))),
        lambda: Arc::default(),
        objects: Arc::new(S3::in_memory(AccessKey::local(), Arc::new(SystemClock))),
        event_bridge: Arc::default(),
    };
    let clock: SharedClock = Arc::new(SystemClock);
    Router::new().nest("/_aws", super::router(parts, &AccessKey::local(), &clock))
}

/// A call that is signed.
async fn call(path: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, Value) {
    send(request(path, headers, body)).await
}

fn request(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Bytes> {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Bytes::from(body.to_owned())).unwrap();
    let service = path.split('/').nth(2).unwrap();
    signature::sign(&mut request, service, &AccessKey::local(), SystemClock.now());
    request
}

async fn send(request: Request<Bytes>) -> (StatusCode, Value) {
    let response = router().oneshot(request.map(Body::from)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, serde_json::from_slice(&body).unwrap_or_default())
}

const HERE: (&str, &str) = ("host", "127.0.0.1:7878");
const LIST_TABLES: (&str, &str) = ("x-amz-target", "DynamoDB_20120810.ListTables");

#[tokio::test]
async fn each_service_answers_under_its_own_path_as_the_sdk_writes_it() {
    let token = "a".repeat(32);
    let create = json!({"Name": "s", "ClientRequestToken": token}).to_string();
    for (path, headers, body, status, answer) in [
        ("/_aws/dynamodb/", vec![HERE, LIST_TABLES], "{}", 200, json!({"TableNames": []})),
        ("/_aws/dynamodb", vec![HERE, LIST_TABLES], "{}", 200, json!({"TableNames": []})),
        (
            "/_aws/secretsmanager/",
            vec![HERE, ("x-amz-target", "secretsmanager.CreateSecret")],
            &create,
            200,
            json!("s"),
        ),
        (
            "/_aws/lambda/2015-03-31/functions/none/invocations",
            vec![HERE, ("x-amz-invocation-type", "Event")],
            "{}",
            404,
            json!("ResourceNotFoundException"),
        ),
    ] {
        let (given, body) = call(path, &headers, body).await;
        let said = if body.get("Name").is_some() {
            body["Name"].clone()
        } else if body.get("__type").is_some() {
            body["__type"].clone()
        } else {
            body
        };
        assert_eq!((given.as_u16(), said), (status, answer), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_request_of_dynamodb_is_refused_as_aws_does() {
    for (headers, body, kind) in [
        (vec![HERE], "{}", "com.amazon.coral.service#UnknownOperationException"),
        (vec![HERE, LIST_TABLES], "{", "com.amazon.coral.service#SerializationException"),
    ] {
        let (status, answer) = call("/_aws/dynamodb/", &headers, body).await;
        assert_eq!((status, &answer["__type"]), (StatusCode::BAD_REQUEST, &json!(kind)));
    }
}

#[tokio::test]
async fn nobody_is_answered_without_the_key() {
    let key = |id: &str, secret: &str| AccessKey { id: id.into(), secret: secret.into(), ..AccessKey::local() };
    let (unknown, guessed) = (key("LOCALX", "local"), key("local", "guessed"));
    let hour = jiff::SignedDuration::from_hours(1);
    for (service, status) in [("dynamodb", 400), ("secretsmanager", 400), ("lambda", 403)] {
        let path = match service {
            "lambda" => "/_aws/lambda/2015-03-31/functions/none/invocations".to_owned(),
            other => format!("/_aws/{other}/"),
        };
        let good = || request(&path, &[HERE, LIST_TABLES], "{}");
        let resigned = |service: &str, key: &AccessKey, now| {
            let mut request = good();
            request.headers_mut().remove("authorization");
            signature::sign(&mut request, service, key, now);
            request
        };
        let mut unsigned = good();
        unsigned.headers_mut().remove("authorization");
        let mut altered = good();
        *altered.body_mut() = Bytes::from_static(b"{\"Limit\": 1}");
        let mut retargeted = good();
        retargeted.headers_mut().insert("x-amz-target", "DynamoDB_20120810.Scan".parse().unwrap());
        let mut more = good();
        more.headers_mut().insert("x-amz-more", "x".parse().unwrap());
        let now = SystemClock.now();
        for (request, kind) in [
            (unsigned, "MissingAuthenticationTokenException"),
            (resigned("s3", &AccessKey::local(), now), "MissingAuthenticationTokenException"),
            (resigned(service, &unknown, now), "UnrecognizedClientException"),
            (resigned(service, &guessed, now), "InvalidSignatureException"),
            (resigned(service, &AccessKey::local(), now - hour), "InvalidSignatureException"),
            (altered, "InvalidSignatureException"),
            (retargeted, "InvalidSignatureException"),
            (more, "InvalidSignatureException"),
        ] {
            let (given, answer) = send(request).await;
            assert_eq!((given.as_u16(), &answer["__type"]), (status, &json!(kind)), "{service}");
        }
    }
}

#[tokio::test]
async fn nobody_from_elsewhere_reaches_the_table_or_the_secrets() {
    for path in ["/_aws/dynamodb/", "/_aws/secretsmanager/", "/_aws/lambda/"] {
        for elsewhere in [
            vec![("host", "pins.example.com")],
            vec![HERE, ("x-forwarded-for", "192.0.2.1")],
            vec![HERE, ("origin", "https://evil.example")],
            vec![],
        ] {
            let headers: Vec<_> = elsewhere.into_iter().chain([LIST_TABLES]).collect();
            let (status, answer) = call(path, &headers, "{}").await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert_eq!(answer["__type"], "AccessDeniedException");
        }
    }
}
