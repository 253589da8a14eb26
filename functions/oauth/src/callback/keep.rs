//! Stores the connected account: a new one, or the one it was before with new tokens.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, AccountId, Person, PinterestUserId, SealedToken, SealedTokens};
use shared::platform::Platform;
use shared::store::{Consent, StoreError};
use shared::vault::{Place, Purpose, SealError};

use super::exchange::Exchanged;
use crate::failure::Failure;

/// How often the account is read again after somebody else changed it.
const TRIES: usize = 5;

/// How long a refresh token lasts where Pinterest does not say it: 60 days (`POST /oauth/token` in Pinterest's
/// description).
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Stores the account with its tokens and makes it this owner's.
pub async fn keep(platform: &Platform, consent: &Consent, exchanged: &Exchanged) -> Result<Account, Failure> {
    for _ in 0..TRIES {
        let known = find(platform, consent, &exchanged.user.id).await?;
        let version = known.as_ref().map(|account| account.version);
        let mut account = account(platform, consent, exchanged, known).await?;
        match platform.accounts.connect(&mut account, version).await {
            Ok(()) => return Ok(account),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The account that this Pinterest account already is here, disconnected ones included.
async fn find(platform: &Platform, consent: &Consent, user: &PinterestUserId) -> Result<Option<Account>, Failure> {
    match platform.accounts.find_link(consent.mode, user).await? {
        Some(link) if link.owner_id != consent.owner => Err(Failure::Taken),
        Some(link) => Ok(platform.accounts.load(&consent.owner, &link.account_id).await?),
        None => {
            let accounts = platform.accounts.list(&consent.owner).await?;
            Ok(accounts.into_iter().find(|account| account.mode == consent.mode && account.user_id == *user))
        }
    }
}

/// `known` with the new tokens, or a new account.
async fn account(
    platform: &Platform,
    consent: &Consent,
    exchanged: &Exchanged,
    known: Option<Account>,
) -> Result<Account, SealError> {
    let now = platform.clock.now();
    let is_known = known.is_some();
    let mut account = known.unwrap_or_else(|| new(platform, consent, exchanged, now));
    let tokens = seal(platform, &account, exchanged).await?;
    account.renewed(tokens, now);
    account.app_id = exchanged.app_id.clone();
    account.username = exchanged.user.username.clone();
    account.profile_image = exchanged.user.profile_image.clone();
    account.scopes = exchanged.scopes.clone();
    account.updated_at = now;
    if is_known {
        account.plan_release(now);
    }
    Ok(account)
}

/// An account without tokens yet.
fn new(platform: &Platform, consent: &Consent, exchanged: &Exchanged, now: Timestamp) -> Account {
    let person = Person {
        mode: consent.mode,
        app_id: exchanged.app_id.clone(),
        user_id: exchanged.user.id.clone(),
        username: exchanged.user.username.clone(),
    };
    Account::new(AccountId::random(&*platform.random), consent.owner.clone(), person, now)
}

async fn seal(platform: &Platform, account: &Account, exchanged: &Exchanged) -> Result<SealedTokens, SealError> {
    let place = |purpose| Place { owner: &account.owner, account: &account.id, purpose };
    let tokens = &exchanged.tokens;
    let access = platform.tokens.seal(tokens.access.expose(), place(Purpose::Access)).await?;
    let refresh: Option<SealedToken> = match &tokens.refresh {
        Some(refresh) => Some(platform.tokens.seal(refresh.expose(), place(Purpose::Refresh)).await?),
        None => None,
    };
    let refresh_lifetime =
        tokens.refresh_expires_in_s.map_or(REFRESH_LIFETIME, |seconds| SignedDuration::from_secs(seconds.into()));
    Ok(SealedTokens {
        access,
        access_expires_at: exchanged.at + SignedDuration::from_secs(tokens.expires_in_s.into()),
        refresh_expires_at: refresh.is_some().then(|| exchanged.at + refresh_lifetime),
        refresh,
    })
}
