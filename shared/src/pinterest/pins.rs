//! Creating pins.

use http::Method;
use serde::{Deserialize, Serialize};

use super::call::{PATIENCE, authorized, json};
use super::{Answer, CallError, Pinterest};
use crate::domain::{Content, Mode, Pin, PinterestPinId};
use crate::vault::AccessToken;

/// The body of `POST /pins` (OpenAPI `PinCreate`).
///
/// The address of its image may be a signed one, so that it is not shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PinRequest<'a> {
    board_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    board_section_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dominant_color: Option<&'a str>,
    media_source: MediaSource<'a>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source_type", rename_all = "snake_case")]
enum MediaSource<'a> {
    ImageUrl { url: &'a str },
}

/// What is read of the answer (OpenAPI `Pin`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CreatedPin {
    /// Pinterest's id of the new pin.
    pub id: PinterestPinId,
}

impl<'a> PinRequest<'a> {
    /// Asks for `pin` with the image at `address`.
    pub fn showing(pin: &'a Pin, address: &'a str) -> Self {
        let content: &Content = &pin.content;
        Self {
            board_id: pin.board_id.as_str(),
            board_section_id: pin.section_id.as_ref().map(crate::domain::SectionId::as_str),
            title: content.title(),
            description: content.description(),
            alt_text: content.alt_text(),
            link: content.link(),
            dominant_color: content.dominant_color(),
            media_source: MediaSource::ImageUrl { url: address },
        }
    }
}

impl Pinterest {
    /// Creates a pin (`POST /pins`); Pinterest has no idempotency key, so a lost answer leaves the outcome unknown.
    pub async fn create_pin(
        &self,
        mode: Mode,
        token: &AccessToken,
        pin: &PinRequest<'_>,
    ) -> Result<Answer<CreatedPin>, CallError> {
        let url = self.hosts.api(mode, "pins");
        self.send(json(authorized(Method::POST, &url, token), pin), PATIENCE).await
    }
}
