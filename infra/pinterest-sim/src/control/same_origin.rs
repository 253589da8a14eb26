//! Whom the control API answers: programs at this machine and its own pages, no page of another site in somebody's browser.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, StatusCode};

use super::Wrong;

/// Refuses a request that names another machine, as one does whose name a foreign page made to lead here, or that comes
/// from a page of another origin. A program in the same process names no host.
pub async fn require_same_origin(request: Request, next: Next) -> Response {
    match objection(request.headers()) {
        None => next.run(request).await,
        Some(wrong) => wrong.into_response(),
    }
}

fn objection(headers: &HeaderMap) -> Option<Wrong> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let (host, origin) = (text(HOST), text(ORIGIN));
    let refused = |field: &str, problem: &str, remedy: &str| {
        Some(Wrong { status: StatusCode::FORBIDDEN, ..Wrong::new(field, problem, remedy) })
    };
    if host.is_some_and(|host| !is_loopback(host)) {
        return refused("Host", "the control API is for this machine only", "call it by localhost or 127.0.0.1");
    }
    let own = host.map(|host| format!("http://{host}"));
    if origin.is_some() && origin != own.as_deref() {
        return refused(
            "Origin",
            "a page of another site sent this",
            "call it from a program or from a page of the simulator",
        );
    }
    None
}

fn is_loopback(host: &str) -> bool {
    let (name, port) = host.rsplit_once(':').unwrap_or((host, "0"));
    matches!(name, "localhost" | "127.0.0.1") && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_this_machine_and_its_own_pages_are_answered() {
        for (host, origin, refused) in [
            (None, None, None),
            (Some("localhost:7879"), None, None),
            (Some("127.0.0.1"), None, None),
            (Some("localhost:7879"), Some("http://localhost:7879"), None),
            (Some("evil.example"), None, Some("Host")),
            (Some("localhost.evil.example:7879"), None, Some("Host")),
            (Some("pins.example.com"), Some("https://pins.example.com"), Some("Host")),
            (Some("localhost:7879"), Some("http://localhost:7878"), Some("Origin")),
            (Some("localhost:7879"), Some("https://localhost:7879"), Some("Origin")),
            (Some("localhost:7879"), Some("https://evil.example"), Some("Origin")),
            (Some("localhost:7879"), Some("null"), Some("Origin")),
            (None, Some("https://evil.example"), Some("Origin")),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(HOST, host), (ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let found = objection(&headers).map(|wrong| (wrong.status, wrong.field));
            assert_eq!(found, refused.map(|field| (StatusCode::FORBIDDEN, field.to_owned())), "{host:?} {origin:?}");
        }
    }
}
