//! What goes back: the function's answer read from its JSON, or API Gateway's own refusal.

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};

/// A refusal that API Gateway makes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that is not valid and why.
    Unauthorized(Option<&'static str>),
    /// A token without any of these scopes, which are separated by spaces.
    Forbidden(String),
    /// Anything else.
    Status(StatusCode),
}

impl Refusal {
    /// The refusal with API Gateway's body and, for tokens, its `WWW-Authenticate`.
    pub fn into_response(self) -> Response<Bytes> {
        let (status, challenge) = match self {
            Self::Unauthorized(None) => (StatusCode::UNAUTHORIZED, Some("Bearer".to_owned())),
            Self::Unauthorized(Some(why)) => {
                let challenge = format!(r#"Bearer scope="" error="invalid_token" error_description="{why}""#);
                (StatusCode::UNAUTHORIZED, Some(challenge))
            }
            Self::Forbidden(scope) => {
                let challenge = format!(r#"Bearer scope="{scope}" error="insufficient_scope""#);
                (StatusCode::FORBIDDEN, Some(challenge))
            }
            Self::Status(status) => (status, None),
        };
        let body = json!({ "message": message(status) });
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::try_from(challenge).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn message(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or("Internal Server Error"),
    }
}

/// The response that a function's answer describes; `None` for an answer that API Gateway would not understand.
pub fn read(answer: &impl Serialize) -> Option<Response<Bytes>> {
    let answer = serde_json::to_value(answer).ok()?;
    let status = u16::try_from(answer["statusCode"].as_u64()?).ok()?;
    let body = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"] {
        Value::Bool(true) => BASE64.decode(body.as_bytes()).ok()?,
        _ => body.as_bytes().to_vec(),
    };
    let mut response = Response::builder().status(status).body(Bytes::from(body)).ok()?;
    let headers = response.headers_mut();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        headers.insert(name.parse::<HeaderName>().ok()?, value.as_str()?.parse().ok()?);
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie.as_str()?.parse().ok()?);
    }
    Some(response)
}
