//! Reading JSON bodies the way a schema does. Invented: the wording, apart from the fragments
//! `does not match '^\d+$'` and `constraint: maxItems=5`, which clients look for.

use serde_json::{Map, Value};

use super::{Incoming, Refusal};

/// A JSON object of a request, and where it stands in the body.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    at: &'a str,
    object: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The body of a call, which may have these fields and no others.
    pub(super) fn of_body(call: &'a Incoming, known: &[&str]) -> Result<Self, Refusal> {
        let body = call.json.as_ref().ok_or_else(|| Refusal::invalid("the body is not JSON"))?;
        Self::of(body, "", known)
    }

    /// An object at a place of the body, such as `media_source.`.
    pub(super) fn of(value: &'a Value, at: &'a str, known: &[&str]) -> Result<Self, Refusal> {
        let Some(object) = value.as_object() else {
            return Err(Refusal::invalid(format!("'{}' is not of type 'object'", at.trim_end_matches('.'))));
        };
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => {
                Err(Refusal::invalid(format!("Additional properties are not allowed ('{at}{name}' was unexpected)")))
            }
            None => Ok(Self { at, object }),
        }
    }

    /// Whether the field is there, be it null.
    pub(super) fn names(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// A value that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn required(&self, name: &str) -> Result<&'a Value, Refusal> {
        self.get(name).ok_or_else(|| Refusal::invalid(format!("'{}{name}' is a required property", self.at)))
    }

    /// A text of at most `longest` characters.
    pub(super) fn text(&self, name: &str, longest: usize) -> Result<Option<String>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Some(text) = value.as_str() else {
            return Err(self.wrong_type(name, value, "string"));
        };
        if text.chars().count() > longest {
            return Err(Refusal::invalid(format!(
                "the value of '{}{name}' is too long (constraint: maxLength={longest})",
                self.at
            )));
        }
        Ok(Some(text.to_owned()))
    }

    pub(super) fn required_text(&self, name: &str, longest: usize) -> Result<String, Refusal> {
        self.required(name)?;
        let text = self.text(name, longest)?.unwrap_or_default();
        if text.is_empty() {
            return Err(Refusal::invalid(format!(
                "the value of '{}{name}' is too short (constraint: minLength=1)",
                self.at
            )));
        }
        Ok(text)
    }

    /// An id: a string of digits, never a number.
    pub(super) fn id(&self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let Some(text) = value.as_str() else {
            return Err(self.wrong_type(name, value, "string"));
        };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::invalid(format!(
                "'{text}' does not match '^\\d+$' for parameter '{}{name}'",
                self.at
            )));
        }
        Ok(Some(text.to_owned()))
    }

    pub(super) fn required_id(&self, name: &str) -> Result<String, Refusal> {
        self.required(name)?;
        Ok(self.id(name)?.unwrap_or_default())
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(value) => Err(self.wrong_type(name, value, "boolean")),
        }
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self, name: &str) -> Result<Option<u64>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| self.wrong_type(name, value, "integer")),
        }
    }

    /// One of some words.
    pub(super) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let word = value.as_str().filter(|word| words.contains(word));
        word.map(Some).ok_or_else(|| {
            Refusal::invalid(format!("{value} is not one of {words:?} for parameter '{}{name}'", self.at))
        })
    }

    fn wrong_type(&self, name: &str, value: &Value, wanted: &str) -> Refusal {
        Refusal::invalid(format!("{value} is not of type '{wanted}' for parameter '{}{name}'", self.at))
    }
}
