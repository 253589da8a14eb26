//! `GET /v1/webhooks/{id}/deliveries`.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, cursor, foreign_cursor};
use shared::domain::WebhookId;
use shared::domain::characters::parse_pasted;
use shared::platform::Platform;
use shared::store::DeliveryPage;

use crate::body::DeliveryBody;
use crate::description::ListDeliveries;
use crate::own::{self, Caller};

/// Lists what became of events at a webhook, the newest events first; for 30 days after each.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}/deliveries",
    operation_id = "list_deliveries",
    tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook."), PageQuery),
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
    let name = format!("deliveries {}", webhook.id);
    let after = page.place(&name, &mut errors).map(|place| parse_pasted(&place));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let after = after.transpose().map_err(|_| Problem::invalid(vec![foreign_cursor()]))?;
    let DeliveryPage { deliveries, next } =
        platform.webhooks.deliveries(&webhook.id, after.as_ref(), page.limit.into()).await?;
    let next_cursor = next.map(|event| cursor(&name, event.as_str()));
    Ok(Json(List { items: deliveries.into_iter().map(Into::into).collect(), next_cursor }))
}
