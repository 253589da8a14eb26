//! What the first and the last bytes of an image say.

use shared::domain::{MediaKind, MediaProblem, Shape};

use super::Found;

/// How many bytes of the end are looked at: programs add something of their own behind a JPEG.
pub const TAIL: u64 = 64 * 1024;

/// The longest side in pixels, which is what a JPEG can have. A PNG can claim 2³¹ - 1, and whoever unpacks it fills their
/// memory.
const LONGEST_SIDE: u32 = 65_535;

/// The most pixels: an image of 20 MB that is a photo has not a tenth of it.
const MOST_PIXELS: u64 = 500_000_000;

/// The width and height in pixels; nothing where these bytes do not say it, or say what no image has.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    let fits = [width, height].iter().all(|side| (1..=LONGEST_SIDE).contains(side));
    (fits && u64::from(width) * u64::from(height) <= MOST_PIXELS).then_some((width, height))
}

/// What is to be said of an image of that size with that end.
pub fn judge(kind: MediaKind, size: Option<(u32, u32)>, tail: &[u8]) -> Found {
    let end: &[u8] = if kind == MediaKind::Png { b"IEND\xae\x42\x60\x82" } else { b"\xff\xd9" };
    let is_whole = tail.windows(end.len()).any(|window| window == end);
    let problem = match (is_whole, size) {
        (false, _) => Some(MediaProblem::Truncated),
        (true, None) => Some(MediaProblem::Unreadable),
        (true, Some(_)) => None,
    };
    let shape = Shape { width: size.map(|size| size.0), height: size.map(|size| size.1), duration_ms: None };
    Found { shape, problems: problem.into_iter().collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
        bytes
    }

    #[test]
    fn an_image_has_a_size_and_an_end() {
        let whole = png(1000, 1500);
        let found = judge(MediaKind::Png, size(&whole), &whole);
        assert_eq!((found.shape.width, found.shape.height), (Some(1000), Some(1500)));
        assert_eq!(found.problems, []);
        let cut = &whole[..whole.len() - 1];
        assert_eq!(judge(MediaKind::Png, size(cut), cut).problems, [MediaProblem::Truncated]);
    }

    #[test]
    fn an_image_that_claims_what_no_image_has_is_unreadable() {
        for (width, height, readable) in [
            (0, 10, false),
            (10, 0, false),
            (1, 1, true),
            (65_535, 7_000, true),
            (65_535, 7_630, false),
            (65_536, 1, false),
            (1, u32::MAX, false),
            (u32::MAX, u32::MAX, false),
        ] {
            let bytes = png(width, height);
            let problems = judge(MediaKind::Png, size(&bytes), &bytes).problems;
            let expected = if readable { vec![] } else { vec![MediaProblem::Unreadable] };
            assert_eq!(problems, expected, "{width} × {height}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much_for_it(start in 0_usize..3, bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let begin: &[u8] = [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b""][start];
            let bytes = [begin, &bytes].concat();
            let _ = judge(MediaKind::Jpeg, size(&bytes), &bytes);
        }
    }
}
