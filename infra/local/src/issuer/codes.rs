//! Authorization codes between the sign-in and the exchange: each works once, for a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::tokens::Person;

const LIFETIME: SignedDuration = SignedDuration::from_secs(60);

/// Who signed in, and what the exchange must prove.
pub struct Grant {
    pub redirect_uri: String,
    pub challenge: String,
    pub nonce: Option<String>,
    pub scope: String,
    pub person: Person,
}

/// The codes that may still be exchanged.
#[derive(Default)]
pub struct Codes(Mutex<HashMap<String, (Timestamp, Grant)>>);

impl Codes {
    /// Keeps a grant under its code, and forgets those that nobody came for.
    pub fn put(&self, code: &str, grant: Grant, now: Timestamp) {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, (at, _)| now.duration_since(*at) <= LIFETIME);
        codes.insert(code.to_owned(), (now, grant));
    }

    /// Takes the grant of a code, if it is not too late; the code is gone in any case.
    pub fn take(&self, code: &str, now: Timestamp) -> Option<Grant> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, grant) = codes.remove(code)?;
        (now.duration_since(at) <= LIFETIME).then_some(grant)
    }
}

impl Grant {
    /// True for the client that began: it knows the verifier whose hash it sent (RFC 7636 §4.6).
    pub fn belongs_to(&self, redirect_uri: &str, verifier: &str) -> bool {
        self.redirect_uri == redirect_uri && BASE64URL_NOPAD.encode(&Sha256::digest(verifier)) == self.challenge
    }
}
