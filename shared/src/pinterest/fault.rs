//! How a call to Pinterest can fail, by what is known of its effect.

use http::HeaderMap;
use serde::Deserialize;

use super::TransportError;
use super::echo::Sent;

/// A call that did not bring the expected answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing left this process.
    #[error("could not reach Pinterest")]
    NotSent(#[source] TransportError),
    /// The request may have arrived; no complete answer came back.
    #[error("Pinterest's answer was lost")]
    Unknown(#[source] TransportError),
    /// Pinterest answered with an error status.
    #[error("Pinterest answered {status}: {message}", status = .0.status, message = .0.message)]
    Refused(Refusal),
    /// Pinterest answered with success, and with a body that is not what its documentation says.
    #[error("Pinterest answered {status} with a body that is not readable")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// Pinterest's `x-pinterest-rid`.
        request_id: Option<String>,
    },
}

/// Pinterest's words for a refusal: `{"code": int, "message": string}` (OpenAPI `Error`) with status and headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Pinterest's own code, where the body has one.
    pub code: Option<i64>,
    /// Pinterest's message with its detail, at most 200 bytes; what it quotes of our secrets is left out.
    pub message: String,
    /// `x-pinterest-rid`, which Pinterest's support asks for.
    pub request_id: Option<String>,
    /// The limit headers.
    pub rate: RateLimit,
}

/// The `x-ratelimit-…` headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// `x-ratelimit-limit`, an envoy list such as `100, 100;w=1, 1000;w=60`.
    pub limit: Option<String>,
    /// `x-ratelimit-remaining`: how many more calls the window takes.
    pub remaining: Option<u64>,
    /// `x-ratelimit-reset`: seconds until the window ends.
    pub reset_s: Option<u64>,
}

#[derive(Deserialize, Default)]
struct Body {
    #[serde(default)]
    code: Option<i64>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    message_detail: Option<String>,
}

impl RateLimit {
    pub(super) fn from_headers(headers: &HeaderMap, sent: &Sent) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            limit: text("x-ratelimit-limit").map(|limit| sent.taken_out_of(limit)),
            remaining: text("x-ratelimit-remaining").and_then(|value| value.trim().parse().ok()),
            reset_s: text("x-ratelimit-reset").and_then(|value| value.trim().parse().ok()),
        }
    }

    /// Whether the window is a day, which only apps on trial access have.
    pub fn is_trial(&self) -> Option<bool> {
        let limit = self.limit.as_deref()?;
        limit.contains("w=").then(|| limit.split([',', ';']).any(|part| part.trim() == "w=86400"))
    }
}

pub(super) fn request_id(headers: &HeaderMap, sent: &Sent) -> Option<String> {
    headers.get("x-pinterest-rid").and_then(|value| value.to_str().ok()).map(|id| sent.taken_out_of(id))
}

impl Refusal {
    /// Whether a 429 is Pinterest's protection against spam and not a limit of requests; its own example tells the two
    /// apart by the word, whatever the case.
    pub fn is_spam(&self) -> bool {
        self.code == Some(9) || self.message.to_lowercase().contains("spam")
    }

    /// Whether Pinterest refuses the access token as such, and not the app (code 3) or this one thing (code 7).
    pub fn is_of_the_token(&self) -> bool {
        self.status == 401 && !matches!(self.code, Some(3 | 7))
    }

    pub(super) fn read(status: u16, headers: &HeaderMap, body: &[u8], sent: &Sent) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let words: Vec<_> = [body.message, body.message_detail].into_iter().flatten().collect();
        let message = if words.is_empty() { "(no message)".to_owned() } else { words.join(" ") };
        Self {
            status,
            code: body.code,
            message: sent.taken_out_of(&message),
            request_id: request_id(headers, sent),
            rate: RateLimit::from_headers(headers, sent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_window_means_trial_access() {
        for (limit, trial) in [
            (Some("1000, 1000;w=86400"), Some(true)),
            (Some("100, 100;w=1, 1000;w=60"), Some(false)),
            (Some("100"), None),
            (None, None),
        ] {
            let rate = RateLimit { limit: limit.map(str::to_owned), ..RateLimit::default() };
            assert_eq!(rate.is_trial(), trial, "{limit:?}");
        }
    }

    #[test]
    fn a_refusal_without_a_readable_body_keeps_its_status() {
        for body in [&b""[..], b"<html>", b"[]", b"{\"code\":\"x\"}"] {
            let refusal = Refusal::read(502, &HeaderMap::new(), body, &Sent::default());
            assert_eq!((refusal.status, refusal.code), (502, None));
        }
    }
}
