//! Reads what a pin is to show.

use serde_json::Value;
use shared::api::Fields;
use shared::domain::content::SLIDES;
use shared::domain::{Cover, FieldError, Media, MediaId, Slide};

use crate::media;

/// The last second that a cover can be of: a video is at most a quarter of an hour long.
const LAST_SECOND: u32 = 15 * 60;

const KINDS: &str = "Expected {\"source_type\": \"image_url\", \"url\": …}, {\"source_type\": \"media\", \
                     \"media_id\": …} for an uploaded image, {\"source_type\": \"video\", \"media_id\": …, \
                     \"cover\": …} or {\"source_type\": \"carousel\", \"items\": […]}.";

/// Reads `content.media`; notes everything that is wrong with it.
pub fn read(value: Value, errors: &mut Vec<FieldError>) -> Option<Media> {
    let mut fields = Fields::open("content.media", value, errors)?;
    let kind = fields.required_text("source_type")?;
    let media = match kind.as_str() {
        "image_url" => fields.required_text("url").map(|url| Media::ImageUrl { url }),
        "media" => file(&mut fields).map(|id| Media::Upload { id }),
        "video" => video(&mut fields),
        "carousel" => carousel(&mut fields),
        _ => {
            fields.wrong("source_type", "media_unsupported", KINDS);
            return None;
        }
    };
    fields.close();
    media
}

fn file(fields: &mut Fields<'_>) -> Option<MediaId> {
    fields.required_id("media_id", media::ABSENT)
}

fn video(fields: &mut Fields<'_>) -> Option<Media> {
    let id = file(fields);
    // Only answered; who sends back what was read is not to be refused for it.
    fields.given("upload");
    let cover = match fields.optional("cover") {
        None => Some(Cover::default()),
        Some(value) => fields.within("cover", value, cover).flatten(),
    };
    Some(Media::Video { id: id?, cover: cover? })
}

/// One of the two: `{at_seconds}` or `{media_id}`.
fn cover(fields: &mut Fields<'_>) -> Option<Cover> {
    // A field that is null is as good as left out.
    let [second, image] = ["at_seconds", "media_id"].map(|name| fields.is_set(name));
    if !second {
        fields.given("at_seconds");
    }
    if !image {
        fields.given("media_id");
    }
    match (second, image) {
        (true, false) => fields.number("at_seconds", (0, LAST_SECOND)).map(Cover::Second),
        (false, true) => file(fields).map(Cover::Upload),
        _ => {
            let message = "Expected either {\"at_seconds\": …} for a frame of the video, or {\"media_id\": …} for an \
                           uploaded JPEG or PNG. Without a cover, the frame at one second is used.";
            fields.wrong("", "invalid", message);
            fields.given("at_seconds");
            fields.given("media_id");
            None
        }
    }
}

fn carousel(fields: &mut Fields<'_>) -> Option<Media> {
    let given = fields.required("items")?;
    let Value::Array(items) = given else {
        let (least, most) = (SLIDES.start(), SLIDES.end());
        fields.wrong("items", "wrong_type", format!("Expected a list of {least} to {most} images."));
        return None;
    };
    let read = items.into_iter().enumerate().map(|(index, item)| {
        let path = format!("items[{index}]");
        fields.within(&path, item, slide).flatten()
    });
    // All of them, so that every wrong field is named.
    let slides: Vec<_> = read.collect();
    slides.into_iter().collect::<Option<_>>().map(|slides| Media::Carousel { slides })
}

fn slide(fields: &mut Fields<'_>) -> Option<Slide> {
    let id = file(fields);
    let (title, description, link) = (fields.text("title"), fields.text("description"), fields.text("link"));
    id.map(|id| Slide { id, title, description, link })
}
