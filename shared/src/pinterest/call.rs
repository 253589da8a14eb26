//! Sends one request and reads its answer.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::{Service, ServiceExt};
use url::Url;

use super::echo::Sent;
use super::fault::{RateLimit, Refusal, request_id};
use super::transport::Payload;
use super::{CallError, Pinterest, TransportError};
use crate::vault::AccessToken;

/// How long Pinterest may take to answer a call.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// What Pinterest answered, with what its headers say.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// The body.
    pub body: T,
    /// The HTTP status.
    pub status: u16,
    /// `x-pinterest-rid`.
    pub request_id: Option<String>,
    /// The limit headers.
    pub rate: RateLimit,
}

impl<T> Answer<T> {
    /// The same with another body.
    pub(super) fn map<U>(self, of: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { body: of(self.body), status: self.status, request_id: self.request_id, rate: self.rate }
    }
}

impl Pinterest {
    /// Sends `request` once and reads the body as `T`.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: Request<Bytes>,
        patience: Duration,
    ) -> Result<Answer<T>, CallError> {
        let answer = self.send_for_bytes(request, patience).await?;
        match serde_json::from_slice(&answer.body) {
            Ok(body) => Ok(answer.map(|_| body)),
            Err(_) => Err(CallError::Unreadable { status: answer.status, request_id: answer.request_id }),
        }
    }

    /// The same where success says everything, whatever the body is.
    pub(super) async fn send_for_status(
        &self,
        request: Request<Bytes>,
        patience: Duration,
    ) -> Result<Answer<()>, CallError> {
        Ok(self.send_for_bytes(request, patience).await?.map(|_| ()))
    }

    async fn send_for_bytes(&self, request: Request<Bytes>, patience: Duration) -> Result<Answer<Bytes>, CallError> {
        let mut transport = self.transport.0.clone();
        let secrets = Sent::with(&request);
        let sent = async {
            let ready = transport.ready().await?;
            ready.call(request.map(Payload::from)).await
        };
        let response = match tokio::time::timeout(patience, sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(error @ TransportError::NotSent(_))) => return Err(CallError::NotSent(error)),
            Ok(Err(error)) => return Err(CallError::Unknown(error)),
            Err(elapsed) => return Err(CallError::Unknown(TransportError::Unknown(elapsed.into()))),
        };
        let status = response.status();
        let (headers, body) = (response.headers(), response.body());
        if !status.is_success() {
            return Err(CallError::Refused(Refusal::read(status.as_u16(), headers, body, &secrets)));
        }
        let request_id = request_id(headers, &secrets);
        let rate = RateLimit::from_headers(headers, &secrets);
        Ok(Answer { status: status.as_u16(), request_id, rate, body: response.into_body() })
    }
}

/// A request with the account's token.
pub(super) fn authorized(method: Method, url: &Url, token: &AccessToken) -> http::request::Builder {
    bare(method, url).header(AUTHORIZATION, sensitive(&format!("Bearer {}", token.expose())))
}

/// A request without any credentials.
pub(super) fn bare(method: Method, url: &Url) -> http::request::Builder {
    Request::builder().method(method).uri(url.as_str()).header(ACCEPT, "application/json")
}

/// A header value that is not written to any log; characters that no header takes are left out.
pub(super) fn sensitive(text: &str) -> HeaderValue {
    let text: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
    let mut value = HeaderValue::from_str(&text).expect("visible ASCII is a valid header value");
    value.set_sensitive(true);
    value
}

/// Ends a request without a body.
pub(super) fn empty(builder: http::request::Builder) -> Request<Bytes> {
    builder.body(Bytes::new()).expect("the parts of our own requests are valid")
}

/// Ends a request with a JSON body.
pub(super) fn json(builder: http::request::Builder, body: &impl Serialize) -> Request<Bytes> {
    let body = serde_json::to_vec(body).expect("our own request bodies are plain structures");
    builder.header(CONTENT_TYPE, "application/json").body(body.into()).expect("the parts of our own requests are valid")
}
