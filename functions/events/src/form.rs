//! Reads what a webhook is to be; every wrong field is named at once.

use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::{EventType, FieldError};

use crate::address;

/// Whose events a webhook gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those of whoever makes it.
    Owner,
    /// Those of everybody and of the installation.
    Installation,
}

/// A webhook to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where events are sent.
    pub url: String,
    /// Which; empty for all.
    pub types: Vec<EventType>,
    /// Whose.
    pub scope: Scope,
}

/// What is to be changed of a webhook; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where events are sent.
    pub url: Option<String>,
    /// Which; empty for all.
    pub types: Option<Vec<EventType>>,
    /// Whether any are sent.
    pub enabled: Option<bool>,
}

impl Scope {
    /// The scope of that name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "owner" => Some(Self::Owner),
            "installation" => Some(Self::Installation),
            _ => None,
        }
    }
}

/// Reads a webhook to be made; `loopback` admits URLs of this machine.
pub fn read(body: Value, loopback: bool) -> Result<NewWebhook, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let url = fields.required_text("url");
    let (types, scope) = (fields.optional("types"), fields.text("scope"));
    let scope = match scope.as_deref().map(Scope::parse) {
        None => Scope::Owner,
        Some(Some(scope)) => scope,
        Some(None) => {
            fields.wrong("scope", "invalid", "Expected owner or installation.");
            Scope::Owner
        }
    };
    fields.close();
    let url = url.and_then(|url| address_of(&url, loopback, &mut errors));
    let types = types.map(|value| read_types(value, &mut errors)).unwrap_or_default();
    match url {
        Some(url) if errors.is_empty() => Ok(NewWebhook { url, types, scope }),
        _ => Err(errors),
    }
}

/// Reads a change of a webhook.
pub fn read_change(body: Value, loopback: bool) -> Result<WebhookChange, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let url = fields.text("url");
    let (types, enabled) = (fields.optional("types"), fields.optional("enabled"));
    let enabled = match enabled {
        None => None,
        Some(Value::Bool(enabled)) => Some(enabled),
        Some(other) => {
            fields.note_at("enabled", |path| wrong_type(path, "true or false", &other));
            None
        }
    };
    fields.close();
    let url = url.and_then(|url| address_of(&url, loopback, &mut errors));
    let types = types.map(|value| read_types(value, &mut errors));
    if errors.is_empty() { Ok(WebhookChange { url, types, enabled }) } else { Err(errors) }
}

fn address_of(text: &str, loopback: bool, errors: &mut Vec<FieldError>) -> Option<String> {
    address::parse(text, loopback).map(String::from).map_err(|error| errors.push(error)).ok()
}

/// Every type that there is, where none is given.
fn read_types(value: Value, errors: &mut Vec<FieldError>) -> Vec<EventType> {
    let Value::Array(values) = value else {
        errors.push(wrong_type("types", "a list", &value));
        return Vec::new();
    };
    if values.len() > EventType::ALL.len() {
        let message = "Too many. List each type once, or none to receive all.";
        errors.push(FieldError::new("types", "too_many", message));
        return Vec::new();
    }
    let mut types = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match value.as_str().and_then(EventType::from_code) {
            Some(kind) if !types.contains(&kind) => types.push(kind),
            Some(_) => {}
            None => {
                let known: Vec<_> = EventType::ALL.iter().copied().map(EventType::code).collect();
                let message = format!("Expected one of {}.", known.join(", "));
                errors.push(FieldError::new(format!("types[{index}]"), "invalid", message));
            }
        }
    }
    types
}
