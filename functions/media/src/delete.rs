//! `DELETE /v1/media/{id}`: the file and what is known of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::{MediaFile, MediaId, MediaStatus, PinId};
use shared::limits;
use shared::platform::Platform;
use shared::store::Stock;

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
    // The calendar tells cheaply of most pins that wait; all pins are read once, when no more can be made with the file.
    let now = platform.clock.now();
    if let Some(pin) = platform.pins.planned_with(&file.owner, &file.id, now).await? {
        return Err(refusal(&platform, &file, &pin).await?);
    }
    // From here on no pin is made with it; a deletion that died is finished by the next one.
    let leaving = MediaFile { status: MediaStatus::Deleting, ..file.clone() };
    platform.media.replace(&file, &leaving).await?;
    if let Some(pin) = platform.pins.waiting_with(&file.owner, &file.id).await? {
        return Err(refusal(&platform, &leaving, &pin).await?);
    }
    platform.objects.delete(&file).await?;
    platform.media.delete(&file.owner, &file.id).await?;
    let limits = platform.current_settings.get().await?.limits;
    limits::freed(&platform, &limits, (&file.owner, Stock::Media)).await;
    Ok(Json(MediaBody::new(leaving, &platform.objects.previews())))
}

/// Says that `pin` waits with the file, and lets pins be made with it again where it was marked already.
async fn refusal(platform: &Platform, file: &MediaFile, pin: &PinId) -> Result<Problem, Problem> {
    if file.status == MediaStatus::Deleting {
        // Pins are made with ready files only.
        platform.media.replace(file, &MediaFile { status: MediaStatus::Ready, ..file.clone() }).await?;
    }
    let detail =
        format!("{pin} is waiting to go out with this file. Cancel the pin, or select another image for it, first.");
    Ok(Problem::conflict("media_in_use", detail))
}
