//! How far a hold reaches: one pin, its account, or the whole mode.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, CircuitKind, Hold, Pin, Wait};
use shared::store::StoreError;

use crate::change::change;
use crate::{Publisher, backoff};

/// Takes down what the hold of `pin` means for others, and answers where the pin waits.
///
/// What ends the hold is written before the pin is parked: a pin never waits for a release that nobody planned. Where
/// it cannot be written, the pin waits by itself and the next one meets the same refusal.
pub async fn enter(publisher: &Publisher, pin: &Pin, account: &Account, reason: Hold, pause: SignedDuration) -> Wait {
    let pause = if pause.is_zero() { backoff::unsaid_limit(refusals(pin)) } else { pause };
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

/// Keeps the account of `pin` from posting until `until`, since its last posts got no answer.
pub async fn enter_unanswered(publisher: &Publisher, pin: &Pin, until: Timestamp) {
    let Ok(Some(session)) = publisher.sessions.get(&pin.owner, &pin.account_id).await else { return };
    if let Err(error) = hold_account(publisher, &session.account, Hold::PinterestDown, until).await {
        tracing::warn!(%error, account = %pin.account_id, "an account's hold could not be written; its next pin tries again");
    }
}

/// Where a pin waits that is kept back until `until` because of others of its owner: for its account, once its release is
/// planned.
pub async fn enter_of_owner(publisher: &Publisher, account: &Account, until: Timestamp) -> Wait {
    let is_planned = account.hold.is_some_and(|hold| hold.until >= until);
    if is_planned || hold_account(publisher, account, Hold::PinterestDown, until).await.is_ok() {
        Wait::ForAccount(Some(until))
    } else {
        Wait::Until(until)
    }
}

/// How many attempts running Pinterest answered with 429, before this one.
fn refusals(pin: &Pin) -> usize {
    pin.attempts
        .iter()
        .rev()
        .filter(|attempt| attempt.http_status.is_some())
        .take_while(|attempt| attempt.http_status == Some(429))
        .count()
}

/// Keeps the whole account from posting until `until`, and plans the release of what waits meanwhile.
async fn hold_account(
    publisher: &Publisher,
    account: &Account,
    reason: Hold,
    until: Timestamp,
) -> Result<(), StoreError> {
    tracing::warn!(account = %account.id, reason = reason.code(), %until, "an account is on hold");
    change(publisher, account.clone(), |account| account.hold(reason, until)).await?;
    let _ = publisher.sessions.reload(&account.owner, &account.id).await;
    Ok(())
}
