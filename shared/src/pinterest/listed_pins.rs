//! The pins on a board.

use http::Method;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::call::{PATIENCE, authorized, empty};
use super::{Answer, CallError, Pinterest};
use crate::domain::{BoardId, Mode, PinterestPinId, SectionId, Words};
use crate::vault::AccessToken;

/// What is read of a pin in a list (OpenAPI `Pin`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListedPin {
    /// Pinterest's id of it.
    pub id: PinterestPinId,
    /// Whether it is the account's own; on a board that several people share it may be another's.
    #[serde(default)]
    pub is_owner: Option<bool>,
    #[serde(default)]
    created_at: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    alt_text: Option<String>,
}

/// Part of the list of a board's pins. Its order is not documented.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PinPage {
    /// The pins.
    pub items: Vec<ListedPin>,
    /// Where the next page begins; absent at the end.
    #[serde(default)]
    pub bookmark: Option<String>,
}

impl ListedPin {
    /// When it was created by Pinterest's clock; see `creation_moment`.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.as_deref().and_then(creation_moment)
    }

    /// What it says.
    pub fn words(&self) -> Words {
        let texts = [&self.link, &self.title, &self.description, &self.alt_text];
        let [link, title, description, alt_text] = texts.map(Option::as_deref);
        Words::new(link, title, description, alt_text)
    }
}

/// Reads a `created_at`. Live answers carry no offset, against the description (api-quickstart #78); one without is taken
/// as UTC. Whether Pinterest means UTC is not documented, so the difference from our clock has to be learned.
pub(super) fn creation_moment(text: &str) -> Option<Timestamp> {
    let naive = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(naive)
}

impl Pinterest {
    /// Lists the pins of a board or of one of its sections (`GET /boards/{board_id}/pins`,
    /// `GET /boards/{board_id}/sections/{section_id}/pins`, scopes `boards:read` and `pins:read`).
    pub async fn pins_on(
        &self,
        (mode, token): (Mode, &AccessToken),
        (board, section): (&BoardId, Option<&SectionId>),
        bookmark: Option<&str>,
        page_size: u8,
    ) -> Result<Answer<PinPage>, CallError> {
        let path = match section {
            Some(section) => format!("boards/{board}/sections/{section}/pins"),
            None => format!("boards/{board}/pins"),
        };
        let mut url = self.hosts.api(mode, &path);
        url.query_pairs_mut().append_pair("page_size", &page_size.to_string());
        if let Some(bookmark) = bookmark {
            url.query_pairs_mut().append_pair("bookmark", bookmark);
        }
        let mut answer = self.send::<PinPage>(empty(authorized(Method::GET, &url, token)), PATIENCE).await?;
        answer.body.bookmark = answer.body.bookmark.filter(|bookmark| !bookmark.is_empty());
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_without_offset_is_taken_as_utc() {
        for (text, second) in [
            ("2024-06-30T04:54:04", Some(1_719_723_244)),
            ("2024-06-30T04:54:04Z", Some(1_719_723_244)),
            ("2024-06-30T06:54:04+02:00", Some(1_719_723_244)),
            ("yesterday", None),
        ] {
            let body = serde_json::json!({"id": "1", "created_at": text, "unknown": {}});
            let pin: ListedPin = serde_json::from_value(body).expect("only the id is needed");
            assert_eq!(pin.created_at().map(Timestamp::as_second), second, "{text}");
        }
    }
}
