//! Whether an uploaded file is one that Pinterest takes, by its bytes; only parts of it are read.

mod image;
mod thumbnail;
mod video;

use bytes::Bytes;
use shared::domain::{MediaFile, MediaKind, MediaProblem, Shape};
use shared::store::{ObjectError, ObjectStore};
pub use thumbnail::is_thumbnail;

/// How many bytes show what a file is.
const BEGINNING: u64 = 64;

/// How often a video is read from at most; an ordinary one takes about ten reads.
const MOST_READS: u32 = 100;

/// What comes next in a walk through a file, which does no I/O itself.
#[derive(Debug)]
enum Step {
    /// These bytes are needed.
    Read {
        /// The first one.
        at: u64,
        /// How many, or as many as there are.
        length: u64,
    },
    /// It is through.
    Done(Found),
}

/// What was found out about a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Its picture.
    pub shape: Shape,
    /// Everything that is wrong with it.
    pub problems: Vec<MediaProblem>,
}

impl From<MediaProblem> for Found {
    fn from(problem: MediaProblem) -> Self {
        Self { shape: Shape::default(), problems: vec![problem] }
    }
}

/// Looks at the uploaded bytes of `file`; answers nothing where there are none.
pub async fn file(objects: &ObjectStore, file: &MediaFile) -> Result<Option<Found>, ObjectError> {
    let Some(start) = objects.read(&file.owner, &file.id, 0..=BEGINNING - 1).await? else { return Ok(None) };
    if start.size != file.size {
        return Ok(Some(MediaProblem::WrongSize.into()));
    }
    let found = match Kind::of(&start.bytes) {
        None => MediaProblem::UnknownType.into(),
        Some(kind) if !kind.is(file.kind) => MediaProblem::WrongType.into(),
        Some(Kind::Mp4 | Kind::QuickTime) => video(objects, file).await?,
        Some(Kind::Jpeg) => image(objects, file, image::Walk::jpeg(file.size)).await?,
        Some(Kind::Png) => image(objects, file, image::Walk::png(file.size)).await?,
    };
    Ok(Some(found))
}

/// What the first bytes of a file say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Jpeg,
    Png,
    Mp4,
    QuickTime,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        match bytes.get(4..8)? {
            // AVIF and HEIC are images in the same boxes.
            b"ftyp" => match bytes.get(8..12)? {
                b"qt  " => Some(Self::QuickTime),
                b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1" | b"crx " => None,
                _ => Some(Self::Mp4),
            },
            // QuickTime wrote files without a type before there were types.
            b"moov" | b"mdat" | b"wide" => Some(Self::QuickTime),
            _ => None,
        }
    }

    /// MP4 and M4V are two names of one thing.
    fn is(self, said: MediaKind) -> bool {
        match self {
            Self::Jpeg => said == MediaKind::Jpeg,
            Self::Png => said == MediaKind::Png,
            Self::Mp4 => matches!(said, MediaKind::Mp4 | MediaKind::M4v),
            Self::QuickTime => said == MediaKind::Mov,
        }
    }
}

async fn image(objects: &ObjectStore, file: &MediaFile, mut walk: image::Walk) -> Result<Found, ObjectError> {
    // It ends: each read is of bytes behind those of the read before, and an image has twenty megabytes at most.
    loop {
        match walk.step() {
            Step::Read { at, length } => walk.take(at, read(objects, file, at, length).await?),
            Step::Done(found) => return Ok(found),
        }
    }
}

async fn video(objects: &ObjectStore, file: &MediaFile) -> Result<Found, ObjectError> {
    let mut walk = video::Walk::new(file.size);
    for _ in 0..MOST_READS {
        match walk.step() {
            Step::Read { at, length } => walk.take(at, read(objects, file, at, length).await?),
            Step::Done(found) => return Ok(found),
        }
    }
    Ok(walk.give_up())
}

/// Reads a part; one that has gone meanwhile is empty.
async fn read(objects: &ObjectStore, file: &MediaFile, at: u64, length: u64) -> Result<Bytes, ObjectError> {
    let last = (at + length).min(file.size).saturating_sub(1);
    let read = objects.read(&file.owner, &file.id, at..=last.max(at)).await?;
    Ok(read.map(|read| read.bytes).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(Kind::Png)),
            (b"\0\0\0\x18ftypisom\0\0\0\0", Some(Kind::Mp4)),
            (b"\0\0\0\x18ftypM4V \0\0\0\0", Some(Kind::Mp4)),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Some(Kind::QuickTime)),
            (b"\0\0\0\x08wide\0\0\0\0", Some(Kind::QuickTime)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", None),
            (b"GIF89a\0\0\0\0\0\0", None),
            (b"RIFF\0\0\0\0WEBPVP8 ", None),
            (b"<html>", None),
            (b"", None),
            (b"\0\0\0\x18ftyp", None),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
        assert!(Kind::Mp4.is(MediaKind::M4v) && !Kind::QuickTime.is(MediaKind::Mp4) && !Kind::Png.is(MediaKind::Jpeg));
    }
}
