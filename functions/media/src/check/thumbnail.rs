//! Whether what was uploaded as a thumbnail is one: a whole JPEG, PNG or WebP of the announced kind and size, not too large.

use bytes::Bytes;
use shared::domain::picture::LONGEST_THUMBNAIL_SIDE;
use shared::domain::{Thumbnail, ThumbnailKind};
use shared::store::Read;

use super::{Step, image};

/// Whether `read`, which is all of it, can be shown as the thumbnail that was announced.
pub fn is_thumbnail(announced: Thumbnail, read: &Read) -> bool {
    let is_whole = read.size == announced.size && read.bytes.len() as u64 == read.size;
    let sides = match announced.kind {
        ThumbnailKind::Jpeg if read.bytes.starts_with(b"\xff\xd8\xff") => {
            walked(image::Walk::jpeg(read.size), &read.bytes)
        }
        ThumbnailKind::Png if read.bytes.starts_with(b"\x89PNG\r\n\x1a\n") => {
            walked(image::Walk::png(read.size), &read.bytes)
        }
        ThumbnailKind::Webp => webp(&read.bytes),
        ThumbnailKind::Jpeg | ThumbnailKind::Png => None,
    };
    let fits = |side: u32| (1..=LONGEST_THUMBNAIL_SIDE).contains(&side);
    is_whole && sides.is_some_and(|(width, height)| fits(width) && fits(height))
}

/// The width and height of a whole JPEG or PNG.
fn walked(mut walk: image::Walk, bytes: &Bytes) -> Option<(u32, u32)> {
    loop {
        match walk.step() {
            Step::Read { at, .. } => walk.take(at, bytes.slice(usize::try_from(at).ok()?.min(bytes.len())..)),
            Step::Done(found) if found.problems.is_empty() => return found.shape.width.zip(found.shape.height),
            Step::Done(_) => return None,
        }
    }
}

/// The width and height of a WebP whose container has all of its bytes (RFC 9649, section 2).
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize, length: usize| {
        let bytes = bytes.get(at..at + length)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    };
    let is_whole = bytes.starts_with(b"RIFF") && number(4, 4)? as usize + 8 == bytes.len();
    if !is_whole || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == b"\x9d\x01\x2a" => Some((number(26, 2)? & 0x3fff, number(28, 2)? & 0x3fff)),
        b"VP8L" if bytes.get(20)? == &0x2f => {
            let sides = number(21, 4)?;
            Some(((sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((number(24, 3)? + 1, number(27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use shared::domain::ThumbnailState;

    use super::*;

    fn riff(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        let length = |length: usize| u32::try_from(length).unwrap_or_default().to_le_bytes();
        let chunk = [&kind[..], &length(body.len()), body].concat();
        [b"RIFF", &length(chunk.len() + 4)[..], b"WEBP", &chunk].concat()
    }

    fn lossy(width: u16, height: u16) -> Vec<u8> {
        let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
        riff(*b"VP8 ", &[b"\x30\x01\x00\x9d\x01\x2a", &sides[..], &[7; 9]].concat())
    }

    fn lossless(width: u32, height: u32) -> Vec<u8> {
        riff(*b"VP8L", &[&[0x2f][..], &((width - 1) | ((height - 1) << 14)).to_le_bytes(), &[7; 3]].concat())
    }

    fn extended(width: u32, height: u32) -> Vec<u8> {
        let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
        riff(*b"VP8X", &[vec![0; 4], side(width), side(height), vec![7; 4]].concat())
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let sides = [height.to_be_bytes(), width.to_be_bytes()].concat();
        [b"\xff\xd8\xff\xc0\0\x11\x08", &sides[..], b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9"].concat()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &sides[..], b"\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82"].concat()
    }

    fn is_taken(kind: ThumbnailKind, bytes: Vec<u8>, announced: usize) -> bool {
        let announced = Thumbnail { kind, size: announced as u64, state: ThumbnailState::AwaitingUpload };
        is_thumbnail(announced, &Read { size: bytes.len() as u64, bytes: bytes.into() })
    }

    #[test]
    fn a_thumbnail_is_a_whole_picture_of_its_kind_of_at_most_480_pixels_a_side() {
        use ThumbnailKind::{Jpeg, Png, Webp};
        let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 2].to_vec();
        for (kind, bytes, taken) in [
            (Jpeg, jpeg(320, 480), true),
            (Jpeg, jpeg(480, 481), false),
            (Jpeg, cut(jpeg(320, 480)), false),
            (Jpeg, png(320, 480), false),
            (Png, png(480, 480), true),
            (Png, png(481, 1), false),
            (Png, png(0, 1), false),
            (Png, cut(png(2, 2)), false),
            (Webp, lossy(320, 480), true),
            (Webp, lossy(481, 480), false),
            (Webp, lossy(0, 480), false),
            (Webp, lossless(480, 1), true),
            (Webp, lossless(1, 481), false),
            (Webp, extended(480, 480), true),
            (Webp, extended(70_000, 1), false),
            (Webp, cut(lossy(320, 480)), false),
            (Webp, riff(*b"JUNK", &[0; 30]), false),
            (Webp, b"RIFF".to_vec(), false),
            (Webp, Vec::new(), false),
            (Jpeg, b"<svg/>".to_vec(), false),
        ] {
            let size = bytes.len();
            assert_eq!(is_taken(kind, bytes.clone(), size), taken, "{kind:?} {bytes:?}");
            assert!(!is_taken(kind, bytes, size + 1), "it has the size that was announced");
        }
    }
}
