//! `POST /v1/webhooks/{id}/secret`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use secrecy::ExposeSecret;
use shared::api::Problem;
use shared::domain::pin::to_millisecond;
use shared::domain::webhook::BOTH_SECRETS;
use shared::domain::{Secrets, Webhook, WebhookId};
use shared::platform::Platform;

use crate::body::{Answer, WebhookBody};
use crate::description::RotateSecret;
use crate::own::{self, Caller};
use crate::sign::new_secret;

/// Replaces the secret of a webhook. For 24 hours, deliveries are signed with both.
///
/// The new `secret` is in this answer only. Where the former one still signs, there is no third: 409 `rotated_lately`.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/secret",
    operation_id = "rotate_webhook_secret",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, description = "The webhook with its new secret.", body = WebhookBody, headers(("ETag" = String, description = "The version of the webhook."))), RotateSecret)
)]
pub async fn rotate(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Answer, Problem> {
    let before = own::webhook(&platform, &caller, &id).await?;
    let now = to_millisecond(platform.clock.now());
    if let Some((_, until)) = before.secrets.former.as_ref().filter(|(_, until)| now < *until) {
        let detail = format!(
            "The secret was replaced less than 24 hours ago, and both secrets sign until {until}. Replace it again after \
             that. If you lost the new one, delete this webhook and create another."
        );
        return Err(Problem::conflict("rotated_lately", detail));
    }
    let secret = new_secret(&*platform.random);
    let current = platform.tokens.seal_webhook_secret(secret.expose_secret(), &before).await?;
    let secrets = Secrets { current, former: Some((before.secrets.current.clone(), now + BOTH_SECRETS)) };
    let version = before.version;
    let after = Webhook { secrets, updated_at: now, version: version + 1, ..before };
    platform.webhooks.change(&after, version, false).await?;
    Ok(Answer::new(StatusCode::OK, after, now).with_secret(&secret))
}
