//! What a pin says, folded so that the pin can be recognized on its board.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::{BoardId, Content, Pin};

/// The texts of a pin with their white space folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    link: String,
    title: String,
    description: String,
    alt_text: String,
}

/// How much two pins say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Word for word.
    Same,
    /// But for capitals, punctuation, and the parts of a link that a server may rewrite. Pinterest documents no
    /// rewriting of texts, so whether this is the same pin is not for a program to say.
    Similar,
    /// They do not.
    Different,
}

impl Words {
    /// The words of a pin with these texts; an absent text counts as an empty one.
    pub fn new(link: Option<&str>, title: Option<&str>, description: Option<&str>, alt_text: Option<&str>) -> Self {
        let fold = |text: Option<&str>| text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        Self { link: fold(link), title: fold(title), description: fold(description), alt_text: fold(alt_text) }
    }

    /// Whether there are none, so that the pin looks like every other one without.
    pub fn is_empty(&self) -> bool {
        [&self.link, &self.title, &self.description, &self.alt_text].iter().all(|text| text.is_empty())
    }

    /// How much `other` says the same.
    pub fn likeness(&self, other: &Self) -> Likeness {
        if self == other {
            return Likeness::Same;
        }
        let alike = plain_link(&self.link) == plain_link(&other.link)
            && [
                (&self.title, &other.title),
                (&self.description, &other.description),
                (&self.alt_text, &other.alt_text),
            ]
            .iter()
            .all(|(ours, theirs)| plain(ours) == plain(theirs));
        if alike && !self.is_empty() { Likeness::Similar } else { Likeness::Different }
    }

    /// What pins of the same words on one board have in common and others have not: 128 bits of SHA-256 as text.
    pub fn fingerprint(&self, board: &BoardId) -> String {
        let mut hash = Sha256::new();
        for text in [board.as_str(), &self.link, &self.title, &self.description, &self.alt_text] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        }
        BASE64URL_NOPAD.encode(&hash.finalize()[..16])
    }
}

impl From<&Content> for Words {
    fn from(content: &Content) -> Self {
        Self::new(content.link(), content.title(), content.description(), content.alt_text())
    }
}

impl Pin {
    /// What pins that cannot be told apart on their board have in common.
    pub fn fingerprint(&self) -> String {
        Words::from(&self.content).fingerprint(&self.board_id)
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Scheme, `www.`, query and fragment are what servers rewrite in a link.
fn plain_link(link: &str) -> String {
    let link = link.split(['?', '#']).next().unwrap_or_default();
    let link = link.split_once("://").map_or(link, |(_, rest)| rest);
    plain(link.strip_prefix("www.").unwrap_or(link))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(link: &str, title: &str) -> Words {
        Words::new(Some(link), Some(title), None, Some(""))
    }

    #[test]
    fn white_space_does_not_matter_and_rewriting_leaves_a_likeness() {
        let ours = words("https://example.com/cake", "Lemon cake");
        for (link, title, likeness) in [
            ("https://example.com/cake", " Lemon\n cake ", Likeness::Same),
            ("http://www.example.com/cake/?utm_source=p", "Lemon cake", Likeness::Similar),
            ("https://example.com/cake", "Lemon Cake!", Likeness::Similar),
            ("https://example.com/cake", "Lime cake", Likeness::Different),
            ("https://example.com/pie", "Lemon cake", Likeness::Different),
        ] {
            assert_eq!(ours.likeness(&words(link, title)), likeness, "{link} {title}");
        }
        let nothing = words("", "");
        assert!(nothing.is_empty() && nothing.likeness(&words("", "!")) == Likeness::Different);
    }

    #[test]
    fn a_fingerprint_is_of_the_words_on_one_board() {
        let (one, two): (BoardId, BoardId) = ("1".parse().expect("digits"), "2".parse().expect("digits"));
        let ours = words("https://example.com", "ab");
        assert_eq!(ours.fingerprint(&one), words("https://example.com", " ab").fingerprint(&one));
        assert_ne!(ours.fingerprint(&one), ours.fingerprint(&two));
        let split = Words::new(None, Some("a"), Some("b"), None);
        assert_ne!(split.fingerprint(&one), Words::new(None, Some("ab"), None, None).fingerprint(&one));
    }
}
