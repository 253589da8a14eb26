//! Tells users whether an account can be connected at present and why not, what keeps all pins back, and how many of
//! theirs need them.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::{Json, Problem, User};
use shared::domain::settings::Obstacle;
use shared::domain::{Attention, Circuit, Mode, Settings};
use shared::platform::Platform;
use utoipa::ToSchema;

use crate::description::{self, ReadStatus};

/// Whether Pinterest can be used.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    enabled: bool,
    mode: Mode,
    /// Whether accounts can be connected at present.
    can_connect: bool,
    /// Why not.
    reasons: Vec<Reason>,
    /// What keeps every pin of the mode back at present; empty while nothing does.
    holding: Vec<Holding>,
    /// Whether what happens is logged and sent to webhooks.
    events: bool,
    /// Of all accounts of the caller.
    attention: Attention,
}

/// What keeps every pin back, since when, and when it is tried again, where that is known.
#[derive(Debug, Serialize, ToSchema)]
struct Holding {
    #[schema(schema_with = description::holds)]
    code: &'static str,
    message: &'static str,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// Why an account cannot be connected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Obstacle)]
struct Reason {
    #[schema(schema_with = description::obstacles)]
    code: &'static str,
    message: &'static str,
}

/// Tells whether accounts can be connected and why not, what keeps all pins back, and how many of one's own need one.
#[utoipa::path(
    get,
    path = "/v1/status",
    operation_id = "read_status",
    tag = "settings",
    responses((status = 200, description = "How things stand.", body = Status), ReadStatus)
)]
pub async fn status(State(platform): State<Arc<Platform>>, user: User) -> Result<Json<Status>, Problem> {
    let settings = platform.current_settings.get().await?;
    let reasons: Vec<_> = settings.obstacles().into_iter().map(Reason::from).collect();
    let attention = platform.pins.attention_by_account(&user.owner).await?.into_values().sum();
    let circuits = platform.circuits.list(settings.mode).await?;
    let holding = circuits.iter().filter(|circuit| circuit.keeps_any_back()).map(Holding::from).collect();
    let can_connect = reasons.is_empty();
    let Settings { enabled, mode, events, .. } = settings;
    Ok(Json(Status { enabled, mode, can_connect, reasons, holding, events, attention }))
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
