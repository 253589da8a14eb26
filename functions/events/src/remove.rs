//! `DELETE /v1/webhooks/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem};
use shared::domain::WebhookId;
use shared::platform::Platform;

use crate::body::WebhookBody;
use crate::description::RemoveWebhook;
use crate::own::{self, Caller};

/// Deletes a webhook. What is on its way may still arrive.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    operation_id = "remove_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, description = "The webhook as it was.", body = WebhookBody), RemoveWebhook)
)]
pub async fn remove(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WebhookBody>, Problem> {
    let webhook = own::webhook(&platform, &caller, &id).await?;
    let now = platform.clock.now();
    platform.webhooks.remove(&webhook, now).await?;
    Ok(Json(WebhookBody::new(webhook, now)))
}
