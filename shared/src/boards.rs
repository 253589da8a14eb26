//! All boards of an account and all sections of a board, over every page of Pinterest's lists.

use crate::domain::{BoardEntry, BoardId, Mode, SectionEntry};
use crate::pinterest::{BOARD_PAGE, Board, CallError, Pinterest, Section};
use crate::vault::AccessToken;

/// Pinterest allows 2,000 boards an account; anything beyond twice that is a list that does not end.
const MOST_PAGES: usize = 16;

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
