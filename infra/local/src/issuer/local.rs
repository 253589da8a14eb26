//! Who may sign in here: only somebody at this machine.

use axum::http::{HeaderMap, header};

/// True when a request names this machine and was not forwarded to it.
///
/// A page elsewhere cannot send another `Host` than its own, and a tunnel says for whom it forwards;
/// so neither can sign in at an issuer that believes every name.
pub fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(is_loopback) && !headers.keys().any(|name| is_of_proxies(name.as_str()))
}

/// True for the headers by which proxies, tunnels and content networks say for whom they ask.
fn is_of_proxies(header: &str) -> bool {
    let begins = ["x-forwarded", "x-original-", "cf-", "cdn-", "fastly-", "x-envoy-", "x-amzn-", "x-azure-", "ngrok-"];
    let is = [
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "x-host",
        "x-rewrite-url",
        "x-proxyuser-ip",
        "proxy-connection",
    ];
    // A function sends this one itself, by its SDK; what forwards for others sends more than it.
    let is_own = header == "x-amzn-trace-id";
    !is_own && (is.contains(&header) || begins.iter().any(|begin| header.starts_with(begin)))
}

/// True for `localhost` and `127.0.0.1`, with or without a port.
pub fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, port),
        None => (host, "0"),
    };
    matches!(name, "localhost" | "127.0.0.1") && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
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
        for name in [
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-forwarded-server",
            "forwarded",
            "via",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-original-host",
            "x-amzn-oidc-data",
        ] {
            let mut forwarded = headers.clone();
            forwarded.insert(name, HeaderValue::from_static("192.0.2.1"));
            assert!(!is_local(&forwarded), "{name}");
        }
        headers.insert("x-amz-date", HeaderValue::from_static("20270101T000000Z"));
        headers.insert("user-agent", HeaderValue::from_static("curl"));
        headers.insert("x-amzn-trace-id", HeaderValue::from_static("Root=1-5759e988-bd862e3fe1be46a994272793"));
        assert!(is_local(&headers), "these are of callers themselves");
    }
}
