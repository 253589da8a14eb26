//! Sends a video with its index (`moov`) before its pictures (`mdat`), wherever the file has it.
//!
//! Phones and cameras write the index when they know it, at the end. Whoever plays or reads a file while it arrives needs it
//! first. Nothing is stored anew: the file is sent as ranges of the object, with the index, whose offsets are corrected,
//! between them (ISO/IEC 14496-12, 8.7.5).

use std::ops::Range;

use bytes::Bytes;
use shared::domain::MediaFile;
use shared::store::{ObjectError, ObjectStore, Piece};

/// The longest index that is moved; a quarter of an hour at 60 pictures a second has less than two megabytes.
const LONGEST_INDEX: u64 = 8 * 1024 * 1024;

/// How many boxes at the beginning are looked at for the index; an ordinary file has three to five.
const MOST_BOXES: usize = 32;

/// A box of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kind: [u8; 4],
    range: Range<u64>,
}

/// The parts in which `file` is sent: as it is, or with its index moved forward.
pub async fn pieces(objects: &ObjectStore, file: &MediaFile) -> Result<Vec<Piece>, ObjectError> {
    let as_it_is = || vec![Piece::Stored(0..file.size)];
    let Some((head, index)) = places(&boxes(objects, file).await?) else { return Ok(as_it_is()) };
    let Some(read) = objects.read(&file.owner, &file.id, index.start..=index.end - 1).await? else {
        return Ok(as_it_is());
    };
    let mut moved = Vec::from(read.bytes);
    let by = index.end - index.start;
    if moved.len() as u64 != by || shift(&mut moved, by, &(head..index.start)).is_none() {
        return Ok(as_it_is());
    }
    let stored = [0..head, head..index.start, index.end..file.size].map(Piece::Stored);
    let [beginning, pictures, rest] = stored;
    Ok(vec![beginning, Piece::Made(Bytes::from(moved)), pictures, rest])
}

/// The outermost boxes up to the index.
async fn boxes(objects: &ObjectStore, file: &MediaFile) -> Result<Vec<Found>, ObjectError> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at + 8 <= file.size && found.len() < MOST_BOXES {
        let Some(read) = objects.read(&file.owner, &file.id, at..=(at + 15).min(file.size - 1)).await? else { break };
        let Some((kind, length)) = header(&read.bytes, file.size - at) else { break };
        found.push(Found { kind, range: at..at + length });
        if &kind == b"moov" {
            break;
        }
        at += length;
    }
    Ok(found)
}

/// The type and the length of the box that begins with these bytes and has at most `room` bytes.
fn header(bytes: &[u8], room: u64) -> Option<([u8; 4], u64)> {
    let kind = *bytes.get(4..)?.first_chunk::<4>()?;
    let (own, length) = match number(bytes, 0)? {
        0 => (8, room),
        1 => (16, bytes.get(8..)?.first_chunk().copied().map(u64::from_be_bytes)?),
        length => (8, u64::from(length)),
    };
    (length >= own && length <= room).then_some((kind, length))
}

/// Where the index goes and where it is, if pictures come before it.
fn places(boxes: &[Found]) -> Option<(u64, Range<u64>)> {
    let index = boxes.last().filter(|last| &last.kind == b"moov")?;
    let is_late = boxes.iter().any(|found| &found.kind == b"mdat");
    let is_short = index.range.end - index.range.start <= LONGEST_INDEX;
    // What says which kind of file it is stays the first box.
    let head = boxes.first().filter(|first| &first.kind == b"ftyp").map_or(0, |first| first.range.end);
    (is_late && is_short).then(|| (head, index.range.clone()))
}

/// Adds `by` to every offset in the index `moov` that points into `moving`; nothing where it has something whose offsets are
/// not known here, or where one becomes too large.
fn shift(moov: &mut [u8], by: u64, moving: &Range<u64>) -> Option<()> {
    let (_, length) = header(moov, moov.len() as u64)?;
    let own = if number(moov, 0)? == 1 { 16 } else { 8 };
    shift_in(moov.get_mut(own..usize::try_from(length).ok()?)?, by, moving)
}

fn shift_in(mut boxes: &mut [u8], by: u64, moving: &Range<u64>) -> Option<()> {
    // QuickTime ends a list of boxes with four bytes of zero.
    while boxes.len() >= 8 {
        let (kind, length) = header(boxes, boxes.len() as u64)?;
        let own = if number(boxes, 0)? == 1 { 16 } else { 8 };
        let (this, rest) = boxes.split_at_mut(usize::try_from(length).ok()?);
        let body = this.get_mut(own..)?;
        match &kind {
            b"trak" | b"mdia" | b"minf" | b"stbl" => shift_in(body, by, moving)?,
            b"stco" => shift_table::<4>(body, by, moving)?,
            b"co64" => shift_table::<8>(body, by, moving)?,
            // A compressed index, fragments, and offsets of encrypted samples.
            b"cmov" | b"mvex" | b"saio" => return None,
            _ => {}
        }
        boxes = rest;
    }
    Some(())
}

/// A table of offsets: version and flags, how many there are, then each with `N` bytes.
fn shift_table<const N: usize>(body: &mut [u8], by: u64, moving: &Range<u64>) -> Option<()> {
    let count = usize::try_from(number(body, 4)?).ok()?;
    let entries = body.get_mut(8..)?.get_mut(..count.checked_mul(N)?)?;
    for entry in entries.chunks_exact_mut(N) {
        let offset = entry.iter().fold(0, |offset: u64, byte| offset << 8 | u64::from(*byte));
        if moving.contains(&offset) {
            let bytes = (offset + by).to_be_bytes();
            let (left_out, kept) = bytes.split_at(8 - N);
            if left_out.iter().any(|byte| *byte != 0) {
                return None;
            }
            entry.copy_from_slice(kept);
        }
    }
    Some(())
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        [&u32::try_from(body.len() + 8).unwrap().to_be_bytes()[..], &kind, body].concat()
    }

    fn index(tables: &[Vec<u8>]) -> Vec<u8> {
        let track = boxed(*b"trak", &boxed(*b"mdia", &boxed(*b"minf", &boxed(*b"stbl", &tables.concat()))));
        boxed(*b"moov", &[boxed(*b"mvhd", &[0; 100]), track, vec![0; 4]].concat())
    }

    fn stco(offsets: &[u32]) -> Vec<u8> {
        let count = u32::try_from(offsets.len()).unwrap();
        let entries: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
        boxed(*b"stco", &[&[0; 4][..], &count.to_be_bytes(), &entries].concat())
    }

    fn co64(offsets: &[u64]) -> Vec<u8> {
        let count = u32::try_from(offsets.len()).unwrap();
        let entries: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect();
        boxed(*b"co64", &[&[0; 4][..], &count.to_be_bytes(), &entries].concat())
    }

    #[test]
    fn offsets_of_what_moves_are_corrected_and_others_stay() {
        let mut moov = index(&[stco(&[31, 32, 999, 1000]), co64(&[31, 500, 1000, 5_000_000_000])]);
        shift(&mut moov, 7, &(32..1000)).unwrap();
        assert_eq!(moov, index(&[stco(&[31, 39, 1006, 1000]), co64(&[31, 507, 1000, 5_000_000_000])]));
    }

    #[test]
    fn an_index_that_cannot_be_corrected_stays_where_it_is() {
        let damaged = [&boxed(*b"moov", &[0, 0, 0, 99])[..7], b"x"].concat();
        for mut moov in [
            index(&[stco(&[u32::MAX])]),
            index(&[boxed(*b"stco", &[0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4])]),
            index(&[boxed(*b"saio", &[])]),
            boxed(*b"moov", &boxed(*b"cmov", &[])),
            boxed(*b"moov", &boxed(*b"mvex", &[])),
            damaged,
        ] {
            assert_eq!(shift(&mut moov, 7, &(0..u64::MAX)), None);
        }
    }

    #[test]
    fn the_index_is_moved_only_from_behind_the_pictures() {
        let found = |kinds: &[(&[u8; 4], u64)]| {
            let mut at = 0;
            let boxes = kinds.iter().map(|(kind, length)| {
                at += length;
                Found { kind: **kind, range: at - length..at }
            });
            places(&boxes.collect::<Vec<_>>())
        };
        assert_eq!(found(&[(b"ftyp", 24), (b"free", 8), (b"mdat", 1000), (b"moov", 300)]), Some((24, 1032..1332)));
        assert_eq!(found(&[(b"wide", 8), (b"mdat", 1000), (b"moov", 300)]), Some((0, 1008..1308)));
        assert_eq!(found(&[(b"ftyp", 24), (b"moov", 300)]), None, "it is first");
        assert_eq!(found(&[(b"ftyp", 24), (b"mdat", 1000)]), None, "there is none");
        assert_eq!(found(&[(b"mdat", 1000), (b"moov", LONGEST_INDEX + 1)]), None, "it does not fit into memory");
    }
}
