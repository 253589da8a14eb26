//! `POST /v1/webhooks/{id}/deliveries/{event}/replay`.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use shared::api::{Json, Problem};
use shared::domain::pin::to_millisecond;
use shared::domain::webhook::TEST;
use shared::domain::{Delivery, DeliveryStatus, EventId, OpenDelivery, Webhook, WebhookId};
use shared::platform::Platform;

use crate::body::DeliveryBody;
use crate::description::AskDelivery;
use crate::own::{self, Caller};

/// Sends an event once more, with the same `webhook-id`, whether or not it was accepted before.
///
/// It doesn't wait for other events of the same pin, account or import. An event that was never sent to this webhook can be
/// sent as well, if it is your own and in the log.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/deliveries/{event}/replay",
    operation_id = "replay_delivery",
    tag = "webhooks",
    params(
        ("id" = WebhookId, Path, description = "The webhook."),
        ("event" = EventId, Path, description = "The event."),
    ),
    responses((status = 202, description = "The delivery, which is on its way.", body = DeliveryBody), AskDelivery)
)]
pub async fn replay(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path((id, event)): Path<(String, String)>,
) -> Result<(StatusCode, Json<DeliveryBody>), Problem> {
    let webhook = own::webhook(&platform, &caller, &id).await?;
    let event = own::event(&event)?;
    let (owner, kind) = known(&platform, &webhook, &event).await?.ok_or_else(|| Problem::not_found("event"))?;
    let at = to_millisecond(platform.clock.now());
    ask(&platform, &webhook, OpenDelivery { event, owner, kind, subject: None, tries: 0, at }).await
}

/// In whose log the event is, and its type; absent where it is not there any more, or the webhook doesn't get such events.
async fn known(
    platform: &Platform,
    webhook: &Webhook,
    event: &EventId,
) -> Result<Option<(Option<shared::domain::OwnerId>, String)>, Problem> {
    let delivery = platform.webhooks.delivery(&webhook.id, event).await?;
    if let Some(delivery) = delivery.as_ref().filter(|delivery| delivery.kind == TEST) {
        return Ok(Some((delivery.owner.clone(), delivery.kind.clone())));
    }
    let owner = delivery.map_or_else(|| webhook.owner.clone(), |delivery| delivery.owner);
    let event = platform.events.load(owner.as_ref(), event).await?;
    Ok(event.map(|event| (owner, event.happening.kind.code().to_owned())))
}

/// Has `delivery` sent at once.
pub async fn ask(
    platform: &Platform,
    webhook: &Webhook,
    delivery: OpenDelivery,
) -> Result<(StatusCode, Json<DeliveryBody>), Problem> {
    own::require_sending(platform, webhook).await?;
    platform.webhooks.want(webhook, &delivery).await?;
    platform.event_kick.call_webhook(webhook).await;
    let OpenDelivery { event, owner, kind, subject: _, tries, at } = delivery;
    let shown = Delivery {
        event,
        owner,
        kind,
        status: DeliveryStatus::Pending,
        tries,
        at,
        next_at: Some(at),
        http_status: None,
        answer: None,
        error: None,
        took_ms: None,
    };
    Ok((StatusCode::ACCEPTED, Json(shown.into())))
}
