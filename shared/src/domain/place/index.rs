//! Boards of an account and sections of a board, prepared so that looking many names up costs little.

use std::collections::HashMap;

use super::miss::MOST_LISTED;
use super::names::Names;
use super::{Address, BoardEntry, Given, GivenBoard, GivenSection, Miss, SectionEntry, Suggestions, fold, seen, tidy};
use crate::domain::entities::decoded;
use crate::domain::{BoardId, SectionId};

/// The boards of an account; every name is normalized once.
#[derive(Debug, Default)]
pub struct BoardIndex {
    username: String,
    boards: Vec<BoardEntry>,
    ids: HashMap<BoardId, usize>,
    names: NameIndex,
    /// Addresses, by the names of their owners.
    addresses: HashMap<String, Names>,
}

/// The sections of a board; every name is normalized once.
#[derive(Debug, Default)]
pub struct SectionIndex {
    sections: Vec<SectionEntry>,
    ids: HashMap<SectionId, usize>,
    names: NameIndex,
    addresses: Names,
}

/// Names as they are written, as they are seen, and as they are seen in small letters.
#[derive(Debug, Default)]
struct NameIndex {
    written: HashMap<String, Vec<usize>>,
    seen: HashMap<String, Vec<usize>>,
    folded: Names,
}

/// What a text is called by: the names it was looked up in, and the form in which.
struct LookedUp<'i> {
    names: Option<&'i Names>,
    form: String,
    positions: &'i [usize],
}

impl NameIndex {
    fn insert(&mut self, name: &str, position: usize) -> String {
        let written = tidy(name);
        let seen = seen(&written).into_owned();
        let folded = seen.to_lowercase();
        self.written.entry(written).or_default().push(position);
        self.seen.entry(seen).or_default().push(position);
        self.folded.insert(folded.clone(), position);
        folded
    }

    /// What is called `text`, or else what that says once the characters are decoded that HTML writes as `&amp;`.
    fn look_up(&self, text: &str) -> LookedUp<'_> {
        let found = self.look_up_as_is(text);
        match decoded(text).filter(|_| found.positions.is_empty()) {
            Some(decoded) => self.look_up_as_is(&decoded),
            None => found,
        }
    }

    /// As it is written, or else with other signs that are not seen, or else in other capitals.
    fn look_up_as_is(&self, text: &str) -> LookedUp<'_> {
        let written = tidy(text);
        let seen = seen(&written);
        let form = seen.to_lowercase();
        let found = self.written.get(&written).or_else(|| self.seen.get(&*seen));
        let positions = found.map_or_else(|| self.folded.get(&form), Vec::as_slice);
        LookedUp { names: Some(&self.folded), positions, form }
    }
}

impl<'i> LookedUp<'i> {
    fn by_address(names: Option<&'i Names>, part: &str) -> Self {
        let form = slug(&fold(part));
        let positions = names.map_or(&[][..], |names| names.get(&form));
        Self { names, form, positions }
    }

    fn only(&self) -> Option<usize> {
        if let [position] = self.positions { Some(*position) } else { None }
    }

    /// The one position, or why there is none.
    fn one(self, suggestions: &mut Suggestions, label: impl Fn(usize) -> String) -> Result<usize, Miss> {
        match self.positions {
            [position] => Ok(*position),
            [] => {
                let near = self.names.filter(|_| suggestions.take()).map(|names| names.near(&self.form));
                Err(Miss::Absent { near: near.unwrap_or_default().into_iter().map(label).collect() })
            }
            several => {
                let which = several.iter().take(MOST_LISTED).copied().map(label).collect();
                Err(Miss::Ambiguous { which, more: several.len().saturating_sub(MOST_LISTED) })
            }
        }
    }
}

impl BoardIndex {
    /// The boards of the account that is called `username`.
    pub fn new(boards: Vec<BoardEntry>, username: &str) -> Self {
        let mut index = Self { username: username.to_owned(), ..Self::default() };
        for (position, board) in boards.iter().enumerate() {
            index.ids.entry(board.id.clone()).or_insert(position);
            let folded = index.names.insert(&board.name, position);
            let owner = fold(board.owner.as_deref().unwrap_or(username));
            index.addresses.entry(owner).or_default().insert(slug(&folded), position);
        }
        Self { boards, ..index }
    }

    /// The board with that id.
    pub fn get(&self, id: &BoardId) -> Option<&BoardEntry> {
        self.ids.get(id).map(|position| &self.boards[*position])
    }

    fn look_up(&self, given: &GivenBoard) -> LookedUp<'_> {
        if let Given::Address(_, Address { owner, board, .. }) = &given.0 {
            return LookedUp::by_address(self.addresses.get(&fold(owner)), board);
        }
        self.names.look_up(given.as_str())
    }
}

impl SectionIndex {
    /// The sections.
    pub fn new(sections: Vec<SectionEntry>) -> Self {
        let mut index = Self::default();
        for (position, section) in sections.iter().enumerate() {
            index.ids.entry(section.id.clone()).or_insert(position);
            let folded = index.names.insert(&section.name, position);
            index.addresses.insert(slug(&folded), position);
        }
        Self { sections, ..index }
    }

    /// The section with that id.
    pub fn get(&self, id: &SectionId) -> Option<&SectionEntry> {
        self.ids.get(id).map(|position| &self.sections[*position])
    }

    fn look_up(&self, given: &GivenSection) -> LookedUp<'_> {
        if let Given::Address(_, Address { section: Some(section), .. }) = &given.0 {
            return LookedUp::by_address(Some(&self.addresses), section);
        }
        self.names.look_up(given.as_str())
    }
}

impl GivenBoard {
    /// Which board is meant; a miss takes one of the `suggestions`.
    pub fn find<'b>(&self, boards: &'b BoardIndex, suggestions: &mut Suggestions) -> Result<&'b BoardEntry, Miss> {
        if let Some(board) = self.as_id().and_then(|id| boards.get(&id)) {
            return Ok(board);
        }
        let label = |position: usize| boards.boards[position].label(&boards.username);
        boards.look_up(self).one(suggestions, label).map(|position| &boards.boards[position])
    }

    /// The same without saying why there is none.
    pub fn find_one<'b>(&self, boards: &'b BoardIndex) -> Option<&'b BoardEntry> {
        let by_id = self.as_id().and_then(|id| boards.get(&id));
        by_id.or_else(|| boards.look_up(self).only().map(|position| &boards.boards[position]))
    }
}

impl GivenSection {
    /// Which section is meant; a miss takes one of the `suggestions`.
    pub fn find<'s>(
        &self,
        sections: &'s SectionIndex,
        suggestions: &mut Suggestions,
    ) -> Result<&'s SectionEntry, Miss> {
        if let Some(section) = self.as_id().and_then(|id| sections.get(&id)) {
            return Ok(section);
        }
        let label = |position: usize| sections.sections[position].label();
        sections.look_up(self).one(suggestions, label).map(|position| &sections.sections[position])
    }

    /// The same without saying why there is none.
    pub fn find_one<'s>(&self, sections: &'s SectionIndex) -> Option<&'s SectionEntry> {
        let by_id = self.as_id().and_then(|id| sections.get(&id));
        by_id.or_else(|| sections.look_up(self).only().map(|position| &sections.sections[position]))
    }
}

/// A folded name as Pinterest's addresses have it: `mom's cakes & pies` is `moms-cakes-pies`.
fn slug(folded: &str) -> String {
    let kept = |letter: &char| !['\'', '’', '‘'].contains(letter);
    let spaced = |letter: char| if letter.is_alphanumeric() { letter } else { ' ' };
    let words: String = folded.chars().filter(kept).map(spaced).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}
