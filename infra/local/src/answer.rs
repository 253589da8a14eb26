//! What an embedded part answers in AWS's JSON protocol, before it is written as HTTP.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The media type of AWS's JSON protocol.
pub const AWS_JSON: &str = "application/x-amz-json-1.1";

/// What a service answers to one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The JSON body; `Null` is written as an empty one.
    pub body: Value,
}

impl Answer {
    /// An answer with status 200.
    pub fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body }
    }

    /// An answer without a body.
    pub fn status(status: StatusCode) -> Self {
        Self { status, body: Value::Null }
    }

    /// A refusal in the form that AWS's JSON protocol has: `{"__type", "message"}`.
    pub fn refused(status: StatusCode, kind: &str, message: &str) -> Self {
        Self { status, body: json!({ "__type": kind, "message": message }) }
    }

    /// The name of the refusal without its namespace, like `ConditionalCheckFailedException`.
    pub fn error_kind(&self) -> Option<&str> {
        let kind = self.body.get("__type")?.as_str()?;
        Some(kind.rsplit('#').next().unwrap_or(kind))
    }

    /// True for a failed condition of `DynamoDB`, also inside a cancelled transaction.
    pub fn is_failed_condition(&self) -> bool {
        match self.error_kind() {
            Some("ConditionalCheckFailedException") => true,
            Some("TransactionCanceledException") => self.body["CancellationReasons"]
                .as_array()
                .is_some_and(|reasons| reasons.iter().any(|reason| reason["Code"] == "ConditionalCheckFailed")),
            _ => false,
        }
    }

    /// The body's bytes as they go over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        if self.body.is_null() { Vec::new() } else { self.body.to_string().into_bytes() }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, AWS_JSON)], self.bytes()).into_response()
    }
}
