//! Saves the settings: app ID and secret switch together, wherever a save dies.
//!
//! A new secret is put as a pending version first, then the settings that name it are written, then the version is
//! labelled current. Readers take the version that the settings name, so the second step alone decides.

mod precondition;
mod wanted;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use lambda_http::http::HeaderMap;
use serde_json::{Map, Value};
use shared::api::{self, Admin, Json, Origin, Problem};
use shared::domain::settings::Saved;
use shared::domain::{AppId, OwnerId, SecretRef, Settings};
use shared::platform::Platform;
use shared::random;
use shared::store::{Change, StoreError};
use shared::vault::{AppCredentials, AppSecret};

use crate::answer::{Answer, Body, Warning};
use crate::description::{Save, WantedSettings};
use wanted::Wanted;

/// Replaces the settings. App ID and app secret switch together; a secret that is left out stays.
#[utoipa::path(
    put,
    path = "/v1/settings",
    operation_id = "save_settings",
    tag = "settings",
    params(("If-Match" = String, Header, description = "The `ETag` of the settings that were read.")),
    request_body = WantedSettings,
    responses(
        (status = 200, description = "The settings as they are now.", body = Body,
            headers(("ETag" = String, description = "Their version."))),
        Save
    )
)]
pub async fn save(
    State(platform): State<Arc<Platform>>,
    admin: Admin,
    origin: Origin,
    headers: HeaderMap,
    Json(body): Json<Map<String, Value>>,
) -> Result<Response, Problem> {
    let current = platform.settings.load().await?;
    precondition::check(&headers, &current)?;
    let wanted = Wanted::read(&body, &current).map_err(Problem::invalid)?;
    let exchanged = current.app_id.is_some() && current.app_id != wanted.app_id;
    let saved = replace(&platform, admin.subject, current, wanted).await;
    // Also where somebody else was faster: this save may have touched the stages after theirs had moved them.
    heal(&platform).await;
    let saved = saved?;
    if let Err(error) = platform.circuits.hasten(saved.mode, platform.clock.now()).await {
        // The pins that wait for the app go on by themselves, only later.
        api::log(&error);
    }
    let warnings = if exchanged { vec![Warning::accounts_need_reconnect()] } else { Vec::new() };
    Ok(Answer { settings: &saved, origin: &origin, warnings }.into_response())
}

/// Writes what is wanted in place of `current`, unless that changes nothing.
async fn replace(platform: &Platform, by: OwnerId, current: Settings, wanted: Wanted) -> Result<Settings, Problem> {
    let fields = wanted.differences(&current);
    if fields.is_empty() {
        return Ok(current);
    }
    // Times are stored to the millisecond; the answer is to be what the next reader gets.
    let at = Timestamp::from_millisecond(platform.clock.now().as_millisecond()).unwrap_or_default();
    let secret = match (&wanted.app_id, wanted.app_secret) {
        (Some(app_id), Some(secret)) => Some(put_secret(platform, &current, app_id, secret, at).await?),
        _ => current.secret.filter(|_| wanted.app_id == current.app_id),
    };
    let next = Settings {
        enabled: wanted.enabled,
        mode: wanted.mode,
        app_id: wanted.app_id,
        secret,
        scopes: wanted.scopes,
        carousels: wanted.carousels,
        pins_per_day: wanted.pins_per_day,
        limits: wanted.limits,
        events: wanted.events,
        version: current.version + 1,
        saved: Some(Saved { by: by.clone(), at }),
    };
    match platform.settings.save(&next, &Change { at, by, fields }).await {
        Ok(()) => Ok(next),
        Err(StoreError::Conflict) => Err(precondition::changed()),
        Err(error) => Err(error.into()),
    }
}

/// Puts a new pair of app ID and secret, which nobody reads until the settings name it.
async fn put_secret(
    platform: &Platform,
    current: &Settings,
    app_id: &AppId,
    secret: AppSecret,
    at: Timestamp,
) -> Result<SecretRef, Problem> {
    if let Some(in_force) = &current.secret {
        // An earlier save may have died before it labelled its version; the pending label is about to leave that
        // version, and one without a label may be deleted.
        platform.credentials.make_current(&in_force.version_id).await?;
    }
    let version_id = random::uuid(&*platform.random);
    let last4 = secret.last4();
    platform.credentials.put_pending(&version_id, &AppCredentials { app_id: app_id.clone(), secret }).await?;
    Ok(SecretRef { version_id, last4, updated_at: at })
}

/// Labels the version that the settings name now as the current one.
///
/// The settings are in force without it, so a failure is only logged; the next save does it again.
async fn heal(platform: &Platform) {
    let in_force = match platform.settings.load().await {
        Ok(settings) => settings.secret,
        Err(error) => return api::log(&error),
    };
    let Some(in_force) = in_force else { return };
    match platform.credentials.make_current(&in_force.version_id).await {
        Ok(true) => {}
        Ok(false) => tracing::error!("the version of the app secret that the settings name does not exist"),
        Err(error) => api::log(&error),
    }
}
