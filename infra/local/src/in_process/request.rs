//! What an HTTP request of the SDK asks for.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;
use serde_json::{Value, json};
use thiserror::Error;

use super::hook::{Effect, Service};
use crate::event_bridge;
use crate::lambda::Invocation;
use crate::s3;

/// One request of the SDK, understood.
pub struct Call {
    pub service: Service,
    pub operation: String,
    pub request: Value,
    /// The request to S3 as it is, whose protocol is not JSON.
    pub object: Option<http::Request<Bytes>>,
}

/// A request that none of the embedded parts is for.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("no embedded part answers {method} {path}")]
    UnknownRequest { method: String, path: String },
    #[error("the request's body is a stream")]
    StreamedBody,
    #[error("the request's body is not JSON")]
    NotJson(#[from] serde_json::Error),
}

impl Call {
    /// Reads the service and operation from `X-Amz-Target`, or from Lambda's path.
    pub fn read(request: &HttpRequest) -> Result<Self, ReadError> {
        let body = request.body().bytes().ok_or(ReadError::StreamedBody)?;
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let known = [
            ("DynamoDB_20120810.", Service::DynamoDb),
            ("secretsmanager.", Service::SecretsManager),
            (event_bridge::TARGET, Service::EventBridge),
        ];
        for (prefix, service) in known {
            if let Some(operation) = target.strip_prefix(prefix) {
                let request = serde_json::from_slice(body)?;
                return Ok(Self { service, operation: operation.to_owned(), request, object: None });
            }
        }
        if let Some(call) = Self::read_object(request, body) {
            return Ok(call);
        }
        Self::read_invocation(request, body)
    }

    /// A request to S3, whose host says so.
    fn read_object(request: &HttpRequest, body: &[u8]) -> Option<Self> {
        let uri: http::Uri = request.uri().parse().ok()?;
        uri.host().filter(|host| host.split('.').any(|part| part == "s3"))?;
        let operation = s3::operation(request.method(), uri.query())?.to_owned();
        let mut object = http::Request::builder().method(request.method()).uri(uri);
        for (name, value) in request.headers() {
            object = object.header(name, value);
        }
        let object = object.body(Bytes::copy_from_slice(body)).ok()?;
        Some(Self { service: Service::S3, operation, request: json!({"Url": request.uri()}), object: Some(object) })
    }

    fn read_invocation(request: &HttpRequest, body: &[u8]) -> Result<Self, ReadError> {
        let path = path(request.uri());
        let function = crate::lambda::function_of(path)
            .ok_or_else(|| ReadError::UnknownRequest { method: request.method().to_owned(), path: path.to_owned() })?;
        let payload: Value = if body.is_empty() { Value::Null } else { serde_json::from_slice(body)? };
        Ok(Self {
            service: Service::Lambda,
            operation: "Invoke".to_owned(),
            request: json!({
                "FunctionName": function,
                "InvocationType": request.headers().get("x-amz-invocation-type"),
                "Payload": payload,
            }),
            object: None,
        })
    }

    pub fn effect<'a>(&'a self, actor: &'a str) -> Effect<'a> {
        Effect { actor, service: self.service, operation: &self.operation, request: &self.request }
    }
}

/// The invocation that `Call::read` wrote into the request of an `Invoke`.
pub fn invocation(request: &Value) -> Invocation {
    Invocation {
        function: request["FunctionName"].as_str().unwrap_or_default().to_owned(),
        kind: request["InvocationType"].as_str().map(str::to_owned),
        payload: request["Payload"].clone(),
    }
}

/// The path of an absolute or relative URI, without its query.
fn path(uri: &str) -> &str {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("/", |at| &after_scheme[at..]);
    path.split('?').next().unwrap_or(path)
}
