//! Reads the settings.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use shared::api::{Admin, Origin, Problem};
use shared::platform::Platform;

use crate::answer::Answer;

/// `GET /v1/settings`.
pub async fn read(State(platform): State<Arc<Platform>>, _: Admin, origin: Origin) -> Result<Response, Problem> {
    let settings = platform.settings.load().await?;
    Ok(Answer { settings: &settings, origin: &origin, warnings: Vec::new() }.into_response())
}
