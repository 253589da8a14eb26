//! Keeps the secrets of a request out of what Pinterest says about it.
//!
//! Pinterest's words are shown to people, stored in a pin's timeline and logged. Nothing keeps it, or a proxy on the way,
//! from quoting the request in them.

use bytes::Bytes;
use data_encoding::BASE64;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::domain::attempt::shorten;

/// What stands in the place of a secret.
const LEFT_OUT: &str = "(left out)";

/// What is shorter is no secret that anybody issues, and would be found in ordinary words.
const SHORTEST: usize = 8;

/// The fields of a form to the token endpoint that are secret.
const SECRET_FIELDS: [&str; 2] = ["code", "refresh_token"];

/// The secrets that went out with a request.
#[derive(Default)]
pub(super) struct Sent(Vec<Zeroizing<String>>);

impl Sent {
    /// The credentials and the secret fields of `request`.
    pub(super) fn with(request: &Request<Bytes>) -> Self {
        let mut sent = Self::default();
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some((scheme, credential)) = header.and_then(|header| header.split_once(' ')) {
            sent.note(credential);
            if scheme == "Basic" {
                sent.note_password(credential);
            }
        }
        let kind = request.headers().get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
        if kind == Some(b"application/x-www-form-urlencoded") {
            let fields = form_urlencoded::parse(request.body());
            for (_, value) in fields.filter(|(name, _)| SECRET_FIELDS.contains(&&**name)) {
                sent.note(&value);
            }
        }
        if kind == Some(b"application/json") {
            for address in std::str::from_utf8(request.body()).unwrap_or_default().split("X-Amz-").skip(1) {
                sent.note_signature(address);
            }
        }
        // A secret that contains another is taken out first.
        sent.0.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        sent
    }

    /// `text` without the secrets, and no longer than what is kept of Pinterest's words.
    pub(super) fn taken_out_of(&self, text: &str) -> String {
        let cleaned = self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), LEFT_OUT));
        shorten(&cleaned)
    }

    fn note(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            self.0.extend([secret.to_owned(), encoded].map(Zeroizing::new));
        }
    }

    /// What makes an address of S3 a signed one; without it the rest opens nothing.
    fn note_signature(&mut self, rest: &str) {
        let value = ["Signature=", "Security-Token="].iter().find_map(|name| rest.strip_prefix(name));
        if let Some(value) = value {
            self.note(value.split(['&', '"', '\\']).next().unwrap_or(value));
        }
    }

    fn note_password(&mut self, credential: &str) {
        let pair = BASE64.decode(credential.as_bytes()).map(Zeroizing::new).unwrap_or_default();
        let pair = std::str::from_utf8(&pair).unwrap_or_default();
        if let Some((_, password)) = pair.split_once(':') {
            self.note(password);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn sent(authorization: &str, form: &'static str) -> Sent {
        let request = Request::post("https://api.pinterest.com/v5/oauth/token")
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        Sent::with(&request.body(Bytes::from_static(form.as_bytes())).unwrap())
    }

    #[test]
    fn an_echo_of_what_was_sent_is_left_out() {
        let basic = format!("Basic {}", BASE64.encode(b"1485555:app+secret/1"));
        let sent = sent(&basic, "grant_type=refresh_token&refresh_token=pinr_12345678%2B");
        for (echo, kept) in [
            ("app 1485555 with app+secret/1 is unknown", "app 1485555 with (left out) is unknown"),
            ("refresh_token=pinr_12345678%2B", "refresh_token=(left out)"),
            ("bad token pinr_12345678+", "bad token (left out)"),
            ("no echo of a refresh_token", "no echo of a refresh_token"),
        ] {
            assert_eq!(sent.taken_out_of(echo), kept);
        }
        let echo = format!("the header was {basic}");
        assert_eq!(sent.taken_out_of(&echo), "the header was Basic (left out)");
    }

    #[test]
    fn an_echo_of_a_signed_address_opens_nothing() {
        let signature = "0123456789abcdef".repeat(4);
        let address = format!(
            "https://media.s3.amazonaws.com/a/b?X-Amz-Security-Token=IQo%2Fsession&X-Amz-Signature={signature}"
        );
        let body = format!(r#"{{"media_source":{{"source_type":"image_url","url":"{address}"}}}}"#);
        let request = Request::post("https://api.pinterest.com/v5/pins").header(CONTENT_TYPE, "application/json");
        let sent = Sent::with(&request.body(Bytes::from(body)).unwrap());
        let echo = sent.taken_out_of(&format!("{signature} IQo%2Fsession"));
        assert_eq!(echo, "(left out) (left out)");
    }

    #[test]
    fn a_secret_that_lies_across_the_cut_is_left_out_whole() {
        let sent = sent("Bearer pina_0123456789abcdef", "");
        let echo = format!("{}pina_0123456789abcdef", "x".repeat(190));
        assert!(!sent.taken_out_of(&echo).contains("pina"));
    }

    #[test]
    fn ordinary_words_stay() {
        assert_eq!(sent("Bearer a", "code=1").taken_out_of("a board has 1 name"), "a board has 1 name");
    }
}
