//! `DELETE /v1/media/{id}`: the file and what is known of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::{MediaFile, MediaId, MediaStatus};
use shared::platform::Platform;

use crate::body::MediaBody;
use crate::description::DeleteMedia;
use crate::own;

/// Deletes a file, unless pins that wait need it; what is on Pinterest stays there.
#[utoipa::path(
    delete,
    path = "/v1/media/{id}",
    operation_id = "delete_media",
    tag = "media",
    params(("id" = MediaId, Path, description = "The file.")),
    responses((status = 200, description = "The file, which is gone.", body = MediaBody), DeleteMedia)
)]
pub async fn delete(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<MediaBody>, Problem> {
    let file = own::file(&platform, &user.owner, &id).await?;
    refuse_if_used(&platform, &file).await?;
    // From here on no pin is made with it; a deletion that died is finished by the next one.
    let leaving = MediaFile { status: MediaStatus::Deleting, ..file.clone() };
    platform.media.replace(&file, &leaving).await?;
    // One may have been made since the calendar was read.
    refuse_if_used(&platform, &leaving).await?;
    platform.objects.delete(&file.owner, &file.id).await?;
    platform.media.delete(&file.owner, &file.id).await?;
    Ok(Json(MediaBody::new(leaving)))
}

/// Refuses to delete a file that a pin waits with, and lets pins be made with it again where it was marked already.
async fn refuse_if_used(platform: &Platform, file: &MediaFile) -> Result<(), Problem> {
    let Some(pin) = platform.pins.waiting_with(&file.owner, &file.id).await? else { return Ok(()) };
    if file.status == MediaStatus::Deleting {
        // Pins are made with ready files only.
        platform.media.replace(file, &MediaFile { status: MediaStatus::Ready, ..file.clone() }).await?;
    }
    let detail = format!("{pin} is still to go out with this file. Cancel the pin, or give it another picture, first.");
    Err(Problem::conflict("media_in_use", detail))
}
