//! Tells users whether an account can be connected at present, why not, and how many of their pins need them.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use shared::api::{Json, Problem, User};
use shared::domain::settings::Obstacle;
use shared::domain::{Attention, Mode};
use shared::platform::Platform;

/// Whether Pinterest can be used.
#[derive(Debug, Serialize)]
pub struct Status {
    enabled: bool,
    mode: Mode,
    can_connect: bool,
    reasons: Vec<Reason>,
    /// Of all accounts of the caller.
    attention: Attention,
}

/// Why an account cannot be connected.
#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    message: &'static str,
}

/// `GET /v1/status`.
pub async fn status(State(platform): State<Arc<Platform>>, user: User) -> Result<Json<Status>, Problem> {
    let settings = platform.current_settings.get().await?;
    let reasons: Vec<_> = settings.obstacles().into_iter().map(Reason::from).collect();
    let attention = platform.pins.attention_by_account(&user.owner).await?.into_values().sum();
    let can_connect = reasons.is_empty();
    Ok(Json(Status { enabled: settings.enabled, mode: settings.mode, can_connect, reasons, attention }))
}

impl From<Obstacle> for Reason {
    fn from(obstacle: Obstacle) -> Self {
        Self { code: obstacle.code(), message: obstacle.message() }
    }
}
