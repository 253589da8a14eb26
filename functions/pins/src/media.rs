//! Whether a pin can be made with an uploaded file, and that the file stays for it.

use shared::api::Problem;
use shared::domain::{Content, FieldError, Media, MediaFile, MediaStatus};
use shared::store::{StoreError, Stored};

use crate::desk::Desk;

/// The field that names the file.
const FIELD: &str = "content.media.media_id";

/// What is said of a file that is not there, or somebody else's.
pub const ABSENT: &str = "There is no such file. Upload it with POST /v1/media and use the id of its answer.";

/// How often a row that changes meanwhile is read again.
const TRIES: usize = 3;

/// Notes what speaks against the file of `content`.
pub async fn check(desk: &Desk, content: Option<&Content>, errors: &mut Vec<FieldError>) -> Result<(), Problem> {
    let Some(Media::Upload { id }) = content.map(Content::media) else { return Ok(()) };
    let file = desk.function.platform.media.load(&desk.owner, id).await?;
    let objection = match file.filter(|file| file.is_there(desk.now)) {
        None => Some(("not_found", ABSENT)),
        Some(file) => objection(&file),
    };
    errors.extend(objection.map(|(code, message)| FieldError::new(FIELD, code, message)));
    Ok(())
}

/// Lets the file of `content` stay until its owner deletes it.
///
/// Its bytes first: should this die in between, they stay for too long, and are not missing when the pin is due.
pub async fn keep(desk: &Desk, content: &Content) -> Result<(), Problem> {
    let Media::Upload { id } = content.media() else { return Ok(()) };
    let platform = &desk.function.platform;
    for _ in 0..TRIES {
        let Some(file) = platform.media.load(&desk.owner, id).await? else { break };
        if file.expires_at.is_none() || file.status != MediaStatus::Ready {
            break;
        }
        platform.objects.keep(&desk.owner, id, Stored::Used).await?;
        match platform.media.replace(&file, &MediaFile { expires_at: None, ..file.clone() }).await {
            Err(StoreError::Conflict) => {}
            done => return Ok(done?),
        }
    }
    Ok(())
}

fn objection(file: &MediaFile) -> Option<(&'static str, &'static str)> {
    match file.status {
        MediaStatus::AwaitingUpload => Some((
            "media_not_ready",
            "The file was not checked yet. Upload it, and then ask for that with POST /v1/media/{id}/complete.",
        )),
        MediaStatus::Rejected => {
            Some(("media_rejected", "Pinterest would not take this file. GET /v1/media/{id} says why and what to do."))
        }
        MediaStatus::Deleting => Some(("not_found", ABSENT)),
        MediaStatus::Ready if file.kind.is_video() => {
            Some(("media_unsupported", "Videos cannot be published so far. Use a JPEG or PNG."))
        }
        MediaStatus::Ready => None,
    }
}
