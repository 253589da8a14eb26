//! Lists who changed which settings, newest first.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::description::PageQuery;
use shared::api::{Admin, Json, List, Problem, Query, cursor};
use shared::domain::OwnerId;
use shared::platform::Platform;
use shared::store;
use utoipa::ToSchema;

use crate::description::Changes;

/// What cursors of this list are bound to.
const LIST: &str = "changes of the settings";

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    by: OwnerId,
    /// The fields that changed; never what they said.
    fields: Vec<String>,
}

/// Lists who changed which settings, newest first; never a secret.
#[utoipa::path(
    get,
    path = "/v1/settings/changes",
    operation_id = "list_settings_changes",
    tag = "settings",
    params(PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<Change>), Changes)
)]
pub async fn changes(
    State(platform): State<Arc<Platform>>,
    _: Admin,
    query: Query,
) -> Result<Json<List<Change>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let before = page.place(LIST, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (changes, next) = platform.settings.changes(page.limit.into(), before.as_deref()).await?;
    let items = changes.into_iter().map(Change::from).collect();
    Ok(Json(List { items, next_cursor: next.map(|place| cursor(LIST, &place)) }))
}

impl From<store::Change> for Change {
    fn from(change: store::Change) -> Self {
        Self { at: change.at, by: change.by, fields: change.fields }
    }
}
