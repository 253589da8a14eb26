//! `GET /v1/accounts/{id}/boards`: Pinterest's own pages of boards, behind our cursor.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use shared::account_access;
use shared::api::description::PageQuery;
use shared::api::{Json, Problem, Query, User, cursor, foreign_cursor};
use shared::boards::secret_boards_unseen;
use shared::domain::{AccountId, BoardId, Scope};
use shared::pinterest::{Board, CallError, RefusalKind};
use shared::platform::Platform;
use utoipa::ToSchema;

use crate::description::ListBoards;
use crate::own;

/// The Board of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Board)]
pub struct BoardBody {
    id: BoardId,
    name: String,
    /// Pinterest's word: `PUBLIC`, `PROTECTED` or `SECRET`.
    #[schema(required)]
    privacy: Option<String>,
    /// Whose board it is.
    #[schema(required)]
    owner: Option<String>,
    /// Whether it is another person's.
    is_group: bool,
}

/// A part of an account's boards.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardList {
    /// The entries.
    items: Vec<BoardBody>,
    /// What to send as `cursor` for the next part; `null` at the end.
    #[schema(required)]
    next_cursor: Option<String>,
    /// Why boards that the account has may be missing; empty where none is.
    notes: Vec<ListNote>,
}

/// Something worth knowing about a list.
#[derive(Debug, Serialize, ToSchema)]
struct ListNote {
    #[schema(schema_with = crate::description::board_notes)]
    code: &'static str,
    /// What a person reads.
    message: String,
}

/// Lists the account's own boards and the group boards that it can write to.
///
/// A page can be shorter than `limit`; the list ends when `next_cursor` is `null`. Secret boards are included only if
/// the account was connected with `boards:read_secret`; otherwise `notes` says so. If the list can't be read, the
/// response is an error, never an empty list.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/boards",
    operation_id = "list_boards",
    tag = "boards",
    params(("id" = AccountId, Path, description = "The account."), PageQuery),
    responses((status = 200, description = "A part of the list.", body = BoardList), ListBoards)
)]
pub async fn boards(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<BoardList>, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    let list = format!("boards of {}", account.id);
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let bookmark = page.place(&list, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let (mode, token) = account_access::authorize(&platform, &account, &[Scope::BOARDS_READ]).await?;
    let answer = platform.pinterest.boards(mode, &token, bookmark.as_deref(), page.limit).await;
    let answer = account_access::mark_reconnect_if_revoked(&platform, &account, answer).await;
    let answer = answer.map_err(|error| refused(error, bookmark.is_some()))?;
    let next_cursor = answer.bookmark.map(|bookmark| cursor(&list, &bookmark));
    let items = answer.items.into_iter().map(|board| BoardBody::new(board, &account.username)).collect();
    let unseen = secret_boards_unseen(&account);
    let notes = unseen.map(|message| ListNote { code: "secret_boards_unseen", message }).into_iter().collect();
    Ok(Json(BoardList { items, next_cursor, notes }))
}

/// What a refused list is to the client; Pinterest takes a bookmark for invalid that it no longer knows.
pub fn refused(error: CallError, has_bookmark: bool) -> Problem {
    match error {
        CallError::Refused(refusal) if refusal.kind == RefusalKind::Invalid && has_bookmark => {
            Problem::invalid(vec![foreign_cursor()])
        }
        error => error.into(),
    }
}

impl BoardBody {
    /// The board as the account called `username` sees it.
    pub fn new(board: Board, username: &str) -> Self {
        Self {
            is_group: board.is_group(username),
            owner: board.owner_name().map(str::to_owned),
            id: board.id,
            name: board.name,
            privacy: board.privacy,
        }
    }
}
