//! What is on a pin.

use serde::{Deserialize, Serialize};

/// The words and pictures of a pin, as they were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// At most 100 characters.
    pub title: Option<String>,
    /// At most 800 characters.
    pub description: Option<String>,
    /// At most 500 characters.
    pub alt_text: Option<String>,
    /// At most 2048 characters.
    pub link: Option<String>,
    /// A colour such as `#6E7874`.
    pub dominant_color: Option<String>,
    /// The pin that this one was saved from.
    pub parent_pin_id: Option<String>,
    /// What was made with AI, as it was declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ai_disclosures: Vec<String>,
    /// What is to be seen.
    pub media: Media,
}

impl Content {
    /// Whether it is a video.
    pub(crate) fn is_video(&self) -> bool {
        matches!(self.media, Media::Video(_))
    }
}

/// What is to be seen on a pin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// One picture.
    Image(Picture),
    /// Two to five pictures, each with words of its own.
    Images(Vec<MediaItem>),
    /// A video with a cover.
    Video(Video),
}

/// A video that was uploaded before its pin was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    /// The media upload that it came by, digits.
    pub media_id: String,
    /// What shows before it plays.
    pub cover: Cover,
    /// The length of its file in bytes.
    pub size: u64,
    /// The SHA-256 of its file, in hexadecimal.
    pub sha256: String,
}

/// What a video shows before it plays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// A picture that came with the pin.
    Picture(Picture),
    /// A frame of the video.
    KeyFrame {
        /// Where it is, in seconds; past the end it is the last one.
        seconds: u64,
        /// Its place in the made-up addresses on `i.pinimg.com`.
        hash: String,
    },
}

impl Cover {
    /// Its place in the made-up addresses on `i.pinimg.com`.
    pub(crate) fn hash(&self) -> &str {
        match self {
            Self::Picture(picture) => &picture.hash,
            Self::KeyFrame { hash, .. } => hash,
        }
    }
}

/// One picture of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaItem {
    /// The picture's own title.
    pub title: Option<String>,
    /// The picture's own description.
    pub description: Option<String>,
    /// The picture's own link.
    pub link: Option<String>,
    /// The picture.
    pub picture: Picture,
}

/// A picture that Pinterest has taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Where a person can see it: the address it was fetched from, or a path below the
    /// simulator's own for one that was uploaded.
    pub source: String,
    /// Its place in the made-up addresses on `i.pinimg.com`.
    pub hash: String,
}
