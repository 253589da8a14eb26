//! AWS on a socket: the endpoints that `AWS_ENDPOINT_URL_…` name, for programs at this machine only.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::Database;

use crate::answer::Answer;
use crate::in_process::{Parts, dynamodb};
use crate::issuer::is_local;
use crate::lambda::Lambda;

/// The largest request that `DynamoDB` takes, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// `/dynamodb`, `/secretsmanager` and `/lambda`, to be nested under a path.
///
/// Nobody proves who they are here, and the answers hold every secret; so whoever comes from elsewhere, through a
/// tunnel or by a page in this machine's browser, is refused. The database's own server lets every page in.
pub fn router(parts: Parts) -> Router {
    let Parts { database, secrets, lambda, .. } = parts;
    Router::new()
        .nest_service("/dynamodb", Router::new().route("/", post(serve_dynamodb)).with_state(database))
        .nest_service("/secretsmanager", secrets.router())
        .nest_service("/lambda", lambda.router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(local_only))
}

/// The endpoint of Lambda alone, for the same callers.
pub fn lambda_router(lambda: Arc<Lambda>) -> Router {
    lambda.router().layer(from_fn(local_only))
}

async fn serve_dynamodb(State(database): State<Database>, headers: HeaderMap, body: Bytes) -> Answer {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    match (target.and_then(|target| target.strip_prefix("DynamoDB_20120810.")), serde_json::from_slice(&body)) {
        (Some(operation), Ok(request)) => dynamodb::run(&database, operation, &request).0,
        (None, _) => Answer::refused(
            StatusCode::BAD_REQUEST,
            "com.amazon.coral.service#UnknownOperationException",
            "X-Amz-Target does not name an operation of DynamoDB",
        ),
        (_, Err(_)) => Answer::refused(
            StatusCode::BAD_REQUEST,
            "com.amazon.coral.service#SerializationException",
            "the request is not JSON",
        ),
    }
}

async fn local_only(request: Request, next: Next) -> Response {
    let headers = request.headers();
    // A program has no origin; a page that does is none of ours, since ours call only the functions.
    if is_local(headers) && !headers.contains_key("origin") {
        return next.run(request).await;
    }
    let message = "this endpoint answers programs at this machine only";
    Answer::refused(StatusCode::FORBIDDEN, "AccessDeniedException", message).into_response()
}

#[cfg(test)]
mod tests;
