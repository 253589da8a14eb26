//! OAuth scopes of Pinterest and sets of them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::characters::{is_unseen, without_unseen};
use super::fields::shortened;

/// Every scope Pinterest knows, by Pinterest's order (OpenAPI `securitySchemes.pinterest_oauth2`).
const KNOWN: [&str; 19] = [
    "user_accounts:read",
    "user_accounts:write",
    "pins:read",
    "pins:read_secret",
    "pins:write",
    "pins:write_secret",
    "boards:read",
    "boards:read_secret",
    "boards:write",
    "boards:write_secret",
    "ads:read",
    "ads:write",
    "billing:read",
    "billing:write",
    "biz_access:read",
    "biz_access:write",
    "catalogs:read",
    "catalogs:write",
    "msot:write",
];

/// How many characters of an unknown word are compared with the known scopes; every scope is shorter.
const LONGEST_COMPARED: usize = 40;

/// A scope that Pinterest knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(u8);

/// A word that is no scope of Pinterest's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a scope that Pinterest knows")]
pub struct UnknownScope {
    /// The word as it was given.
    pub word: String,
    /// The known scope that is spelled most like it.
    pub nearest: &'static str,
}

impl Scope {
    /// Reads the connected account's name and picture.
    pub const USER_ACCOUNTS_READ: Self = Self(0);
    /// Reads pins.
    pub const PINS_READ: Self = Self(2);
    /// Reads secret pins.
    pub const PINS_READ_SECRET: Self = Self(3);
    /// Creates pins.
    pub const PINS_WRITE: Self = Self(4);
    /// Creates secret pins.
    pub const PINS_WRITE_SECRET: Self = Self(5);
    /// Lists boards.
    pub const BOARDS_READ: Self = Self(6);
    /// Lists secret boards.
    pub const BOARDS_READ_SECRET: Self = Self(7);
    /// Writes to boards.
    pub const BOARDS_WRITE: Self = Self(8);
    /// Writes to secret boards.
    pub const BOARDS_WRITE_SECRET: Self = Self(9);

    /// What `POST /pins` asks for (OpenAPI `POST /pins` security) and what names the account.
    pub const NEEDED: [Self; 5] =
        [Self::USER_ACCOUNTS_READ, Self::PINS_READ, Self::PINS_WRITE, Self::BOARDS_READ, Self::BOARDS_WRITE];

    /// The scope's name, such as `pins:write`.
    pub fn as_str(self) -> &'static str {
        KNOWN[usize::from(self.0)]
    }

    /// What does not work without this scope, for those that publishing needs.
    pub fn needed_for(self) -> Option<&'static str> {
        match self {
            Self::USER_ACCOUNTS_READ => Some("showing the account's name"),
            Self::BOARDS_READ => Some("listing boards and publishing pins"),
            Self::PINS_READ => Some("publishing pins and finding them again"),
            Self::PINS_WRITE | Self::BOARDS_WRITE => Some("publishing pins"),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        if let Some(index) = (0_u8..).zip(KNOWN).find_map(|(index, known)| (known == word).then_some(index)) {
            return Ok(Self(index));
        }
        let compared = shortened(word, LONGEST_COMPARED);
        let nearest = KNOWN
            .into_iter()
            .min_by_key(|known| strsim::damerau_levenshtein(known, &compared))
            .expect("the list of scopes is not empty");
        Err(UnknownScope { word: word.to_owned(), nearest })
    }
}

/// A set of scopes, in Pinterest's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// The scopes of a fresh installation: all that publishing needs, to secret boards as well.
    pub fn defaults() -> Self {
        Self(
            [
                Scope::USER_ACCOUNTS_READ,
                Scope::PINS_READ,
                Scope::PINS_READ_SECRET,
                Scope::PINS_WRITE,
                Scope::PINS_WRITE_SECRET,
                Scope::BOARDS_READ,
                Scope::BOARDS_READ_SECRET,
                Scope::BOARDS_WRITE,
                Scope::BOARDS_WRITE_SECRET,
            ]
            .into(),
        )
    }

    /// Every scope that Pinterest knows, as the sandbox tokens of its developer pages have them.
    pub fn all() -> Self {
        Self((0_u8..).zip(KNOWN).map(|(index, _)| Scope(index)).collect())
    }

    /// Reads the text that Pinterest and people write, whatever separates the scopes in it; answers every unknown word.
    pub fn parse(text: &str) -> Result<Self, Vec<UnknownScope>> {
        let words: Vec<_> = words(text).collect();
        Self::parse_words(words.iter().map(AsRef::as_ref))
    }

    /// Reads a list of scopes; answers every unknown word.
    pub fn parse_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<UnknownScope>> {
        let mut scopes = BTreeSet::new();
        let mut unknown = Vec::new();
        for word in words {
            match word.parse() {
                Ok(scope) => drop(scopes.insert(scope)),
                Err(error) => unknown.push(error),
            }
        }
        if unknown.is_empty() { Ok(Self(scopes)) } else { Err(unknown) }
    }

    /// Reads what Pinterest granted, passing over scopes that it may invent later.
    pub fn parse_known(text: &str) -> Self {
        Self(words(text).filter_map(|word| word.parse().ok()).collect())
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `scope` is in the set.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes in Pinterest's order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// The scopes that publishing needs and that are not in this set.
    #[must_use]
    pub fn missing_for_publishing(&self) -> Self {
        Self(Scope::NEEDED.into_iter().filter(|scope| !self.contains(*scope)).collect())
    }

    /// The scopes of this set that are not in `granted`.
    #[must_use]
    pub fn missing_in(&self, granted: &Self) -> Self {
        Self(self.0.difference(&granted.0).copied().collect())
    }

    /// The scopes' names, in order.
    pub fn names(&self) -> Vec<String> {
        self.iter().map(|scope| scope.to_string()).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

/// Comma-separated, as Pinterest's consent page takes it.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}

/// The words of a text that was typed or pasted: white space, commas, semicolons, quotes, brackets and bullets separate them.
///
/// What is not seen separates them as well, unless it stands within a scope, as where a page lets its line break.
fn words(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.') || is_unseen(c);
    let pieces = text.split(move |c| !is_of_word(c));
    let words = pieces.flat_map(|piece| {
        let whole = without_unseen(piece);
        let is_one = whole.parse::<Scope>().is_ok();
        let (one, parts) = if is_one { (Some(whole), "") } else { (None, piece) };
        one.into_iter().chain(parts.split(is_unseen).map(Cow::Borrowed))
    });
    words.filter(|word| word.contains(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn the_text_that_pinterest_shows_is_read_as_it_is() {
        let text = "user_accounts:read, pins:read, pins:read_secret, pins:write, pins:write_secret, boards:read, boards:read_secret";
        let scopes = Scopes::parse(text).unwrap();
        assert_eq!(scopes.names().join(", "), text);
        assert_eq!(scopes.missing_for_publishing().names(), ["boards:write"]);
        assert_eq!(Scopes::parse("pins:read boards:read"), Scopes::parse("boards:read,pins:read"));
    }

    #[test]
    fn whatever_stands_between_scopes_separates_them() {
        let expected = Scopes::parse("pins:read boards:read");
        for text in [
            "pins:read;boards:read;",
            "pins:read\u{a0}boards:read",
            "pins:read\u{2003}\u{2028}boards:read",
            "pins:read,\u{200b}boards:read",
            "pins:read\u{200b}boards:read\u{feff}",
            "pins:\u{ad}read boards\u{200b}:read",
            "\"pins:read\", \"boards:read\"",
            "[\"pins:read\",\"boards:read\"]",
            "\u{201e}pins:read\u{201c} \u{201a}boards:read\u{2018}",
            "'pins:read'\u{ff0c}`boards:read`",
            "\u{2022} pins:read\n\u{2022} boards:read",
            "- pins:read\n- boards:read",
            "pins:read+boards:read",
            "\u{202b}pins:read\u{202c} | \u{200e}boards:read",
        ] {
            assert_eq!(Scopes::parse(text), expected, "{text:?}");
        }
        let words: Vec<_> = Scopes::parse("pins-read; pins:\u{200b}raed").unwrap_err();
        let words: Vec<_> = words.into_iter().map(|unknown| unknown.word).collect();
        assert_eq!(words, ["pins-read", "pins:", "raed"]);
        assert!(Scopes::parse(" ;\u{200b}, \"\"").unwrap().is_empty());
    }

    #[test]
    fn every_unknown_word_is_answered_with_the_nearest_known() {
        let unknown = Scopes::parse("pins:wriet boards:reed pins:read").unwrap_err();
        let nearest: Vec<_> = unknown.iter().map(|error| error.nearest).collect();
        assert_eq!(nearest, ["pins:write", "boards:read"]);
    }

    #[test]
    fn all_scopes_are_those_that_are_known() {
        assert_eq!(Scopes::all().names(), KNOWN);
    }

    #[test]
    fn constants_stand_for_the_scopes_they_are_named_after() {
        let names: Vec<_> = Scopes::defaults().names();
        assert_eq!(
            names,
            &KNOWN.iter().filter(|s| **s != "user_accounts:write").take(9).map(|s| (*s).to_owned()).collect::<Vec<_>>()
                [..]
        );
    }
}
