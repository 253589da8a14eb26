//! Boards and sections as people name them: by id, by name, or by the address they copied from Pinterest.
//!
//! A name means one board or none: where two are called so, or nearly so, the person is asked which.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Serialize, Serializer};

use super::characters::{is_unseen, trim_unseen, without_unseen};
use super::{BoardId, SectionId};

mod address;
mod index;
mod miss;
mod names;
mod slash;

pub use address::Address;
pub use index::{BoardIndex, SectionIndex};
pub use miss::{Miss, Suggestions};
pub use slash::{FoundBoard, MissedBoard};

/// The longest text that is read as a name; Pinterest's own names of boards and sections are shorter.
const LONGEST: usize = 2048;

/// A board as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBoard(Given);

/// A section as somebody gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenSection(Given);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    /// Digits: an id, or else a name such as "2026".
    Digits(String),
    Name(String),
    /// The text beside what it says.
    Address(String, Address),
}

/// Why a text names nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// Nothing, or white space.
    #[error("Enter an ID, a name or a URL.")]
    Empty,
    /// More than any name.
    #[error("Too long for a name or a URL: at most {LONGEST} characters.")]
    TooLong,
    /// An address that leads elsewhere.
    #[error("This isn't a Pinterest URL. Enter an ID, a name, or the URL that your browser shows on Pinterest.")]
    Foreign,
    /// A short link, which says nothing of where it leads.
    #[error("A pin.it link doesn't show where it leads. Open it and copy the URL from your browser.")]
    Short,
    /// Pinterest's address of something else.
    #[error(
        "This Pinterest URL isn't a board. Board URLs look like https://www.pinterest.com/name/board/, and section \
         URLs have the section after that."
    )]
    Other,
}

impl NoPlace {
    /// The word for clients.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Foreign | Self::Short | Self::Other => "invalid_url",
        }
    }
}

/// A board that an account may write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardEntry {
    /// Pinterest's id.
    pub id: BoardId,
    /// The name.
    pub name: String,
    /// Whose it is; where Pinterest does not say so, the account's own.
    pub owner: Option<String>,
    /// Whether only its members see it.
    pub is_secret: bool,
}

/// A section of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionEntry {
    /// Pinterest's id.
    pub id: SectionId,
    /// The name.
    pub name: String,
}

impl Given {
    fn parse(text: &str) -> Result<Self, NoPlace> {
        let text = trim_unseen(text);
        if text.is_empty() {
            return Err(NoPlace::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(NoPlace::TooLong);
        }
        let seen = without_unseen(text);
        if seen.bytes().all(|byte| byte.is_ascii_digit()) && seen.len() <= 32 {
            return Ok(Self::Digits(seen.into_owned()));
        }
        Ok(match Address::parse(&seen)? {
            Some(address) => Self::Address(text.to_owned(), address),
            None => Self::Name(text.to_owned()),
        })
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Digits(text) | Self::Name(text) | Self::Address(text, _) => text,
        }
    }
}

impl GivenBoard {
    /// Reads what was given; nothing is looked up.
    pub fn parse(text: &str) -> Result<Self, NoPlace> {
        Given::parse(text).map(Self)
    }

    /// What was given.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The id, where what was given can be one.
    pub fn as_id(&self) -> Option<BoardId> {
        matches!(self.0, Given::Digits(_)).then(|| self.as_str().parse().ok()).flatten()
    }

    /// The section that an address names behind the board.
    pub fn section(&self) -> Option<GivenSection> {
        match &self.0 {
            Given::Address(text, address) if address.section.is_some() => {
                Some(GivenSection(Given::Address(text.clone(), address.clone())))
            }
            _ => None,
        }
    }
}

impl GivenSection {
    /// Reads what was given; nothing is looked up.
    pub fn parse(text: &str) -> Result<Self, NoPlace> {
        let given = Given::parse(text)?;
        match &given {
            Given::Address(_, address) if address.section.is_none() => Err(NoPlace::Other),
            _ => Ok(Self(given)),
        }
    }

    /// What was given.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The id, where what was given can be one.
    pub fn as_id(&self) -> Option<SectionId> {
        matches!(self.0, Given::Digits(_)).then(|| self.as_str().parse().ok()).flatten()
    }

    /// The board that an address names before the section.
    pub fn board(&self) -> Option<GivenBoard> {
        matches!(self.0, Given::Address(..)).then(|| GivenBoard(self.0.clone()))
    }
}

impl BoardEntry {
    fn label(&self, username: &str) -> String {
        match &self.owner {
            Some(owner) if owner != username => format!("\"{}\" of {owner} ({})", self.name, self.id),
            _ => format!("\"{}\" ({})", self.name, self.id),
        }
    }
}

impl SectionEntry {
    fn label(&self) -> String {
        format!("\"{}\" ({})", self.name, self.id)
    }
}

impl From<&BoardId> for GivenBoard {
    fn from(id: &BoardId) -> Self {
        Self(Given::Digits(id.to_string()))
    }
}

impl Serialize for GivenBoard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for GivenSection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A name as it is compared: one white space between words, one form for each character, nothing that is not seen, no
/// capitals.
fn fold(text: &str) -> String {
    seen(&tidy(text)).to_lowercase()
}

/// What is seen of a tidy name.
fn seen(tidy: &str) -> Cow<'_, str> {
    if !tidy.contains(is_unseen) {
        return tidy.into();
    }
    // What stood apart by nothing but an invisible sign between two spaces is one word after another all the same.
    without_unseen(tidy).split_whitespace().collect::<Vec<_>>().join(" ").into()
}

/// A name as it is written: one white space between words, one form for each character.
fn tidy(text: &str) -> String {
    #[cfg(test)]
    names::work::NORMALIZATIONS.set(names::work::NORMALIZATIONS.get() + 1);
    let text = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
