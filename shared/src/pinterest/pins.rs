//! Creating pins.

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{PATIENCE, authorized, empty, json};
use super::listed_pins::creation_moment;
use super::{Answer, CallError, Pinterest};
use crate::domain::{AiDisclosure, AiDisclosures, Content, Mode, Pin, PinterestPinId};
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
    #[serde(skip_serializing_if = "Option::is_none")]
    ai_disclosures: Option<AiDisclosuresBody>,
    media_source: MediaSource<'a>,
}

/// What was made with AI (`AiDisclosures` of API 5.28); left out where nothing is, since there is no word for that.
#[derive(Clone, PartialEq, Eq, Serialize)]
struct AiDisclosuresBody {
    values: Vec<&'static str>,
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
    /// Any value is taken: a pin that was created must not count as lost because of its date.
    #[serde(default)]
    created_at: serde_json::Value,
}

impl CreatedPin {
    /// The pin with that id, of which nothing else was answered.
    pub fn with_id(id: PinterestPinId) -> Self {
        Self { id, created_at: serde_json::Value::Null }
    }

    /// When it was created by Pinterest's clock, where that is readable; see [`super::ListedPin::created_at`].
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.as_str().and_then(creation_moment)
    }
}

impl AiDisclosuresBody {
    fn of(declared: AiDisclosures) -> Option<Self> {
        let values = declared.iter().map(AiDisclosure::pinterests_word).collect();
        (!declared.is_empty()).then_some(Self { values })
    }
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
            ai_disclosures: AiDisclosuresBody::of(content.ai_disclosures()),
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

    /// Deletes a pin (`DELETE /pins/{pin_id}`, scopes to read and write boards and pins), which Pinterest answers with 200 or
    /// 204. Sending it again does no harm: by then there is no such pin.
    pub async fn delete_pin(
        &self,
        mode: Mode,
        token: &AccessToken,
        pin: &PinterestPinId,
    ) -> Result<Answer<()>, CallError> {
        let url = self.hosts.api(mode, &format!("pins/{pin}"));
        self.send_for_status(empty(authorized(Method::DELETE, &url, token)), PATIENCE).await
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_created_pin_is_known_by_its_id_whatever_its_date_looks_like() {
        for (created_at, second) in [
            (json!("2024-06-30T04:54:04"), Some(1_719_723_244)),
            (json!("2024-06-30T04:54:04+02:00"), Some(1_719_716_044)),
            (json!("soon"), None),
            (json!(1_719_723_244), None),
            (json!(null), None),
        ] {
            let pin: CreatedPin = serde_json::from_value(json!({"id": "5", "created_at": created_at})).unwrap();
            assert_eq!(pin.created_at().map(Timestamp::as_second), second, "{created_at}");
        }
        let bare: CreatedPin = serde_json::from_value(json!({"id": "5"})).unwrap();
        assert_eq!(bare, CreatedPin::with_id("5".parse().unwrap()));
    }
}
