//! Who may sign in here: only somebody at this machine.

use axum::http::{HeaderMap, header};
use url::Url;

/// True when a request names this machine and was not forwarded to it.
///
/// A page elsewhere cannot send another `Host` than its own, and a tunnel says for whom it forwards;
/// so neither can sign in at an issuer that believes every name.
pub fn is_local(headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host"];
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(is_loopback) && !forwarded.iter().any(|name| headers.contains_key(*name))
}

/// True for `localhost` and `127.0.0.1`, with or without a port.
pub fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, port),
        None => (host, "0"),
    };
    matches!(name, "localhost" | "127.0.0.1") && port.parse::<u16>().is_ok()
}

/// True when an address is at this machine or at the given origin.
pub fn may_return_to(address: &Url, public_origin: Option<&str>) -> bool {
    let at_home = address.scheme() == "http" && address.host_str().is_some_and(is_loopback);
    at_home || public_origin == Some(address.origin().ascii_serialization().as_str())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for (host, local) in [
            ("localhost", true),
            ("localhost:7878", true),
            ("127.0.0.1:7878", true),
            ("localhost.evil.example", false),
            ("evil.example:7878", false),
            ("localhost:7878:1", false),
            ("localhost:", false),
            ("127.0.0.1.nip.io", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), local, "{host}");
        }
    }

    #[test]
    fn a_forwarded_request_is_not_local() {
        let mut headers = HeaderMap::new();
        assert!(!is_local(&headers));
        headers.insert(header::HOST, HeaderValue::from_static("localhost:7878"));
        assert!(is_local(&headers));
        headers.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        assert!(!is_local(&headers));
    }

    #[test]
    fn the_way_back_leads_home_or_to_the_public_address() {
        let public = Some("https://pins.example");
        for (address, allowed) in [
            ("http://localhost:7878/signed-in", true),
            ("http://127.0.0.1:1/x", true),
            ("https://pins.example/signed-in", true),
            ("https://pins.example:8443/signed-in", false),
            ("http://pins.example/signed-in", false),
            ("https://localhost@evil.example/", false),
            ("javascript:alert(1)", false),
        ] {
            let address = Url::parse(address).unwrap();
            assert_eq!(may_return_to(&address, public), allowed, "{address}");
        }
    }
}
