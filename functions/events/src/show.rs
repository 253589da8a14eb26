//! `GET /v1/webhooks/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use shared::api::Problem;
use shared::domain::WebhookId;
use shared::platform::Platform;

use crate::body::{Answer, WebhookBody};
use crate::description::OneWebhook;
use crate::own::{self, Caller};

/// Shows a webhook.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}",
    operation_id = "show_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, description = "The webhook.", body = WebhookBody, headers(("ETag" = String, description = "The version of the webhook."))), OneWebhook)
)]
pub async fn show(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let webhook = own::webhook(&platform, &caller, &id).await?;
    Ok(Answer::new(StatusCode::OK, webhook, platform.clock.now()))
}
