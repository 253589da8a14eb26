//! `Board/Section`, as Pinterest's own spreadsheet writes a section.

use super::{BoardEntry, BoardIndex, Given, GivenBoard, GivenSection, Miss, Suggestions, fold};

/// A board with the section that its name or address says behind it.
#[derive(Debug)]
pub struct FoundBoard<'b> {
    /// The board.
    pub board: &'b BoardEntry,
    /// The section, which nobody looked up.
    pub section: Option<GivenSection>,
}

/// Why a text means no one board, with the name that was looked for.
#[derive(Debug, PartialEq, Eq)]
pub struct MissedBoard {
    /// Why.
    pub miss: Miss,
    /// The board that is missing; of `Board/Section` the first part.
    pub name: String,
}

impl GivenBoard {
    /// Which board is meant, and which section of it. A board that is called so wins, slashes and all; else what is before a
    /// slash is the board, the last slash being tried first. A miss takes one of the `suggestions`.
    pub fn find_place<'b>(
        &self,
        boards: &'b BoardIndex,
        suggestions: &mut Suggestions,
    ) -> Result<FoundBoard<'b>, MissedBoard> {
        if let Some(board) = self.find_one(boards) {
            return Ok(FoundBoard { board, section: self.section() });
        }
        let parts: Vec<_> = self.parts().collect();
        for (board, section) in &parts {
            if let Some(board) = board.find_one(boards) {
                return Ok(FoundBoard { board, section: Some(section.clone()) });
            }
        }
        // Nobody else than one of several boards of a name is meant by it; of none, what is nearest is told.
        let missed = |given: &Self, suggestions: &mut Suggestions| match given.find(boards, suggestions) {
            Ok(_) => None,
            Err(miss) => Some(MissedBoard { miss, name: given.as_str().to_owned() }),
        };
        let ambiguous = [self].into_iter().chain(parts.iter().map(|(board, _)| board)).find_map(|given| {
            missed(given, &mut Suggestions::none()).filter(|missed| matches!(missed.miss, Miss::Ambiguous { .. }))
        });
        let nearest = parts.last().map_or(self, |(board, _)| board);
        let absent = || missed(nearest, suggestions);
        let none = || MissedBoard { miss: Miss::Absent { near: Vec::new() }, name: self.as_str().to_owned() };
        Err(ambiguous.or_else(absent).unwrap_or_else(none))
    }

    /// Whether one board is meant.
    pub fn is_found(&self, boards: &BoardIndex) -> bool {
        self.find_one(boards).is_some() || self.parts().any(|(board, _)| board.find_one(boards).is_some())
    }

    /// What is before and behind each slash of a name, the last slash first.
    fn parts(&self) -> impl Iterator<Item = (Self, GivenSection)> {
        let name = if let Given::Name(name) = &self.0 { name.as_str() } else { "" };
        let slashes = name.rmatch_indices('/').take(MOST_SLASHES);
        slashes.filter_map(|(at, _)| {
            let board = Self::parse(&name[..at]).ok()?;
            Some((board, GivenSection::parse(&name[at + 1..]).ok()?))
        })
    }
}

impl GivenSection {
    /// Whether both are the same name, or the same text of another kind.
    pub fn is_alike(&self, other: &Self) -> bool {
        fold(self.as_str()) == fold(other.as_str())
    }
}

/// How many slashes are tried.
const MOST_SLASHES: usize = 8;
