//! Secrets and signatures of Standard Webhooks 1.0 (<https://github.com/standard-webhooks/standard-webhooks>).

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use shared::random::{self, Random};

/// With what every secret begins.
const PREFIX: &str = "whsec_";

/// Draws a secret: 32 bytes, as the specification recommends 24 to 64.
pub fn new_secret(random: &dyn Random) -> SecretString {
    format!("{PREFIX}{}", BASE64.encode(&random::bytes::<32>(random))).into()
}

/// The header `webhook-signature`: one signature for each of `secrets`.
pub fn sign(secrets: &[SecretString], id: &str, at: Timestamp, body: &[u8]) -> String {
    let signatures = secrets.iter().map(|secret| format!("v1,{}", signature(secret, id, at, body)));
    signatures.collect::<Vec<_>>().join(" ")
}

fn signature(secret: &SecretString, id: &str, at: Timestamp, body: &[u8]) -> String {
    let key = secret.expose_secret().trim_start_matches(PREFIX);
    let key = BASE64.decode(key.as_bytes()).expect("secrets are made by `new_secret`");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key can have any length");
    mac.update(format!("{id}.{}.", at.as_second()).as_bytes());
    mac.update(body);
    BASE64.encode(&mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::random::SystemRandom;

    use super::*;

    /// The vector of the specification's own libraries.
    #[test]
    fn the_vector_of_the_specification_is_signed_as_it_says() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signed = sign(std::slice::from_ref(&secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = sign(&[secret, new_secret(&SystemRandom)], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body);
        assert!(both.starts_with(&format!("{signed} v1,")), "{both}");
    }

    #[test]
    fn a_secret_has_thirty_two_bytes_of_its_own() {
        let [one, other] = [new_secret(&SystemRandom), new_secret(&SystemRandom)];
        assert_ne!(one.expose_secret(), other.expose_secret());
        let bytes = BASE64.decode(one.expose_secret().strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
        assert_eq!(bytes.len(), 32);
    }
}
