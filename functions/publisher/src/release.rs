//! Releases pins that were parked.

use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::pin::{GRACE, LATE};
use shared::domain::{Account, Connection, Hold, Partition, Pin, State};
use shared::store::{DueEntry, DueWork, StoreError};

use crate::late::{self, Allowance};
use crate::{Publisher, queue};

/// How many pins are told in one step that they wait for another day.
const MOST_TOLD: usize = 5_000;

/// How many entries are read at a time to tell them.
const PAGE_OF_TOLD: i32 = 1_000;

/// How many pins are read, and written, at once.
const READ_AT_ONCE: usize = 100;
const WRITTEN_AT_ONCE: usize = 16;

/// What a release did.
#[derive(Debug, Default)]
pub struct Released {
    /// How many pins wait no longer.
    pub count: usize,
    /// Whether late pins wait for another day.
    pub is_limited: bool,
    /// Whether some of them do not say so yet.
    pub is_rest_untold: bool,
}

/// Releases the next `page` pins that wait for `account`, in the order of time, but of those that are late no more than may
/// go out today; the others say that they wait for another day.
///
/// Pins that are too late by now are released too: claimed, they fail as missed instead of flooding a board. A page at a
/// time, since a backlog in the due index would hide what is due of other accounts.
pub async fn release(publisher: &Publisher, account: &Account, page: usize) -> Result<Released, StoreError> {
    let now = publisher.platform.clock.now();
    let held = Partition::HeldAccount(account.id.clone());
    // The index may still show some that are released already.
    let most = i32::try_from(page * 3 + 20).unwrap_or(i32::MAX);
    let is_usable = account.usable_tokens(now).is_some();
    let allowance = if is_usable { Allowance::of(publisher, account).await? } else { None };
    let mut released = Released::default();
    let Some(allowance) = allowance else {
        let entries = publisher.platform.pins.due_page(&held, Timestamp::MAX, None, most).await?.entries;
        release_entries(publisher, &entries, page, &mut released).await?;
        return Ok(released);
    };
    let late = publisher.platform.pins.due_page(&held, late_until(now), None, most).await?.entries;
    let (missed, late): (Vec<_>, Vec<_>) = late.into_iter().partition(|entry| now.duration_since(entry.due.at) > GRACE);
    release_entries(publisher, &missed, page, &mut released).await?;
    let in_time = publisher.platform.pins.due_between(&held, (now - LATE, Timestamp::MAX), most).await?;
    release_entries(publisher, &in_time, page, &mut released).await?;
    let room = page.min(released.count + allowance.left);
    release_entries(publisher, &late, room, &mut released).await?;
    if room < page && released.count == room {
        (released.is_limited, released.is_rest_untold) = tell_the_rest(publisher, account, allowance).await?;
    }
    Ok(released)
}

/// The last moment for which a pin that was to go out then is late by now.
fn late_until(now: Timestamp) -> Timestamp {
    now - LATE - SignedDuration::from_millis(1)
}

/// Releases the pins behind `entries` until `most` are released.
async fn release_entries(
    publisher: &Publisher,
    entries: &[DueEntry],
    most: usize,
    released: &mut Released,
) -> Result<(), StoreError> {
    for entry in entries {
        if released.count >= most {
            break;
        }
        released.count += usize::from(release_one(publisher, entry).await?);
    }
    Ok(())
}

/// Tells the late pins that still wait for `account` when their turn comes, for none of them goes out today; answers whether
/// there are any, and whether some are not told yet.
async fn tell_the_rest(
    publisher: &Publisher,
    account: &Account,
    allowance: Allowance,
) -> Result<(bool, bool), StoreError> {
    let (now, held) = (publisher.platform.clock.now(), Partition::HeldAccount(account.id.clone()));
    let (mut ahead, mut told, mut from) = (0, 0, None);
    loop {
        let page = publisher.platform.pins.due_page(&held, late_until(now), from, PAGE_OF_TOLD).await?;
        for entries in page.entries.chunks(READ_AT_ONCE) {
            let keys = entries.iter().filter_map(|entry| match &entry.work {
                DueWork::Pin(owner, id) => Some((owner, id)),
                _ => None,
            });
            let mut pins = publisher.platform.pins.load_all(keys).await?;
            pins.retain(|pin| pin.is_parked() && !pin.is_missed(now));
            pins.sort_by_key(|pin| pin.publish_at);
            let mut untold = Vec::new();
            for pin in pins {
                let turn = late::turn(account, Some(allowance.without_rest()), (ahead, ahead), now);
                ahead += 1;
                if !matches!(pin.state, State::Held { reason: Hold::DailyLimit, .. }) {
                    untold.push((pin, turn));
                }
            }
            told += untold.len();
            for some in untold.chunks(WRITTEN_AT_ONCE) {
                let parking = some.iter().map(|(pin, turn)| queue::park_one(publisher, pin.clone(), *turn, now));
                try_join_all(parking).await?;
            }
        }
        from = page.next;
        if from.is_none() || told >= MOST_TOLD {
            return Ok((ahead > 0, from.is_some()));
        }
    }
}

/// The pin that has waited longest for `account` and may go out; asked only where that matters, after a block for spam.
pub async fn next(publisher: &Publisher, account: &Account) -> Result<Option<Pin>, StoreError> {
    if account.hold.is_none_or(|hold| hold.reason != Hold::SpamBlock) {
        return Ok(None);
    }
    let now = publisher.platform.clock.now();
    let held = Partition::HeldAccount(account.id.clone());
    let is_used_up = Allowance::of(publisher, account).await?.is_some_and(|allowance| allowance.left == 0);
    let from = if is_used_up { now - LATE } else { Timestamp::UNIX_EPOCH };
    for entry in &publisher.platform.pins.due_between(&held, (from, Timestamp::MAX), 20).await? {
        if let Some(pin) = parked(publisher, entry).await? {
            return Ok(Some(pin));
        }
    }
    Ok(None)
}

/// Releases a pin that was parked just now, if what it was parked for was mended between the look at it and the parking.
///
/// Answers whether it was released.
pub async fn unpark_if_mended(publisher: &Publisher, pin: &Pin) -> bool {
    if !is_mended(publisher, pin).await {
        return false;
    }
    let released = unpark(publisher, pin.clone()).await;
    released
        .inspect_err(|error| {
            tracing::warn!(%error, pin = %pin.id, "a pin could not be released at once; it is released with the others");
        })
        .is_ok()
}

async fn is_mended(publisher: &Publisher, pin: &Pin) -> bool {
    if matches!(pin.state, State::Held { reason: Hold::DailyLimit | Hold::Queued, .. }) {
        // Its turn comes by itself.
        return false;
    }
    if matches!(pin.due.as_ref().map(|due| &due.partition), Some(Partition::HeldCircuit(..))) {
        publisher.circuits.refresh(pin.mode).await;
        return publisher.circuits.keeping_back(pin).is_none();
    }
    match publisher.sessions.reload(&pin.owner, &pin.account_id).await {
        // An account that has to be connected again may still have a token in use, which is what Pinterest refused.
        Ok(Some(session)) if is_held_for_reconnection(pin) => {
            matches!(session.account.connection, Connection::Connected(_))
                && session.can_post(publisher.platform.clock.now())
        }
        Ok(Some(session)) => session.can_post(publisher.platform.clock.now()),
        Ok(None) => false,
        Err(error) => {
            tracing::warn!(%error, "an account could not be read again after parking its pin");
            false
        }
    }
}

fn is_held_for_reconnection(pin: &Pin) -> bool {
    matches!(pin.state, State::Held { reason: Hold::NeedsReconnect, .. })
}

/// Releases the parked pin behind `entry`; answers whether it was still parked.
pub async fn release_one(publisher: &Publisher, entry: &DueEntry) -> Result<bool, StoreError> {
    match parked(publisher, entry).await? {
        Some(pin) => unpark_unless_moved(publisher, pin).await,
        None => Ok(false),
    }
}

/// Reads the pin behind `entry`, if it is still parked.
pub async fn parked(publisher: &Publisher, entry: &DueEntry) -> Result<Option<Pin>, StoreError> {
    let DueWork::Pin(owner, id) = &entry.work else { return Ok(None) };
    match publisher.platform.pins.load(owner, id).await {
        Ok(pin) => Ok(pin.filter(Pin::is_parked)),
        Err(error @ StoreError::Unreadable { .. }) => {
            tracing::error!(%error, pin = %id, "a held pin can't be read and stays on hold; the others are released");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Puts a parked pin back; answers whether it did, since somebody may have moved it meanwhile.
pub async fn unpark_unless_moved(publisher: &Publisher, pin: Pin) -> Result<bool, StoreError> {
    match unpark(publisher, pin).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Puts a parked pin back where the publisher finds it; [`StoreError::Conflict`] where it is not parked any more.
pub async fn unpark(publisher: &Publisher, mut pin: Pin) -> Result<(), StoreError> {
    if !pin.is_parked() {
        return Err(StoreError::Conflict);
    }
    let before = pin.clone();
    match pin.release(publisher.platform.clock.now()) {
        Ok(()) => publisher.platform.pins.replace(&before, &pin).await,
        Err(_) => Err(StoreError::Conflict),
    }
}
