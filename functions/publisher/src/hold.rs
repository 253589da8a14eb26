//! How far a hold reaches: one pin, its account, or the whole mode.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, CircuitKind, Hold, Pin, Wait};
use shared::store::StoreError;

use crate::Publisher;
use crate::change::change;

/// Takes down what the hold of `pin` means for others, and answers where the pin waits.
///
/// What ends the hold is written before the pin is parked: a pin never waits for a release that nobody planned. Where
/// it cannot be written, the pin waits by itself and the next one meets the same refusal.
pub async fn enter(publisher: &Publisher, pin: &Pin, account: &Account, reason: Hold, pause: SignedDuration) -> Wait {
    let until = publisher.platform.clock.now() + pause;
    match reason {
        Hold::RateLimited | Hold::SpamBlock => match hold_account(publisher, account, reason, until).await {
            Ok(()) => Wait::ForAccount(Some(until)),
            Err(error) => {
                tracing::warn!(%error, account = %account.id, "an account's hold could not be written");
                Wait::Until(until)
            }
        },
        Hold::TrialTier | Hold::AppNotApproved => match publisher.circuits.keeping_back(pin) {
            Some((_, wait @ Wait::ForCircuit(CircuitKind::App, _))) => wait,
            _ => Wait::Until(until),
        },
        _ => Wait::Until(until),
    }
}

/// Keeps the whole account from posting until `until`, and plans the release of what waits meanwhile.
async fn hold_account(
    publisher: &Publisher,
    account: &Account,
    reason: Hold,
    until: Timestamp,
) -> Result<(), StoreError> {
    tracing::warn!(account = %account.id, reason = reason.code(), %until, "an account waits");
    change(publisher, account.clone(), |account| account.hold(reason, until)).await?;
    let _ = publisher.sessions.reload(&account.owner, &account.id).await;
    Ok(())
}
