//! Whether an uploaded file is one that Pinterest takes, by its bytes; only parts of it are read.

mod image;
mod video;

use bytes::Bytes;
use shared::domain::{MediaFile, MediaKind, MediaProblem, Shape};
use shared::store::{ObjectError, ObjectStore};

use video::{Step, Walk};

/// How many bytes show what a file is.
const BEGINNING: u64 = 64;

/// How often a video is read from at most; an ordinary one takes about ten reads.
const MOST_READS: u32 = 100;

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
        Some(Kind::Jpeg | Kind::Png) => image(objects, file).await?,
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

async fn image(objects: &ObjectStore, file: &MediaFile) -> Result<Found, ObjectError> {
    // Most sizes are in the first bytes; a camera puts a preview and more before it.
    let mut size = None;
    for length in [64 * 1024, 2 * 1024 * 1024] {
        let bytes = read(objects, file, 0, length).await?;
        size = image::size(&bytes);
        if size.is_some() {
            break;
        }
    }
    let from = file.size.saturating_sub(image::TAIL);
    let tail = read(objects, file, from, image::TAIL).await?;
    Ok(image::judge(file.kind, size, &tail))
}

async fn video(objects: &ObjectStore, file: &MediaFile) -> Result<Found, ObjectError> {
    let mut walk = Walk::new(file.size);
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
