//! What a change asks for, put over the pin as it is.

use jiff::Timestamp;
use serde_json::Value;
use shared::api::Fields;
use shared::domain::pin::to_millisecond;
use shared::domain::{BoardId, Content, FieldError, Pin, SectionId, Status};

use crate::content;
use crate::when::When;

/// The pin as it is to be; what was wrong is absent.
#[derive(Debug)]
pub struct Form {
    /// What it shows.
    pub content: Option<Content>,
    /// The board.
    pub board_id: Option<BoardId>,
    /// The section of the board.
    pub section_id: Option<SectionId>,
    /// When; absent where that stays.
    pub when: Option<When>,
}

impl Form {
    /// Reads the body over `pin`; notes everything that is wrong with it.
    ///
    /// A section belongs to its board, so another board without a section has none.
    pub fn read(body: Value, pin: &Pin, errors: &mut Vec<FieldError>) -> Self {
        let mut form = Self {
            content: Some(pin.content.clone()),
            board_id: Some(pin.board_id.clone()),
            section_id: pin.section_id.clone(),
            when: None,
        };
        let Some(mut fields) = Fields::open("", body, errors) else { return form };
        let content = fields.given("content");
        if fields.has("board_id") {
            form.board_id = fields.required_text("board_id").and_then(|text| fields.digits("board_id", &text));
        }
        if fields.has("section_id") {
            form.section_id = fields.text("section_id").and_then(|text| fields.digits("section_id", &text));
        } else if form.board_id.as_ref() != Some(&pin.board_id) {
            form.section_id = None;
        }
        let when = fields.given("publish_at");
        fields.close();
        form.when = when.and_then(|value| When::read("publish_at", value, errors)).filter(|when| !is_kept(pin, *when));
        if let Some(value) = content {
            form.content = content::read_over(Some(&pin.content), value, errors);
        }
        form
    }

    /// Whether `pin` is as asked for by a request that is judged at `now`.
    pub fn is_met_by(&self, pin: &Pin, now: Timestamp) -> bool {
        self.content.as_ref() == Some(&pin.content)
            && self.board_id.as_ref() == Some(&pin.board_id)
            && self.section_id == pin.section_id
            && self.when.is_none_or(|when| when.moment(now).map(to_millisecond) == pin.publish_at)
    }

    /// Whether the change gives `pin` a time or a place, which a new pin would be judged for.
    pub fn is_scheduling(&self, pin: &Pin) -> bool {
        let time = self.when.is_some_and(|when| when != When::Draft);
        time || self.board_id.as_ref() != Some(&pin.board_id) || self.section_id != pin.section_id
    }
}

/// Whether a pin that waits has this time already: then nothing is asked for, and it may have passed.
fn is_kept(pin: &Pin, when: When) -> bool {
    let waits = matches!(pin.state.status(), Status::Scheduled | Status::Held);
    waits && pin.publish_at.is_some_and(|at| when == When::At(at))
}

#[cfg(test)]
mod tests;
