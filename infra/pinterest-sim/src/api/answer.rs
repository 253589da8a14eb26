//! From what was decided to an HTTP response.

use std::collections::BTreeMap;
use std::io;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::quota::Quota;

/// The extension of a response that stands for a connection that broke without an answer. A caller
/// in the same process, who gets the response itself and no connection, looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// What an operation answers when it went well.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Option<Value>,
}

impl Answer {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body) }
    }

    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body) }
    }

    pub(super) fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None }
    }
}

/// The headers that every answer carries.
pub(super) fn usual_headers(request_id: &str, quota: &Quota) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-pinterest-rid", request_id.to_owned()),
        ("x-ratelimit-limit", quota.limit.clone()),
        ("x-ratelimit-remaining", quota.remaining.to_string()),
        ("x-ratelimit-reset", quota.reset.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// A response of a status with a JSON body, or without one.
pub(super) fn respond(status: StatusCode, body: Option<&Value>, headers: HeaderMap) -> Response {
    let mut response = Response::new(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    if body.is_some() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// The response of a fault with an answer of its own.
pub(super) fn faked(
    status: u16,
    body: Option<Value>,
    extra: &BTreeMap<String, String>,
    headers: HeaderMap,
) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = body.unwrap_or_else(|| default_body(status.as_u16()));
    let mut response = respond(status, Some(&body), headers);
    add_headers(&mut response, extra);
    response
}

/// The response of a fault that nothing of Pinterest's is in.
pub(super) fn raw(
    status: u16,
    text: String,
    content_type: Option<String>,
    headers: &BTreeMap<String, String>,
) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = content_type.and_then(|kind| HeaderValue::try_from(kind).ok()) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    add_headers(&mut response, headers);
    response
}

/// Sets headers on top of those that are there.
pub(super) fn add_headers(response: &mut Response, extra: &BTreeMap<String, String>) {
    for (name, value) in extra {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
}

/// A response whose body fails before its first byte: the server drops the connection on it
/// without having sent anything.
pub(super) fn broken() -> Response {
    let mut response = Response::new(Body::from_stream(stream::once(async { failure() })));
    response.extensions_mut().insert(Broken);
    response
}

/// The response with a body that fails in its middle. Without a body there is nothing to begin with.
pub(super) async fn cut(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if whole.is_empty() {
        return broken();
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    let half = whole.slice(..whole.len() / 2);
    let rest = async {
        // A server sends the half that it has only when the next part is not there yet.
        tokio::task::yield_now().await;
        failure()
    };
    let body = stream::once(async { Ok(half) }).chain(stream::once(rest));
    Response::from_parts(parts, Body::from_stream(body))
}

fn failure() -> io::Result<Bytes> {
    Err(io::Error::from(io::ErrorKind::ConnectionReset))
}

/// The body that Pinterest sends with a status when nothing more is known.
pub(super) fn default_body(status: u16) -> Value {
    let (code, message) = match status {
        400 => (1, "Sorry! Something went wrong on our end."),
        401 => (2, "Authentication failed."),
        403 => (29, "You are not permitted to access that resource."),
        404 => (50, "Pin not found."),
        409 => (409, "Could not get exclusive access to the board."),
        429 => (8, super::refusal::RATE_LIMIT),
        _ => (i64::from(status), "Something went wrong on our end. Sorry about that."),
    };
    json!({ "code": code, "message": message, "status": "failure" })
}
