//! `PUT /v1/accounts/{id}/channels`: choose the boards that the caller posts to.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Deserialize;
use shared::account_access;
use shared::api::{Json, Problem, User};
use shared::boards::{all_boards, remedy};
use shared::domain::account::MOST_CHANNELS;
use shared::domain::pin::to_millisecond;
use shared::domain::{
    Account, AccountId, BoardId, BoardIndex, Connection, FieldError, GivenBoard, OwnerId, Scope, Suggestions,
};
use shared::platform::Platform;
use shared::store::StoreError;
use utoipa::ToSchema;

use crate::body::AccountBody;
use crate::description::ChooseChannels;
use crate::own;

/// How often the write is tried when something else, such as a renewal of the tokens, changes the account meanwhile.
const TRIES: usize = 4;

/// The choice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Channels)]
pub struct Choice {
    /// Each by its id, its name or its address on Pinterest.
    #[schema(max_items = 1000)]
    board_ids: Vec<String>,
}

/// Replaces the chosen boards. A board that is listed twice is kept once.
#[utoipa::path(
    put,
    path = "/v1/accounts/{id}/channels",
    operation_id = "choose_channels",
    tag = "accounts",
    params(("id" = AccountId, Path, description = "The account.")),
    request_body = Choice,
    responses((status = 200, description = "The account.", body = AccountBody), ChooseChannels)
)]
pub async fn choose(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
    Json(choice): Json<Choice>,
) -> Result<Json<AccountBody>, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    let (mode, token) = account_access::authorize(&platform, &account, &[Scope::BOARDS_READ]).await?;
    if choice.board_ids.len() > MOST_CHANNELS {
        let message = format!("Choose at most {MOST_CHANNELS} boards; you chose {}.", choice.board_ids.len());
        return Err(Problem::invalid_field("board_ids", "too_many", message));
    }
    let boards = account_access::mark_reconnect_if_revoked(
        &platform,
        &account,
        all_boards(&platform.pinterest, mode, &token).await,
    )
    .await?;
    let boards = BoardIndex::new(boards.into_iter().map(Into::into).collect(), &account.username);
    let channels = check(&choice.board_ids, &boards, &remedy(&account))?;
    let account = store(&platform, &user.owner, &id, channels).await?;
    Ok(Json(AccountBody::of(&platform, account).await?))
}

/// The chosen boards in their order, each once; or every one that is not a board of the account.
fn check(chosen: &[String], boards: &BoardIndex, remedy: &str) -> Result<Vec<BoardId>, Problem> {
    let (mut channels, mut errors) = (Vec::new(), Vec::new());
    let mut suggestions = Suggestions::default();
    for (index, text) in chosen.iter().enumerate() {
        let field = || format!("board_ids[{index}]");
        match GivenBoard::parse(text).map(|given| given.find(boards, &mut suggestions)) {
            Ok(Ok(board)) if channels.contains(&board.id) => {}
            Ok(Ok(board)) => channels.push(board.id.clone()),
            Ok(Err(miss)) => {
                let message = miss.message("board", "The account", remedy);
                errors.push(FieldError::new(field(), miss.code(), message));
            }
            Err(why) => errors.push(FieldError::new(field(), why.code(), why.to_string())),
        }
    }
    if errors.is_empty() { Ok(channels) } else { Err(Problem::invalid(errors)) }
}

async fn store(platform: &Platform, owner: &OwnerId, id: &str, channels: Vec<BoardId>) -> Result<Account, Problem> {
    for _ in 0..TRIES {
        let mut account = own::account(platform, owner, id).await?;
        if account.connection == Connection::Disconnected {
            let detail = "The account was disconnected in the meantime. Reconnect it to choose its boards.";
            return Err(Problem::conflict("account_disconnected", detail));
        }
        let version = account.version;
        account.channels.clone_from(&channels);
        account.updated_at = to_millisecond(platform.clock.now());
        match platform.accounts.save(&mut account, version).await {
            Ok(()) => return Ok(account),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use shared::domain::BoardEntry;

    use super::*;

    fn ids(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn boards(ids: &[&str]) -> BoardIndex {
        let board = |id: &&str| BoardEntry {
            id: id.parse().unwrap(),
            name: format!("Board {id}"),
            owner: None,
            is_secret: false,
        };
        BoardIndex::new(ids.iter().map(board).collect(), "ann")
    }

    #[test]
    fn the_order_is_kept_and_a_board_counts_once() {
        let boards = boards(&["1", "2", "3"]);
        let chosen = ["3", "board 1", "https://www.pinterest.com/ann/board-3/", "1"];
        let channels = check(&ids(&chosen), &boards, "").unwrap();
        assert_eq!(channels.iter().map(BoardId::as_str).collect::<Vec<_>>(), ["3", "1"]);
        assert_eq!(check(&[], &boards, ""), Ok(Vec::new()));
    }

    #[test]
    fn every_wrong_board_is_named() {
        let problem = check(&ids(&["1", "2", "x", ""]), &boards(&["1"]), "").unwrap_err();
        let named: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        let expected = [("board_ids[1]", "not_found"), ("board_ids[2]", "not_found"), ("board_ids[3]", "required")];
        assert_eq!(named, expected);
    }
}
