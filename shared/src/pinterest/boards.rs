//! Boards.

use http::Method;
use serde::{Deserialize, Serialize};

use super::call::{PATIENCE, authorized, empty, json};
use super::{CallError, Pinterest};
use crate::domain::{BoardId, Mode};
use crate::vault::AccessToken;

/// The most boards that Pinterest lists at once (OpenAPI `query_page_size`).
pub const PAGE: u8 = 250;

/// A board (OpenAPI `Board`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Board {
    /// Pinterest's id of it.
    pub id: BoardId,
    /// The name.
    pub name: String,
    /// `PUBLIC`, `PROTECTED` or `SECRET`.
    #[serde(default)]
    pub privacy: Option<String>,
    /// Whose board it is; another than the account's own makes it a group board.
    #[serde(default)]
    pub owner: Option<BoardOwner>,
}

/// The body of `POST /boards` (OpenAPI `BoardCreate`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoardRequest<'a> {
    /// The name; an account has no two boards of the same.
    pub name: &'a str,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// Who sees it; `PUBLIC` where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
}

/// Who sees a board (OpenAPI `BoardPrivacy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Privacy {
    /// Everybody.
    Public,
    /// Everybody who has its address.
    Protected,
    /// Its members.
    Secret,
}

/// The owner of a board.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BoardOwner {
    /// The owner's name.
    #[serde(default)]
    pub username: Option<String>,
}

/// Part of the list of boards.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BoardPage {
    /// The boards.
    pub items: Vec<Board>,
    /// Where the next page begins; absent at the end.
    #[serde(default)]
    pub bookmark: Option<String>,
}

impl Board {
    /// The owner's name, where Pinterest says it.
    pub fn owner_name(&self) -> Option<&str> {
        self.owner.as_ref()?.username.as_deref()
    }

    /// Whether only its members see it.
    pub fn is_secret(&self) -> bool {
        self.privacy.as_deref() == Some("SECRET")
    }

    /// Whether it belongs to somebody else than `username`.
    pub fn is_group(&self, username: &str) -> bool {
        self.owner_name().is_some_and(|owner| owner != username)
    }
}

impl Pinterest {
    /// Lists boards: the account's own and the group boards it may write to (`GET /boards`, scope `boards:read`).
    pub async fn boards(
        &self,
        mode: Mode,
        token: &AccessToken,
        bookmark: Option<&str>,
        page_size: u8,
    ) -> Result<BoardPage, CallError> {
        let mut url = self.hosts.api(mode, "boards");
        url.query_pairs_mut().append_pair("page_size", &page_size.to_string());
        if let Some(bookmark) = bookmark {
            url.query_pairs_mut().append_pair("bookmark", bookmark);
        }
        let page = self.send::<BoardPage>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?.body;
        Ok(BoardPage { bookmark: page.bookmark.filter(|bookmark| !bookmark.is_empty()), ..page })
    }

    /// Reads one board (`GET /boards/{board_id}`, scope `boards:read`).
    pub async fn board(&self, mode: Mode, token: &AccessToken, board: &BoardId) -> Result<Board, CallError> {
        let url = self.hosts.api(mode, &format!("boards/{board}"));
        self.send(empty(authorized(Method::GET, &url, token)), PATIENCE).await.map(|answer| answer.body)
    }

    /// Creates a board (`POST /boards`, scopes `boards:read` and `boards:write`); a lost answer leaves the outcome
    /// unknown.
    pub async fn create_board(
        &self,
        mode: Mode,
        token: &AccessToken,
        board: &BoardRequest<'_>,
    ) -> Result<Board, CallError> {
        let url = self.hosts.api(mode, "boards");
        self.send(json(authorized(Method::POST, &url, token), board), PATIENCE).await.map(|answer| answer.body)
    }
}
