//! Releases the pins that waited for an account to be mended.

use shared::domain::{Account, OwnerId, Partition, Pin, State};
use shared::store::{DueEntry, DueWork, StoreError};

use crate::Publisher;

/// Releases everything that waits for `account`, in the order of its time; answers how many pins that were.
///
/// Pins that are too late by now are released too: claimed, they fail as missed instead of flooding a board.
pub async fn release(publisher: &Publisher, account: &Account) -> Result<usize, StoreError> {
    let platform = &publisher.platform;
    let held = Partition::HeldAccount(account.id.clone());
    let mut released = 0;
    loop {
        let entries = platform.pins.due(&held, jiff::Timestamp::MAX).await?;
        let mut moved = 0;
        for entry in &entries {
            moved += usize::from(release_one(publisher, entry).await?);
        }
        released += moved;
        // The index may show released pins for a moment; the release is repeated for what it hides.
        if moved == 0 {
            return Ok(released);
        }
    }
}

/// Releases a pin that was parked just now, if its account was mended between the look at the account and the parking.
pub async fn unpark_if_mended(publisher: &Publisher, pin: &Pin) {
    let (owner, account): (&OwnerId, _) = (&pin.owner, &pin.account_id);
    let result = match publisher.sessions.reload(owner, account).await {
        Ok(Some(session)) if session.token.is_some() => unpark(publisher, pin.clone()).await,
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "an account could not be read again after parking its pin");
            Ok(())
        }
    };
    if let Err(error) = result {
        tracing::warn!(%error, pin = %pin.id, "a pin could not be released at once; the account's release does it");
    }
}

async fn release_one(publisher: &Publisher, entry: &DueEntry) -> Result<bool, StoreError> {
    let DueWork::Pin(id) = &entry.work else { return Ok(false) };
    let Some(pin) = publisher.platform.pins.load(&entry.owner, id).await? else { return Ok(false) };
    match unpark(publisher, pin).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn unpark(publisher: &Publisher, mut pin: Pin) -> Result<(), StoreError> {
    if !matches!(pin.state, State::Held { until: None, .. }) {
        return Err(StoreError::Conflict);
    }
    let version = pin.version;
    match pin.release(publisher.platform.clock.now()) {
        Ok(()) => publisher.platform.pins.save(&pin, version).await,
        Err(_) => Err(StoreError::Conflict),
    }
}
