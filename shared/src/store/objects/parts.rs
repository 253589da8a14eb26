//! A file in parts, for whoever sends it on.

use std::error::Error;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::ObjectStore;
use crate::domain::{MediaId, OwnerId};

/// How much of a file is in memory at once.
const PART: u64 = 4 * 1024 * 1024;

impl ObjectStore {
    /// The file of `size` bytes in parts of at most 4 MiB, each of which is read when it is asked for; the last one is an
    /// error where the file is not there as it was.
    pub fn parts(
        &self,
        owner: &OwnerId,
        id: &MediaId,
        size: u64,
    ) -> BoxStream<'static, Result<Bytes, Box<dyn Error + Send + Sync>>> {
        let (objects, owner, id) = (self.clone(), owner.clone(), id.clone());
        let parts = stream::unfold(0, move |start| {
            let (objects, owner, id) = (objects.clone(), owner.clone(), id.clone());
            async move {
                if start >= size {
                    return None;
                }
                let end = (start + PART).min(size);
                let part = match objects.read(&owner, &id, start..=end - 1).await {
                    Ok(Some(read)) if read.bytes.len() as u64 == end - start => Ok(read.bytes),
                    Ok(_) => Err(Box::<dyn Error + Send + Sync>::from("the file is not there as it was checked")),
                    Err(error) => Err(error.into()),
                };
                let next = if part.is_ok() { end } else { size };
                Some((part, next))
            }
        });
        parts.boxed()
    }
}
