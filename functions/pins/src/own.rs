//! The caller's own pin.

use shared::api::Problem;
use shared::domain::{OwnerId, Pin};
use shared::platform::Platform;

/// Reads the pin `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn pin(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Pin, Problem> {
    let missing = || Problem::not_found("pin");
    let id = id.parse().map_err(|_| missing())?;
    platform.pins.load(owner, &id).await?.ok_or_else(missing)
}
