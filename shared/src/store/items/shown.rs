//! What a pin shows, as it lies in the items of pins and of imported rows.

use serde::{Deserialize, Serialize};

use crate::domain::{Cover, Media, MediaId, Slide};

/// The attributes of [`Media`].
#[derive(Default, Serialize, Deserialize)]
pub(in crate::store) struct ShownItem {
    #[serde(skip_serializing_if = "String::is_empty", default)]
    image_url: String,
    /// The uploaded image, or the video.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    media_id: Option<MediaId>,
    /// The second of the video that is its cover.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cover_second: Option<u32>,
    /// The image that is the cover of the video.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cover_id: Option<MediaId>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    slides: Vec<SlideItem>,
    /// The ids of the images of a carousel once more: a filter does not see into `slides`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    slide_ids: Vec<MediaId>,
}

#[derive(Serialize, Deserialize)]
struct SlideItem {
    id: MediaId,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link: Option<String>,
}

impl From<&Media> for ShownItem {
    fn from(media: &Media) -> Self {
        let nothing = Self::default();
        match media.clone() {
            Media::ImageUrl { url } => Self { image_url: url, ..nothing },
            Media::Upload { id } => Self { media_id: Some(id), ..nothing },
            Media::Video { id, cover: Cover::Second(second) } => {
                Self { media_id: Some(id), cover_second: Some(second), ..nothing }
            }
            Media::Video { id, cover: Cover::Upload(cover) } => {
                Self { media_id: Some(id), cover_id: Some(cover), ..nothing }
            }
            Media::Carousel { slides } => {
                let slide_ids = slides.iter().map(|slide| slide.id.clone()).collect();
                let slide = |Slide { id, title, description, link }| SlideItem { id, title, description, link };
                Self { slides: slides.into_iter().map(slide).collect(), slide_ids, ..nothing }
            }
        }
    }
}

impl From<ShownItem> for Media {
    fn from(item: ShownItem) -> Self {
        let slide = |SlideItem { id, title, description, link }| Slide { id, title, description, link };
        match (item.media_id, item.cover_id, item.cover_second) {
            (Some(id), Some(cover), _) => Self::Video { id, cover: Cover::Upload(cover) },
            (Some(id), None, Some(second)) => Self::Video { id, cover: Cover::Second(second) },
            (Some(id), None, None) => Self::Upload { id },
            (None, ..) if !item.slides.is_empty() => {
                Self::Carousel { slides: item.slides.into_iter().map(slide).collect() }
            }
            (None, ..) => Self::ImageUrl { url: item.image_url },
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn whatever_a_pin_shows_comes_back() {
        let id = || MediaId::new(jiff::Timestamp::UNIX_EPOCH, &SystemRandom);
        let slide = |title: Option<&str>| Slide {
            id: id(),
            title: title.map(str::to_owned),
            description: None,
            link: Some("https://example.com/".to_owned()),
        };
        for media in [
            Media::at("https://example.com/a.jpg"),
            Media::Upload { id: id() },
            Media::Video { id: id(), cover: Cover::Second(0) },
            Media::Video { id: id(), cover: Cover::Upload(id()) },
            Media::Carousel { slides: vec![slide(Some("T")), slide(None)] },
        ] {
            let item: serde_dynamo::Item = serde_dynamo::to_item(ShownItem::from(&media)).unwrap();
            let back: ShownItem = serde_dynamo::from_item(item).unwrap();
            assert_eq!(Media::from(back), media);
        }
    }
}
