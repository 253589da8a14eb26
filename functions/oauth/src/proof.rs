//! Secrets that only a browser has; we keep their hashes.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
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

    /// The permission to pick boards after a consent, which follows from what only the browser has: however often the page
    /// is opened, it is one and the same, so that nobody gets another by opening it again.
    pub fn of_pick(browser: &Self, state: &Self) -> Self {
        let parts = ["pinwheel-pick", browser.expose(), state.expose()];
        Self(BASE64URL_NOPAD.encode(&Sha256::digest(parts.join(" "))))
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
    fn the_permission_to_pick_follows_from_browser_and_state() {
        let [browser, state, other] = [(); 3].map(|()| Proof::random(&SystemRandom));
        let pick = Proof::of_pick(&browser, &state);
        assert_eq!(Proof::parse(pick.expose()).unwrap().hash(), Proof::of_pick(&browser, &state).hash());
        for (browser, state) in [(&other, &state), (&browser, &other), (&state, &browser)] {
            assert_ne!(Proof::of_pick(browser, state).hash(), pick.hash());
        }
    }

    #[test]
    fn what_we_never_drew_is_no_proof() {
        for text in ["", "abc", &"a".repeat(44), &format!("{}=", "a".repeat(42)), &format!("{} ", "a".repeat(42))] {
            assert!(Proof::parse(text).is_none(), "{text:?}");
        }
    }
}
