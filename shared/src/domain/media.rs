//! Files that people upload to publish them: what they are, and what keeps one from being published.

use jiff::Timestamp;

use super::{MediaId, OwnerId, Thumbnail, ThumbnailState};

/// An uploaded file, or one that is to be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaFile {
    /// Its id.
    pub id: MediaId,
    /// Whose it is.
    pub owner: OwnerId,
    /// What its owner calls it.
    pub name: Option<String>,
    /// What its owner says that it is.
    pub kind: MediaKind,
    /// Its size in bytes.
    pub size: u64,
    /// How it stands.
    pub status: MediaStatus,
    /// What was found out about its picture.
    pub shape: Shape,
    /// The small picture beside it, where one was announced.
    pub thumbnail: Option<Thumbnail>,
    /// The mean colour of its picture, as `#rrggbb`, where its owner says it.
    pub color: Option<String>,
    /// What keeps it from being published; empty unless it was rejected.
    pub problems: Vec<MediaProblem>,
    /// When it was announced.
    pub created_at: Timestamp,
    /// When it goes away by itself; absent once a pin was made with it.
    pub expires_at: Option<Timestamp>,
}

/// The size and the length of a picture, as far as they could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// In milliseconds; absent for an image.
    pub duration_ms: Option<u64>,
}

/// A kind of file that Pinterest takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A JPEG image.
    Jpeg,
    /// A PNG image.
    Png,
    /// An MP4 video.
    Mp4,
    /// A `QuickTime` video.
    Mov,
    /// An MP4 video as Apple names it.
    M4v,
}

impl MediaKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Mp4, Self::Mov, Self::M4v];

    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::M4v => "video/x-m4v",
        }
    }

    /// The kind of that media type.
    pub fn from_content_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.content_type() == text)
    }

    /// Whether it moves.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov | Self::M4v)
    }

    /// How many bytes Pinterest takes: 20 MB of an image, 2 GB of a video.
    pub fn largest(self) -> u64 {
        if self.is_video() { 2_000_000_000 } else { 20_000_000 }
    }
}

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaStatus {
    /// It was announced.
    AwaitingUpload,
    /// It was uploaded and can be published.
    Ready,
    /// It was uploaded and cannot be published.
    Rejected,
    /// It is being deleted.
    Deleting,
}

impl MediaStatus {
    const ALL: [Self; 4] = [Self::AwaitingUpload, Self::Ready, Self::Rejected, Self::Deleting];

    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Ready => "ready",
            Self::Rejected => "rejected",
            Self::Deleting => "deleting",
        }
    }

    /// The status with that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Every word with its meaning.
    pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
        Self::ALL.into_iter().map(|status| (status.code(), status.meaning()))
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "upload the file, then complete it.",
            Self::Ready => "pins can use it.",
            Self::Rejected => "Pinterest would reject it; `problems` says why and what to do.",
            Self::Deleting => "it is being deleted; delete it again to finish that.",
        }
    }
}

/// What is worth knowing of a file that can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaWarning {
    /// Pinterest may find the picture too small.
    VerySmall,
    /// A thumbnail was announced and not uploaded.
    ThumbnailMissing,
    /// What was uploaded as its thumbnail cannot be shown.
    ThumbnailRefused,
}

/// A picture with a shorter side than this is worth a warning: Pinterest's description gave that as the least for what it
/// shows up to 5.14, and it refuses pictures that are too small (code 233) without saying where that begins.
const SMALL: u32 = 100;

impl MediaWarning {
    const ALL: [Self; 3] = [Self::VerySmall, Self::ThumbnailMissing, Self::ThumbnailRefused];

    /// The word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::VerySmall => "very_small",
            Self::ThumbnailMissing => "thumbnail_missing",
            Self::ThumbnailRefused => "thumbnail_refused",
        }
    }

    /// What may go wrong and what to do, for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::VerySmall => {
                "One side of the image is shorter than 100 pixels, so Pinterest may reject it. Use a larger image, \
                 ideally 1000 by 1500 pixels."
            }
            Self::ThumbnailMissing => {
                "The announced thumbnail wasn't uploaded before the file was completed, so the file itself is shown instead. \
                 To add a thumbnail, upload both again."
            }
            Self::ThumbnailRefused => {
                "The uploaded thumbnail isn't a complete JPEG, PNG or WebP of the announced type and size, with at most 480 \
                 pixels per side, so the file itself is shown instead. To add a thumbnail, upload both again."
            }
        }
    }

    /// Every word with its meaning.
    pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
        Self::ALL.into_iter().map(|warning| (warning.code(), warning.message()))
    }
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $message:literal;)*) => {
        /// What keeps an uploaded file from being published.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum MediaProblem {
            $($(#[$doc])* $name,)*
            /// One that another version of this program found. It is written back as it is.
            Other(&'static str),
        }

        impl MediaProblem {
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word for programs.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Other(_) => super::stored_word::OTHER }
            }

            /// What is wrong and how to mend it, for people.
            pub fn message(self) -> &'static str {
                match self {
                    $(Self::$name => $message,)*
                    Self::Other(_) => "Another version of Pinwheel found a problem with the file. Upload it again.",
                }
            }
        }
    };
}

problems! {
    /// The bytes are of another kind than was said.
    WrongType, "wrong_type", "The file's content doesn't match its type. Upload it with its actual type, whatever \
                              its name ends in, or save it as the type you want.";
    /// The bytes are of no kind that Pinterest takes.
    UnknownType, "unknown_type", "Pinterest supports JPEG, PNG, MP4, MOV and M4V. Save the file as one of these and \
                                  upload it again.";
    /// There are more or fewer bytes than were announced.
    WrongSize, "wrong_size", "The uploaded file has a different size than announced. Upload it again.";
    /// It ends too early.
    Truncated, "truncated", "The file is incomplete. Export or copy it again, then upload it.";
    /// It contradicts itself.
    Unreadable, "unreadable", "The file is damaged. Export it again, if possible with another program.";
    /// No picture is in the video.
    NoPicture, "no_picture", "The file has sound but no video. Export it with H.264 or H.265 video.";
    /// The video does not say how long it is.
    NoDuration, "no_duration", "The video doesn't state its length, as is usual for streaming formats. Export it as \
                                a regular file, for example with ffmpeg -i in.mp4 -c copy -movflags +faststart \
                                out.mp4.";
    /// The video is shorter than four seconds.
    TooShort, "too_short", "The video is too short. Pinterest requires at least 4 seconds.";
    /// The video is longer than a quarter of an hour.
    TooLong, "too_long", "The video is too long. Pinterest allows at most 15 minutes.";
    /// The picture of the video is in a codec that Pinterest does not take.
    WrongCodec, "wrong_codec", "Pinterest supports only H.264 and H.265 video. Export it as MP4 with H.264.";
    /// The video is wider or taller than Pinterest takes.
    WrongAspect, "wrong_aspect", "Pinterest supports videos from 1.91:1 to 1:2. Crop it to 9:16, 2:3, 1:1 or 16:9.";
    /// The index comes after the pictures; once it kept a file from being taken, and files of that time still say so.
    NotFaststart, "not_faststart", "This file was rejected because its index is at the end. That is supported now: \
                                    upload it again.";
}

impl MediaProblem {
    /// The problem with that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|problem| problem.code() == code)
    }

    /// The word by which it is stored, which is [`Self::code`] unless another version stored it.
    pub fn stored(self) -> &'static str {
        if let Self::Other(word) = self { word } else { self.code() }
    }

    /// The problem that was stored as that word, which may be one of another version.
    pub fn from_stored(code: &str) -> Self {
        Self::from_code(code).unwrap_or_else(|| Self::Other(super::stored_word::intern(code)))
    }

    /// Every word with its meaning.
    pub fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
        let known = Self::ALL.iter().chain(&[Self::Other(super::stored_word::OTHER)]);
        known.map(|problem| (problem.code(), problem.message()))
    }
}

impl MediaFile {
    /// Whether a pin that was made with it can show it: its bytes go away only after nothing that waits with it was found.
    pub fn can_be_shown(&self) -> bool {
        matches!(self.status, MediaStatus::Ready | MediaStatus::Deleting)
    }

    /// What is worth knowing of it before a pin is made with it.
    pub fn warnings(&self) -> Vec<MediaWarning> {
        let is_small = |side: Option<u32>| side.is_some_and(|side| side < SMALL);
        let is_image = self.status == MediaStatus::Ready && !self.kind.is_video();
        let very_small = is_image && (is_small(self.shape.width) || is_small(self.shape.height));
        let of_thumbnail = self.thumbnail.and_then(|thumbnail| match thumbnail.state {
            ThumbnailState::Missing => Some(MediaWarning::ThumbnailMissing),
            ThumbnailState::Refused => Some(MediaWarning::ThumbnailRefused),
            ThumbnailState::AwaitingUpload | ThumbnailState::Ready => None,
        });
        very_small.then_some(MediaWarning::VerySmall).into_iter().chain(of_thumbnail).collect()
    }

    /// How many bytes it takes, its thumbnail included.
    pub fn bytes(&self) -> u64 {
        self.size.saturating_add(self.thumbnail.map_or(0, |thumbnail| thumbnail.size))
    }

    /// Whether it is still there at `now`, by its row; its bytes go away later.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_what_it_is_for() {
        for kind in MediaKind::ALL {
            assert_eq!(MediaKind::from_content_type(kind.content_type()), Some(kind));
        }
        for status in MediaStatus::ALL {
            assert_eq!(MediaStatus::from_code(status.code()), Some(status));
        }
        for problem in MediaProblem::ALL {
            assert_eq!(MediaProblem::from_code(problem.code()), Some(*problem));
        }
    }
}
