//! `GET /v1/owners/{owner}/export`: what is stored for an owner, without secrets.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use lambda_http::http::{HeaderValue, header};
use serde::Serialize;
use serde_json::{Map, Value};
use shared::api::{self, Admin, Page, Problem, Query};
use shared::platform::Platform;
use shared::store::{OwnedItem, OwnedPlace};
use utoipa::ToSchema;

use super::named;
use crate::description::ExportOwner;

/// A line of an export.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnedItem)]
pub struct Line {
    /// What it is, such as `account`, `pin` or `event`.
    kind: String,
    /// By what it is told from others of its kind.
    key: String,
    /// What is stored of it. Its fields are those of the table, and may change with any version.
    data: Map<String, Value>,
}

/// Exports what is stored for an owner as JSON lines: accounts without their tokens, pins, imports with their rows,
/// templates, files (without their bytes), counters and events. Webhooks are left out.
///
/// A part has up to a hundred lines, and may have none. The header `Link` has the URL of the next part, if there is one.
#[utoipa::path(
    get,
    path = "/v1/owners/{owner}/export",
    operation_id = "export_owner",
    tag = "owners",
    params(
        ("owner" = String, Path, description = "The owner: what their tokens have in the owner claim."),
        ("cursor" = Option<String>, Query, description = "Where to go on, from the header `Link`.")
    ),
    responses(
        (status = 200, description = "A part of the lines.", body = String, content_type = "application/jsonl",
            headers(("Link" = Option<String>, description = "The next part, as `<…>; rel=\"next\"`, where there is one."))),
        ExportOwner
    )
)]
pub async fn export(
    State(platform): State<Arc<Platform>>,
    _: Admin,
    Path(owner): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    let owner = named(&owner)?;
    let list = format!("everything of {owner}");
    let mut errors = Vec::new();
    let page = Page { limit: 1, cursor: query.one("cursor").map(str::to_owned) };
    let place = page.place(&list, &mut errors).map_or_else(|| Some(first()), |place| read(&place));
    let Some(place) = place.filter(|_| errors.is_empty()) else {
        return Err(Problem::invalid(if errors.is_empty() { vec![api::foreign_cursor()] } else { errors }));
    };
    let (items, next) = platform.owners.items(&owner, &place).await?;
    let next = next.map(|place| api::cursor(&list, &written(&place)));
    Ok(answer(items, next.as_deref()))
}

fn answer(items: Vec<OwnedItem>, next: Option<&str>) -> Response {
    let lines = items.into_iter().map(|OwnedItem { kind, key, data }| {
        let line = serde_json::to_string(&Line { kind, key, data }).expect("a line is a plain structure");
        line + "\n"
    });
    let text: String = lines.collect();
    let mut response = ([(header::CONTENT_TYPE, "application/jsonl")], text).into_response();
    // Relative to this address, so that the owner need not be written into it again.
    let link = next.and_then(|cursor| HeaderValue::try_from(format!("<?cursor={cursor}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn first() -> OwnedPlace {
    OwnedPlace { in_events: false, after: String::new() }
}

fn read(place: &str) -> Option<OwnedPlace> {
    let (part, after) = place.split_once(' ')?;
    Some(OwnedPlace { in_events: part == "events", after: after.to_owned() })
}

fn written(place: &OwnedPlace) -> String {
    format!("{} {}", if place.in_events { "events" } else { "owner" }, place.after)
}
