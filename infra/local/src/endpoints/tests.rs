#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use shared::clock::SystemClock;
use tower::ServiceExt;

use super::*;
use crate::s3::{AccessKey, S3};
use crate::secrets_manager::SecretsManager;

fn router() -> Router {
    let parts = Parts {
        database: Database::memory().unwrap(),
        secrets: Arc::new(SecretsManager::in_memory(Arc::new(SystemClock))),
        lambda: Arc::default(),
        objects: Arc::new(S3::in_memory(AccessKey::local(), Arc::new(SystemClock))),
    };
    Router::new().nest("/_aws", super::router(parts))
}

async fn call(path: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, Value) {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
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
