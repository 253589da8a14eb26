//! All boards of an account, over every page of Pinterest's list.

use crate::domain::Mode;
use crate::pinterest::{Board, CallError, Pinterest};
use crate::vault::AccessToken;

/// Pinterest allows 2,000 boards an account; anything beyond twice that is a list that does not end.
const MOST_PAGES: usize = 16;

/// Reads all boards behind `token`.
pub async fn all_boards(pinterest: &Pinterest, mode: Mode, token: &AccessToken) -> Result<Vec<Board>, CallError> {
    let mut boards = Vec::new();
    let mut bookmark = None;
    for _ in 0..MOST_PAGES {
        let page = pinterest.boards(mode, token, bookmark.as_deref(), crate::pinterest::BOARD_PAGE).await?;
        boards.extend(page.items);
        bookmark = page.bookmark;
        if bookmark.is_none() {
            break;
        }
    }
    Ok(boards)
}
