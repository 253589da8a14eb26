//! Reads the content of a request.

use serde_json::Value;
use shared::api::Fields;
use shared::domain::content::Draft;
use shared::domain::{Content, FieldError, MediaId, Template};

use crate::media;

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
        ..Draft::default()
    };
    let media = match fields.given("media") {
        None if before.is_some() => Some(None),
        Some(media) if !media.is_null() => Some(Some(media)),
        _ => {
            fields.wrong("media", "required", "This is needed.");
            None
        }
    };
    fields.close();
    let picture = media.and_then(|media| match media {
        None => Some(Picture { image_url: old.image_url, media_id: old.media_id }),
        Some(media) => Picture::read(media, errors),
    });
    let has_picture = picture.is_some();
    let Picture { image_url, media_id } = picture.unwrap_or_default();
    let draft = match template {
        Some(template) => template.apply(&draft),
        None => draft,
    };
    match Content::check(Draft { image_url, media_id, ..draft }) {
        Ok(content) => (errors.len() == noted).then_some(content),
        Err(found) => {
            // Where there is no address, that was said already.
            errors.extend(found.into_iter().filter(|error| has_picture || error.field != IMAGE_URL));
            None
        }
    }
}

/// What is said of the picture: one of the two.
#[derive(Debug, Default)]
struct Picture {
    image_url: String,
    media_id: Option<MediaId>,
}

impl Picture {
    fn read(media: Value, errors: &mut Vec<FieldError>) -> Option<Self> {
        let mut fields = Fields::open("content.media", media, errors)?;
        let kind = fields.required_text("source_type")?;
        let picture = match kind.as_str() {
            "image_url" => fields.required_text("url").map(|image_url| Self { image_url, media_id: None }),
            "media" => fields.required_text("media_id").and_then(|text| {
                let media_id = text.parse().ok();
                if media_id.is_none() {
                    fields.wrong("media_id", "not_found", media::ABSENT);
                }
                media_id.map(|id| Self { image_url: String::new(), media_id: Some(id) })
            }),
            _ => {
                let message = "Only images can be published so far: {\"source_type\": \"image_url\", \"url\": …} or \
                               {\"source_type\": \"media\", \"media_id\": …}.";
                fields.wrong("source_type", "media_unsupported", message);
                return None;
            }
        };
        fields.close();
        picture
    }
}
