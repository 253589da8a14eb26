//! The two cookies of a consent: one binds it to the browser, one permits picking boards after it.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, CookieBuilder, SameSite, time};
use shared::api::Origin;

use crate::proof::Proof;

/// Binds a consent to the browser in which it began. It comes back with a navigation from Pinterest, so it is `Lax`.
pub const BROWSER: Kind = Kind { name: "pinwheel-oauth", same_site: SameSite::Lax, minutes: 10 };

/// Permits picking boards; only our own form sends it.
pub const PICK: Kind = Kind { name: "pinwheel-pick", same_site: SameSite::Strict, minutes: 15 };

/// A kind of cookie.
pub struct Kind {
    name: &'static str,
    same_site: SameSite,
    minutes: i64,
}

impl Kind {
    /// The value that the browser sent.
    pub fn read(&self, headers: &HeaderMap, origin: &Origin) -> Option<Proof> {
        let name = self.full_name(origin);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies = lines.flat_map(Cookie::split_parse).flatten();
        cookies.find(|cookie| cookie.name() == name).and_then(|cookie| Proof::parse(cookie.value()))
    }

    /// The header that sets it.
    pub fn set(&self, origin: &Origin, value: &Proof) -> HeaderValue {
        self.header(origin, value.expose(), self.minutes)
    }

    /// The header that removes it.
    pub fn clear(&self, origin: &Origin) -> HeaderValue {
        self.header(origin, "", 0)
    }

    fn header(&self, origin: &Origin, value: &str, minutes: i64) -> HeaderValue {
        let cookie: CookieBuilder<'_> = Cookie::build((self.full_name(origin), value))
            .path("/")
            .http_only(true)
            .secure(!origin.is_plain_loopback())
            .same_site(self.same_site)
            .max_age(time::Duration::minutes(minutes));
        let mut header = HeaderValue::from_str(&cookie.to_string()).expect("names and values are ASCII");
        header.set_sensitive(true);
        header
    }

    /// Browsers take the prefix only with `Secure`, which needs TLS.
    fn full_name(&self, origin: &Origin) -> String {
        if origin.is_plain_loopback() { self.name.to_owned() } else { format!("__Host-{}", self.name) }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::random::SystemRandom;

    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::new(url.parse().unwrap())
    }

    fn set(kind: &Kind, url: &str) -> String {
        let proof = Proof::parse(&"p".repeat(43)).unwrap();
        kind.set(&origin(url), &proof).to_str().unwrap().replace(&"p".repeat(43), "PROOF")
    }

    #[test]
    fn cookies_are_bound_to_this_host_and_hidden_from_scripts() {
        let rest = "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600";
        assert_eq!(set(&BROWSER, "https://pins.example.com"), format!("__Host-pinwheel-oauth=PROOF; {rest}"));
        let rest = "HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=900";
        assert_eq!(set(&PICK, "https://pins.example.com"), format!("__Host-pinwheel-pick=PROOF; {rest}"));
    }

    #[test]
    fn without_tls_on_this_machine_there_is_no_prefix_and_no_secure() {
        let expected = "pinwheel-oauth=PROOF; HttpOnly; SameSite=Lax; Path=/; Max-Age=600";
        assert_eq!(set(&BROWSER, "http://localhost:7878"), expected);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_only_under_its_own_name() {
        let origin = origin("https://pins.example.com");
        let proof = Proof::random(&SystemRandom);
        for (line, found) in [
            (format!("a=b; __Host-pinwheel-oauth={}; c=d", proof.expose()), true),
            (format!("pinwheel-oauth={}", proof.expose()), false),
            (format!("__Host-pinwheel-pick={}", proof.expose()), false),
            ("__Host-pinwheel-oauth=short".to_owned(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::COOKIE, line.parse().unwrap())]);
            let read = BROWSER.read(&headers, &origin).map(|found| found.hash());
            assert_eq!(read, found.then(|| proof.hash()), "{line}");
        }
    }
}
