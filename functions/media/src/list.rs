//! `GET /v1/media`: the caller's files, newest first.

use std::sync::Arc;

use axum::extract::State;
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, User, cursor, foreign_cursor};
use shared::platform::Platform;

use crate::body::MediaBody;
use crate::description::ListMedia;

/// The name of the list, for its cursors.
const LIST: &str = "media";

/// Lists files, newest first; those that have expired are left out, so that a page may be short.
#[utoipa::path(
    get,
    path = "/v1/media",
    operation_id = "list_media",
    tag = "media",
    params(PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<MediaBody>), ListMedia)
)]
pub async fn list(
    State(platform): State<Arc<Platform>>,
    user: User,
    query: Query,
) -> Result<Json<List<MediaBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let place = page.place(LIST, &mut errors);
    let after = place.as_deref().and_then(|place| place.parse().ok());
    if place.is_some() && after.is_none() {
        errors.push(foreign_cursor());
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let found = platform.media.list(&user.owner, after.as_ref(), page.limit).await?;
    let now = platform.clock.now();
    let previews = platform.objects.previews();
    let files = found.files.into_iter().filter(|file| file.is_there(now));
    let items = files.map(|file| MediaBody::new(file, &previews)).collect();
    Ok(Json(List { items, next_cursor: found.next.map(|id| cursor(LIST, id.as_str())) }))
}
