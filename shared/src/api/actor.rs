//! Who made a change, for the log: a keyed hash of the token's subject, by which the changes of one person or program are found
//! without saying who they are.

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use http::request::Parts;
use secrecy::ExposeSecret;
use sha2::Sha256;
use tracing::Span;

use crate::config::WebConfig;
use crate::domain::OwnerId;

/// The field of a request's span, and so of every line that is logged below it.
pub const FIELD: &str = "by";

/// What comes before the hash of a program that acts for people.
const MACHINE: &str = "machine/";

/// Names the bearer of a token: the keyed hash of the subject, after `machine/` for a program.
pub(super) fn actor(web: &WebConfig, subject: &OwnerId, is_machine: bool) -> Option<String> {
    let hash = hash(web, subject)?;
    Some(if is_machine { format!("{MACHINE}{hash}") } else { hash })
}

/// The keyed hash of `subject`, 16 characters of base64url; absent where `SUBJECT_KEY` is not set.
fn hash(web: &WebConfig, subject: &OwnerId) -> Option<String> {
    let key = web.subject_key.as_ref()?;
    let mut hash = [0; 12];
    // The extraction of HKDF (RFC 5869) is HMAC-SHA256 under that key.
    Hkdf::<Sha256>::new(Some(key.expose_secret().as_bytes()), subject.as_str().as_bytes())
        .expand(b"pinwheel subject", &mut hash)
        .ok()?;
    Some(BASE64URL_NOPAD.encode(&hash))
}

/// Notes in the log of this request that `actor` makes the change.
pub fn record_actor(actor: Option<&str>) {
    if let Some(actor) = actor {
        Span::current().record(FIELD, actor);
    }
}

/// The same for the bearer of a token; who only reads is not noted.
pub(super) fn record_change(parts: &Parts, actor: Option<&str>) {
    if !parts.method.is_safe() {
        record_actor(actor);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn named(key: Option<&str>, subject: &str, is_machine: bool) -> Option<String> {
        let web = WebConfig {
            public_url: None,
            owner_claim: "sub".into(),
            required_scope: "pinwheel/use".into(),
            machine_clients: Vec::new(),
            subject_key: key.map(|key| key.to_owned().into()),
            return_to_origins: Vec::new(),
            webhooks_to_loopback: false,
            sign_in: None,
        };
        actor(&web, &subject.parse().unwrap(), is_machine)
    }

    fn hash(key: Option<&str>, subject: &str) -> Option<String> {
        named(key, subject, false)
    }

    #[test]
    fn a_subject_has_one_hash_for_each_key() {
        let alice = hash(Some("key of one installation"), "alice").unwrap();
        assert_eq!(alice.len(), 16);
        assert_eq!(hash(Some("key of one installation"), "alice"), Some(alice.clone()));
        assert_ne!(hash(Some("key of one installation"), "bob"), Some(alice.clone()));
        assert_ne!(hash(Some("key of another installation"), "alice"), Some(alice.clone()));
        assert_eq!(hash(None, "alice"), None, "without a key anybody could try names");
        let machine = named(Some("key of one installation"), "alice", true);
        assert_eq!(machine.as_deref(), Some(format!("machine/{alice}").as_str()));
    }
}
