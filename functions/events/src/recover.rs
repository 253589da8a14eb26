//! `POST /v1/webhooks/{id}/recover`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::api::{Fields, Json, Problem};
use shared::domain::pin::to_millisecond;
use shared::domain::{EventId, FieldError, Progress, WebhookId};
use shared::platform::Platform;

use crate::body::{Answer, WebhookBody};
use crate::description::{RecoverForm, RecoverWebhook};
use crate::own::{self, Caller};

/// How far back events are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Sends everything that happened since `since` and wasn't accepted.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/recover",
    operation_id = "recover_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    request_body = RecoverForm,
    responses((status = 202, description = "The webhook; the events are on their way.", body = WebhookBody, headers(("ETag" = String, description = "The version of the webhook."))), RecoverWebhook)
)]
pub async fn recover(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<Answer, Problem> {
    let mut webhook = own::webhook(&platform, &caller, &id).await?;
    let now = to_millisecond(platform.clock.now());
    let since = read(body, now).map_err(Problem::invalid)?;
    own::require_sending(&platform, &webhook).await?;
    let cursor = EventId::bound(since).min(webhook.progress.cursor.clone());
    let progress = Progress { cursor, recovered_at: Some(now), ..webhook.progress.clone() };
    platform.webhooks.recover(&webhook, &progress, now).await?;
    platform.event_kick.call_webhook(&webhook).await;
    webhook.progress = progress;
    Ok(Answer::new(StatusCode::ACCEPTED, webhook, now))
}

fn read(body: Value, now: Timestamp) -> Result<Timestamp, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(mut fields) = Fields::open("", body, &mut errors) else { return Err(errors) };
    let since = fields.required_text("since").map(|text| text.trim().parse::<Timestamp>());
    match &since {
        Some(Err(_)) => {
            fields.wrong("since", "invalid", "Expected a time with an offset, such as 2027-01-15T09:00:00Z.");
        }
        Some(Ok(since)) if *since > now => fields.wrong("since", "invalid", "Expected a time in the past."),
        Some(Ok(since)) if now.duration_since(*since) > KEPT => {
            fields.wrong("since", "invalid", "Events are kept for 30 days. Choose a later time.");
        }
        _ => {}
    }
    fields.close();
    match since {
        Some(Ok(since)) if errors.is_empty() => Ok(since),
        _ => Err(errors),
    }
}
