//! The files of pins of an owner that were taken and are not stored yet.

use jiff::Timestamp;

use crate::domain::{Import, OwnerId};
use crate::platform::Platform;
use crate::store::StoreError;

/// How many files of an owner are looked at that are being stored.
const MOST_OPEN: usize = 20;

/// How many pages of such files, those of others included, are looked through for them.
const MOST_PAGES: usize = 20;

/// Reads the files of `owner` that are being stored, as far as that is known.
pub async fn of(platform: &Platform, owner: &OwnerId, now: Timestamp) -> Result<Vec<Import>, StoreError> {
    let (mut own, mut after) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = platform.sweeps.open_imports(after.as_deref()).await?;
        own.extend(page.imports.into_iter().filter(|open| open.owner == *owner));
        after = page.next;
        if after.is_none() || own.len() >= MOST_OPEN {
            break;
        }
    }
    let mut imports = Vec::new();
    for open in own.into_iter().take(MOST_OPEN) {
        let import = platform.imports.load(owner, &open.id).await?;
        imports.extend(import.filter(|import| !import.is_expired(now)));
    }
    Ok(imports)
}
