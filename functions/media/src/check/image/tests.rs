use proptest::prelude::*;

use super::*;

/// Walks through `bytes` as if they were uploaded; also says how many bytes were read.
fn walk_of(mut walk: Walk, bytes: &[u8]) -> (Found, u64) {
    let mut read = 0;
    loop {
        match walk.step() {
            Step::Done(found) => return (found, read),
            Step::Read { at, length } => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
                read += (to - from) as u64;
                walk.take(at, Bytes::copy_from_slice(&bytes[from..to]));
            }
        }
    }
}

fn of_jpeg(bytes: &[u8]) -> Found {
    walk_of(Walk::jpeg(bytes.len() as u64), bytes).0
}

fn of_png(bytes: &[u8]) -> Found {
    walk_of(Walk::png(bytes.len() as u64), bytes).0
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap_or_default();
    [&[0xff, marker][..], &length.to_be_bytes(), body].concat()
}

/// A photo of 3000 by 4000 pixels with a preview in it, in two scans as a progressive JPEG has them.
fn photo() -> Vec<u8> {
    let preview = segment(0xe1, b"Exif\xff\xd8 a picture of its own \xff\xd9");
    let frame = segment(0xc2, b"\x08\x0f\xa0\x0b\xb8\x01\x01\x11\0");
    let coded = [&[0x12; 3000][..], b"\xff\0\x34\xff\xd3\x56", &[0x77; 500]].concat();
    let scan = [segment(0xda, b"\x01\x01\0\0\x3f\0"), coded].concat();
    [b"\xff\xd8".to_vec(), preview, frame, scan.clone(), segment(0xc4, &[0; 20]), scan, b"\xff\xd9".to_vec()].concat()
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap_or_default();
        [&length.to_be_bytes()[..], kind, body, &[0; 4]].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), b"\x08\x02\0\0\0"].concat();
    let picture = chunk(b"IDAT", &vec![0xae; 70_000]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), picture.clone(), picture, chunk(b"IEND", b"")].concat()
}

#[test]
fn an_image_has_a_size_and_an_end() {
    let found = of_jpeg(&photo());
    assert_eq!((found.shape.width, found.shape.height), (Some(3000), Some(4000)));
    assert_eq!(found.problems, []);
    let found = of_png(&png(1000, 1500));
    assert_eq!((found.shape.width, found.shape.height), (Some(1000), Some(1500)));
    assert_eq!(found.problems, []);
}

#[test]
fn an_image_that_was_cut_anywhere_is_incomplete() {
    let (jpeg, png) = (photo(), png(10, 10));
    // The preview ends like an image; the film of a cut photo may do so too.
    for length in (3..jpeg.len()).step_by(7).chain([jpeg.len() - 1]) {
        assert_eq!(of_jpeg(&jpeg[..length]).problems, [MediaProblem::Truncated], "{length}");
    }
    for length in (9..png.len()).step_by(7).chain([png.len() - 1]) {
        assert_eq!(of_png(&png[..length]).problems, [MediaProblem::Truncated], "{length}");
    }
}

#[test]
fn a_film_behind_a_photo_does_not_matter_whatever_is_in_it() {
    for film in [&vec![0x55; 300_000][..], &[0xff, 0xd8].repeat(100_000), b"MotionPhoto_Data\0\0\0\x18ftypmp42"] {
        let whole = [&photo()[..], film].concat();
        let (found, read) = walk_of(Walk::jpeg(whole.len() as u64), &whole);
        assert_eq!(found.problems, []);
        assert!(read <= PART);
        assert_eq!(of_png(&[&png(10, 10)[..], film].concat()).problems, []);
    }
}

#[test]
fn contradictions_are_damage() {
    for (width, height) in [(0, 10), (10, 0), (u32::MAX, u32::MAX), (LONGEST_SIDE + 1, 1), (LONGEST_SIDE, 60_000)] {
        assert_eq!(of_png(&png(width, height)).problems, [MediaProblem::Unreadable], "{width} by {height}");
    }
    assert_eq!(of_jpeg(b"\xff\xd8\xff\xe0\0\x01").problems, [MediaProblem::Unreadable], "no segment is that short");
    assert_eq!(of_jpeg(b"\xff\xd8\xff\xd9").problems, [MediaProblem::Unreadable], "no size");
    assert_eq!(of_png(b"\x89PNG\r\n\x1a\n\0\0\0\x01\0\0\0\0abcdefgh").problems, [MediaProblem::Unreadable]);
}

#[test]
fn twenty_megabytes_are_read_once() {
    let big = [&photo()[..photo().len() - 2], &vec![0x31; 19_000_000], b"\xff\xd9"].concat();
    let (found, read) = walk_of(Walk::jpeg(big.len() as u64), &big);
    assert_eq!(found.problems, []);
    assert!(read < big.len() as u64 + 1000, "{read} of {}", big.len());
}

proptest! {
    #[test]
    fn no_bytes_are_too_much_for_it(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        size in 0..3_000_000_u64,
        cut in 0_usize..4000,
    ) {
        let jpeg = [&photo()[..cut.min(photo().len())], &bytes].concat();
        let _ = (of_jpeg(&jpeg), of_png(&bytes));
        let _ = (walk_of(Walk::jpeg(size), &bytes), walk_of(Walk::png(size), &bytes));
    }
}
