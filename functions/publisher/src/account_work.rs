//! An account's own due work: renewing its tokens and releasing its pins.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, AccountId, Hold, OwnerId};
use shared::store::StoreError;

use crate::publish::{Aside, Finished};
use crate::release::Released;
use crate::rules::Rule;
use crate::{Publisher, late, release, renew};

/// When a release is repeated, for pins that were being parked meanwhile.
const REPEAT: [SignedDuration; 2] = [SignedDuration::from_mins(8), SignedDuration::from_mins(2)];

/// How many pins one page of a release has: about what the account may post until the next page.
const PAGE: usize = 80;

/// When the next page of a long release follows.
const NEXT_PAGE: SignedDuration = SignedDuration::from_mins(1);

/// Does what is due of an account.
pub async fn advance(publisher: &Publisher, owner: &OwnerId, id: &AccountId) -> Finished {
    match Box::pin(step(publisher, owner, id)).await {
        Ok(()) => Finished { aside: Some(Aside::Account), ..Finished::default() },
        Err(StoreError::Conflict) => Finished::default(),
        Err(error) => {
            tracing::error!(%error, account = %id, "an account's releases and renewals could not be done; the next poll tries again");
            Finished { unfinished: true, ..Finished::default() }
        }
    }
}

/// Renews the tokens of an account if that is due.
pub async fn renew_if_due(publisher: &Publisher, owner: &OwnerId, id: &AccountId) -> Result<(), StoreError> {
    let Some(account) = publisher.platform.accounts.load(owner, id).await? else { return Ok(()) };
    if is_due(account.refresh_at, publisher.platform.clock.now()) {
        renew::renew(publisher, account).await?;
    }
    Ok(())
}

async fn step(publisher: &Publisher, owner: &OwnerId, id: &AccountId) -> Result<(), StoreError> {
    let platform = &publisher.platform;
    let Some(account) = platform.accounts.load(owner, id).await? else { return Ok(()) };
    let now = platform.clock.now();
    if is_due(account.release_at, now) {
        release_due(publisher, account.clone()).await?;
    }
    if is_due(account.refresh_at, now) {
        // The release has changed the account.
        renew_if_due(publisher, owner, id).await?;
    }
    Ok(())
}

async fn release_due(publisher: &Publisher, mut account: Account) -> Result<(), StoreError> {
    let platform = &publisher.platform;
    if let Some(hold) = account.held_at(platform.clock.now()) {
        // The hold was made longer after this release was planned.
        let version = account.version;
        account.release_at = Some(hold.until);
        return platform.accounts.save(&mut account, version).await;
    }
    let version = account.version;
    let next = release::next(publisher, &account).await?;
    let pin = next.as_ref().map(|pin| pin.id.clone());
    if publisher.rules.keep(Rule::Release) && account.resume_slowly(pin, platform.clock.now()) {
        // That the pin may be posted is written before it can be claimed.
        platform.accounts.save(&mut account, version).await?;
        let _ = publisher.sessions.reload(&account.owner, &account.id).await;
        if let Some(pin) = next {
            release::unpark_unless_moved(publisher, pin).await?;
        }
        return Ok(());
    }
    let ended = account.hold.take();
    // Whether Pinterest answers this account again, one pin finds out.
    let page = if ended.is_some_and(|hold| hold.reason == Hold::PinterestDown) { 1 } else { PAGE };
    // Pins of an account that cannot be used either are released once: they then wait for the true reason.
    let released = if publisher.rules.keep(Rule::Release) {
        release::release(publisher, &account, page).await?
    } else {
        Released::default()
    };
    let now = platform.clock.now();
    tracing::info!(account = %account.id, released = released.count, "an account's pins were released");
    if released.count == page || released.is_rest_untold {
        account.release_at = Some(now + NEXT_PAGE);
        return platform.accounts.save(&mut account, version).await;
    }
    if released.is_limited {
        account.release_at = Some(late::next_look(&account, now));
        return platform.accounts.save(&mut account, version).await;
    }
    let left = if account.usable_tokens(now).is_some() { account.releases_left.saturating_sub(1) } else { 0 };
    account.releases_left = left;
    let pause = left.checked_sub(1).and_then(|left| REPEAT.get(usize::from(left)));
    account.release_at = pause.map(|pause| now + *pause);
    platform.accounts.save(&mut account, version).await
}

fn is_due(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_some_and(|at| at <= now)
}
