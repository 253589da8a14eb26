//! Secrets that only a browser has; we keep their hashes.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use shared::random::{self, Random};

/// A secret of 256 random bits: a state, or the value of a cookie.
pub struct Proof(String);

impl Proof {
    /// Draws one.
    pub fn random(random: &dyn Random) -> Self {
        Self(random::token(random))
    }

    /// Takes over what a browser sent, where it looks like one.
    pub fn parse(text: &str) -> Option<Self> {
        let looks_right =
            text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        looks_right.then(|| Self(text.to_owned()))
    }

    /// The secret itself; only for the browser.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it: SHA-256 in hex.
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::random::SystemRandom;

    use super::*;

    #[test]
    fn a_drawn_proof_is_recognized_by_its_hash() {
        let proof = Proof::random(&SystemRandom);
        assert_eq!(Proof::parse(proof.expose()).unwrap().hash(), proof.hash());
        assert_ne!(proof.hash(), Proof::random(&SystemRandom).hash());
        assert_eq!(proof.hash().len(), 64);
    }

    #[test]
    fn what_we_never_drew_is_no_proof() {
        for text in ["", "abc", &"a".repeat(44), &format!("{}=", "a".repeat(42)), &format!("{} ", "a".repeat(42))] {
            assert!(Proof::parse(text).is_none(), "{text:?}");
        }
    }
}
