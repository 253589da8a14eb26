//! `POST /v1/media/{id}/complete`: look at what was uploaded.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::SignedDuration;
use shared::api::{Json, Problem, User};
use shared::domain::{MediaFile, MediaId, MediaStatus, Thumbnail, ThumbnailState};
use shared::limits;
use shared::platform::Platform;
use shared::store::{Stock, StoreError, Stored};

use crate::announce::to_second;
use crate::body::MediaBody;
use crate::check;
use crate::description::Complete;
use crate::own;

/// How long a file is known that no pin is made with: a day less than the lifecycle rule keeps it, so that no pin is made
/// with one that is about to go.
const KEPT: SignedDuration = SignedDuration::from_hours(89 * 24);

/// Checks what was uploaded by its bytes; a file that was checked before is answered as it is.
#[utoipa::path(
    post,
    path = "/v1/media/{id}/complete",
    operation_id = "complete_media",
    tag = "media",
    params(("id" = MediaId, Path, description = "The file.")),
    responses((status = 200, description = "The file: `ready`, or `rejected` with what is wrong.", body = MediaBody), Complete)
)]
pub async fn complete(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<MediaBody>, Problem> {
    let file = own::file(&platform, &user.owner, &id).await?;
    if file.status != MediaStatus::AwaitingUpload {
        return Ok(Json(MediaBody::new(file, &platform.objects.previews())));
    }
    let Some(found) = check::file(&platform.objects, &file).await? else {
        let detail = "The file hasn't been uploaded yet. Upload it first. If its upload URL has expired, announce the file \
                      again.";
        return Err(Problem::conflict("not_uploaded", detail));
    };
    admit(&platform, &file).await?;
    let is_ready = found.problems.is_empty();
    let mut checked = MediaFile { shape: found.shape, problems: found.problems, ..file.clone() };
    if is_ready {
        checked.thumbnail = thumbnail(&platform, &file).await?;
        // The tag first: a row without a file would promise what is not there.
        platform.objects.keep(&checked, Stored::Unused).await?;
        checked.status = MediaStatus::Ready;
        checked.expires_at = Some(to_second(file.created_at + KEPT));
    } else {
        checked.status = MediaStatus::Rejected;
    }
    match platform.media.replace(&file, &checked).await {
        Err(StoreError::Conflict) => return met(&platform, &user, &id).await,
        written => written?,
    }
    tracing::info!(media = %checked.id, status = checked.status.code(), "a file was checked");
    Ok(Json(MediaBody::new(checked, &platform.objects.previews())))
}

/// What became of the thumbnail of `file`; one that cannot be shown is deleted, and is no reason to refuse the file.
async fn thumbnail(platform: &Platform, file: &MediaFile) -> Result<Option<Thumbnail>, Problem> {
    let Some(announced) = file.thumbnail else { return Ok(None) };
    let state = match platform.objects.read_thumbnail(&file.owner, &file.id).await? {
        None => ThumbnailState::Missing,
        Some(read) if check::is_thumbnail(announced, &read) => ThumbnailState::Ready,
        Some(_) => {
            platform.objects.delete_thumbnail(file).await?;
            ThumbnailState::Refused
        }
    };
    Ok(Some(Thumbnail { state, ..announced }))
}

/// Refuses a file for which there is no room, as where many were announced at the same moment. It counts already.
async fn admit(platform: &Platform, file: &MediaFile) -> Result<(), Problem> {
    let limits = platform.current_settings.get().await?.limits;
    let room = limits::room(platform, &limits, (&file.owner, Stock::Media), 0).await?;
    if room.is_exceeded() { Err(room.reached(file.bytes()).into()) } else { Ok(()) }
}

/// What another call made of the file meanwhile; where a pin was made with it, its bytes stay for that pin.
async fn met(platform: &Platform, user: &User, id: &str) -> Result<Json<MediaBody>, Problem> {
    let file = own::file(platform, &user.owner, id).await?;
    if file.status == MediaStatus::Ready && file.expires_at.is_none() {
        platform.objects.keep(&file, Stored::Used).await?;
    }
    Ok(Json(MediaBody::new(file, &platform.objects.previews())))
}
