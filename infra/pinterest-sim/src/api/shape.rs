//! Boards, sections and pins as Pinterest's JSON.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Caller, Refusal};
use crate::moment::{after_seconds, without_offset};
use crate::simulator::World;
use crate::store::{Board, Media, Pin, PinFilter, Section, Slice};

/// For how many seconds a new video pin calls itself `REGULAR`. The documentation says a few.
const UNSETTLED: i64 = 5;

/// The sizes that every picture has: key, path on `i.pinimg.com`, width, height.
const SIZES: [(&str, &str, Option<u32>, Option<u32>); 5] = [
    ("150x150", "150x150", Some(150), Some(150)),
    ("400x300", "400x300", Some(400), Some(300)),
    ("600x", "564x", Some(564), None),
    ("1200x", "1200x", Some(1200), None),
    ("originals", "originals", None, None),
];

/// `created_at`, as the answers are set to write them.
pub(super) fn time(world: &World<'_>, at: Timestamp) -> String {
    let text = without_offset(after_seconds(at, world.controls.answers.created_at_shift_s));
    if world.controls.answers.created_at_offset { format!("{text}Z") } else { text }
}

/// Every other time, as described: whether live answers lack its offset too is not known.
fn with_offset(at: Timestamp) -> String {
    format!("{}Z", without_offset(at))
}

/// Adds what no description mentions, so that a client that refuses unknown fields is found out.
pub(super) fn with_extras(world: &World<'_>, mut object: Value) -> Value {
    if world.controls.answers.extra_fields {
        object["experimental_badges"] = json!([]);
        object["tracking"] = json!({ "source": "pinterest-sim", "weight": 1 });
    }
    object
}

/// A board as its owner and its collaborators get it.
pub(super) fn board(world: &World<'_>, board: &Board) -> Result<Value, Refusal> {
    let filter = PinFilter { board_id: Some(&board.id), visible_at: Some(world.now), ..PinFilter::default() };
    let latest = world.list_pins(filter, Slice { before: i64::MAX, limit: 4 })?;
    let thumbnails: Vec<_> = latest.iter().filter_map(first_picture).map(|hash| address(hash, "150x150")).collect();
    let cover = latest.first().and_then(first_picture).map(|hash| address(hash, "400x300"));
    let body = json!({
        "id": board.id,
        "name": board.name,
        "description": board.description,
        "privacy": board.privacy.as_str(),
        "owner": { "username": board.owner },
        "created_at": time(world, board.created_at),
        "board_pins_modified_at": with_offset(board.pins_modified_at),
        "pin_count": world.count_pins(&board.id)?,
        "follower_count": 0,
        "collaborator_count": board.collaborators,
        "is_ads_only": board.is_ads_only,
        "media": { "image_cover_url": cover, "pin_thumbnail_urls": thumbnails },
    });
    Ok(with_extras(world, body))
}

/// A section of a board.
pub(super) fn section(world: &World<'_>, section: &Section) -> Value {
    with_extras(world, json!({ "id": section.id, "name": section.name }))
}

/// A pin, the same from every operation.
pub(super) fn pin(world: &World<'_>, pin: &Pin, caller: &Caller) -> Result<Value, Refusal> {
    pin_with(world, pin, caller, &Value::Null)
}

/// The same with `pin_metrics`.
pub(super) fn pin_with(world: &World<'_>, pin: &Pin, caller: &Caller, metrics: &Value) -> Result<Value, Refusal> {
    let owner = world.board_owner(&pin.board_id)?;
    let content = &pin.content;
    let mut body = json!({
        "id": pin.id,
        "created_at": time(world, pin.created_at),
        "board_id": pin.board_id,
        "board_section_id": pin.section_id,
        "board_owner": { "username": owner },
        "title": content.title,
        "description": content.description,
        "link": content.link,
        "alt_text": content.alt_text,
        "dominant_color": content.dominant_color,
        "parent_pin_id": content.parent_pin_id,
        "creative_type": creative_type(world, pin),
        "is_owner": pin.owner_id == caller.person_id,
        "is_standard": true,
        "has_been_promoted": false,
        "pin_metrics": metrics,
        "media": media(&content.media),
    });
    // Not in the description before 5.28: only there where something was declared.
    if !content.ai_disclosures.is_empty() {
        body["ai_disclosures"] = json!({ "values": content.ai_disclosures });
    }
    if world.controls.answers.extra_fields {
        // Seen in live answers although the description has dropped or never had them.
        body["note"] = json!("");
        body["product_tags"] = json!([]);
        body["is_removable"] = json!(false);
    }
    Ok(with_extras(world, body))
}

fn creative_type(world: &World<'_>, pin: &Pin) -> &'static str {
    match pin.content.media {
        Media::Images(_) => "CAROUSEL",
        Media::Video(_) if after_seconds(pin.created_at, UNSETTLED) <= world.now => "VIDEO",
        Media::Image(_) | Media::Video(_) => "REGULAR",
    }
}

fn media(media: &Media) -> Value {
    match media {
        Media::Image(picture) => json!({ "media_type": "image", "images": images(&picture.hash) }),
        Media::Images(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| {
                    json!({
                        "item_type": "image",
                        "title": item.title,
                        "description": item.description,
                        "link": item.link,
                        "images": images(&item.picture.hash),
                    })
                })
                .collect();
            json!({ "media_type": "multiple_images", "items": items })
        }
        // The numbers may be null for as long as a video is processed; here they stay so.
        Media::Video(video) => json!({
            "media_type": "video",
            "cover_image_url": address(video.cover.hash(), "originals"),
            "duration": null,
            "height": null,
            "width": null,
            "video_url": null,
            "images": images(video.cover.hash()),
        }),
    }
}

fn images(hash: &str) -> Value {
    let mut images = Map::new();
    for (key, path, width, height) in SIZES {
        images.insert(key.to_owned(), json!({ "url": address(hash, path), "width": width, "height": height }));
    }
    Value::Object(images)
}

fn address(hash: &str, size: &str) -> String {
    format!("https://i.pinimg.com/{size}/{hash}.jpg")
}

/// The place of the picture that stands for a pin.
fn first_picture(pin: &Pin) -> Option<&str> {
    match &pin.content.media {
        Media::Image(picture) => Some(&picture.hash),
        Media::Images(items) => items.first().map(|item| item.picture.hash.as_str()),
        Media::Video(video) => Some(video.cover.hash()),
    }
}
