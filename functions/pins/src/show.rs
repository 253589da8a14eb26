//! `GET /v1/pins/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::platform::Platform;

use crate::body::PinBody;
use crate::own;

/// Shows one pin with its timeline.
pub async fn show(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<PinBody>, Problem> {
    let pin = own::pin(&platform, &user.owner, &id).await?;
    let settings = platform.current_settings.get().await?;
    Ok(Json(PinBody::new(pin, &settings)))
}
