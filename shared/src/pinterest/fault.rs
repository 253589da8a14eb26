//! How a call to Pinterest can fail, by what is known of its effect.

use http::HeaderMap;
use serde_json::Value;

use super::echo::Sent;
use super::{RefusalKind, TransportError};

/// What Pinterest calls it that an app may not read boards and pins of personal accounts.
const DATA_ACCESS_DENIED: &str = "PINNER_DATA_ACCESS_DENIED";

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
    /// What it means. Everything that is done about a refusal follows from this; the rest is told to people.
    pub kind: RefusalKind,
    /// The HTTP status.
    pub status: u16,
    /// Pinterest's own code; absent where the body is not in Pinterest's form.
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

impl RateLimit {
    pub(super) fn from_headers(headers: &HeaderMap, sent: &Sent) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            limit: text("x-ratelimit-limit").map(|limit| sent.taken_out_of(limit)),
            remaining: text("x-ratelimit-remaining").and_then(|value| value.trim().parse().ok()),
            reset_s: text("x-ratelimit-reset").and_then(|value| value.trim().parse().ok()),
        }
    }

    /// Whether any limit is told.
    fn is_told(&self) -> bool {
        self.limit.is_some() || self.reset_s.is_some()
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
    /// A refusal without headers.
    pub fn new(status: u16, code: Option<i64>, message: impl Into<String>) -> Self {
        let message = message.into();
        let kind = RefusalKind::read(status, code, &message);
        Self { kind, status, code, message, request_id: None, rate: RateLimit::default() }
    }

    pub(super) fn read(status: u16, headers: &HeaderMap, body: &[u8], sent: &Sent) -> Self {
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let words: Vec<_> = ["message", "message_detail"].into_iter().filter_map(|name| said[name].as_str()).collect();
        let words = if words.is_empty() { "(no message)".to_owned() } else { words.join(" ") };
        let code = said["code"].as_i64();
        let rate = RateLimit::from_headers(headers, sent);
        // Judged whole: the words that are kept are cut.
        let kind = match RefusalKind::read(status, code, &words) {
            // An answer with the limit's headers comes from what keeps Pinterest's limits, which sends no body.
            RefusalKind::NoVerdict if status == 429 && rate.is_told() => RefusalKind::RateLimited,
            // Where in the body this name stands is not known.
            _ if String::from_utf8_lossy(body).contains(DATA_ACCESS_DENIED) => RefusalKind::DataAccessDenied,
            kind => kind,
        };
        Self { kind, status, code, message: sent.taken_out_of(&words), request_id: request_id(headers, sent), rate }
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
    fn a_refusal_without_a_readable_body_keeps_its_status_and_says_nothing() {
        for body in [&b""[..], b"<html>", b"[]", b"7", b"{\"code\":\"x\"}", b"{\"message\":\"Board not found.\"}"] {
            for status in [400, 401, 403, 404, 429, 502] {
                let refusal = Refusal::read(status, &HeaderMap::new(), body, &Sent::default());
                let read = (refusal.kind, refusal.status, refusal.code);
                assert_eq!(read, (RefusalKind::NoVerdict, status, None));
            }
        }
    }

    #[test]
    fn a_429_without_a_body_is_a_limit_where_its_headers_say_so() {
        let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-ratelimit-reset"), 30.into())]);
        for (status, kind) in [(429, RefusalKind::RateLimited), (403, RefusalKind::NoVerdict)] {
            assert_eq!(Refusal::read(status, &headers, b"", &Sent::default()).kind, kind);
        }
    }

    #[test]
    fn denied_data_is_known_by_its_name_wherever_it_stands() {
        for body in [
            r#"{"code": 403, "message": "PINNER_DATA_ACCESS_DENIED"}"#,
            r#"{"code": "PINNER_DATA_ACCESS_DENIED", "message": "Denied."}"#,
            r#"{"code": 29, "message": "Denied.", "details": {"reason": "PINNER_DATA_ACCESS_DENIED"}}"#,
        ] {
            let refusal = Refusal::read(403, &HeaderMap::new(), body.as_bytes(), &Sent::default());
            assert_eq!(refusal.kind, RefusalKind::DataAccessDenied, "{body}");
        }
    }

    #[test]
    fn words_are_judged_whole_though_they_are_kept_cut() {
        let scopes = "'user_accounts:read', 'pins:read', 'pins:write', 'boards:read', 'boards:write'";
        let body = format!(
            r#"{{"code": 3, "message": "Your token does not have sufficient permissions to perform this operation. Please ensure your token is authorized with the correct set of scopes. Missing: [{scopes}]"}}"#
        );
        let refusal = Refusal::read(403, &HeaderMap::new(), body.as_bytes(), &Sent::default());
        let RefusalKind::ScopesMissing(missing) = refusal.kind else { panic!("{:?}", refusal.kind) };
        assert_eq!(missing.names().len(), 5, "{missing:?}");
    }
}
