//! Releases pins that were parked.

use shared::domain::{Account, Connection, Hold, Partition, Pin, State};
use shared::store::{DueEntry, DueWork, StoreError};

use crate::Publisher;

/// Releases the next `page` pins that wait for `account`, in the order of time; answers how many pins that were.
///
/// Pins that are too late by now are released too: claimed, they fail as missed instead of flooding a board. A page at a
/// time, since a backlog in the due index would hide what is due of other accounts.
pub async fn release(publisher: &Publisher, account: &Account, page: usize) -> Result<usize, StoreError> {
    let held = Partition::HeldAccount(account.id.clone());
    // The index may still show some that are released already.
    let most = i32::try_from(page * 3 + 20).unwrap_or(i32::MAX);
    let entries = publisher.platform.pins.due_page(&held, jiff::Timestamp::MAX, None, most).await?.entries;
    let mut released = 0;
    for entry in &entries {
        released += usize::from(release_one(publisher, entry).await?);
        if released == page {
            break;
        }
    }
    Ok(released)
}

/// The pin that has waited longest for `account`; asked only where that matters, after a block for spam.
pub async fn next(publisher: &Publisher, account: &Account) -> Result<Option<Pin>, StoreError> {
    if account.hold.is_none_or(|hold| hold.reason != Hold::SpamBlock) {
        return Ok(None);
    }
    let held = Partition::HeldAccount(account.id.clone());
    let page = publisher.platform.pins.due_page(&held, jiff::Timestamp::MAX, None, 20).await?;
    for entry in &page.entries {
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
            tracing::warn!(%error, pin = %pin.id, "a pin could not be released at once; the release of all does it");
        })
        .is_ok()
}

async fn is_mended(publisher: &Publisher, pin: &Pin) -> bool {
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
            tracing::error!(%error, pin = %id, "a held pin is not readable and stays where it is; the others go on");
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
    let version = pin.version;
    match pin.release(publisher.platform.clock.now()) {
        Ok(()) => publisher.platform.pins.save(&pin, version).await,
        Err(_) => Err(StoreError::Conflict),
    }
}
