//! Words that the table has and this version does not know, as a version after or before it stored them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The longest word that is kept.
const LONGEST: usize = 64;

/// How many different words are kept. No version adds as many; damaged rows could.
const MOST: usize = 256;

/// What programs are told instead of such a word; it also stands for one that is not kept.
pub(crate) const OTHER: &str = "other";

/// The same word for as long as the process lives, so that whatever carries it stays a plain value.
pub(crate) fn intern(word: &str) -> &'static str {
    static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word) {
        return known;
    }
    if word.is_empty() || word.len() > LONGEST || words.len() >= MOST {
        return OTHER;
    }
    let kept: &'static str = Box::leak(word.to_owned().into_boxed_str());
    words.insert(kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Failure, Hold};

    #[test]
    fn a_word_of_another_version_is_kept_and_one_that_is_known_is_read() {
        assert_eq!(Hold::from_stored("rate_limited"), Hold::RateLimited);
        let newer = Hold::from_stored("waits_for_the_moon");
        assert_eq!((newer.code(), newer.stored()), (OTHER, "waits_for_the_moon"));
        assert!(Hold::table().any(|(code, _)| code == OTHER), "it is described");
        assert_eq!(Hold::from_code("waits_for_the_moon"), None, "nobody asks for it by that word");
        assert!(!Hold::ALL.contains(&newer));
        assert_eq!(Failure::from_stored("").stored(), OTHER);
        assert_eq!(Failure::from_stored(&"x".repeat(65)).stored(), OTHER);
        assert!(std::ptr::eq(intern("the_same"), intern("the_same")));
    }
}
