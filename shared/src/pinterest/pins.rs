//! Creating pins.

use http::Method;
use serde::{Deserialize, Serialize};

use super::call::{PATIENCE, authorized, json};
use super::{Answer, CallError, Pinterest};
use crate::domain::{Content, Mode, Pin, PinterestPinId};
use crate::vault::AccessToken;

/// The body of `POST /pins` (OpenAPI `PinCreate`).
///
/// The addresses of its images may be signed ones, so that it is not shown.
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

/// What the pin shows (OpenAPI `PinMediaSource`); addresses of files of people's own are signed, so that none is shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source_type", rename_all = "snake_case")]
pub enum MediaSource<'a> {
    /// One image.
    ImageUrl {
        /// Where Pinterest fetches it.
        url: &'a str,
    },
    /// Two to five images.
    MultipleImageUrls {
        /// From the first to the last.
        items: Vec<PostedSlide<'a>>,
    },
    /// A video that was uploaded before, with the cover that Pinterest wants: one of the two.
    VideoId {
        /// Pinterest's id of it.
        media_id: &'a str,
        /// Where Pinterest fetches the image.
        #[serde(skip_serializing_if = "Option::is_none")]
        cover_image_url: Option<&'a str>,
        /// The second of the video.
        #[serde(skip_serializing_if = "Option::is_none")]
        cover_image_key_frame_time: Option<u32>,
    },
}

/// One of several images.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PostedSlide<'a> {
    /// Where Pinterest fetches it.
    pub url: &'a str,
    /// Its own title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// Its own description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// Its own link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<&'a str>,
}

/// What is read of the answer (OpenAPI `Pin`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CreatedPin {
    /// Pinterest's id of the new pin.
    pub id: PinterestPinId,
}

impl<'a> PinRequest<'a> {
    /// Asks for `pin` with what it shows as Pinterest takes it.
    pub fn showing(pin: &'a Pin, media_source: MediaSource<'a>) -> Self {
        let content: &Content = &pin.content;
        Self {
            board_id: pin.board_id.as_str(),
            board_section_id: pin.section_id.as_ref().map(crate::domain::SectionId::as_str),
            title: content.title(),
            description: content.description(),
            alt_text: content.alt_text(),
            link: content.link(),
            dominant_color: content.dominant_color(),
            media_source,
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
