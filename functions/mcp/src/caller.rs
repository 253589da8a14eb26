//! Calls to `/v1` in the name of whoever calls a tool: with their own token, and for the owner that they name.

use std::fmt;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method, Request};
use jiff::SignedDuration;
use rmcp::handler::server::tool::IntoCallToolResult;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock, ErrorData};
use serde_json::Value;
use shared::api::{OWNER_HEADER, Origin};
use shared::clock::SharedClock;
use shared::pinterest::Transport;
use shared::pinterest::transport::Payload;
use tower::ServiceExt;
use url::Url;

/// How long an answer is waited for; API Gateway gives up on a tool after thirty seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(25);

/// The media type of a body in JSON.
pub const JSON: &str = "application/json";

/// What goes along from the assistant's request.
const FORWARDED: [HeaderName; 2] = [AUTHORIZATION, HeaderName::from_static(OWNER_HEADER)];

/// Whoever calls a tool.
pub struct Caller {
    transport: Transport,
    clock: SharedClock,
    origin: String,
    headers: HeaderMap,
}

/// Why a tool did not do what it was asked for, and what to do about it.
#[derive(Debug)]
pub struct Refusal(String);

impl Refusal {
    /// A refusal in these words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl IntoCallToolResult for Refusal {
    fn into_call_tool_result(self) -> Result<CallToolResponse, ErrorData> {
        Ok(CallToolResult::error(vec![ContentBlock::text(self.0)]).into())
    }
}

/// What a tool answers.
pub type Answer = Result<CallToolResult, Refusal>;

impl Caller {
    /// Whoever sent a request with `headers` to `origin`.
    pub fn new(transport: Transport, clock: SharedClock, origin: &Origin, headers: &HeaderMap) -> Self {
        let kept = FORWARDED
            .into_iter()
            .filter_map(|name| Some((headers.get(&name)?.clone(), name)))
            .map(|(value, name)| (name, value));
        Self { transport, clock, origin: origin.as_str().to_owned(), headers: kept.collect() }
    }

    /// Reads what is at `/v1` and `path`.
    pub async fn get(&self, path: &[&str], query: &[(&str, Option<&str>)]) -> Result<Value, Refusal> {
        self.exchange(Method::GET, path, query, None, false).await
    }

    /// Sends `body`, of that media type, to a route that only answers and changes nothing.
    pub async fn ask(
        &self,
        path: &[&str],
        query: &[(&str, Option<&str>)],
        body: (&str, String),
    ) -> Result<Value, Refusal> {
        self.exchange(Method::POST, path, query, Some(body), false).await
    }

    /// Sends `body` to `/v1` and `path`.
    pub async fn post(&self, path: &[&str], body: &Value) -> Result<Value, Refusal> {
        self.send(Method::POST, path, Some((JSON, body.to_string()))).await
    }

    /// Sends a request that changes something.
    pub async fn send(&self, method: Method, path: &[&str], body: Option<(&str, String)>) -> Result<Value, Refusal> {
        self.exchange(method, path, &[], body, true).await
    }

    /// Sends a request; where it was refused, the words are those of `/v1`, and where its answer was lost, they say whether it
    /// `changes` anything.
    async fn exchange(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, Option<&str>)],
        body: Option<(&str, String)>,
        changes: bool,
    ) -> Result<Value, Refusal> {
        let mut request = Request::builder().method(method).uri(self.address(path, query)?.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
        }
        if let Some((kind, _)) = &body {
            request = request.header(CONTENT_TYPE, *kind);
        }
        let body = Bytes::from(body.map(|(_, body)| body).unwrap_or_default());
        let request = request.body(Payload::Whole(body)).map_err(|_| Refusal::new("An argument can't be sent."))?;
        let sent = self.transport.clone().0.oneshot(request);
        let until = self.clock.now() + PATIENCE;
        let answer = match select(Box::pin(sent), Box::pin(self.clock.sleep_until(until))).await {
            Either::Left((Ok(answer), _)) => answer,
            Either::Left((Err(error), _)) => {
                tracing::warn!(%error, "a tool's call was not answered");
                return Err(lost(changes));
            }
            Either::Right(_) => return Err(lost(changes)),
        };
        let read: Option<Value> = serde_json::from_slice(answer.body()).ok();
        match read {
            Some(value) if answer.status().is_success() => Ok(value),
            None if answer.status().is_success() => Err(lost(changes)),
            problem => Err(refusal(answer.status().as_u16(), &problem.unwrap_or_default())),
        }
    }

    fn address(&self, path: &[&str], query: &[(&str, Option<&str>)]) -> Result<Url, Refusal> {
        let mut url = Url::parse(&self.origin).map_err(|_| Refusal::new("This installation has no valid URL."))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().push("v1").extend(path);
        }
        let given = query.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        if query.iter().any(|(_, value)| value.is_some()) {
            url.query_pairs_mut().extend_pairs(given);
        }
        Ok(url)
    }
}

fn lost(changes: bool) -> Refusal {
    Refusal::new(if changes {
        "Pinwheel didn't answer in time, so it is not known whether this was done. Look with get_pin or list_pins before \
         you try again. schedule_pins can be called again at once: nothing is scheduled twice."
    } else {
        "Pinwheel didn't answer in time. Try again."
    })
}

/// The words of a problem, with every wrong field.
fn refusal(status: u16, problem: &Value) -> Refusal {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut lines = vec![text(&problem["detail"]).unwrap_or_else(|| match status {
        401 => "The sign-in has expired. Sign in again.".to_owned(),
        403 => "This token doesn't allow that.".to_owned(),
        429 => "Too many requests at once. Wait a few seconds and try again.".to_owned(),
        _ => format!("Pinwheel answered {status}. Try again in a moment."),
    })];
    if let Some(code) = problem["code"].as_str() {
        lines.push(format!("Code: {code}"));
    }
    for error in problem["errors"].as_array().into_iter().flatten() {
        lines.push(format!(
            "- {}: {}",
            text(&error["field"]).unwrap_or_default(),
            text(&error["message"]).unwrap_or_default()
        ));
    }
    Refusal::new(lines.join("\n"))
}
