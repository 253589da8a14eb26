//! A video as the `media_source` of a new pin: the media upload that it came by, and its cover.

use super::fields::Fields;
use super::refusal::MEDIA_NOT_FOUND;
use super::{Caller, Incoming, Refusal, media};
use crate::draw;
use crate::mode::Mode;
use crate::simulator::World;
use crate::store::{Cover, MediaStatus, Video};

const COVER_MISSING: &str = "Invalid request: a video needs cover_image_url or cover_image_content_type and cover_image_data or cover_image_key_frame_time";

/// `PinMediaSourceVideoID` of Pinterest's description.
pub(super) const FIELDS: [&str; 7] = [
    "source_type",
    "media_id",
    "cover_image_url",
    "cover_image_content_type",
    "cover_image_data",
    "cover_image_key_frame_time",
    "is_standard",
];

/// Takes a video that the caller has uploaded to this host. Invented: the texts for the sandbox, for
/// an unknown id and for a video that is not ready; that one video may be on several pins.
pub(super) fn take(
    world: &mut World<'_>,
    call: &Incoming,
    caller: &Caller,
    fields: &Fields<'_>,
) -> Result<Video, Refusal> {
    let media_id = fields.required_id("media_id")?;
    fields.flag("is_standard")?;
    if call.mode == Mode::Sandbox {
        return Err(Refusal::bad("Video Pins cannot be created in the API Sandbox."));
    }
    let cover = cover(world, fields)?;
    let upload = world.find_media(call.mode, &caller.person_id, &media_id)?;
    let upload = upload.ok_or_else(|| Refusal::bad(MEDIA_NOT_FOUND))?;
    match (upload.status, upload.file) {
        (MediaStatus::Succeeded, Some(file)) => Ok(Video { media_id, cover, size: file.size, sha256: file.sha256 }),
        (status, _) => {
            let words = format!("The media upload {media_id} cannot be used: its status is '{}'.", status.as_str());
            Err(Refusal::bad(words))
        }
    }
}

/// The cover, which a video must have. Invented: which of several is taken.
fn cover(world: &mut World<'_>, fields: &Fields<'_>) -> Result<Cover, Refusal> {
    if fields.get("cover_image_url").is_some() {
        return Ok(Cover::Picture(media::fetch(world, fields, "cover_image_url")?));
    }
    if fields.get("cover_image_content_type").is_some() && fields.get("cover_image_data").is_some() {
        let names = ("cover_image_content_type", "cover_image_data");
        return Ok(Cover::Picture(media::upload(world, fields, names)?));
    }
    let seconds = fields.count("cover_image_key_frame_time")?.ok_or_else(|| Refusal::bad(COVER_MISSING))?;
    Ok(Cover::KeyFrame { seconds, hash: draw::picture_path(world.rng) })
}
