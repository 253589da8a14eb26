//! `POST /v1/webhooks/{id}/test`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use shared::api::{Json, Problem};
use shared::domain::pin::to_millisecond;
use shared::domain::webhook::TEST;
use shared::domain::{EventId, OpenDelivery, WebhookId};
use shared::platform::Platform;

use crate::body::DeliveryBody;
use crate::description::AskDelivery;
use crate::own::{self, Caller};
use crate::replay::ask;

/// Sends a `webhook.test`, once. See what became of it among the deliveries.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/test",
    operation_id = "test_webhook",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 202, description = "The delivery, which is on its way.", body = DeliveryBody), AskDelivery)
)]
pub async fn test(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<DeliveryBody>), Problem> {
    let webhook = own::webhook(&platform, &caller, &id).await?;
    let at = to_millisecond(platform.clock.now());
    let drawn = u64::from_be_bytes(shared::random::bytes(&*platform.random));
    let event = EventId::derived(at, webhook.id.as_str(), drawn);
    let (owner, kind) = (webhook.owner.clone(), TEST.to_owned());
    let delivery = OpenDelivery { event, owner, kind, subject: None, tries: 0, at };
    ask(&platform, &webhook, delivery).await
}
