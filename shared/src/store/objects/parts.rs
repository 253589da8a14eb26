//! A file in parts, for whoever sends it on.

use std::error::Error;

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

impl ObjectStore {
    /// The file of `size` bytes in parts of at most 4 MiB, of which at most two are in memory; an error where the file is
    /// not there as it was.
    pub fn parts(&self, owner: &OwnerId, id: &MediaId, size: u64) -> BoxStream<'static, Result<Bytes, NotRead>> {
        let (objects, owner, id) = (self.clone(), owner.clone(), id.clone());
        let starts = (0..size).step_by(usize::try_from(PART).unwrap_or(usize::MAX));
        let read = move |start: u64| {
            let (objects, owner, id) = (objects.clone(), owner.clone(), id.clone());
            async move { objects.part(&owner, &id, start, (start + PART).min(size)).await }
        };
        stream::iter(starts).map(read).buffered(AHEAD).boxed()
    }

    /// The bytes from `start` up to `end`.
    async fn part(&self, owner: &OwnerId, id: &MediaId, start: u64, end: u64) -> Result<Bytes, NotRead> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.read(owner, id, start..=end - 1).await {
                Ok(Some(read)) if read.bytes.len() as u64 == end - start => return Ok(read.bytes),
                Ok(_) => return Err(NotRead::from("the file is not there as it was checked")),
                Err(error) if tries >= TRIES => return Err(error.into()),
                Err(_) => {}
            }
        }
    }
}
