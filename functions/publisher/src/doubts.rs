//! Pins in doubt, as their accounts know them.
//!
//! An account keeps the fingerprints of its pins that are looked for on their boards. Nothing that could not be told from
//! one of them is posted meanwhile, and a pin leaves its doubt in one transaction with its account, so that no pin on a
//! board is taken for two of ours.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, AttemptId, Check, DoubtfulPin, Pin, State};
use shared::store::StoreError;

use crate::Publisher;
use crate::change::change;
use crate::ending::moved;
use crate::rules::Rule;

/// How long after a doubt was noted with the account the first look counts: by then every publisher knows of it, and the
/// calendar shows what was published before.
pub const NOTED: SignedDuration = SignedDuration::from_secs(20);

/// Begins the check of the attempt `id`, whose request was under way at some time between `since` and `until`.
pub fn begin(publisher: &Publisher, pin: &mut Pin, id: &AttemptId, (since, until): (Timestamp, Timestamp)) {
    let now = publisher.platform.clock.now();
    let check = Check::new(id.clone(), since, until);
    let look_at = (until + publisher.rules.first_look).max(now + NOTED);
    moved(pin.check(check, look_at, now));
}

/// Notes with its account that `pin` is in doubt.
pub async fn note(publisher: &Publisher, pin: &Pin) -> Result<(), StoreError> {
    let Some(account) = publisher.platform.accounts.load(&pin.owner, &pin.account_id).await? else { return Ok(()) };
    let doubt = DoubtfulPin { pin: pin.id.clone(), fingerprint: pin.fingerprint() };
    let result = change(publisher, account, |account| {
        account.doubts.retain(|known| known.pin != doubt.pin);
        account.doubts.push(doubt.clone());
    });
    result.await?;
    let _ = publisher.sessions.reload(&pin.owner, &pin.account_id).await;
    Ok(())
}

/// Whether another pin of `account` is in doubt that `pin` could be taken for.
pub async fn has_twin_in_doubt(publisher: &Publisher, pin: &Pin, account: &Account) -> Result<bool, StoreError> {
    let fingerprint = pin.fingerprint();
    let twins = account.doubts.iter().filter(|doubt| doubt.pin != pin.id && doubt.fingerprint == fingerprint);
    for twin in twins {
        let found = publisher.platform.pins.load(&pin.owner, &twin.pin).await?;
        if found.is_some_and(|found| matches!(found.state, State::Checking(_) | State::Publishing { .. })) {
            return Ok(publisher.rules.keep(Rule::WaitForTwins));
        }
    }
    Ok(false)
}
