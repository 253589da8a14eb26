//! The request as it was written, as far as it can be read.

use serde::Serialize;
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::{AccountId, BoardId, Content, FieldError, SectionId};

use crate::content;
use crate::when::When;

/// How many pins one request may ask for.
const MOST_TARGETS: usize = 50;

/// A request whose wrong parts are missing.
#[derive(Debug)]
pub struct Form {
    /// The targets.
    pub targets: Vec<FormTarget>,
    /// When the targets that do not say it themselves are to be published.
    common: Option<When>,
    content: Option<Content>,
}

/// A target whose wrong parts are missing.
#[derive(Debug)]
pub struct FormTarget {
    /// The account.
    pub account_id: Option<AccountId>,
    /// The board.
    pub board_id: Option<BoardId>,
    section_id: Option<SectionId>,
    /// What the target itself says about its time; absent where it says nothing or nothing readable.
    own: Option<When>,
}

/// A request that can be read in full.
#[derive(Debug)]
pub struct Request {
    /// One pin each.
    pub targets: Vec<Target>,
    /// What all of them show.
    pub content: Content,
}

/// Where and when one pin goes.
#[derive(Debug, Serialize)]
pub struct Target {
    /// The account.
    pub account_id: AccountId,
    /// The board.
    pub board_id: BoardId,
    /// The section of the board.
    pub section_id: Option<SectionId>,
    /// When.
    pub when: When,
}

impl Form {
    /// What the pins are to show; absent where that is wrong.
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// Reads the body; notes everything that is wrong with it.
    pub fn read(body: Value, errors: &mut Vec<FieldError>) -> Self {
        let Some(mut fields) = Fields::open("", body, errors) else {
            return Self { targets: Vec::new(), common: None, content: None };
        };
        let targets = fields.required("targets");
        let content = fields.required("content");
        let publish_at = fields.optional("publish_at");
        if fields.optional("spacing").is_some() {
            fields.wrong("spacing", "not_supported", "Spacing is not supported yet. Give every target its publish_at.");
        }
        fields.close();
        Self {
            targets: targets.map(|targets| list(targets, errors)).unwrap_or_default(),
            common: publish_at.map_or(Some(When::Draft), |value| When::read("publish_at", value, errors)),
            content: content.and_then(|content| content::read(content, errors)),
        }
    }

    /// Every time that is asked for, with the name of its field.
    pub fn times(&self) -> impl Iterator<Item = (String, When)> {
        let own = self.targets.iter().enumerate();
        let own = own.filter_map(|(index, target)| Some((format!("targets[{index}].publish_at"), target.own?)));
        own.chain(self.common.map(|when| ("publish_at".to_owned(), when)))
    }

    /// The request, where nothing is missing. A target's own time wins, also where it is `null` for a draft.
    pub fn request(&self) -> Option<Request> {
        let target = |target: &FormTarget| {
            Some(Target {
                account_id: target.account_id.clone()?,
                board_id: target.board_id.clone()?,
                section_id: target.section_id.clone(),
                when: target.own.or(self.common)?,
            })
        };
        let targets: Option<Vec<_>> = self.targets.iter().map(target).collect();
        Some(Request { targets: targets?, content: self.content.clone()? })
    }
}

fn list(value: Value, errors: &mut Vec<FieldError>) -> Vec<FormTarget> {
    let message = format!("Give 1 to {MOST_TARGETS} targets.");
    match value {
        Value::Array(values) if values.is_empty() => errors.push(FieldError::new("targets", "too_few", message)),
        Value::Array(values) if values.len() > MOST_TARGETS => {
            errors.push(FieldError::new("targets", "too_many", message));
        }
        Value::Array(values) => {
            let read = |(index, value)| target(&format!("targets[{index}]"), value, errors);
            return values.into_iter().enumerate().filter_map(read).collect();
        }
        other => errors.push(wrong_type("targets", "a list", &other)),
    }
    Vec::new()
}

fn target(path: &str, value: Value, errors: &mut Vec<FieldError>) -> Option<FormTarget> {
    let mut fields = Fields::open(path, value, errors)?;
    let account = fields.required_text("account_id");
    let account_id = account.and_then(|text| {
        // What is no id of ours is the id of no account, as another owner's is.
        text.parse().map_err(|_| fields.wrong("account_id", "not_found", "You have no such account.")).ok()
    });
    let board = fields.required_text("board_id");
    let board_id = board.and_then(|text| fields.digits("board_id", &text));
    let section = fields.text("section_id");
    let section_id = section.and_then(|text| fields.digits("section_id", &text));
    let publish_at = fields.given("publish_at");
    fields.close();
    let own = publish_at.and_then(|value| When::read(&format!("{path}.publish_at"), value, errors));
    Some(FormTarget { account_id, board_id, section_id, own })
}

#[cfg(test)]
mod tests;
