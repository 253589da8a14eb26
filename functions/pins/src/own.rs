//! The caller's own pin: read, and changed unless somebody else was faster.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use shared::api::{IfMatch, Problem};
use shared::domain::characters::parse_pasted;
use shared::domain::{OwnerId, Pin, Status};
use shared::limits::{self, Room};
use shared::platform::Platform;
use shared::store::{SlotClaim, Stock, StoreError};

use crate::desk::Desk;

/// How often a pin that changes meanwhile is read and judged again.
const TRIES: usize = 5;

/// The same for one that is to be given a slot, which somebody else may be given first.
const TURNS: usize = 100;

/// Reads the pin `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn pin(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Pin, Problem> {
    let missing = || Problem::not_found("pin");
    let id = parse_pasted(id).map_err(|_| missing())?;
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
    change_in(desk, id, if_match, |pin| judge(pin).map(|judged| judged.map(|pin| (pin, None))).boxed()).await
}

/// The same where the pin may be given a slot by the same write; where somebody else is given that slot first, it is
/// judged again as well.
pub async fn change_in<'d>(
    desk: &Desk,
    id: &str,
    if_match: &IfMatch,
    judge: impl Fn(Pin) -> BoxFuture<'d, Result<(Pin, Option<SlotClaim>), Problem>>,
) -> Result<Pin, Problem> {
    let platform = &desk.function.platform;
    let mut seen: Option<Pin> = None;
    for turn in 1..=TURNS {
        let before = pin(platform, &desk.owner, id).await?;
        let judged = judge(before.clone()).await;
        if judged.as_ref().is_ok_and(|(after, _)| *after == before) {
            return Ok(before);
        }
        if !if_match.admits(before.version) {
            return Err(IfMatch::changed("pin"));
        }
        let (mut after, claim) = judged?;
        after.attribute(&before, desk.by.as_deref(), desk.now);
        if seen.get_or_insert_with(|| before.clone()).version != before.version && needs_a_person(&before) {
            return Err(StoreError::Conflict.into());
        }
        let room = room(desk, &before, &after).await?;
        let written = match &claim {
            Some(claim) => platform.pins.replace_in(&before, &after, claim).await,
            None => platform.pins.replace(&before, &after).await,
        };
        match written {
            Ok(()) => {
                note(desk, (&before, &after), room).await;
                return Ok(after);
            }
            // Many may look for a slot at a time, and each finds one in the end.
            Err(StoreError::Conflict) if turn < TRIES || claim.is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The room of the owner where the change makes the pin wait; refuses it where there is none.
async fn room(desk: &Desk, before: &Pin, after: &Pin) -> Result<Option<Room>, Problem> {
    if before.state.status().waits() || !after.state.status().waits() {
        return Ok(None);
    }
    let of = (&desk.owner, Stock::WaitingPins);
    let room = limits::room(&desk.function.platform, &desk.settings.limits, of, 1).await?;
    room.admit(1)?;
    Ok(Some(room))
}

/// Notes that a pin waits from now on, which had `room`, or does not wait any more.
async fn note(desk: &Desk, (before, after): (&Pin, &Pin), room: Option<Room>) {
    let (platform, of) = (&desk.function.platform, (&desk.owner, Stock::WaitingPins));
    if let Some(room) = room {
        limits::taken(platform, of, &room, 1).await;
    }
    if before.state.status().waits() && !after.state.status().waits() {
        limits::freed(platform, &desk.settings.limits, of).await;
    }
}

fn needs_a_person(pin: &Pin) -> bool {
    matches!(pin.state.status(), Status::NeedsReview | Status::Failed)
}
