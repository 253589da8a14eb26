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
    /// What is to be seen.
    pub media: Media,
}

/// What is to be seen on a pin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// One picture.
    Image(Picture),
    /// Two to five pictures, each with words of its own.
    Images(Vec<MediaItem>),
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
