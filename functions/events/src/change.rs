//! `PATCH /v1/webhooks/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{IfMatch, Json, Problem};
use shared::domain::pin::to_millisecond;
use shared::domain::{Disabled, DisabledReason, Progress, Webhook, WebhookId};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::body::{Answer, WebhookBody};
use crate::description::{ChangeWebhook, WebhookChangeForm};
use crate::form::{self, WebhookChange};
use crate::own::{self, Caller};

/// Changes a webhook: its URL, its types, whether it is enabled.
///
/// A webhook that is enabled again gets what happens from then on; ask for what it missed with `recover`.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{id}",
    operation_id = "change_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook."), IfMatchHeader),
    request_body = WebhookChangeForm,
    responses((status = 200, description = "The webhook.", body = WebhookBody, headers(("ETag" = String, description = "The version of the webhook."))), ChangeWebhook)
)]
pub async fn change(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<Value>,
) -> Result<Answer, Problem> {
    let before = own::webhook(&platform, &caller, &id).await?;
    let change = form::read_change(body, platform.config.web.webhooks_to_loopback).map_err(Problem::invalid)?;
    let now = to_millisecond(platform.clock.now());
    let Some((after, is_begun_anew)) = changed(&before, change, now) else {
        return Ok(Answer::new(StatusCode::OK, before, now));
    };
    if !if_match.admits(before.version) {
        return Err(IfMatch::changed("webhook"));
    }
    match platform.webhooks.change(&after, before.version, is_begun_anew).await {
        Ok(()) => Ok(Answer::new(StatusCode::OK, after, now)),
        Err(StoreError::Conflict) if if_match.is_given() => Err(IfMatch::changed("webhook")),
        Err(error) => Err(error.into()),
    }
}

/// The webhook after the change, and whether it begins anew; absent where nothing changes.
fn changed(before: &Webhook, change: WebhookChange, now: Timestamp) -> Option<(Webhook, bool)> {
    let mut after = before.clone();
    if let Some(url) = change.url {
        after.url = url;
    }
    if let Some(types) = change.types {
        after.types = types;
    }
    match (change.enabled, &before.disabled) {
        (Some(true), Some(_)) => (after.disabled, after.progress) = (None, Progress::from(now)),
        (Some(false), None) => after.disabled = Some(Disabled { reason: DisabledReason::Requested, at: now }),
        _ => {}
    }
    if after == *before {
        return None;
    }
    let is_begun_anew = before.disabled.is_some() && after.disabled.is_none();
    (after.version, after.updated_at) = (before.version + 1, now);
    Some((after, is_begun_anew))
}
