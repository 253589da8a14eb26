//! What a pin shows: an image, a video with its cover, or several images.

use super::{address, page, text, trimmed};
use crate::domain::{FieldError, MediaId};

/// How many images a carousel has (OpenAPI `PinMediaSourceImagesURL`).
pub const SLIDES: std::ops::RangeInclusive<usize> = 2..=5;

/// The picture of a pin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Media {
    /// An image that Pinterest fetches itself.
    ImageUrl {
        /// An absolute http or https address that answers with the image, without a password.
        url: String,
    },
    /// An image of the owner's own, uploaded and checked.
    Upload {
        /// Which.
        id: MediaId,
    },
    /// A video of the owner's own.
    Video {
        /// Which.
        id: MediaId,
        /// What is shown before it plays; Pinterest takes no video without.
        cover: Cover,
    },
    /// Several images of the owner's own, of the same ratio of width to height.
    Carousel {
        /// From the first to the last.
        slides: Vec<Slide>,
    },
}

/// What is shown of a video before it plays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cover {
    /// Its picture at that second.
    Second(u32),
    /// An image of the owner's own.
    Upload(MediaId),
}

/// One image of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slide {
    /// Which.
    pub id: MediaId,
    /// At most 100 characters.
    pub title: Option<String>,
    /// At most 800 characters.
    pub description: Option<String>,
    /// An absolute http or https address of at most 2048 characters.
    pub link: Option<String>,
}

impl Media {
    /// The image at `url`.
    pub fn at(url: &str) -> Self {
        Self::ImageUrl { url: url.to_owned() }
    }

    /// The files of the owner's own that it is made of, the main one first.
    pub fn files(&self) -> Vec<&MediaId> {
        match self {
            Self::ImageUrl { .. } => Vec::new(),
            Self::Upload { id } | Self::Video { id, cover: Cover::Second(_) } => vec![id],
            Self::Video { id, cover: Cover::Upload(cover) } => vec![id, cover],
            Self::Carousel { slides } => slides.iter().map(|slide| &slide.id).collect(),
        }
    }

    /// Whether it is a video.
    pub fn is_video(&self) -> bool {
        matches!(self, Self::Video { .. })
    }
}

impl Default for Media {
    /// No address at all, which is not accepted.
    fn default() -> Self {
        Self::ImageUrl { url: String::new() }
    }
}

impl Default for Cover {
    /// A second into the video: many begin with a black picture, and none that Pinterest takes is shorter than four.
    fn default() -> Self {
        Self::Second(1)
    }
}

/// Checks what can be told without the files.
pub(super) fn check(errors: &mut Vec<FieldError>, media: Media) -> Media {
    match media {
        Media::ImageUrl { url } => {
            const FIELD: &str = "content.media.url";
            let url = address::pasted(&url);
            let noted = errors.len();
            if address::check_is_public(errors, FIELD, &url) {
                address::check(errors, FIELD, &url);
            }
            if is_video(&url) {
                let message = "Pinterest doesn't fetch videos from a URL. Upload the video, then use \
                               {\"source_type\": \"video\", \"media_id\": …}.";
                errors.push(FieldError::new(FIELD, "media_unsupported", message));
            } else if errors.len() == noted {
                page::check(errors, FIELD, &url);
            }
            Media::ImageUrl { url }
        }
        Media::Carousel { slides } => {
            if !SLIDES.contains(&slides.len()) {
                let (least, most) = (SLIDES.start(), SLIDES.end());
                let message = format!("A carousel needs {least} to {most} images; this one has {}.", slides.len());
                errors.push(FieldError::new("content.media.items", "wrong_count", message));
            }
            let slides = slides.into_iter().enumerate().map(|(index, slide)| check_slide(errors, index, slide));
            Media::Carousel { slides: slides.collect() }
        }
        checked => checked,
    }
}

/// Whether an address ends as those of videos do.
pub fn is_video(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".mp4", ".mov", ".m4v"].iter().any(|ending| path.ends_with(ending))
}

fn check_slide(errors: &mut Vec<FieldError>, index: usize, slide: Slide) -> Slide {
    let field = |name: &str| format!("content.media.items[{index}].{name}");
    let checked = Slide {
        id: slide.id,
        title: text(errors, &field("title"), slide.title, 100),
        description: text(errors, &field("description"), slide.description, 800),
        link: trimmed(slide.link),
    };
    if let Some(link) = &checked.link {
        address::check(errors, &field("link"), link);
    }
    checked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn slide() -> Slide {
        let id = MediaId::new(jiff::Timestamp::UNIX_EPOCH, &SystemRandom);
        Slide { id, title: None, description: None, link: None }
    }

    fn found(slides: Vec<Slide>) -> Vec<(String, &'static str)> {
        let mut errors = Vec::new();
        check(&mut errors, Media::Carousel { slides });
        errors.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn the_address_of_a_video_is_no_image() {
        for (address, is_video) in [
            ("https://example.com/a.mp4", true),
            ("https://example.com/a.MOV?x=1#y", true),
            ("https://example.com/mp4.jpg", false),
            ("https://example.com/a.jpg?from=b.mp4", false),
        ] {
            let mut errors = Vec::new();
            check(&mut errors, Media::at(address));
            assert_eq!(!errors.is_empty(), is_video, "{address}");
        }
    }

    #[test]
    fn a_carousel_has_two_to_five_images() {
        for count in 0..8 {
            let errors = found(vec![slide(); count]);
            let wrong = (!(2..=5).contains(&count)).then(|| ("content.media.items".to_owned(), "wrong_count"));
            assert_eq!(errors, wrong.into_iter().collect::<Vec<_>>(), "{count}");
        }
    }

    #[test]
    fn every_image_keeps_the_limits_of_a_pin() {
        let full = Slide {
            title: Some("é".repeat(100)),
            description: Some("é".repeat(800)),
            link: Some("https://example.com/".into()),
            ..slide()
        };
        assert_eq!(found(vec![full; 5]), []);
        let wrong = Slide {
            title: Some("x".repeat(101)),
            description: Some("x".repeat(801)),
            link: Some("example.com".into()),
            ..slide()
        };
        let fields = [("title", "too_long"), ("description", "too_long"), ("link", "invalid_url")];
        let expected = fields.map(|(name, code)| (format!("content.media.items[1].{name}"), code));
        assert_eq!(found(vec![slide(), wrong]), expected);
    }
}
