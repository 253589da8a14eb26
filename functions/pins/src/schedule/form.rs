//! The request as it was written, as far as it can be read.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::{AccountId, Content, FieldError, GivenBoard, GivenSection, Template};

use super::spacing::Spacing;
use crate::content;
use crate::placement::Placement;
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
    spacing: Option<Spacing>,
}

/// A target whose wrong parts are missing.
#[derive(Debug)]
pub struct FormTarget {
    /// The account.
    pub account_id: Option<AccountId>,
    /// The board.
    pub board: Option<GivenBoard>,
    /// The section of the board.
    pub section: Option<GivenSection>,
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
    /// How far apart they are to be.
    pub spacing: Option<Spacing>,
}

impl Request {
    /// How many of the pins wait for their time from now on; drafts do not.
    pub fn waiting(&self) -> u64 {
        self.targets.iter().filter(|target| target.when != When::Draft).count() as u64
    }
}

/// Where and when one pin goes.
#[derive(Debug, Serialize)]
pub struct Target {
    /// The account.
    pub account_id: AccountId,
    /// The board, as it was given.
    #[serde(rename = "board_id")]
    pub board: GivenBoard,
    /// The section of the board, as it was given.
    #[serde(rename = "section_id")]
    pub section: Option<GivenSection>,
    /// When.
    pub when: When,
    /// The how-manieth it is of those that go by the common time; absent for one with a time of its own.
    #[serde(skip)]
    pub step: Option<u32>,
}

impl Form {
    /// What the pins are to show; absent where that is wrong.
    pub fn content(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    /// Reads the body, whose content goes into `template`; notes everything that is wrong with it.
    pub fn read(body: Value, template: Option<&Template>, errors: &mut Vec<FieldError>) -> Self {
        let Some(mut fields) = Fields::open("", body, errors) else {
            return Self { targets: Vec::new(), common: None, content: None, spacing: None };
        };
        let targets = fields.required("targets");
        let content = fields.required("content");
        let publish_at = fields.optional("publish_at");
        let spacing = fields.optional("spacing");
        // Whoever gives the template read it.
        fields.optional("template_id");
        fields.close();
        let targets = targets.map(|targets| list(targets, errors)).unwrap_or_default();
        let common = publish_at.map_or(Some(When::Draft), |value| When::read("publish_at", value, errors));
        let spacing = spacing.and_then(|spacing| Spacing::read(spacing, common, errors));
        let content = content.and_then(|content| content::read(content, template, errors));
        Self { targets, common, content, spacing }
    }

    /// Every time that is asked for, with the name of its field.
    pub fn times(&self) -> impl Iterator<Item = (String, When)> {
        let own = self.targets.iter().enumerate();
        let own = own.filter_map(|(index, target)| Some((format!("targets[{index}].publish_at"), target.own?)));
        own.chain(self.common.map(|when| ("publish_at".to_owned(), when)))
    }

    /// Targets that would make the pin of an earlier one once more: on the same board, in the same section, at the same time.
    pub fn repeats(&self, placements: &[Option<Placement>]) -> Vec<FieldError> {
        let is_spread = self.spacing.is_some_and(|spacing| spacing.interval_minutes.is_some());
        let mut firsts = HashMap::new();
        let mut errors = Vec::new();
        for (index, (target, placement)) in self.targets.iter().zip(placements).enumerate() {
            let (Some(account), Some(place), Some(when)) = (&target.account_id, placement, target.own.or(self.common))
            else {
                continue;
            };
            // Each of these gets a time of its own, now or later.
            if matches!(when, When::NextSlot | When::Draft) || (is_spread && target.own.is_none()) {
                continue;
            }
            let first = *firsts.entry((account, &place.board_id, &place.section_id, when)).or_insert(index);
            if first != index {
                let message = format!(
                    "Duplicate of targets[{first}]: the same board at the same time. Remove it, or give it another \
                     publish_at."
                );
                errors.push(FieldError::new(format!("targets[{index}]"), "duplicate", message));
            }
        }
        errors
    }

    /// The request, where nothing is missing. A target's own time wins, also where it is `null` for a draft.
    pub fn request(&self) -> Option<Request> {
        let mut steps = 0..;
        let target = |target: &FormTarget| {
            Some(Target {
                step: if target.own.is_none() { steps.next() } else { None },
                account_id: target.account_id.clone()?,
                board: target.board.clone()?,
                section: target.section.clone(),
                when: target.own.or(self.common)?,
            })
        };
        let targets: Option<Vec<_>> = self.targets.iter().map(target).collect();
        Some(Request { targets: targets?, content: self.content.clone()?, spacing: self.spacing })
    }
}

fn list(value: Value, errors: &mut Vec<FieldError>) -> Vec<FormTarget> {
    let message = format!("Choose 1 to {MOST_TARGETS} targets.");
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
    let account_id = fields.required_id("account_id", "You don't have this account.");
    let board = fields.required_text("board_id");
    let board = board.and_then(|text| fields.board("board_id", &text));
    let section = fields.text("section_id");
    let section = section.and_then(|text| fields.section("section_id", &text));
    let publish_at = fields.given("publish_at");
    fields.close();
    let own = publish_at.and_then(|value| When::read(&format!("{path}.publish_at"), value, errors));
    Some(FormTarget { account_id, board, section, own })
}

#[cfg(test)]
mod tests;
