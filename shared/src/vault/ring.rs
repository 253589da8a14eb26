//! The keys that seal tokens: the newest writes, all of them read.
//!
//! The secret is JSON, `{"generated": "…", "keys": {"2": "<32 bytes in base64>"}, "current": 2}`. Key 1 is derived from
//! `generated`, which the template lets Secrets Manager make up; later keys are added by hand when rotating, and
//! `generated` can be left out once nothing is sealed by key 1 any more.

use std::collections::BTreeMap;

use aes_gcm_siv::{Aes256GcmSiv, KeyInit};
use data_encoding::BASE64;
use hkdf::Hkdf;
use secrecy::SecretString;
use serde::Deserialize;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::random::{self, Random};

/// Parses to the ciphers of all keys.
pub struct KeyRing {
    ciphers: BTreeMap<u32, Aes256GcmSiv>,
    current: u32,
}

/// What is wrong with the secret of the token keys, without saying any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRing {
    /// It is not the JSON described in the module.
    #[error("the token keys are not JSON of the expected shape")]
    Shape,
    /// `generated` is too short to derive a key from.
    #[error("`generated` must have at least 32 characters")]
    TooShort,
    /// A later key is not 32 bytes of base64, or is numbered 0 or 1.
    #[error("key {0} must be numbered 2 or higher and be 32 bytes in base64")]
    BadKey(String),
    /// `current` names no key.
    #[error("`current` names key {0}, which does not exist")]
    NoSuchKey(u32),
}

#[derive(Deserialize)]
struct Secret {
    #[serde(default)]
    generated: Option<String>,
    #[serde(default)]
    keys: BTreeMap<String, String>,
    #[serde(default)]
    current: Option<u32>,
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.generated.zeroize();
        self.keys.values_mut().for_each(Zeroize::zeroize);
    }
}

impl KeyRing {
    /// The secret of a new ring, which has one key.
    pub fn generate(random: &dyn Random) -> SecretString {
        format!(r#"{{"generated":"{}"}}"#, random::token(random)).into()
    }

    /// Reads the secret.
    pub fn parse(secret: &str) -> Result<Self, InvalidRing> {
        let secret: Secret = serde_json::from_str(secret).map_err(|_| InvalidRing::Shape)?;
        let mut ciphers = BTreeMap::new();
        match &secret.generated {
            Some(generated) => ciphers.insert(1, first(generated)?),
            None if secret.keys.is_empty() => return Err(InvalidRing::Shape),
            None => None,
        };
        for (number, key) in &secret.keys {
            let bad = || InvalidRing::BadKey(number.clone());
            let version = number.parse().ok().filter(|version: &u32| *version > 1).ok_or_else(bad)?;
            let key = Zeroizing::new(BASE64.decode(key.as_bytes()).map_err(|_| bad())?);
            let cipher = Aes256GcmSiv::new_from_slice(&key).map_err(|_| bad())?;
            ciphers.insert(version, cipher);
        }
        let current = secret.current.unwrap_or(1);
        if ciphers.contains_key(&current) {
            Ok(Self { ciphers, current })
        } else {
            Err(InvalidRing::NoSuchKey(current))
        }
    }

    /// The key that seals, with its number.
    pub(super) fn current(&self) -> (u32, &Aes256GcmSiv) {
        (self.current, &self.ciphers[&self.current])
    }

    /// The key of that number.
    pub(super) fn get(&self, version: u32) -> Option<&Aes256GcmSiv> {
        self.ciphers.get(&version)
    }
}

/// Key 1.
fn first(generated: &str) -> Result<Aes256GcmSiv, InvalidRing> {
    if generated.len() < 32 {
        return Err(InvalidRing::TooShort);
    }
    let mut key = Zeroizing::new([0_u8; 32]);
    Hkdf::<Sha256>::new(None, generated.as_bytes())
        .expand(b"pinwheel token key 1", key.as_mut())
        .expect("32 bytes are fewer than HKDF can make");
    Ok(Aes256GcmSiv::new((&*key).into()))
}

/// Says which keys there are, not what they are.
impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing {{ versions: {:?}, current: {} }}", self.ciphers.keys(), self.current)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn a_new_ring_reads_back() {
        let secret = KeyRing::generate(&SystemRandom);
        assert!(KeyRing::parse(secret.expose_secret()).is_ok());
        assert_ne!(secret.expose_secret(), KeyRing::generate(&SystemRandom).expose_secret());
    }

    #[test]
    fn each_way_the_secret_can_be_wrong_has_its_own_words() {
        let long = "x".repeat(32);
        let key = BASE64.encode(&[7; 32]);
        for (secret, error) in [
            ("no json".to_owned(), InvalidRing::Shape),
            ("{}".to_owned(), InvalidRing::Shape),
            (r#"{"generated":"short"}"#.to_owned(), InvalidRing::TooShort),
            (format!(r#"{{"generated":"{long}","keys":{{"1":"{key}"}}}}"#), InvalidRing::BadKey("1".into())),
            (format!(r#"{{"generated":"{long}","keys":{{"2":"AAAA"}}}}"#), InvalidRing::BadKey("2".into())),
            (format!(r#"{{"generated":"{long}","current":2}}"#), InvalidRing::NoSuchKey(2)),
            (format!(r#"{{"keys":{{"2":"{key}"}}}}"#), InvalidRing::NoSuchKey(1)),
        ] {
            assert_eq!(KeyRing::parse(&secret).err(), Some(error), "{secret}");
        }
        assert!(KeyRing::parse(&format!(r#"{{"keys":{{"2":"{key}"}},"current":2}}"#)).is_ok());
        assert!(KeyRing::parse(&format!(r#"{{"generated":"{long}","keys":{{"2":"{key}"}},"current":2}}"#)).is_ok());
    }
}
