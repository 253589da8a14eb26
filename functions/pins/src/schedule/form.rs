//! The request as it was written, as far as it can be read.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::pin::to_millisecond;
use shared::domain::{AccountId, BoardId, Content, FieldError, SectionId};

use super::content;
use crate::moment;

/// How many pins one request may ask for.
const MOST_TARGETS: usize = 50;

/// When a pin is to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Not yet.
    Draft,
    /// At once.
    Now,
    /// At this moment.
    At(Timestamp),
}

/// A request whose wrong parts are missing.
#[derive(Debug)]
pub struct Form {
    /// The targets.
    pub targets: Vec<FormTarget>,
    /// When the targets that do not say it themselves are to be published.
    pub common: Option<When>,
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
    pub own: Option<When>,
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
            common: publish_at.map_or(Some(When::Draft), |value| when("publish_at", value, errors)),
            content: content.and_then(|content| content::read(content, errors)),
        }
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
    let board_id = board.and_then(|text| digits(&mut fields, "board_id", &text));
    let section = fields.text("section_id");
    let section_id = section.and_then(|text| digits(&mut fields, "section_id", &text));
    let publish_at = fields.given("publish_at");
    fields.close();
    let own = publish_at.and_then(|value| when(&format!("{path}.publish_at"), value, errors));
    Some(FormTarget { account_id, board_id, section_id, own })
}

fn digits<T: std::str::FromStr>(fields: &mut Fields<'_>, name: &str, text: &str) -> Option<T> {
    let id = text.parse().ok();
    if id.is_none() {
        fields.wrong(name, "invalid", "Pinterest's ids are digits, written as a string.");
    }
    id
}

fn when(path: &str, value: Value, errors: &mut Vec<FieldError>) -> Option<When> {
    match value {
        Value::Null => Some(When::Draft),
        Value::String(text) if text == "now" => Some(When::Now),
        Value::String(text) => match moment::read(&text) {
            Ok(moment) => Some(When::At(to_millisecond(moment))),
            Err(wrong) => {
                errors.push(FieldError::new(path, wrong.code(), wrong.message()));
                None
            }
        },
        other => {
            errors.push(wrong_type(path, "a time, \"now\" or null", &other));
            None
        }
    }
}

#[cfg(test)]
mod tests;
