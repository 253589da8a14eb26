//! What came back.

use anyhow::{Context, bail};
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    /// The method and path that were asked for.
    pub asked: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The address that it redirects to.
    pub fn location(&self) -> anyhow::Result<&str> {
        let location = self.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        location.with_context(|| format!("{} was answered {} without a redirect", self.asked, self.status))
    }

    /// The answer itself if it is a success, or else an error that says what was asked and why it was refused.
    pub fn expect_success(self, what: &str) -> anyhow::Result<Self> {
        if self.status.is_success() {
            return Ok(self);
        }
        let json = self.json();
        let why = ["detail", "message", "title"].iter().find_map(|field| json[field].as_str()).unwrap_or_default();
        let errors = if json["errors"].is_null() { String::new() } else { format!(" {}", json["errors"]) };
        bail!("{what} could not be had: {} was answered {} {why}{errors}", self.asked, self.status)
    }
}
