//! `GET /v1/webhooks`.

use std::sync::Arc;

use axum::extract::State;
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, cursor, foreign_cursor};
use shared::domain::FieldError;
use shared::domain::characters::parse_pasted;
use shared::platform::Platform;

use crate::body::WebhookBody;
use crate::description::{ListWebhooks, WebhookQuery};
use crate::form::Scope;
use crate::own::Caller;

/// Lists your webhooks, or with `scope=installation` those of the installation.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    operation_id = "list_webhooks",
    tag = "webhooks",
    params(PageQuery, WebhookQuery),
    responses((status = 200, description = "A part of the list.", body = List<WebhookBody>), ListWebhooks)
)]
pub async fn list(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    query: Query,
) -> Result<Json<List<WebhookBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let scope = query.one("scope").map_or(Some(Scope::Owner), Scope::parse);
    if scope.is_none() {
        errors.push(FieldError::new("scope", "invalid", "Expected owner or installation."));
    }
    let name = format!("webhooks {scope:?}");
    let after = page.place(&name, &mut errors).map(|place| parse_pasted(&place));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let owner = match scope {
        Some(Scope::Installation) => caller.admin.map(|_| None)?,
        _ => Some(caller.user.owner),
    };
    let after = after.transpose().map_err(|_| Problem::invalid(vec![foreign_cursor()]))?;
    let (webhooks, more) = platform.webhooks.list(owner.as_ref(), after.as_ref(), page.limit.into()).await?;
    let next_cursor = webhooks.last().filter(|_| more).map(|last| cursor(&name, last.id.as_str()));
    let now = platform.clock.now();
    let items = webhooks.into_iter().map(|webhook| WebhookBody::new(webhook, now)).collect();
    Ok(Json(List { items, next_cursor }))
}
