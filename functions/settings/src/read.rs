//! Reads the settings.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use shared::api::{Admin, Origin, Problem};
use shared::platform::Platform;

use crate::answer::{Answer, Body};
use crate::description::Read;

/// Reads the settings; the app secret is never answered.
#[utoipa::path(
    get,
    path = "/v1/settings",
    operation_id = "read_settings",
    tag = "settings",
    responses(
        (status = 200, description = "The settings.", body = Body, headers(("ETag" = String, description = "Their version."))),
        Read
    )
)]
pub async fn read(State(platform): State<Arc<Platform>>, _: Admin, origin: Origin) -> Result<Response, Problem> {
    let settings = platform.settings.load().await?;
    Ok(Answer { settings: &settings, origin: &origin, warnings: Vec::new() }.into_response())
}
