//! Reads JSON objects field by field, so that one wrong field does not hide the others.

use std::str::FromStr;

use serde_json::{Map, Value};

use super::problem::MOST_ERRORS;
use crate::domain::characters::{check_characters, parse_pasted, without_unseen};
use crate::domain::{FieldError, GivenBoard, GivenSection, Zone};

/// One JSON object that is being read.
pub struct Fields<'e> {
    path: String,
    left: Map<String, Value>,
    errors: &'e mut Vec<FieldError>,
}

impl<'e> Fields<'e> {
    /// Opens the object at `path` (empty for the whole body); notes anything else as wrong.
    pub fn open(path: &str, value: Value, errors: &'e mut Vec<FieldError>) -> Option<Self> {
        match value {
            Value::Object(left) => Some(Self { path: path.to_owned(), left, errors }),
            other => {
                let path = if path.is_empty() { "body" } else { path };
                errors.push(wrong_type(path, "an object", &other));
                None
            }
        }
    }

    /// Takes the field; absent where it is not there or `null`.
    pub fn optional(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// Whether the field is given and was not taken yet, be it as `null`.
    pub fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    /// Whether the field is given, was not taken yet and is not `null`.
    pub fn is_set(&self, name: &str) -> bool {
        self.left.get(name).is_some_and(|value| !value.is_null())
    }

    /// Takes the field as it was given, so that `null` counts.
    pub fn given(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    /// Takes the field; notes where it is missing.
    pub fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.optional(name);
        if value.is_none() {
            self.wrong(name, "required", "Required.");
        }
        value
    }

    /// Takes the field, which is a text where it is there.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name)?;
        self.as_text(name, value)
    }

    /// Takes the field, which is a text and has to be there.
    pub fn required_text(&mut self, name: &str) -> Option<String> {
        let value = self.required(name)?;
        self.as_text(name, value)
    }

    /// Takes the field as a text that replaces `before` where it is given; `null` clears it.
    pub fn text_over(&mut self, name: &str, before: Option<String>) -> Option<String> {
        match self.given(name) {
            None => before,
            Some(Value::Null) => None,
            Some(value) => self.as_text(name, value),
        }
    }

    /// Notes that the field is wrong; the object itself where it has no name.
    pub fn wrong(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError::new(self.path(name), code, message));
    }

    /// Notes where a text that was taken has characters that no text needs.
    pub fn check_characters(&mut self, name: &str, text: Option<&str>) {
        let path = self.path(name);
        self.errors.extend(text.and_then(|text| check_characters(&path, text)));
    }

    /// Notes what is wrong with a part of the object, whose path `error` is given.
    pub fn note_at(&mut self, name: &str, error: impl FnOnce(&str) -> FieldError) {
        let path = self.path(name);
        self.errors.push(error(&path));
    }

    /// Notes what was found wrong elsewhere.
    pub fn note(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// Reads an object that stands in the field `name`, and notes the fields of it that were not taken.
    pub fn within<T>(&mut self, name: &str, value: Value, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let path = self.path(name);
        let mut fields = Fields::open(&path, value, self.errors)?;
        let found = read(&mut fields);
        fields.close();
        Some(found)
    }

    /// Notes every field that was not taken as unknown; those that no answer has room for are only counted.
    pub fn close(mut self) {
        let left = std::mem::take(&mut self.left);
        for name in left.keys().take(MOST_ERRORS) {
            self.wrong(name, "unknown_field", "Unknown field. Remove it.");
        }
        if let Some(last) = self.errors.last_mut() {
            last.more += left.len().saturating_sub(MOST_ERRORS);
        }
    }

    /// Takes the field, which is a whole number from `least` to `most` where it is there.
    pub fn number(&mut self, name: &str, (least, most): (u32, u32)) -> Option<u32> {
        let value = self.optional(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.wrong(name, "invalid", format!("Enter a whole number from {least} to {most}."));
        }
        number
    }

    /// Takes the field, which is an id as somebody may have pasted it and has to be there. What is no id is the id of nothing,
    /// as another owner's is: that is noted with `missing`.
    pub fn required_id<T: FromStr>(&mut self, name: &str, missing: &str) -> Option<T> {
        let text = self.required_text(name)?;
        let id = parse_pasted(&text).ok();
        if id.is_none() {
            self.wrong(name, "not_found", missing);
        }
        id
    }

    /// Reads a text that names a time zone.
    pub fn zone(&mut self, name: &str, text: &str) -> Option<Zone> {
        let zone = Zone::parse(&without_unseen(text));
        if zone.is_none() {
            let message = "Unknown time zone. Use an IANA name such as Europe/Berlin or America/New_York.";
            self.wrong(name, "unknown_zone", message);
        }
        zone
    }

    /// Reads a text that names a board.
    pub fn board(&mut self, name: &str, text: &str) -> Option<GivenBoard> {
        GivenBoard::parse(text).map_err(|why| self.wrong(name, why.code(), why.to_string())).ok()
    }

    /// Reads a text that names a section of a board.
    pub fn section(&mut self, name: &str, text: &str) -> Option<GivenSection> {
        GivenSection::parse(text).map_err(|why| self.wrong(name, why.code(), why.to_string())).ok()
    }

    fn as_text(&mut self, name: &str, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            other => {
                let path = self.path(name);
                self.errors.push(wrong_type(&path, "a string", &other));
                None
            }
        }
    }

    fn path(&self, name: &str) -> String {
        match (self.path.as_str(), name) {
            ("", name) => name.to_owned(),
            (path, "") => path.to_owned(),
            (path, name) => format!("{path}.{name}"),
        }
    }
}

/// Says that the value at `path` is of another kind than `expected`; never the value itself.
pub fn wrong_type(path: &str, expected: &str, value: &Value) -> FieldError {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    FieldError::new(path, "wrong_type", format!("Expected {expected}, not {kind}."))
}
