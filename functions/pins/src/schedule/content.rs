//! Reads the content of a request.

use serde_json::Value;
use shared::api::Fields;
use shared::domain::content::Draft;
use shared::domain::{Content, FieldError};

const IMAGE_URL: &str = "content.media.url";

/// Reads `content`, within Pinterest's limits; notes everything that is wrong with it.
pub fn read(value: Value, errors: &mut Vec<FieldError>) -> Option<Content> {
    let noted = errors.len();
    let mut fields = Fields::open("content", value, errors)?;
    let draft = Draft {
        title: fields.text("title"),
        description: fields.text("description"),
        alt_text: fields.text("alt_text"),
        link: fields.text("link"),
        dominant_color: fields.text("dominant_color"),
        image_url: String::new(),
    };
    let media = fields.required("media");
    fields.close();
    let image_url = media.and_then(|media| image_url(media, errors));
    let has_image = image_url.is_some();
    match Content::check(Draft { image_url: image_url.unwrap_or_default(), ..draft }) {
        Ok(content) => (errors.len() == noted).then_some(content),
        Err(found) => {
            // Where there is no address, that was said already.
            errors.extend(found.into_iter().filter(|error| has_image || error.field != IMAGE_URL));
            None
        }
    }
}

fn image_url(media: Value, errors: &mut Vec<FieldError>) -> Option<String> {
    let mut fields = Fields::open("content.media", media, errors)?;
    let kind = fields.required_text("source_type")?;
    if kind != "image_url" {
        let message = "Only images by address can be published so far: {\"source_type\": \"image_url\", \"url\": …}.";
        fields.wrong("source_type", "media_unsupported", message);
        return None;
    }
    let url = fields.required_text("url");
    fields.close();
    url
}
