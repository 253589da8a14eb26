//! A file in parts, for whoever sends it on.

use std::error::Error;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::ObjectStore;
use crate::domain::{MediaId, OwnerId};

/// How much of a file is read at once.
const PART: u64 = 4 * 1024 * 1024;

/// How many parts are being read, or wait to be sent: one is read while another is sent.
const AHEAD: usize = 2;

/// How often a part is read before that counts as an error.
const TRIES: usize = 3;

/// Why a part could not be read.
type NotRead = Box<dyn Error + Send + Sync>;

/// What is sent at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the stored file.
    Stored(Range<u64>),
    /// These bytes instead.
    Made(Bytes),
}

impl ObjectStore {
    /// The `pieces` of a file in parts of at most 4 MiB, of which at most two are in memory beside what was made; an error
    /// where the file is not there as it was.
    pub fn parts(
        &self,
        owner: &OwnerId,
        id: &MediaId,
        pieces: Vec<Piece>,
    ) -> BoxStream<'static, Result<Bytes, NotRead>> {
        let (objects, owner, id) = (self.clone(), owner.clone(), id.clone());
        let read = move |piece: Piece| {
            let (objects, owner, id) = (objects.clone(), owner.clone(), id.clone());
            async move {
                match piece {
                    Piece::Made(bytes) => Ok(bytes),
                    Piece::Stored(range) => objects.part(&owner, &id, range).await,
                }
            }
        };
        stream::iter(pieces.into_iter().flat_map(cut)).map(read).buffered(AHEAD).boxed()
    }

    async fn part(&self, owner: &OwnerId, id: &MediaId, range: Range<u64>) -> Result<Bytes, NotRead> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.read(owner, id, range.start..=range.end - 1).await {
                Ok(Some(read)) if read.bytes.len() as u64 == range.end - range.start => return Ok(read.bytes),
                Ok(_) => return Err(NotRead::from("the file is not there as it was checked")),
                Err(error) if tries >= TRIES => return Err(error.into()),
                Err(_) => {}
            }
        }
    }
}

/// The same in parts that fit into memory; a piece of no bytes is none.
fn cut(piece: Piece) -> Vec<Piece> {
    match piece {
        Piece::Made(_) => vec![piece],
        Piece::Stored(Range { start, end }) => {
            let starts = (start..end).step_by(usize::try_from(PART).unwrap_or(usize::MAX));
            starts.map(|from| Piece::Stored(from..(from + PART).min(end))).collect()
        }
    }
}
