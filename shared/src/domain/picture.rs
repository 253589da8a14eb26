//! What is known of a file's picture, so that it can be shown in small without reading the file or its row.

use super::content::is_color;
use super::{MediaFile, MediaKind};

/// The largest thumbnail in bytes.
pub const LARGEST_THUMBNAIL: u64 = 60_000;

/// The longest side of a thumbnail in pixels.
pub const LONGEST_THUMBNAIL_SIDE: u32 = 480;

/// What a thumbnail can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThumbnailKind {
    /// A JPEG image.
    Jpeg,
    /// A PNG image.
    Png,
    /// A WebP image.
    Webp,
}

impl ThumbnailKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The kind of that media type.
    pub fn from_content_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.content_type() == text)
    }
}

/// A small picture of a file, uploaded beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thumbnail {
    /// What its owner says that it is.
    pub kind: ThumbnailKind,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it can be shown.
    pub state: ThumbnailState,
}

/// Whether a thumbnail can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThumbnailState {
    /// It was announced.
    AwaitingUpload,
    /// It was uploaded and checked.
    Ready,
    /// Nothing was uploaded before the file was completed.
    Missing,
    /// What was uploaded is no picture of that kind and size.
    Refused,
}

impl ThumbnailState {
    const ALL: [(Self, &'static str); 4] = [
        (Self::AwaitingUpload, "awaiting_upload"),
        (Self::Ready, "ready"),
        (Self::Missing, "missing"),
        (Self::Refused, "refused"),
    ];

    /// The word by which it is stored.
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(state, _)| *state == self).map_or("refused", |(_, code)| code)
    }

    /// The state that was stored as that word; one of another version is none that can be shown.
    pub fn from_stored(code: &str) -> Self {
        Self::ALL.into_iter().find(|(_, known)| *known == code).map_or(Self::Refused, |(state, _)| state)
    }
}

/// What is known of a picture without its bytes. A pin keeps it of the file that it shows first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Whether a thumbnail lies beside the file.
    pub has_thumbnail: bool,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// In milliseconds; absent for an image.
    pub duration_ms: Option<u64>,
    /// The mean colour, as `#rrggbb`.
    pub color: Option<String>,
}

impl Picture {
    /// What is known of the picture of `file`.
    pub fn of(file: &MediaFile) -> Self {
        Self {
            has_thumbnail: file.thumbnail.is_some_and(|thumbnail| thumbnail.state == ThumbnailState::Ready),
            width: file.shape.width,
            height: file.shape.height,
            duration_ms: file.shape.duration_ms,
            color: file.color.clone(),
        }
    }

    /// As it is stored with a pin: `t`, `1000x1500`, `12000ms` and `#a1b2c3`, as far as there is each.
    pub fn stored(&self) -> String {
        let parts = [
            self.has_thumbnail.then(|| "t".to_owned()),
            self.width.zip(self.height).map(|(width, height)| format!("{width}x{height}")),
            self.duration_ms.map(|duration| format!("{duration}ms")),
            self.color.clone(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What was stored as that text; parts of another version are passed over.
    pub fn from_stored(text: &str) -> Self {
        let mut picture = Self::default();
        for part in text.split(' ') {
            match part {
                "t" => picture.has_thumbnail = true,
                part if is_color(part) => picture.color = Some(part.to_owned()),
                part => match (part.strip_suffix("ms"), part.split_once('x')) {
                    (Some(duration), _) => picture.duration_ms = duration.parse().ok(),
                    (_, Some((width, height))) => {
                        (picture.width, picture.height) = (width.parse().ok(), height.parse().ok());
                    }
                    _ => {}
                },
            }
        }
        picture
    }
}

impl MediaKind {
    /// What it is called where pictures are shown.
    pub fn shown_as(self) -> &'static str {
        if self.is_video() { "video" } else { "image" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pin_keeps_of_a_picture_comes_back() {
        let color = Some("#a1B2c3".to_owned());
        for picture in [
            Picture::default(),
            Picture { has_thumbnail: true, width: Some(1000), height: Some(1500), color, ..Picture::default() },
            Picture { duration_ms: Some(12_345), ..Picture::default() },
        ] {
            assert_eq!(Picture::from_stored(&picture.stored()), picture, "{}", picture.stored());
        }
        let of_later = Picture::from_stored("t sharp 10x20 blur=3");
        assert_eq!(of_later, Picture { has_thumbnail: true, width: Some(10), height: Some(20), ..Picture::default() });
    }

    #[test]
    fn every_word_of_a_thumbnail_leads_back() {
        for (state, code) in ThumbnailState::ALL {
            assert_eq!((ThumbnailState::from_stored(code), state.code()), (state, code));
        }
        for kind in ThumbnailKind::ALL {
            assert_eq!(ThumbnailKind::from_content_type(kind.content_type()), Some(kind));
        }
    }
}
