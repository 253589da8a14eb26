//! `GET /v1/webhooks/{id}/deliveries`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, cursor, foreign_cursor};
use shared::domain::characters::parse_pasted;
use shared::domain::{EventId, FieldError, WebhookId};
use shared::platform::Platform;
use shared::store::DeliveryPage;

use crate::body::DeliveryBody;
use crate::description::{DeliveryQuery, ListDeliveries};
use crate::own::{self, Caller};

/// How many events can be named at once.
const MOST_NAMED: usize = 20;

/// Lists what became of events at a webhook, the newest events first; for 30 days after each.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}/deliveries",
    operation_id = "list_deliveries",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook."), PageQuery, DeliveryQuery),
    responses((status = 200, description = "A part of the list.", body = List<DeliveryBody>), ListDeliveries)
)]
pub async fn list(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<List<DeliveryBody>>, Problem> {
    let webhook = own::webhook(&platform, &caller, &id).await?;
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let events = named(&query, &mut errors);
    let name = format!("deliveries {}", webhook.id);
    let after = page.place(&name, &mut errors).map(|place| parse_pasted(&place));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let after = after.transpose().map_err(|_| Problem::invalid(vec![foreign_cursor()]))?;
    if !events.is_empty() {
        return of_events(&platform, &webhook.id, &events).await.map(Json);
    }
    let DeliveryPage { deliveries, next } =
        platform.webhooks.deliveries(&webhook.id, after.as_ref(), page.limit.into()).await?;
    let next_cursor = next.map(|event| cursor(&name, event.as_str()));
    Ok(Json(List { items: deliveries.into_iter().map(Into::into).collect(), next_cursor }))
}

/// The events whose deliveries alone are asked for.
fn named(query: &Query, errors: &mut Vec<FieldError>) -> Vec<EventId> {
    let events: Result<Vec<_>, _> = query.all("event").take(MOST_NAMED + 1).map(parse_pasted).collect();
    match events {
        Ok(events) if events.len() <= MOST_NAMED => return events,
        Ok(_) => errors.push(FieldError::new("event", "too_many", format!("Name at most {MOST_NAMED} events."))),
        Err(_) => {
            let expected = "Expected the id of an event, such as evt_… with 26 letters and digits.";
            errors.push(FieldError::new("event", "invalid", expected));
        }
    }
    Vec::new()
}

/// What became of these events at the webhook; those that were never sent there are left out.
async fn of_events(
    platform: &Platform,
    webhook: &WebhookId,
    events: &[EventId],
) -> Result<List<DeliveryBody>, Problem> {
    let mut items = Vec::new();
    for event in events {
        items.extend(platform.webhooks.delivery(webhook, event).await?.map(DeliveryBody::from));
    }
    Ok(List { items, next_cursor: None })
}
