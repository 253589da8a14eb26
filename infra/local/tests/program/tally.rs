//! What became of pins, by Pinwheel's own account and by Pinterest's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::crowd::{Crowd, text};

/// How pins ended.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many pins there are.
    pub pins: usize,
    /// Published by their first attempt.
    pub first_try: usize,
    /// Published, and found on their board after nobody knew what became of the attempt.
    pub found: usize,
    /// Published by a further attempt, after the first one was looked for and not found.
    pub posted_again: usize,
    /// Published by a further attempt for another reason, such as a token that was just renewed.
    pub after_setbacks: usize,
    /// Given to a person, because nobody knows whether they are on Pinterest.
    pub reviews: usize,
    /// Pins in any other state.
    pub others: Vec<String>,
    /// Published pins whose id is not on their board, or another pin's.
    pub lost: Vec<String>,
    /// Titles that are on a board more than once, or that nobody planned.
    pub doubled: Vec<String>,
    /// Pins in review of which Pinterest has one.
    pub reviews_on_pinterest: usize,
}

impl Tally {
    /// Compares all pins of the crowd with what is on its boards.
    pub async fn of(crowd: &mut Crowd) -> Self {
        let pins = crowd.pins(None).await;
        let mut tally = Self { pins: pins.len(), ..Self::default() };
        let mut boards = BTreeMap::new();
        for board in crowd.boards.clone().into_values() {
            let there = crowd.told(&format!("pins?board={board}")).await;
            boards.insert(board, there);
        }
        let mut taken = BTreeSet::new();
        for pin in &pins {
            let there = &boards[text(pin, "board_id")];
            tally.add(pin, there, &mut taken);
        }
        for (board, there) in &boards {
            let mut titles = BTreeSet::new();
            let twice = there.iter().map(|pin| text(pin, "title")).filter(|title| !titles.insert(*title));
            tally.doubled.extend(twice.map(|title| format!("{title} on {board}")));
        }
        tally
    }

    fn add(&mut self, pin: &Value, there: &[Value], taken: &mut BTreeSet<String>) {
        let title = text(&pin["content"], "title");
        match text(pin, "status") {
            "published" => {
                let id = text(pin, "pinterest_pin_id");
                let is_there =
                    there.iter().any(|on_board| text(on_board, "id") == id && text(on_board, "title") == title);
                if !is_there || !taken.insert(id.to_owned()) {
                    self.lost.push(pin.to_string());
                }
                self.published(pin);
            }
            "needs_review" => {
                self.reviews += 1;
                self.reviews_on_pinterest += usize::from(there.iter().any(|on_board| text(on_board, "title") == title));
            }
            _ => self.others.push(pin.to_string()),
        }
    }

    fn published(&mut self, pin: &Value) {
        let outcomes: Vec<_> = pin["attempts"].as_array().unwrap().iter().map(|entry| text(entry, "outcome")).collect();
        match outcomes.as_slice() {
            ["published"] => self.first_try += 1,
            [.., "found_on_board"] => self.found += 1,
            [.., "not_on_board", "published"] => self.posted_again += 1,
            _ => self.after_setbacks += 1,
        }
    }

    /// Whether no pin is lost, doubled or in limbo.
    pub fn is_whole(&self) -> bool {
        self.others.is_empty() && self.lost.is_empty() && self.doubled.is_empty()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pins, first_try, found, posted_again, after_setbacks, reviews, reviews_on_pinterest, .. } = self;
        writeln!(f, "  pins                          {pins}")?;
        writeln!(f, "  published at the first try    {first_try}")?;
        writeln!(f, "  found by a look               {found}")?;
        writeln!(f, "  posted again after looks      {posted_again}")?;
        writeln!(f, "  published after setbacks      {after_setbacks}")?;
        writeln!(f, "  in review                     {reviews} ({reviews_on_pinterest} of them on Pinterest)")?;
        writeln!(f, "  lost                          {}", self.lost.len())?;
        writeln!(f, "  double                        {}", self.doubled.len())?;
        write!(f, "  in limbo                      {}", self.others.len())
    }
}
