//! Pins in doubt, as their accounts know them.
//!
//! An account keeps the fingerprints of its pins that are looked for on their boards. Nothing that could not be told from
//! one of them is posted meanwhile, and a pin leaves its doubt in one transaction with its account, so that no pin on a
//! board is taken for two of ours.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, AttemptId, Check, DoubtfulPin, Pin, State};
use shared::store::StoreError;

use crate::Publisher;
use crate::change::change;
use crate::ending::moved;

/// How long after a doubt was noted with the account the first look counts: by then every publisher knows of it, and the
/// calendar shows what was published before.
pub const NOTED: SignedDuration = SignedDuration::from_secs(20);

/// How many other pins in doubt are looked after at a time: as many as one read takes.
const BATCH: usize = 100;

/// How many pins in doubt an account keeps. Each takes a hundred bytes of its row, and an outage stops an account long before.
const MOST_DOUBTS: usize = 1_000;

/// How long after the next look at its twin a pin is tried again.
const AFTER_TWIN: SignedDuration = SignedDuration::from_secs(3);

/// Begins the check of the attempt `id`, whose request was under way at some time between `since` and `until`.
pub fn begin(publisher: &Publisher, pin: &mut Pin, id: &AttemptId, (since, until): (Timestamp, Timestamp)) {
    let now = publisher.platform.clock.now();
    let check = Check::new(id.clone(), since, until);
    let look_at = (until + publisher.rules.first_look).max(now + NOTED);
    moved(pin.check(check, look_at, now));
}

/// Notes with its account that `pin` is in doubt, and takes out what is not any more.
pub async fn note(publisher: &Publisher, pin: &Pin) -> Result<(), StoreError> {
    let platform = &publisher.platform;
    let Some(account) = platform.accounts.load(&pin.owner, &pin.account_id).await? else { return Ok(()) };
    let doubt = DoubtfulPin { pin: pin.id.clone(), fingerprint: pin.fingerprint() };
    let others = account.doubts.iter().map(|doubt| &doubt.pin).filter(|other| **other != pin.id);
    // The oldest are settled first; of a longer list the next notes look after the rest.
    let others: Vec<_> = others.take(BATCH).cloned().collect();
    let found = platform.pins.load_many(&pin.owner, &others).await?;
    let settled: HashSet<_> = found.into_iter().filter(|found| !is_open(found)).map(|found| found.id).collect();
    let result = change(publisher, account, |account| {
        account.doubts.retain(|known| known.pin != doubt.pin && !settled.contains(&known.pin));
        if account.doubts.len() >= MOST_DOUBTS {
            tracing::error!(account = %account.id, "an account has too many pins with an unknown outcome to remember the oldest one");
            account.doubts.remove(0);
        }
        account.doubts.push(doubt.clone());
    });
    result.await?;
    let _ = publisher.sessions.reload(&pin.owner, &pin.account_id).await;
    Ok(())
}

/// When more will be known of another pin of `account` in doubt that `pin` could be taken for, if there is one.
pub async fn twin_in_doubt(
    publisher: &Publisher,
    pin: &Pin,
    account: &Account,
) -> Result<Option<Timestamp>, StoreError> {
    let fingerprint = pin.fingerprint();
    let twins = account.doubts.iter().filter(|doubt| doubt.pin != pin.id && doubt.fingerprint == fingerprint);
    for twin in twins {
        let found = publisher.platform.pins.load(&pin.owner, &twin.pin).await?;
        if let Some(found) = found.filter(is_open) {
            let now = publisher.platform.clock.now();
            let look_at = found.due.map_or(now, |due| due.at);
            return Ok(Some(look_at.max(now) + AFTER_TWIN));
        }
    }
    Ok(None)
}

/// Whether nobody knows what became of the pin.
fn is_open(pin: &Pin) -> bool {
    matches!(pin.state, State::Checking(_) | State::Publishing { .. })
}
