//! Tells users whether an account can be connected at present and why not, what keeps all pins back, and how many of
//! theirs need them.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::{Json, Problem, User};
use shared::domain::settings::Obstacle;
use shared::domain::{Attention, Circuit, Mode};
use shared::platform::Platform;

/// Whether Pinterest can be used.
#[derive(Debug, Serialize)]
pub struct Status {
    enabled: bool,
    mode: Mode,
    can_connect: bool,
    reasons: Vec<Reason>,
    /// What keeps every pin of the mode back at present; empty while nothing does.
    holding: Vec<Holding>,
    /// Of all accounts of the caller.
    attention: Attention,
}

/// What keeps every pin back, since when, and when it is tried again, where that is known.
#[derive(Debug, Serialize)]
struct Holding {
    code: &'static str,
    message: &'static str,
    since: Timestamp,
    until: Option<Timestamp>,
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
    let circuits = platform.circuits.list(settings.mode).await?;
    let holding = circuits.iter().filter(|circuit| circuit.keeps_any_back()).map(Holding::from).collect();
    let can_connect = reasons.is_empty();
    Ok(Json(Status { enabled: settings.enabled, mode: settings.mode, can_connect, reasons, holding, attention }))
}

impl From<&Circuit> for Holding {
    fn from(circuit: &Circuit) -> Self {
        let (code, message) = (circuit.reason.code(), circuit.reason.message());
        Self { code, message, since: circuit.opened_at, until: circuit.until() }
    }
}

impl From<Obstacle> for Reason {
    fn from(obstacle: Obstacle) -> Self {
        Self { code: obstacle.code(), message: obstacle.message() }
    }
}
