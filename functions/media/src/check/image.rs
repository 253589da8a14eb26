//! Follows the structure of a JPEG or PNG up to the end of its picture, by parts.
//!
//! What says that an image is whole is its structure, not its last bytes: a phone may put a whole film behind a photo. Like
//! the walk through a video it asks for bytes and does no I/O; it only ever moves forward, so that it ends.

use bytes::Bytes;
use shared::domain::{MediaProblem, Shape};

use super::{Found, Step};

/// How many bytes are read at once.
const PART: u64 = 1024 * 1024;

/// How many bytes of a segment or chunk are looked at: as far as the size in `SOF` and `IHDR`.
const LOOK: u64 = 24;

/// The longest side in pixels, which is what a JPEG can have. A PNG can claim 2³¹ - 1, and whoever unpacks it fills their
/// memory.
const LONGEST_SIDE: u32 = 65_535;

/// The most pixels: an image of 20 MB that is a photo has not a tenth of it.
const MOST_PIXELS: u64 = 500_000_000;

/// A walk through an image.
#[derive(Debug)]
pub struct Walk {
    format: Format,
    file_size: u64,
    at: u64,
    part: Option<(u64, Bytes)>,
    dimensions: Option<(u32, u32)>,
}

/// What the walk is in.
#[derive(Debug, Clone, Copy)]
enum Format {
    /// Segments of a JPEG, each with a marker (ITU-T T.81, annex B).
    Segments,
    /// The coded picture between two segments of a JPEG.
    Scan,
    /// Chunks of a PNG.
    Chunks,
}

/// Where the walk goes from here.
enum Next {
    /// The walk goes on at this byte.
    At(u64),
    /// The picture ends here.
    End,
    /// More bytes are needed from here on.
    More,
    /// The parts do not fit together.
    Damaged,
}

impl Walk {
    /// A walk through a JPEG of `file_size` bytes.
    pub fn jpeg(file_size: u64) -> Self {
        Self { format: Format::Segments, file_size, at: 0, part: None, dimensions: None }
    }

    /// A walk through a PNG of `file_size` bytes.
    pub fn png(file_size: u64) -> Self {
        // Behind its signature.
        Self { format: Format::Chunks, file_size, at: 8, part: None, dimensions: None }
    }

    /// Takes the bytes from `at` on.
    pub fn take(&mut self, at: u64, bytes: Bytes) {
        self.part = Some((at, bytes));
    }

    /// Goes on as far as the bytes reach.
    pub fn step(&mut self) -> Step {
        loop {
            if self.at >= self.file_size {
                return Step::Done(self.found(Some(MediaProblem::Truncated)));
            }
            let wanted = LOOK.min(self.file_size - self.at);
            let Some(bytes) = self.bytes().filter(|bytes| bytes.len() as u64 >= wanted) else {
                if self.part.as_ref().is_some_and(|(at, _)| *at == self.at) {
                    // It was asked for and there was less.
                    return Step::Done(self.found(Some(MediaProblem::Truncated)));
                }
                return Step::Read { at: self.at, length: PART };
            };
            let next = match self.format {
                Format::Segments => self.segment(&bytes),
                Format::Scan => self.scan(&bytes),
                Format::Chunks => self.chunk(&bytes),
            };
            match next {
                Next::At(at) => self.at = at,
                Next::More => return Step::Done(self.found(Some(MediaProblem::Truncated))),
                Next::End => return Step::Done(self.judge()),
                Next::Damaged => return Step::Done(self.found(Some(MediaProblem::Unreadable))),
            }
        }
    }

    /// What is there from here on.
    fn bytes(&self) -> Option<Bytes> {
        let (begin, bytes) = self.part.as_ref()?;
        let from = usize::try_from(self.at.checked_sub(*begin)?).ok()?;
        (from <= bytes.len()).then(|| bytes.slice(from..))
    }
}

impl Walk {
    /// A marker and its segment. What stands between segments is passed over, as every decoder does.
    fn segment(&mut self, bytes: &[u8]) -> Next {
        let after = |length: usize| Next::At(self.at + length as u64);
        match *bytes {
            [0xff, 0xff, ..] => after(1),
            [0xff, 0xd9, ..] => Next::End,
            // Markers without a segment: the beginning of the image, restarts, and what is reserved.
            [0xff, 0x01 | 0xd0..=0xd8, ..] => after(2),
            [0xff, marker, high, low, ..] if marker != 0 => {
                let length = u64::from(u16::from_be_bytes([high, low]));
                if length < 2 {
                    return Next::Damaged;
                }
                if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
                    self.dimensions = self.dimensions.or_else(|| frame(bytes));
                }
                if marker == 0xda {
                    self.format = Format::Scan;
                }
                Next::At(self.at + 2 + length)
            }
            [0xff, _] | [0xff] | [0xff, _, _] => Next::More,
            _ => after(bytes.iter().position(|byte| *byte == 0xff).unwrap_or(bytes.len()).max(1)),
        }
    }

    /// Coded bytes up to the next marker: in them 0xff is followed by 0, or by the marker of a restart.
    fn scan(&mut self, bytes: &[u8]) -> Next {
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
        match bytes.windows(2).position(is_marker) {
            Some(found) => {
                self.format = Format::Segments;
                Next::At(self.at + found as u64)
            }
            None if bytes.len() < 2 => Next::More,
            None => Next::At(self.at + bytes.len() as u64 - 1),
        }
    }

    /// A chunk of a PNG: its length, its type, its data and a checksum.
    fn chunk(&mut self, bytes: &[u8]) -> Next {
        let (Some(length), Some(kind)) = (number(bytes, 0), bytes.get(4..8)) else { return Next::More };
        if !kind.iter().all(u8::is_ascii_alphabetic) {
            return Next::Damaged;
        }
        if kind == b"IHDR" {
            self.dimensions = number(bytes, 8).zip(number(bytes, 12));
        }
        let after = self.at + 12 + u64::from(length);
        if kind == b"IEND" && after <= self.file_size { Next::End } else { Next::At(after) }
    }

    fn judge(&self) -> Found {
        let has_size = self.dimensions.is_some_and(|(width, height)| {
            let fits = [width, height].iter().all(|side| (1..=LONGEST_SIDE).contains(side));
            fits && u64::from(width) * u64::from(height) <= MOST_PIXELS
        });
        self.found((!has_size).then_some(MediaProblem::Unreadable))
    }

    fn found(&self, problem: Option<MediaProblem>) -> Found {
        let shape = match problem {
            Some(MediaProblem::Unreadable) => Shape::default(),
            _ => Shape {
                width: self.dimensions.map(|(width, _)| width),
                height: self.dimensions.map(|(_, height)| height),
                duration_ms: None,
            },
        };
        Found { shape, problems: problem.into_iter().collect() }
    }
}

/// The width and height that the frame header `SOF` says.
fn frame(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| bytes.get(at..)?.first_chunk().copied().map(|side| u32::from(u16::from_be_bytes(side)));
    side(7).zip(side(5))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests;
