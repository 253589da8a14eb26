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

use crate::Function;

/// How long an answer stands; anybody may ask, and every answer reads sixteen partitions.
const KEEP: SignedDuration = SignedDuration::from_secs(10);

/// From this lateness on somebody should look: several ticks were missed.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// The last answer.
#[derive(Debug)]
pub struct HealthCheck(Cached<Health>);

/// `{status, oldest_overdue_s}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Health {
    /// `ok`, `paused` (Pinterest is disabled), `late`, or `unavailable` (the table does not answer).
    status: &'static str,
    /// How long the oldest due work has been overdue, in seconds; `null` where that is not known.
    oldest_overdue_s: Option<i64>,
}

impl HealthCheck {
    /// Nothing is known yet.
    pub fn new(clock: SharedClock) -> Self {
        Self(Cached::new(clock, KEEP))
    }
}

/// 200 while what is due gets done or Pinterest is disabled, otherwise 503.
pub async fn health(State(function): State<Function>) -> Response {
    let look = async || Ok::<_, Infallible>(look(&function.platform).await);
    let Ok(health) = function.health.0.get_or(look).await;
    let code = if matches!(health.status, "ok" | "paused") { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(health)).into_response()
}

async fn look(platform: &Platform) -> Health {
    match overdue(platform).await {
        Ok((enabled, overdue)) => judge(enabled, overdue),
        Err(error) => {
            tracing::error!(%error, "the health could not be determined");
            Health { status: "unavailable", oldest_overdue_s: None }
        }
    }
}

fn judge(enabled: bool, overdue: SignedDuration) -> Health {
    let status = match (enabled, overdue > LATE) {
        (false, _) => "paused",
        (true, true) => "late",
        (true, false) => "ok",
    };
    Health { status, oldest_overdue_s: Some(overdue.as_secs()) }
}

/// Whether Pinterest is enabled, and how long the oldest due work of the current mode has been overdue.
async fn overdue(platform: &Platform) -> Result<(bool, SignedDuration), StoreError> {
    let settings = platform.current_settings.get().await?;
    let now = platform.clock.now();
    let overdue = earliest(platform, settings.mode).await?.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    Ok((settings.enabled, overdue.max(SignedDuration::ZERO)))
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
        for (enabled, overdue_s, status) in
            [(true, 0, "ok"), (true, 300, "ok"), (true, 301, "late"), (false, 86_400, "paused")]
        {
            let health = judge(enabled, SignedDuration::from_secs(overdue_s));
            assert_eq!((health.status, health.oldest_overdue_s), (status, Some(overdue_s)));
        }
    }
}
