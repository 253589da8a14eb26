//! `GET /v1/accounts/{id}/boards/{board}/sections`: Pinterest's own pages of a board's sections, behind our cursor.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use shared::account_access;
use shared::api::description::PageQuery;
use shared::api::{Json, List, Problem, Query, User, cursor};
use shared::domain::{AccountId, Scope, SectionId};
use shared::pinterest::{CallError, Refusal, RefusalKind, Section};
use shared::platform::Platform;
use utoipa::ToSchema;

use crate::description::ListSections;
use crate::{boards, own};

/// The section of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Section)]
pub struct SectionBody {
    id: SectionId,
    name: String,
}

impl From<Section> for SectionBody {
    fn from(section: Section) -> Self {
        Self { id: section.id, name: section.name }
    }
}

/// Lists the sections of a board.
///
/// A page can be shorter than `limit`; the list ends when `next_cursor` is `null`.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/boards/{board}/sections",
    operation_id = "list_sections",
    tag = "boards",
    params(("id" = AccountId, Path, description = "The account."), ("board" = String, Path, description = "The board: its id, its name, or its address on Pinterest, percent-encoded."), PageQuery),
    responses((status = 200, description = "A part of the list.", body = List<SectionBody>), ListSections)
)]
pub async fn sections(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path((id, board)): Path<(String, String)>,
    query: Query,
) -> Result<Json<List<SectionBody>>, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    let board = own::board(&platform, &account, &board).await?;
    let list = format!("sections of {board} of {}", account.id);
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let bookmark = page.place(&list, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (mode, token) = account_access::authorize(&platform, &account, &[Scope::BOARDS_READ]).await?;
    let answer = platform.pinterest.sections((mode, &token), &board, bookmark.as_deref(), page.limit).await;
    let answer = account_access::mark_reconnect_if_revoked(&platform, &account, answer).await;
    let answer = answer.map_err(|error| refused(error, bookmark.is_some()))?;
    let next_cursor = answer.bookmark.map(|bookmark| cursor(&list, &bookmark));
    Ok(Json(List { items: answer.items.into_iter().map(Into::into).collect(), next_cursor }))
}

fn refused(error: CallError, has_bookmark: bool) -> Problem {
    match error {
        CallError::Refused(Refusal { kind: RefusalKind::BoardNotFound | RefusalKind::NotFound, .. }) => {
            Problem::not_found("board")
        }
        error => boards::refused(error, has_bookmark),
    }
}
