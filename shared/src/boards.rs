//! All boards of an account and all sections of a board, over every page of Pinterest's lists.

use crate::domain::{Account, BoardEntry, BoardId, Mode, Scope, SectionEntry};
use crate::pinterest::{BOARD_PAGE, Board, CallError, Pinterest, Section};
use crate::vault::AccessToken;

/// Pinterest allows 2,000 boards an account; anything beyond twice that is a list that does not end.
const MOST_PAGES: usize = 16;

/// The remedy where `account` has no such board, and why it may not be seen.
pub fn remedy(account: &Account) -> String {
    let choose = "Choose one of the account's boards, or create it.";
    secret_boards_unseen(account).map_or_else(|| choose.to_owned(), |why| format!("{choose} {why}"))
}

/// Why boards of `account` may be missing in every list, and what to do; absent where its permission shows secret boards too.
pub fn secret_boards_unseen(account: &Account) -> Option<String> {
    if account.scopes.contains(Scope::BOARDS_READ_SECRET) {
        return None;
    }
    let of_secrets =
        [Scope::BOARDS_READ_SECRET, Scope::BOARDS_WRITE_SECRET, Scope::PINS_READ_SECRET, Scope::PINS_WRITE_SECRET];
    let missing: Vec<_> =
        of_secrets.into_iter().filter(|scope| !account.scopes.contains(*scope)).map(Scope::as_str).collect();
    Some(format!(
        "This account's secret boards aren't visible. To use them, ask an administrator to add {} to the scopes in \
         the settings, then reconnect the account.",
        missing.join(", ")
    ))
}

/// Reads all boards behind `token`.
pub async fn all_boards(pinterest: &Pinterest, mode: Mode, token: &AccessToken) -> Result<Vec<Board>, CallError> {
    let mut boards = Vec::new();
    let mut bookmark = None;
    for _ in 0..MOST_PAGES {
        let page = pinterest.boards(mode, token, bookmark.as_deref(), BOARD_PAGE).await?;
        boards.extend(page.items);
        bookmark = page.bookmark;
        if bookmark.is_none() {
            break;
        }
    }
    Ok(boards)
}

/// Reads all sections of `board`.
pub async fn all_sections(
    pinterest: &Pinterest,
    (mode, token): (Mode, &AccessToken),
    board: &BoardId,
) -> Result<Vec<Section>, CallError> {
    let mut sections = Vec::new();
    let mut bookmark = None;
    for _ in 0..MOST_PAGES {
        let page = pinterest.sections((mode, token), board, bookmark.as_deref(), BOARD_PAGE).await?;
        sections.extend(page.items);
        bookmark = page.bookmark;
        if bookmark.is_none() {
            break;
        }
    }
    Ok(sections)
}

impl From<Board> for BoardEntry {
    fn from(board: Board) -> Self {
        let (owner, is_secret) = (board.owner_name().map(str::to_owned), board.is_secret());
        Self { id: board.id, name: board.name, owner, is_secret }
    }
}

impl From<Section> for SectionEntry {
    fn from(section: Section) -> Self {
        Self { id: section.id, name: section.name }
    }
}
