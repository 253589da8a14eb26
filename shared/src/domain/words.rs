//! What a pin says, folded so that the pin can be recognized on its board.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};
use url::Url;

use super::entities::decode;
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
    /// Link, title or description say the same but for what a server may rewrite, or there is nothing to tell the pin by.
    /// Whether Pinterest rewrites texts is not documented, so whether this is the pin is not for a program to say.
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

    /// Whether there are none that a board shows as they were sent: Pinterest may leave an alt text out, or write its own.
    fn are_nothing_to_go_by(&self) -> bool {
        [&self.link, &self.title, &self.description].iter().all(|text| text.is_empty())
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
        // One text that says the same is enough: which others were rewritten, nobody knows. Without words a pin may be any.
        let alike = self.are_nothing_to_go_by()
            || is_alike(&plain_link(&self.link), &plain_link(&other.link))
            || is_alike(&plain(&self.title), &plain(&other.title))
            || is_alike(&plain(&self.description), &plain(&other.description));
        if alike { Likeness::Similar } else { Likeness::Different }
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

fn is_alike(ours: &str, theirs: &str) -> bool {
    !ours.is_empty() && ours == theirs
}

/// A text without what a server may rewrite: capitals, punctuation, and characters written as entities.
fn plain(text: &str) -> String {
    decode(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A link without what a server may rewrite: scheme, `www.`, query and fragment, and how other characters are written.
fn plain_link(link: &str) -> String {
    let Ok(url) = Url::parse(link) else { return plain(link) };
    let host = url.host_str().unwrap_or_default();
    plain(&format!("{} {}", host.strip_prefix("www.").unwrap_or(host), url.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(link: &str, title: &str) -> Words {
        Words::new(Some(link), Some(title), None, Some(""))
    }

    #[test]
    fn white_space_does_not_matter_and_rewriting_leaves_a_likeness() {
        let ours = words("https://example.com/käse", "Tom & Jerry");
        for (link, title, likeness) in [
            ("https://example.com/käse", " Tom &\n Jerry ", Likeness::Same),
            ("http://www.example.com/k%C3%A4se?utm_source=p", "Anything", Likeness::Similar),
            ("https://other.example", "tom &amp; jerry!", Likeness::Similar),
            ("", "Tom and Jerry", Likeness::Different),
            ("https://example.com/pie", "Lemon cake", Likeness::Different),
        ] {
            assert_eq!(ours.likeness(&words(link, title)), likeness, "{link} {title}");
        }
        let idn = words("https://bücher.example/a", "");
        assert_eq!(idn.likeness(&words("https://xn--bcher-kva.example/a", "")), Likeness::Similar);
    }

    #[test]
    fn a_pin_without_words_may_be_any_and_an_absent_text_is_like_no_other() {
        let nothing = words("", "");
        assert!(nothing.is_empty());
        assert_eq!(nothing.likeness(&words("", "")), Likeness::Same);
        assert_eq!(nothing.likeness(&words("", "Something")), Likeness::Similar);
        assert_eq!(words("", "Something").likeness(&nothing), Likeness::Different);
        let alt_text = Words::new(None, None, None, Some("A cake"));
        assert_eq!(alt_text.likeness(&nothing), Likeness::Similar, "Pinterest may leave it out");
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
