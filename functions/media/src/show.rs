//! `GET /v1/media/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::MediaId;
use shared::platform::Platform;

use crate::body::MediaBody;
use crate::description::ShowMedia;
use crate::own;

/// Shows one file.
#[utoipa::path(
    get,
    path = "/v1/media/{id}",
    operation_id = "show_media",
    tag = "media",
    params(("id" = MediaId, Path, description = "The file.")),
    responses((status = 200, description = "The file.", body = MediaBody), ShowMedia)
)]
pub async fn show(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<MediaBody>, Problem> {
    let file = own::file(&platform, &user.owner, &id).await?;
    Ok(Json(MediaBody::new(file, &platform.objects.previews())))
}
