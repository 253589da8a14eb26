//! The caller's own account and its boards.

use shared::account_access::{authorize, mark_reconnect_if_revoked};
use shared::api::Problem;
use shared::boards::{all_boards, remedy};
use shared::domain::characters::parse_pasted;
use shared::domain::{Account, BoardId, BoardIndex, GivenBoard, Miss, OwnerId, Scope, Suggestions};
use shared::platform::Platform;

/// Reads the account `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn account(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Account, Problem> {
    let missing = || Problem::not_found("account");
    let id = parse_pasted(id).map_err(|_| missing())?;
    platform.accounts.load(owner, &id).await?.ok_or_else(missing)
}

/// The board that a path names: by its id, which is not looked up here, by its name or by its address.
///
/// 404 for what the account does not have, with what is called nearly so; 409 `ambiguous` where several are called so.
pub async fn board(platform: &Platform, account: &Account, text: &str) -> Result<BoardId, Problem> {
    let given = GivenBoard::parse(text).map_err(|_| Problem::not_found("board"))?;
    if let Some(id) = given.as_id() {
        return Ok(id);
    }
    let (mode, token) = authorize(platform, account, &[Scope::BOARDS_READ]).await?;
    let boards =
        mark_reconnect_if_revoked(platform, account, all_boards(&platform.pinterest, mode, &token).await).await?;
    let boards = BoardIndex::new(boards.into_iter().map(Into::into).collect(), &account.username);
    let found = given.find(&boards, &mut Suggestions::default()).map(|board| board.id.clone());
    found.map_err(|miss| {
        let detail = miss.message("board", "The account", &remedy(account));
        match miss {
            Miss::Absent { .. } => Problem { detail, ..Problem::not_found("board") },
            Miss::Ambiguous { .. } => Problem::conflict("ambiguous", detail),
        }
    })
}
