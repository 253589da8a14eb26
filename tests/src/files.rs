//! Files as programs write them, as far as anybody looks into them here.

/// A PNG of that size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
    bytes
}

/// A JPEG of that size, with `between` bytes of a camera's own between its beginning and its size.
pub fn jpeg(width: u16, height: u16, between: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8".to_vec();
    let mut left = between;
    while left > 0 {
        let part = left.min(60_000);
        bytes.extend(b"\xff\xe2");
        bytes.extend(u16::try_from(part + 2).expect("it is short").to_be_bytes());
        bytes.extend(std::iter::repeat_n(0, part));
        left -= part;
    }
    bytes.extend(b"\xff\xc0\0\x11\x08");
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xd9");
    bytes
}

/// An MP4 of that length and size whose index comes first.
pub fn mp4(milliseconds: u32, width: u16, height: u16) -> Vec<u8> {
    [type_box(b"isom"), index(milliseconds, width, height), media()].concat()
}

/// The same with its index at the end, as phones write it; the index says where its two chunks are.
pub fn slow_mp4(milliseconds: u32, width: u16, height: u16) -> Vec<u8> {
    let (kind, media) = (type_box(b"isom"), media());
    let chunks = chunks_behind(kind.len());
    [kind, media, index_of(milliseconds, (width, height), chunks)].concat()
}

/// What [`slow_mp4`] is with its index moved behind its type.
pub fn slow_mp4_moved(milliseconds: u32, width: u16, height: u16) -> Vec<u8> {
    let kind = type_box(b"isom");
    let length = index_of(milliseconds, (width, height), [0; 2]).len();
    let chunks = chunks_behind(kind.len() + length);
    [kind, index_of(milliseconds, (width, height), chunks), media()].concat()
}

/// The beginning and the end of a file like [`slow_mp4`] of `size` bytes, between which there are zeros.
pub fn large_mp4(size: u64, milliseconds: u32, width: u16, height: u16) -> [Vec<u8>; 2] {
    let kind = type_box(b"isom");
    let index = index_of(milliseconds, (width, height), chunks_behind(kind.len() + 8));
    [[kind.clone(), long_media(size - (kind.len() + index.len()) as u64)].concat(), index]
}

/// The beginning of what [`large_mp4`] is with its index moved behind its type; the rest are zeros.
pub fn large_mp4_moved(size: u64, milliseconds: u32, width: u16, height: u16) -> Vec<u8> {
    let kind = type_box(b"isom");
    let length = index_of(milliseconds, (width, height), [0; 2]).len();
    let index = index_of(milliseconds, (width, height), chunks_behind(kind.len() + length + 8));
    let media = long_media(size - (kind.len() + index.len()) as u64);
    [kind, index, media].concat()
}

/// The beginning of a box of media of that length, which may be longer than 32 bits say.
fn long_media(length: u64) -> Vec<u8> {
    [&1_u32.to_be_bytes()[..], b"mdat", &length.to_be_bytes()].concat()
}

/// Two chunks in the media that begin at `start`.
fn chunks_behind(start: usize) -> [u32; 2] {
    [8, 10_008].map(|chunk| u32::try_from(start + chunk).expect("it is short"))
}

/// A box that says what the file is.
pub fn type_box(brand: &[u8; 4]) -> Vec<u8> {
    boxed(b"ftyp", &[&brand[..], &[0; 4]].concat())
}

/// A box with that content.
pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).expect("it is short");
    [&length.to_be_bytes()[..], kind, body].concat()
}

fn media() -> Vec<u8> {
    boxed(b"mdat", &vec![7; 20_000])
}

/// The index of a video with one track of H.264.
pub fn index(milliseconds: u32, width: u16, height: u16) -> Vec<u8> {
    index_of(milliseconds, (width, height), [0; 2])
}

fn index_of(milliseconds: u32, (width, height): (u16, u16), chunks: [u32; 2]) -> Vec<u8> {
    let mut movie = vec![0; 100];
    movie[12..16].copy_from_slice(&1000_u32.to_be_bytes());
    movie[16..20].copy_from_slice(&milliseconds.to_be_bytes());
    let mut track = vec![0; 84];
    track[40..44].copy_from_slice(&(1_u32 << 16).to_be_bytes());
    track[76..78].copy_from_slice(&width.to_be_bytes());
    track[80..82].copy_from_slice(&height.to_be_bytes());
    let handler = [&[0; 8][..], b"vide", &[0; 13]].concat();
    let codec = boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &boxed(b"avc1", &[0; 78])].concat());
    let chunks = chunks.map(u32::to_be_bytes).concat();
    let chunks = boxed(b"stco", &[&[0, 0, 0, 0, 0, 0, 0, 2][..], &chunks].concat());
    let samples = boxed(b"minf", &boxed(b"stbl", &[codec, chunks].concat()));
    let media = boxed(b"mdia", &[boxed(b"hdlr", &handler), samples].concat());
    let track = boxed(b"trak", &[boxed(b"tkhd", &track), media].concat());
    boxed(b"moov", &[boxed(b"mvhd", &movie), track].concat())
}
