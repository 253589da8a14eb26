//! Sections of boards.

use http::Method;
use serde::{Deserialize, Serialize};

use super::call::{PATIENCE, authorized, empty, json};
use super::{CallError, Pinterest};
use crate::domain::{BoardId, Mode, SectionId};
use crate::vault::AccessToken;

/// A section of a board (OpenAPI `BoardSection`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Section {
    /// Pinterest's id of it.
    pub id: SectionId,
    /// The name.
    pub name: String,
}

/// Part of the list of a board's sections.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SectionPage {
    /// The sections.
    pub items: Vec<Section>,
    /// Where the next page begins; absent at the end.
    #[serde(default)]
    pub bookmark: Option<String>,
}

#[derive(Serialize)]
struct SectionRequest<'a> {
    name: &'a str,
}

impl Pinterest {
    /// Lists the sections of a board (`GET /boards/{board_id}/sections`, scope `boards:read`).
    pub async fn sections(
        &self,
        (mode, token): (Mode, &AccessToken),
        board: &BoardId,
        bookmark: Option<&str>,
        page_size: u8,
    ) -> Result<SectionPage, CallError> {
        let mut url = self.hosts.api(mode, &format!("boards/{board}/sections"));
        url.query_pairs_mut().append_pair("page_size", &page_size.to_string());
        if let Some(bookmark) = bookmark {
            url.query_pairs_mut().append_pair("bookmark", bookmark);
        }
        let page = self.send::<SectionPage>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?.body;
        Ok(SectionPage { bookmark: page.bookmark.filter(|bookmark| !bookmark.is_empty()), ..page })
    }

    /// Creates a section on a board (`POST /boards/{board_id}/sections`, scopes `boards:read` and `boards:write`); a
    /// lost answer leaves the outcome unknown.
    pub async fn create_section(
        &self,
        mode: Mode,
        token: &AccessToken,
        board: &BoardId,
        name: &str,
    ) -> Result<Section, CallError> {
        let url = self.hosts.api(mode, &format!("boards/{board}/sections"));
        let request = json(authorized(Method::POST, &url, token), &SectionRequest { name });
        self.send(request, PATIENCE).await.map(|answer| answer.body)
    }
}
