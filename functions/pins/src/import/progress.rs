//! `GET /v1/pins/imports/{id}` and its rows: how far a file is, and what became of each of its rows.

use axum::extract::{Path, State};
use shared::api::description::PageQuery;
use shared::api::{Json, List, Page, Problem, Query, User, cursor};
use shared::domain::characters::parse_pasted;
use shared::domain::{FieldError, Import, OwnerId};
use shared::platform::Platform;

use super::answer::status;
use super::{ImportBody, ImportRow, go_on};
use crate::Function;
use crate::description::{ImportRowQuery, ListImportRows, ShowImport};
use crate::desk::Desk;

/// How many parts of the rows one page looks at. A page that finds little in them is short, with a cursor.
const MOST_PARTS: usize = 8;

/// How a row can stand.
const STATUSES: [&str; 4] = ["ok", "warning", "already_planned", "error"];

/// Shows the progress of an import, and resumes it if it was interrupted.
#[utoipa::path(
    get,
    path = "/v1/pins/imports/{id}",
    operation_id = "show_import",
    tag = "pins",
    params(("id" = shared::domain::ImportId, Path, description = "The import.")),
    responses((status = 200, description = "The import.", body = ImportBody), ShowImport)
)]
pub async fn show(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<ImportBody>, Problem> {
    let desk = Desk::open(function, user).await?;
    let mut import = own(&desk.function.platform, &desk.owner, &id).await?;
    go_on(&desk, &mut import).await?;
    Ok(Json(import.into()))
}

/// Lists the rows of a file in order, each with its line and the pin that it becomes.
///
/// A page can be short, or empty, and still have a `next_cursor`. Rows are available for 30 days.
#[utoipa::path(
    get,
    path = "/v1/pins/imports/{id}/rows",
    operation_id = "list_import_rows",
    tag = "pins",
    params(("id" = shared::domain::ImportId, Path, description = "The import."), PageQuery, ImportRowQuery),
    responses((status = 200, description = "A part of the rows.", body = List<ImportRow>), ListImportRows)
)]
pub async fn rows(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<List<ImportRow>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let wanted: Vec<_> = query.all("status").collect();
    if wanted.iter().any(|word| !STATUSES.contains(word)) {
        errors.push(FieldError::new("status", "invalid", format!("Expected one of {}.", STATUSES.join(", "))));
    }
    let list = format!("rows {id} {:?}", STATUSES.map(|word| wanted.contains(&word)));
    let from = place(&page, &list, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let import = own(&function.platform, &user.owner, &id).await?;
    let (items, next) = find(&function.platform, &import, (from, page.limit), &wanted).await?;
    Ok(Json(List { items, next_cursor: next.map(|place| cursor(&list, &place.to_string())) }))
}

/// With which row a page begins.
fn place(page: &Page, list: &str, errors: &mut Vec<FieldError>) -> u32 {
    let Some(place) = page.place(list, errors) else { return 0 };
    place.parse().unwrap_or_else(|_| {
        errors.push(shared::api::foreign_cursor());
        0
    })
}

/// Up to a page of rows from that position on, and the position to go on from where there may be more.
async fn find(
    platform: &Platform,
    import: &Import,
    (from, limit): (u32, u8),
    wanted: &[&str],
) -> Result<(Vec<ImportRow>, Option<u32>), Problem> {
    let (mut found, mut position) = (Vec::new(), from);
    for _ in 0..MOST_PARTS {
        let Some(part) = import.part_of(position) else { return Ok((found, None)) };
        let skipped = (position - import.starts[part]) as usize;
        for row in platform.imports.rows(import, part).await?.into_iter().skip(skipped) {
            position += 1;
            if wanted.is_empty() || wanted.contains(&status(&row)) {
                found.push(ImportRow::new(import.pin_id(&row), row));
            }
            if found.len() == usize::from(limit) {
                return Ok((found, Some(position).filter(|next| *next < import.rows)));
            }
        }
    }
    Ok((found, Some(position).filter(|next| *next < import.rows)))
}

async fn own(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Import, Problem> {
    // What is no id of ours is the id of nothing, as another owner's is.
    let absent = || {
        let detail = "This import doesn't exist. Imports and their rows are available for 30 days.";
        Problem { detail: detail.to_owned(), ..Problem::not_found("import") }
    };
    let Ok(id) = parse_pasted(id) else { return Err(absent()) };
    let import = platform.imports.load(owner, &id).await?;
    // The table drops the rows of an expired file one by one, so none of them is shown.
    import.filter(|import| !import.is_expired(platform.clock.now())).ok_or_else(absent)
}
