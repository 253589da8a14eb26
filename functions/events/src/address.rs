//! Where webhooks may lead: to https addresses that everybody can reach.
//!
//! Whoever makes a webhook has us call a URL of theirs, so it must not lead to what only we can reach. What a URL says is
//! checked when it is stored and at each try; what its name resolves to, whenever a connection is made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use shared::domain::FieldError;
use url::{Host, Url};

/// The longest URL, in bytes.
const LONGEST: usize = 2_048;

/// Names that only a machine or a network of its own knows (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`).
const PRIVATE_NAMES: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];

/// Reads the URL of a webhook; `loopback` also admits addresses of this machine, with or without TLS.
pub fn parse(text: &str, loopback: bool) -> Result<Url, FieldError> {
    let error = |code, message: &str| FieldError::new("url", code, message);
    if text.len() > LONGEST {
        return Err(error("too_long", "Too long. A URL can have at most 2,048 characters."));
    }
    let url = Url::parse(text.trim()).ok().filter(Url::has_host);
    let Some(url) = url else {
        return Err(error("invalid", "Enter a complete URL, such as https://example.com/webhooks."));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("invalid", "Remove the user name and password; check the signature instead."));
    }
    if loopback && is_loopback(&url) {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(error("https_required", "Use a URL that starts with https://."));
    }
    if !leads_out(&url) {
        let message = "This host isn't public, so events can't be sent there. Use a host that can be reached from the \
                       internet.";
        return Err(error("not_public", message));
    }
    Ok(url)
}

/// Whether what a URL says is not already an address or a name that isn't public.
fn leads_out(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_private =
                PRIVATE_NAMES.iter().any(|private| name == *private || name.ends_with(&format!(".{private}")));
            name.contains('.') && !is_private
        }
        None => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

/// Whether everybody can reach an address (IANA's special-purpose registries).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // This network; private; loopback; multicast and reserved, the broadcast address among them. Then shared (CGNAT), link-local,
    // private again, benchmarks; protocol assignments, documentation, and the former relays of 6to4.
    let is_special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Mapped, NAT64, and 6to4: what counts is the address of version 4 in it.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            embedded(high, low)
        }
        // Protocol assignments, Teredo among them; documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Global unicast; all else is loopback, link-local, unique local, multicast, or not assigned.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_what_everybody_can_reach_is_public() {
        for public in
            ["8.8.8.8", "1.1.1.1", "100.63.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "64:ff9b::808:808"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.254",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn a_url_that_does_not_lead_out_is_refused_with_what_to_do() {
        for good in [
            "https://example.com/hook",
            "https://example.com:8443/hook?x=1",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(parse(good, false).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("", "invalid"),
            ("example.com/hook", "invalid"),
            ("https://", "invalid"),
            ("https://me:secret@example.com/", "invalid"),
            ("http://example.com/", "https_required"),
            ("ftp://example.com/", "https_required"),
            ("https://localhost/", "not_public"),
            ("https://printer.local/", "not_public"),
            ("https://db.internal./", "not_public"),
            ("https://intranet/", "not_public"),
            ("https://127.0.0.1/", "not_public"),
            ("https://2130706433/", "not_public"),
            ("https://0x7f.1/", "not_public"),
            ("https://169.254.169.254/latest/meta-data", "not_public"),
            ("https://[::ffff:10.0.0.1]/", "not_public"),
        ] {
            let error = parse(bad, false).unwrap_err();
            assert_eq!((error.field.as_str(), error.code), ("url", code), "{bad}");
        }
        assert_eq!(parse(&format!("https://example.com/{}", "a".repeat(2_048)), false).unwrap_err().code, "too_long");
        assert!(parse("http://127.0.0.1:9000/", true).is_ok());
        assert!(parse("http://localhost:9000/", true).is_ok());
        assert_eq!(parse("http://10.0.0.1/", true).unwrap_err().code, "https_required");
    }
}
