//! The caller's own pin: read, and changed unless somebody else was faster.

use futures_util::future::BoxFuture;
use shared::api::{IfMatch, Problem};
use shared::domain::{OwnerId, Pin, Status};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::desk::Desk;

/// How often a pin that changes meanwhile is read and judged again.
const TRIES: usize = 5;

/// Reads the pin `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn pin(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Pin, Problem> {
    let missing = || Problem::not_found("pin");
    let id = id.parse().map_err(|_| missing())?;
    platform.pins.load(owner, &id).await?.ok_or_else(missing)
}

/// Replaces the caller's pin `id` by what `judge` makes of it.
///
/// One conditional write: where the pin changed in between, it is read and judged again; but what a person decided of a
/// pin in doubt, or that failed, is not put to another doubt that came up meanwhile, nor is a pin let be that came into
/// doubt only then. Where `if_match` names another
/// version this is 412, unless the pin is already what it was to become: then an earlier try of the same request did
/// it, and its answer was lost (RFC 9110, section 13.1.1).
pub async fn change<'d>(
    desk: &Desk,
    id: &str,
    if_match: &IfMatch,
    judge: impl Fn(Pin) -> BoxFuture<'d, Result<Pin, Problem>>,
) -> Result<Pin, Problem> {
    let platform = &desk.function.platform;
    let mut seen: Option<Pin> = None;
    for _ in 0..TRIES {
        let before = pin(platform, &desk.owner, id).await?;
        let judged = judge(before.clone()).await;
        if judged.as_ref().is_ok_and(|after| *after == before) {
            return judged;
        }
        if !if_match.admits(before.version) {
            return Err(IfMatch::changed("pin"));
        }
        let after = judged?;
        if seen.get_or_insert_with(|| before.clone()).version != before.version && needs_a_person(&before) {
            return Err(StoreError::Conflict.into());
        }
        match platform.pins.replace(&before, &after).await {
            Ok(()) => return Ok(after),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

fn needs_a_person(pin: &Pin) -> bool {
    matches!(pin.state.status(), Status::NeedsReview | Status::Failed)
}
