//! Walks the boxes of an MP4 or `QuickTime` file (ISO/IEC 14496-12) by parts, whatever the file says of itself.
//!
//! It asks for bytes and is given them, so that it does no I/O; it only ever moves forward, so that it ends.

use bytes::Bytes;
use shared::domain::{MediaProblem, Shape};

use super::{Found, Step};

/// How many bytes are read at once: the boxes that matter lie close together.
const PART: u64 = 8 * 1024;

/// How many bytes of a box are looked at: the longest that is, `tkhd` of version 1, has 104 with its header.
const LOOK: u64 = 128;

/// The shortest and the longest video that Pinterest takes, in milliseconds.
const LENGTHS: std::ops::RangeInclusive<u64> = 4_000..=900_000;

/// H.264 and H.265 by their names in `stsd` (ISO/IEC 14496-15), Dolby's among them, which every player of theirs plays.
const CODECS: [&[u8; 4]; 8] = [b"avc1", b"avc2", b"avc3", b"avc4", b"hvc1", b"hev1", b"dvh1", b"dvhe"];

/// A walk through a file.
#[derive(Debug)]
pub struct Walk {
    size: u64,
    at: u64,
    /// Where the open boxes end, with their types.
    open: Vec<(u64, [u8; 4])>,
    part: Option<(u64, Bytes)>,
    has_index: bool,
    duration_ms: Option<u64>,
    track: Track,
    picture: Option<Track>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Track {
    /// As it is shown, so after it was turned.
    size: (u32, u32),
    is_picture: bool,
    /// The four characters of its codec, where they are said.
    codec: Option<[u8; 4]>,
}

/// A box's header.
struct Header {
    length: u64,
    kind: [u8; 4],
    /// Of the header itself.
    own: u64,
}

impl Walk {
    /// A walk through a file of `size` bytes.
    pub fn new(size: u64) -> Self {
        Self {
            size,
            at: 0,
            open: Vec::new(),
            part: None,
            has_index: false,
            duration_ms: None,
            track: Track::default(),
            picture: None,
        }
    }

    /// Takes the bytes from `at` on.
    pub fn take(&mut self, at: u64, bytes: Bytes) {
        self.part = Some((at, bytes));
    }

    /// Goes on as far as the bytes reach.
    pub fn step(&mut self) -> Step {
        loop {
            self.close();
            if self.at == self.size {
                return Step::Done(self.judge());
            }
            let end = self.open.last().map_or(self.size, |(end, _)| *end);
            let wanted = LOOK.min(end - self.at);
            let Some(look) = self.look(wanted) else {
                if self.part.as_ref().is_some_and(|(at, _)| *at == self.at) {
                    // It was asked for and there was less.
                    return Step::Done(MediaProblem::Truncated.into());
                }
                return Step::Read { at: self.at, length: PART };
            };
            if let Err(problem) = self.enter(&look, end) {
                return Step::Done(self.found(&[problem]));
            }
        }
    }

    /// What is to be said after too many reads: enough was read where the index was.
    pub fn give_up(&self) -> Found {
        if self.has_index { self.judge() } else { self.found(&[MediaProblem::Unreadable]) }
    }

    fn look(&self, wanted: u64) -> Option<Bytes> {
        let (begin, bytes) = self.part.as_ref()?;
        let from = usize::try_from(self.at.checked_sub(*begin)?).ok()?;
        let to = from.checked_add(usize::try_from(wanted).ok()?)?;
        (to <= bytes.len()).then(|| bytes.slice(from..to))
    }

    /// Leaves the boxes that end here.
    fn close(&mut self) {
        while let Some((_, kind)) = self.open.pop_if(|(end, _)| *end == self.at) {
            if &kind == b"trak" {
                let track = std::mem::take(&mut self.track);
                self.picture = self.picture.or(track.is_picture.then_some(track));
            }
            self.has_index |= &kind == b"moov";
        }
    }

    /// Reads what the box here says and goes into it or past it.
    fn enter(&mut self, look: &[u8], end: u64) -> Result<(), MediaProblem> {
        let is_outside = self.open.is_empty();
        // What sticks out of a box around it is a contradiction; what sticks out of the file is missing.
        let sticks_out = if is_outside { MediaProblem::Truncated } else { MediaProblem::Unreadable };
        let header = Header::read(look, end - self.at).ok_or(sticks_out)?;
        if header.length < header.own || !header.kind.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == 0xa9) {
            return Err(MediaProblem::Unreadable);
        }
        let after = self.at.checked_add(header.length).filter(|after| *after <= end).ok_or(sticks_out)?;
        let body = look.get(usize::try_from(header.own).unwrap_or(usize::MAX)..).unwrap_or_default();
        let inside = self.open.last().map(|(_, kind)| kind);
        match (inside, &header.kind) {
            (None, b"moov")
            | (Some(b"moov"), b"trak")
            | (Some(b"trak"), b"mdia")
            | (Some(b"mdia"), b"minf")
            | (Some(b"minf"), b"stbl") => {
                self.open.push((after, header.kind));
                self.at += header.own;
                return Ok(());
            }
            (Some(b"moov"), b"mvhd") => self.duration_ms = duration(body).or(self.duration_ms),
            (Some(b"trak"), b"tkhd") => self.track.size = size(body).unwrap_or_default(),
            (Some(b"mdia"), b"hdlr") => self.track.is_picture = body.get(8..12) == Some(b"vide"),
            (Some(b"stbl"), b"stsd") => self.track.codec = body.get(12..).and_then(|rest| rest.first_chunk().copied()),
            _ => {}
        }
        self.at = after;
        Ok(())
    }

    fn judge(&self) -> Found {
        let mut problems = Vec::new();
        if !self.has_index {
            return self.found(&[MediaProblem::Truncated]);
        }
        match self.picture {
            Some(Track { size: (width, height), codec, .. }) if width > 0 && height > 0 => {
                if codec.is_some_and(|codec| !CODECS.contains(&&codec)) {
                    problems.push(MediaProblem::WrongCodec);
                }
                if is_too_wide(width, height) || is_too_tall(width, height) {
                    problems.push(MediaProblem::WrongAspect);
                }
            }
            _ => problems.push(MediaProblem::NoPicture),
        }
        match self.duration_ms {
            None | Some(0) => problems.push(MediaProblem::NoDuration),
            Some(length) if length < *LENGTHS.start() => problems.push(MediaProblem::TooShort),
            Some(length) if length > *LENGTHS.end() => problems.push(MediaProblem::TooLong),
            Some(_) => {}
        }
        self.found(&problems)
    }

    fn found(&self, problems: &[MediaProblem]) -> Found {
        let shape = Shape {
            width: self.picture.map(|track| track.size.0),
            height: self.picture.map(|track| track.size.1),
            duration_ms: self.duration_ms,
        };
        Found { shape, problems: problems.to_vec() }
    }
}

impl Header {
    /// Reads the header of a box that can have `room` bytes at most.
    fn read(look: &[u8], room: u64) -> Option<Self> {
        let kind = *look.get(4..)?.first_chunk::<4>()?;
        Some(match number(look, 0)? {
            0 => Self { length: room, kind, own: 8 },
            1 => Self { length: long(look, 8)?, kind, own: 16 },
            length => Self { length: u64::from(length), kind, own: 8 },
        })
    }
}

/// The length of the whole by `mvhd`; in version 1 times have eight bytes.
fn duration(body: &[u8]) -> Option<u64> {
    let (scale, length) = match body.first()? {
        1 => (number(body, 20)?, long(body, 24)?),
        _ => (number(body, 12)?, u64::from(number(body, 16)?)),
    };
    let milliseconds = u128::from(length) * 1000;
    u64::try_from(milliseconds.checked_div(u128::from(scale))?).ok()
}

/// The size of the picture as it is shown, by `tkhd`, which has it as fixed-point numbers before a matrix that may turn it:
/// phones film lying down, and write that the film stands.
fn size(body: &[u8]) -> Option<(u32, u32)> {
    let (matrix, at) = if *body.first()? == 1 { (52, 88) } else { (40, 76) };
    let (width, height) = (number(body, at)? >> 16, number(body, at + 4)? >> 16);
    let is_turned = number(body, matrix)? == 0 && number(body, matrix + 4)? != 0;
    Some(if is_turned { (height, width) } else { (width, height) })
}

/// Wider than 1.91 to 1, give or take a pixel.
fn is_too_wide(width: u32, height: u32) -> bool {
    u64::from(width.saturating_sub(1)) * 100 > u64::from(height) * 191
}

/// Taller than 1 to 2, give or take a pixel.
fn is_too_tall(width: u32, height: u32) -> bool {
    u64::from(height) > (u64::from(width) + 1) * 2
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests;
