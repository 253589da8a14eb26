//! AWS on a socket: the endpoints that `AWS_ENDPOINT_URL_…` name, for programs at this machine only.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::Database;
use shared::clock::SharedClock;

use crate::access_key::AccessKey;
use crate::answer::Answer;
use crate::in_process::{Parts, dynamodb};
use crate::issuer::is_local;
use crate::lambda::Lambda;
use crate::signature::{self, Unsigned};

/// The largest request that `DynamoDB` takes, in bytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// `/dynamodb`, `/secretsmanager`, `/lambda` and `/events`, to be nested under a path.
///
/// The answers hold every secret, so nothing is done but by a signature of `key`, and whoever comes from elsewhere, through
/// a tunnel or by a page in this machine's browser, is refused before.
pub fn router(parts: Parts, key: &AccessKey, clock: &SharedClock) -> Router {
    let Parts { database, secrets, lambda, event_bridge, .. } = parts;
    let signed = |service, router: Router| {
        let signer = Signer { service, key: key.clone(), clock: clock.clone() };
        router.layer(from_fn_with_state(signer, signed_only))
    };
    let database = Router::new().route("/", post(serve_dynamodb)).with_state(database);
    Router::new()
        .nest_service("/dynamodb", signed("dynamodb", database))
        .nest_service("/secretsmanager", signed("secretsmanager", secrets.router()))
        .nest_service("/lambda", signed("lambda", lambda.router()))
        .nest_service("/events", signed("events", event_bridge.router()))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(local_only))
}

/// Who has to sign for a service.
#[derive(Clone)]
struct Signer {
    service: &'static str,
    key: AccessKey,
    clock: SharedClock,
}

async fn signed_only(
    State(signer): State<Signer>,
    OriginalUri(uri): OriginalUri,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // What was signed is the address that was called, not what is left of it here.
    let mut whole = Request::from_parts(parts.clone(), body.clone());
    *whole.uri_mut() = uri;
    match signature::check(&whole, signer.service, &signer.key, signer.clock.now()) {
        Ok(()) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Err(why) => unsigned(signer.service, why).into_response(),
    }
}

/// How AWS refuses: DynamoDB and Secrets Manager with 400, Lambda with 403.
fn unsigned(service: &str, why: Unsigned) -> Answer {
    let status = if service == "lambda" { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
    let (kind, message) = match why {
        Unsigned::Missing => ("MissingAuthenticationTokenException", "Request is missing Authentication Token"),
        Unsigned::Key => ("UnrecognizedClientException", "The security token included in the request is invalid."),
        Unsigned::Skewed | Unsigned::NotYet | Unsigned::Expired => {
            ("InvalidSignatureException", "Signature expired or not yet current")
        }
        Unsigned::Headers | Unsigned::Signature | Unsigned::Length | Unsigned::Hash => (
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided.",
        ),
    };
    Answer::refused(status, kind, message)
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
