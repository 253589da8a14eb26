//! A template as it was written; every wrong field is named at once.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use shared::api::{Fields, wrong_type};
use shared::domain::characters::{check_characters, refused_character, trim_unseen, without_unseen};
use shared::domain::template::{PLACES, unknown_places};
use shared::domain::{AiDisclosures, FieldError, Template, TemplateId};

use crate::content::ai;

const LONGEST_NAME: usize = 100;
const MOST_HASHTAGS: usize = 30;
const LONGEST_HASHTAG: usize = 100;
const MOST_PARAMS: usize = 20;
const LONGEST_PARAM: usize = 200;

/// What a template is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    name: String,
    title: Option<String>,
    description: Option<String>,
    alt_text: Option<String>,
    hashtags: Vec<String>,
    link_params: BTreeMap<String, String>,
    ai_disclosures: AiDisclosures,
}

impl From<&Template> for Wanted {
    fn from(template: &Template) -> Self {
        Self {
            name: template.name.clone(),
            title: template.title.clone(),
            description: template.description.clone(),
            alt_text: template.alt_text.clone(),
            hashtags: template.hashtags.clone(),
            link_params: template.link_params.clone(),
            ai_disclosures: template.ai_disclosures,
        }
    }
}

impl Wanted {
    /// The template, made at `now`.
    pub fn template(self, id: TemplateId, now: Timestamp) -> Template {
        let Self { name, title, description, alt_text, hashtags, link_params, ai_disclosures } = self;
        let (created_at, updated_at, version) = (now, now, 1);
        Template {
            id,
            name,
            title,
            description,
            alt_text,
            hashtags,
            link_params,
            ai_disclosures,
            created_at,
            updated_at,
            version,
        }
    }
}

/// Reads the body.
pub fn read(body: Value) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let name = fields.required_text("name").map(|name| trim_unseen(&name).to_owned()).unwrap_or_default();
    let length = name.chars().count();
    if length > LONGEST_NAME {
        fields.wrong("name", "too_long", format!("Too long: {length} characters. The limit is {LONGEST_NAME}."));
    }
    fields.check_characters("name", Some(&name));
    let title = text(&mut fields, "title", 500);
    let description = text(&mut fields, "description", 2_000);
    let alt_text = text(&mut fields, "alt_text", 1_000);
    let ai_disclosures = ai::read(&mut fields, None).unwrap_or_default();
    let (hashtags, params) = (fields.optional("hashtags"), fields.optional("link_params"));
    fields.close();
    let hashtags = hashtags.map(|value| tags(value, &mut errors)).unwrap_or_default();
    let link_params = params.map(|value| link_params(value, &mut errors)).unwrap_or_default();
    if name.is_empty() && errors.iter().all(|error| error.field != "name") {
        errors.insert(0, FieldError::new("name", "required", "Enter a name for the template."));
    }
    if errors.is_empty() {
        Ok(Wanted { name, title, description, alt_text, hashtags, link_params, ai_disclosures })
    } else {
        Err(errors)
    }
}

fn text(fields: &mut Fields<'_>, name: &str, longest: usize) -> Option<String> {
    let text = fields.text(name).filter(|text| !trim_unseen(text).is_empty())?;
    let length = text.chars().count();
    if length > longest {
        fields.wrong(name, "too_long", format!("Too long: {length} characters. The limit is {longest}."));
    }
    fields.check_characters(name, Some(&text));
    let unknown = unknown_places(&text);
    if let Some(place) = unknown.first() {
        let known = PLACES.map(|place| format!("{{{place}}}")).join(", ");
        let message = format!(
            "Unknown placeholder {{{place}}}. Available: {known}. To write a brace itself, double \
                               it: {{{{."
        );
        fields.wrong(name, "unknown_place", message);
    }
    Some(text)
}

fn tags(value: Value, errors: &mut Vec<FieldError>) -> Vec<String> {
    let Value::Array(values) = value else {
        errors.push(wrong_type("hashtags", "a list", &value));
        return Vec::new();
    };
    if values.len() > MOST_HASHTAGS {
        errors.push(FieldError::new(
            "hashtags",
            "too_many",
            format!("A template can have at most {MOST_HASHTAGS} hashtags."),
        ));
        return Vec::new();
    }
    let mut tags: Vec<String> = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let word = value.as_str().map(without_unseen);
        let word = word.as_deref().map(|text| text.trim_start_matches('#'));
        let is_tag = |word: &&str| {
            let fits = (1..=LONGEST_HASHTAG).contains(&word.chars().count());
            fits && word.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        let Some(word) = word.filter(is_tag) else {
            let message = format!("Enter a word of 1 to {LONGEST_HASHTAG} letters, digits and _, with or without #.");
            errors.push(FieldError::new(format!("hashtags[{index}]"), "invalid", message));
            continue;
        };
        let tag = format!("#{word}");
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn link_params(value: Value, errors: &mut Vec<FieldError>) -> BTreeMap<String, String> {
    let Value::Object(values) = value else {
        errors.push(wrong_type("link_params", "an object", &value));
        return BTreeMap::new();
    };
    if values.len() > MOST_PARAMS {
        errors.push(FieldError::new(
            "link_params",
            "too_many",
            format!("A template can have at most {MOST_PARAMS} parameters."),
        ));
        return BTreeMap::new();
    }
    let mut params = BTreeMap::new();
    for (name, value) in values {
        let field = format!("link_params.{name}");
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte);
        let is_name = (1..=64).contains(&name.len()) && name.bytes().all(letter);
        match value {
            Value::String(value) if is_name && refused_character(&value).is_some() => {
                errors.extend(check_characters(&field, &value));
            }
            Value::String(value) if is_name && value.chars().count() <= LONGEST_PARAM => {
                params.insert(name, value);
            }
            _ => {
                let message = format!(
                    "A parameter needs a name of 1 to 64 letters, digits and _ - . ~, and a text of at most \
                     {LONGEST_PARAM} characters."
                );
                errors.push(FieldError::new(field, "invalid", message));
            }
        }
    }
    params
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn everything_that_is_wrong_is_named() {
        for (body, expected) in [
            (json!({}), vec![("name", "required")]),
            (json!({"name": " "}), vec![("name", "required")]),
            (
                json!({"name": "n".repeat(101), "title": "{name}", "description": 7, "alt_text": "a".repeat(1001), "tags": []}),
                vec![
                    ("name", "too_long"),
                    ("title", "unknown_place"),
                    ("description", "wrong_type"),
                    ("alt_text", "too_long"),
                    ("tags", "unknown_field"),
                ],
            ),
            (
                json!({"name": "n", "hashtags": ["a b", "", 7, "#fine"], "link_params": {"": "x", "a b": "x", "c": 1, "d": "x"}}),
                vec![
                    ("hashtags[0]", "invalid"),
                    ("hashtags[1]", "invalid"),
                    ("hashtags[2]", "invalid"),
                    ("link_params.", "invalid"),
                    ("link_params.a b", "invalid"),
                    ("link_params.c", "invalid"),
                ],
            ),
            (
                json!({"name": "n", "hashtags": "#a", "link_params": []}),
                vec![("hashtags", "wrong_type"), ("link_params", "wrong_type")],
            ),
        ] {
            let errors = read(body.clone()).unwrap_err();
            let named: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
            assert_eq!(named, expected, "{body}");
        }
        let wanted = read(json!({"name": " n ", "hashtags": ["#a", "a", "Bücher"]})).unwrap();
        assert_eq!((wanted.name.as_str(), wanted.hashtags), ("n", vec!["#a".to_owned(), "#Bücher".to_owned()]));
    }
}
