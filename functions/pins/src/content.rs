//! Reads the content of a request.

pub mod ai;
mod media;

use serde_json::Value;
use shared::api::Fields;
use shared::domain::content::Draft;
use shared::domain::{Content, FieldError, Template};

const IMAGE_URL: &str = "content.media.url";

/// Reads `content`, within Pinterest's limits; notes everything that is wrong with it.
///
/// A template is put around it before it is judged.
pub fn read(value: Value, template: Option<&Template>, errors: &mut Vec<FieldError>) -> Option<Content> {
    read_by(None, template, value, errors)
}

/// Reads what `content` changes of `before`: a field that is given replaces the former one, `null` clears it, and what
/// is not given stays. The picture is replaced as a whole.
pub fn read_over(before: &Content, value: Value, errors: &mut Vec<FieldError>) -> Option<Content> {
    read_by(Some(before), None, value, errors)
}

fn read_by(
    before: Option<&Content>,
    template: Option<&Template>,
    value: Value,
    errors: &mut Vec<FieldError>,
) -> Option<Content> {
    let noted = errors.len();
    let mut fields = Fields::open("content", value, errors)?;
    let old = before.map(Content::draft).unwrap_or_default();
    let draft = Draft {
        title: fields.text_over("title", old.title),
        description: fields.text_over("description", old.description),
        alt_text: fields.text_over("alt_text", old.alt_text),
        link: fields.text_over("link", old.link),
        dominant_color: fields.text_over("dominant_color", old.dominant_color),
        ai_disclosures: ai::read(&mut fields, old.ai_disclosures),
        ..Draft::default()
    };
    let media = match fields.given("media") {
        None if before.is_some() => Some(None),
        Some(media) if !media.is_null() => Some(Some(media)),
        _ => {
            fields.wrong("media", "required", "Required.");
            None
        }
    };
    fields.close();
    let media = media.and_then(|media| match media {
        None => Some(old.media),
        Some(media) => media::read(media, errors),
    });
    let has_media = media.is_some();
    let draft = match template {
        Some(template) => template.apply(&draft),
        None => draft,
    };
    match Content::check(Draft { media: media.unwrap_or_default(), ..draft }) {
        Ok(content) => (errors.len() == noted).then_some(content),
        Err(found) => {
            // Where there is no address, that was said already.
            errors.extend(found.into_iter().filter(|error| has_media || error.field != IMAGE_URL));
            None
        }
    }
}
