//! `GET /healthz`: whether what is due gets done. It says nothing of anyone.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::future::try_join_all;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::api::Json;
use shared::cache::Cached;
use shared::clock::SharedClock;
use shared::domain::due::Shard;
use shared::domain::{Mode, Partition};
use shared::platform::Platform;
use shared::store::StoreError;
use utoipa::ToSchema;

use crate::Function;
use crate::description::HealthAnswers;

/// How long an answer stands; anybody may ask, and every answer reads sixteen partitions.
const KEEP: SignedDuration = SignedDuration::from_secs(10);

/// From this lateness on somebody should look: several ticks were missed.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// The last answer.
#[derive(Debug)]
pub struct HealthCheck(Cached<Health>);

/// `{status, oldest_overdue_s}`.
/// Whether what is due gets done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, `paused` (Pinterest is disabled), `held` (Pinterest refuses the app, or does not answer), `late`, or
    /// `unavailable` (the table does not answer).
    status: &'static str,
    /// How long the oldest due work has been overdue, in seconds; `null` where that is not known.
    #[schema(required)]
    oldest_overdue_s: Option<i64>,
    /// What keeps every pin back, in a word; `null` while nothing does.
    #[schema(required)]
    held_by: Option<&'static str>,
}

/// What the table shows.
#[derive(Debug, Clone, Copy)]
struct Seen {
    enabled: bool,
    held_by: Option<&'static str>,
    overdue: SignedDuration,
}

impl HealthCheck {
    /// Nothing is known yet.
    pub fn new(clock: SharedClock) -> Self {
        Self(Cached::new(clock, KEEP))
    }
}

/// Reports whether due work gets done: 200 if it does, or if it waits for Pinterest or an administrator; otherwise 503.
#[utoipa::path(get, path = "/healthz", operation_id = "check_health", tag = "health", responses(HealthAnswers))]
pub async fn health(State(function): State<Function>) -> Response {
    let look = async || Ok::<_, Infallible>(look(&function.platform).await);
    let Ok(health) = function.health.0.get_or(look).await;
    let code = if matches!(health.status, "ok" | "paused" | "held") {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (code, Json(health)).into_response()
}

async fn look(platform: &Platform) -> Health {
    match see(platform).await {
        Ok(seen) => judge(seen),
        Err(error) => {
            tracing::error!(%error, "the health could not be determined");
            Health { status: "unavailable", oldest_overdue_s: None, held_by: None }
        }
    }
}

fn judge(seen: Seen) -> Health {
    let status = match seen {
        Seen { enabled: false, .. } => "paused",
        Seen { overdue, .. } if overdue > LATE => "late",
        Seen { held_by: Some(_), .. } => "held",
        _ => "ok",
    };
    let held_by = seen.held_by.filter(|_| seen.enabled);
    Health { status, oldest_overdue_s: Some(seen.overdue.as_secs()), held_by }
}

/// Whether Pinterest is enabled, what keeps the current mode back, and how long its oldest due work has been overdue.
async fn see(platform: &Platform) -> Result<Seen, StoreError> {
    let settings = platform.current_settings.get().await?;
    let circuits = platform.circuits.list(settings.mode).await?;
    let held_by = circuits.iter().find(|circuit| circuit.keeps_any_back()).map(|circuit| circuit.reason.code());
    let now = platform.clock.now();
    let overdue = earliest(platform, settings.mode).await?.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    Ok(Seen { enabled: settings.enabled, held_by, overdue: overdue.max(SignedDuration::ZERO) })
}

async fn earliest(platform: &Platform, mode: Mode) -> Result<Option<Timestamp>, StoreError> {
    let looks = Shard::all().map(async |shard| platform.pins.earliest_due(&Partition::Open(mode, shard)).await);
    Ok(try_join_all(looks).await?.into_iter().flatten().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_more_than_five_minutes_and_never_while_disabled() {
        let down = Some("pinterest_down");
        for (enabled, held_by, overdue_s, status) in [
            (true, None, 0, "ok"),
            (true, None, 300, "ok"),
            (true, None, 301, "late"),
            (true, down, 300, "held"),
            (true, down, 301, "late"),
            (false, down, 86_400, "paused"),
        ] {
            let health = judge(Seen { enabled, held_by, overdue: SignedDuration::from_secs(overdue_s) });
            assert_eq!((health.status, health.oldest_overdue_s), (status, Some(overdue_s)));
            assert_eq!(health.held_by, held_by.filter(|_| enabled));
        }
    }
}
