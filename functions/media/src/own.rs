//! The caller's own file.

use shared::api::Problem;
use shared::domain::characters::parse_pasted;
use shared::domain::{MediaFile, OwnerId};
use shared::platform::Platform;

/// Reads the file `id` of `owner`; 404 where there is none, where it has expired, and where it belongs to somebody else.
pub async fn file(platform: &Platform, owner: &OwnerId, id: &str) -> Result<MediaFile, Problem> {
    let missing = || Problem::not_found("file");
    let id = parse_pasted(id).map_err(|_| missing())?;
    let now = platform.clock.now();
    platform.media.load(owner, &id).await?.filter(|file| file.is_there(now)).ok_or_else(missing)
}
