use proptest::prelude::*;

use super::*;

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap_or_default();
    [&length.to_be_bytes()[..], &kind, body].concat()
}

fn movie(milliseconds: u32) -> Vec<u8> {
    movie_of(milliseconds, (720, 1280), false, *b"avc1")
}

fn movie_of(milliseconds: u32, (width, height): (u32, u32), is_turned: bool, codec: [u8; 4]) -> Vec<u8> {
    let mut mvhd = vec![0; 100];
    mvhd[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    mvhd[16..20].copy_from_slice(&milliseconds.to_be_bytes());
    let mut tkhd = vec![0; 84];
    tkhd[if is_turned { 44 } else { 40 }..][..4].copy_from_slice(&(1_u32 << 16).to_be_bytes());
    tkhd[76..80].copy_from_slice(&(width << 16).to_be_bytes());
    tkhd[80..84].copy_from_slice(&(height << 16).to_be_bytes());
    let track = |handler: &[u8; 4], tkhd: &[u8], codec: [u8; 4]| {
        let hdlr = [&[0; 8][..], handler, &[0; 13]].concat();
        let stsd = boxed(*b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &boxed(codec, &[0; 78])].concat());
        let minf = boxed(*b"minf", &boxed(*b"stbl", &stsd));
        boxed(*b"trak", &[boxed(*b"tkhd", tkhd), boxed(*b"mdia", &[boxed(*b"hdlr", &hdlr), minf].concat())].concat())
    };
    let tracks = [track(b"soun", &[0; 84], *b"mp4a"), track(b"vide", &tkhd, codec)].concat();
    boxed(*b"moov", &[boxed(*b"mvhd", &mvhd), tracks].concat())
}

fn file(parts: &[Vec<u8>]) -> Vec<u8> {
    [&[boxed(*b"ftyp", b"isom\0\0\0\0")], parts].concat().concat()
}

/// Walks through `bytes` as if they were uploaded; also says how many reads it took.
fn walk_of(bytes: &[u8], size: u64) -> (Found, usize) {
    let mut walk = Walk::new(size);
    for reads in 0..100 {
        match walk.step() {
            Step::Done(found) => return (found, reads),
            Step::Read { at, length } => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let to = from.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
                walk.take(at, Bytes::copy_from_slice(&bytes[from..to]));
            }
        }
    }
    (walk.give_up(), 100)
}

fn found(bytes: &[u8]) -> Found {
    walk_of(bytes, bytes.len() as u64).0
}

#[test]
fn a_video_with_its_index_first_is_fine_and_little_of_it_is_read() {
    let bytes = file(&[movie(30_000), boxed(*b"mdat", &vec![7; 100_000])]);
    let (found, reads) = walk_of(&bytes, bytes.len() as u64);
    assert_eq!(found.problems, []);
    let shape = Shape { width: Some(720), height: Some(1280), duration_ms: Some(30_000) };
    assert_eq!((found.shape, reads), (shape, 1));
}

#[test]
fn what_is_wrong_is_said() {
    let media = || boxed(*b"mdat", &[7; 1000]);
    let cut = |mut bytes: Vec<u8>, by: usize| {
        bytes.truncate(bytes.len() - by);
        bytes
    };
    let mut liar = movie(30_000);
    // The first track says that it is longer than the index around it.
    liar[8 + 108..8 + 112].copy_from_slice(&0x7fff_0000_u32.to_be_bytes());
    for (bytes, problems) in [
        (file(&[media(), movie(30_000)]), vec![]),
        (file(&[movie(3_000), media()]), vec![MediaProblem::TooShort]),
        (file(&[movie(3_999), media()]), vec![MediaProblem::TooShort]),
        (file(&[movie(4_000), media()]), vec![]),
        (file(&[movie(900_000), media()]), vec![]),
        (file(&[movie(900_001), media()]), vec![MediaProblem::TooLong]),
        (file(&[media(), movie(0)]), vec![MediaProblem::NoDuration]),
        (file(&[boxed(*b"moov", &[]), media()]), vec![MediaProblem::NoPicture, MediaProblem::NoDuration]),
        (file(&[media()]), vec![MediaProblem::Truncated]),
        (cut(file(&[movie(30_000), media()]), 1), vec![MediaProblem::Truncated]),
        (file(&[liar, media()]), vec![MediaProblem::Unreadable]),
        (file(&[boxed(*b"\0\0\0\0", &[])]), vec![MediaProblem::Unreadable]),
        (file(&[vec![0, 0, 0, 4, b'f', b'r', b'e', b'e']]), vec![MediaProblem::Unreadable]),
        (
            file(&[vec![0, 0, 0, 1, b'm', b'd', b'a', b't', 255, 255, 255, 255, 255, 255, 255, 255]]),
            vec![MediaProblem::Truncated],
        ),
    ] {
        assert_eq!(found(&bytes).problems, problems, "{} bytes", bytes.len());
    }
}

#[test]
fn what_pinterest_does_not_publish_is_known_by_its_shape_and_codec() {
    use MediaProblem::{WrongAspect, WrongCodec};
    for (size, is_turned, codec, problems) in [
        ((1280, 720), false, b"avc1", &[][..]),
        ((720, 1280), false, b"hvc1", &[]),
        ((1920, 1080), true, b"hev1", &[]),
        ((1910, 1000), false, b"avc1", &[]),
        ((1920, 1000), false, b"avc1", &[WrongAspect]),
        ((500, 1000), false, b"avc1", &[]),
        ((490, 1000), false, b"avc1", &[WrongAspect]),
        // Turned, 5 to 2 stands as 2 to 5.
        ((1000, 400), true, b"avc1", &[WrongAspect]),
        ((1280, 720), false, b"mp4v", &[WrongCodec]),
        ((1280, 720), false, b"ap4h", &[WrongCodec]),
        ((5000, 1000), false, b"vp09", &[WrongCodec, WrongAspect]),
    ] {
        let bytes = file(&[movie_of(5_000, size, is_turned, *codec), boxed(*b"mdat", &[7; 100])]);
        let found = found(&bytes);
        assert_eq!(found.problems, problems, "{size:?} {is_turned} {codec:?}");
        let shown = if is_turned { (size.1, size.0) } else { size };
        assert_eq!((found.shape.width, found.shape.height), (Some(shown.0), Some(shown.1)));
    }
}

#[test]
fn a_box_may_have_a_long_length_or_reach_to_the_end() {
    let long = [&[0, 0, 0, 1][..], b"mdat", &1016_u64.to_be_bytes(), &[7; 1000]].concat();
    let to_the_end = [&[0, 0, 0, 0][..], b"mdat", &[7; 1000]].concat();
    for media in [long, to_the_end] {
        assert_eq!(found(&file(&[movie(5_000), media])).problems, []);
    }
}

#[test]
fn two_gigabytes_take_no_more_reads_than_two_kilobytes() {
    let start = file(&[movie(5_000), [&[0, 0, 0, 0][..], b"mdat", &[7; 8192]].concat()]);
    let (found, reads) = walk_of(&start, 2_000_000_000);
    assert_eq!((found.problems, reads), (vec![], 1));
}

proptest! {
    #[test]
    fn no_bytes_are_too_much_for_it(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        size in any::<u64>(),
    ) {
        let _ = walk_of(&bytes, size);
        let _ = found(&bytes);
    }

    #[test]
    fn a_damaged_video_ends_the_walk(changes in prop::collection::vec((0_usize..500, any::<u8>()), 1..6)) {
        let mut bytes = file(&[movie(30_000), boxed(*b"mdat", &[7; 100])]);
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        let (_, reads) = walk_of(&bytes, bytes.len() as u64);
        prop_assert!(reads < 100);
    }
}
