//! What a change asks for, put over the pin as it is.

use jiff::Timestamp;
use serde_json::Value;
use shared::api::Fields;
use shared::domain::pin::to_millisecond;
use shared::domain::{Content, FieldError, GivenBoard, GivenSection, Pin, SectionId, Status};

use crate::content;
use crate::placement::Placement;
use crate::when::When;

/// The pin as it is to be; what was wrong is absent.
#[derive(Debug)]
pub struct Form {
    /// What it shows.
    pub content: Option<Content>,
    /// Where it goes; absent where that stays.
    pub place: Option<Place>,
    /// When; absent where that stays.
    pub when: Option<When>,
}

/// Another place in the same account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The board.
    pub board: GivenBoard,
    /// The section of the board.
    pub section: Option<GivenSection>,
    /// Whether the body says something of the section, if only that there is none.
    pub names_section: bool,
}

impl Form {
    /// Reads the body over `pin`; notes everything that is wrong with it.
    ///
    /// A section belongs to its board, so another board without a section has none. Whether a name means another board, only
    /// [`Place::section_in`] knows.
    pub fn read(body: Value, pin: &Pin, errors: &mut Vec<FieldError>) -> Self {
        let mut form = Self { content: Some(pin.content.clone()), place: None, when: None };
        let Some(mut fields) = Fields::open("", body, errors) else { return form };
        let content = fields.given("content");
        form.place = place(&mut fields, pin);
        let when = fields.given("publish_at");
        fields.close();
        form.when = when.and_then(|value| When::read("publish_at", value, errors)).filter(|when| !is_kept(pin, *when));
        if let Some(value) = content {
            form.content = content::read_over(&pin.content, value, errors);
        }
        form
    }

    /// Whether content and time of `pin` are as asked for by a request that is judged at `now`.
    pub fn is_met_by(&self, pin: &Pin, now: Timestamp) -> bool {
        self.content.as_ref() == Some(&pin.content)
            && self.when.is_none_or(|when| match when {
                When::NextSlot => pin.is_in_slot().is_some(),
                when => when.moment(now).map(to_millisecond) == pin.publish_at,
            })
    }

    /// Whether the change gives the pin a time or a place, which a new pin would be judged for.
    pub fn is_scheduling(&self) -> bool {
        let time = self.when.is_some_and(|when| when != When::Draft);
        time || self.place.is_some()
    }
}

impl Place {
    /// The section of a pin that gets this place, which was found to be `placed`.
    pub fn section_in(&self, placed: &Placement, pin: &Pin) -> Option<SectionId> {
        let stays = !self.names_section && placed.section_id.is_none() && placed.board_id == pin.board_id;
        if stays { pin.section_id.clone() } else { placed.section_id.clone() }
    }
}

/// Another place than the pin has, as far as the ids tell.
fn place(fields: &mut Fields<'_>, pin: &Pin) -> Option<Place> {
    let (has_board, has_section) = (fields.has("board_id"), fields.has("section_id"));
    let board = if has_board {
        fields.required_text("board_id").and_then(|text| fields.board("board_id", &text))
    } else {
        Some((&pin.board_id).into())
    };
    let section = fields.text("section_id").and_then(|text| fields.section("section_id", &text));
    let board = board?;
    let is_same_board = board.as_id().as_ref() == Some(&pin.board_id);
    let is_same_section = if has_section {
        section.as_ref().map(GivenSection::as_id) == pin.section_id.clone().map(Some)
    } else {
        is_same_board
    };
    (!is_same_board || !is_same_section).then_some(Place { board, section, names_section: has_section })
}

/// Whether a pin that waits has this time already: then nothing is asked for, and it may have passed.
fn is_kept(pin: &Pin, when: When) -> bool {
    let waits = matches!(pin.state.status(), Status::Scheduled | Status::Held);
    waits && pin.publish_at.is_some_and(|at| when == When::At(at))
}

#[cfg(test)]
mod tests;
