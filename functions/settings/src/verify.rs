//! Runs the set-up checks: one row each, with what was found and what to do about it.

mod ask;
mod entered;
mod stored;

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::{self, Admin, Json, Origin};
use shared::domain::{Circuit, Hold, Mode, Settings};
use shared::platform::Platform;
use shared::store::StoreError;
use utoipa::ToSchema;

use crate::description::Verify;

/// What was checked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Verification {
    items: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct Check {
    /// What was checked, as a stable word.
    #[serde(rename = "check")]
    name: &'static str,
    result: Verdict,
    /// What was found.
    detail: String,
    /// What to do about it.
    #[schema(required)]
    remedy: Option<String>,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Failed,
    Unknown,
}

/// Runs the set-up checks, among them whether Pinterest takes the app ID and secret in the chosen mode.
#[utoipa::path(
    post,
    path = "/v1/settings/verify",
    operation_id = "verify_settings",
    tag = "settings",
    responses((status = 200, description = "One row a check.", body = Verification), Verify)
)]
pub async fn verify(State(platform): State<Arc<Platform>>, _: Admin, origin: Origin) -> Json<Verification> {
    let items = match platform.settings.load().await {
        Ok(settings) => Box::pin(run(&platform, &settings, &origin)).await,
        Err(error) => {
            api::log(&error);
            vec![stored::table_fails(&error), stored::token_keys(&platform).await]
        }
    };
    Json(Verification { items })
}

/// Everything that takes time is asked at the same time, to be done before API Gateway's patience ends.
async fn run(platform: &Platform, settings: &Settings, origin: &Origin) -> Vec<Check> {
    let ((readable, asked), current, callback, keys, circuits) = tokio::join!(
        async {
            let (readable, credentials) = stored::secret_readable(platform, settings).await;
            (readable, ask::pinterest(platform, settings.mode, credentials.as_ref()).await)
        },
        stored::secret_current(platform, settings),
        entered::callback_url(platform, settings, origin),
        stored::token_keys(platform),
        platform.circuits.list(settings.mode),
    );
    let refused = refused_for_trial(circuits);
    let credentials = ask::credentials(settings.mode, &asked);
    let (approved, tier) = if credentials.result == Verdict::Failed {
        (ask::untold("app_approved"), ask::untold("tier"))
    } else {
        (ask::app_approved(&asked), ask::tier(settings.mode, &asked, refused))
    };
    if approved.result == Verdict::Ok && tier.result != Verdict::Failed {
        try_at_once(platform, settings.mode).await;
    }
    vec![
        entered::app_id(settings),
        entered::app_secret(settings),
        credentials,
        approved,
        tier,
        entered::scopes(settings),
        callback,
        readable,
        current,
        keys,
        stored::table_answers(),
    ]
}

/// When Pinterest refused the app's pins for its trial access, if it did and no pin went through since.
fn refused_for_trial(circuits: Result<Vec<Circuit>, StoreError>) -> Option<Timestamp> {
    let circuits = circuits.inspect_err(|error| api::log(error)).unwrap_or_default();
    let refusing = |circuit: &Circuit| circuit.reason == Hold::TrialTier && circuit.keeps_any_back();
    circuits.into_iter().find(refusing).map(|circuit| circuit.opened_at)
}

/// Pinterest takes the app, so the pins that wait for that need not wait for their next turn.
async fn try_at_once(platform: &Platform, mode: Mode) {
    if let Err(error) = platform.circuits.hasten(mode, platform.clock.now()).await {
        api::log(&error);
    }
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, result: Verdict::Ok, detail: detail.into(), remedy: None }
    }

    fn failed(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, result: Verdict::Failed, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    fn unknown(name: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, result: Verdict::Unknown, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}
