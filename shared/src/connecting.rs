//! Stores an account that somebody connected: a new one, or the one it was before with new tokens.
//!
//! Whichever way the tokens came, by the consent or pasted, a Pinterest account belongs to one owner in each mode.

use jiff::Timestamp;

use crate::domain::pin::to_millisecond;
use crate::domain::{Account, AccountId, Limit, OwnerId, Person, Reached, Scopes, SealedToken, SealedTokens};
use crate::limits::{self, Room};
use crate::platform::Platform;
use crate::store::{LinkUse, StoreError};
use crate::vault::{AccessToken, Place, Purpose, RefreshToken, SealError};

/// How often the account is read again after somebody else changed it.
const TRIES: usize = 5;

/// What happened, where somebody else here has the account.
pub const TAKEN: &str = "This Pinterest account is already connected";

/// What that means and what to do.
pub const TAKEN_REMEDY: &str = "Someone else connected it here, and an account can be connected only once. Connect \
                                another Pinterest account, or ask them to disconnect this one first.";

/// An account that was permitted, with its tokens.
#[derive(Debug)]
pub struct Permitted {
    /// Who connects it.
    pub owner: OwnerId,
    /// Who it is on Pinterest.
    pub person: Person,
    /// The address of the picture.
    pub profile_image: Option<String>,
    /// Whether it is a business, in Pinterest's word.
    pub account_type: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
    /// The tokens.
    pub tokens: Tokens,
    /// The hash of the connect link by which somebody connects it for the owner, and which is used up by that.
    pub link: Option<String>,
}

/// Tokens that are not sealed yet.
#[derive(Debug)]
pub struct Tokens {
    /// Sent with every call.
    pub access: AccessToken,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// Exchanged for a new pair; absent for a pasted token.
    pub refresh: Option<RefreshToken>,
    /// When the refresh token ends.
    pub refresh_expires_at: Option<Timestamp>,
}

/// An account that could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Another owner connected the same Pinterest account.
    #[error("another owner connected this Pinterest account")]
    Taken,
    /// The owner has as many accounts as they may have.
    #[error("the owner has as many accounts as they may have")]
    LimitReached(Reached),
    /// The table.
    #[error("could not store the account")]
    Store(#[from] StoreError),
    /// The vault.
    #[error("could not seal the account's tokens")]
    Seal(#[from] SealError),
}

/// Stores the account with its tokens and makes it this owner's.
///
/// An account that is known keeps its id and its boards, and its held pins are released.
pub async fn keep(platform: &Platform, permitted: &Permitted) -> Result<Account, KeepError> {
    for _ in 0..TRIES {
        let known = find(platform, permitted).await?;
        let version = known.as_ref().map(|account| account.version);
        if known.as_ref().is_none_or(|account| account.tokens().is_none()) {
            admit(platform, &permitted.owner).await?;
        }
        let mut account = account(platform, permitted, known).await?;
        let link = used_link(platform, permitted).await?;
        match platform.accounts.connect_by(&mut account, version, link.as_ref()).await {
            Ok(()) => {
                tracing::info!(account = %account.id, mode = %account.mode, "an account was connected");
                return Ok(account);
            }
            Err(StoreError::Conflict) if is_link_over(platform, permitted).await? => break,
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// What uses up the connect link, if there is one.
async fn used_link(platform: &Platform, permitted: &Permitted) -> Result<Option<LinkUse>, StoreError> {
    let Some(hash) = &permitted.link else { return Ok(None) };
    let id = platform.consents.load_link(hash).await?.and_then(|link| link.id);
    Ok(Some(LinkUse { hash: hash.clone(), id, at: platform.clock.now() }))
}

/// Whether nothing can come of the connect link any more.
async fn is_link_over(platform: &Platform, permitted: &Permitted) -> Result<bool, StoreError> {
    let Some(hash) = &permitted.link else { return Ok(false) };
    let link = platform.consents.load_link(hash).await?;
    Ok(link.is_none_or(|link| link.used_at.is_some() || link.revoked_at.is_some()))
}

/// Refuses one more account where the owner has as many as they may have.
async fn admit(platform: &Platform, owner: &OwnerId) -> Result<(), KeepError> {
    let limits = platform.current_settings.get().await?.limits;
    if limits.most(Limit::Accounts).is_none() {
        return Ok(());
    }
    let accounts = platform.accounts.list(owner).await?;
    let room = Room::counted(&limits, Limit::Accounts, limits::connected(&accounts));
    room.admit(1).map_err(KeepError::LimitReached)
}

/// The account that this Pinterest account already is here, disconnected ones included.
async fn find(platform: &Platform, permitted: &Permitted) -> Result<Option<Account>, KeepError> {
    let Permitted { owner, person, .. } = permitted;
    match platform.accounts.find_link(person.mode, &person.user_id).await? {
        Some(link) if link.owner_id != *owner => Err(KeepError::Taken),
        Some(link) => Ok(platform.accounts.load(owner, &link.account_id).await?),
        None => {
            let accounts = platform.accounts.list(owner).await?;
            let same = |account: &Account| account.mode == person.mode && account.user_id == person.user_id;
            Ok(accounts.into_iter().find(same))
        }
    }
}

/// `known` with the new tokens, or a new account.
async fn account(platform: &Platform, permitted: &Permitted, known: Option<Account>) -> Result<Account, SealError> {
    // Stored to the millisecond; what is answered is to be what the next reader gets.
    let now = to_millisecond(platform.clock.now());
    let Permitted { owner, person, profile_image, account_type, scopes, tokens, link: _ } = permitted;
    let is_known = known.is_some();
    let new = || Account::new(AccountId::random(&*platform.random), owner.clone(), person.clone(), now);
    let mut account = known.unwrap_or_else(new);
    let sealed = seal(platform, &account, tokens).await?;
    account.renewed(sealed, now);
    account.app_id = person.app_id.clone();
    account.username.clone_from(&person.username);
    account.profile_image.clone_from(profile_image);
    account.account_type.clone_from(account_type);
    account.scopes = scopes.clone();
    account.updated_at = now;
    if is_known {
        account.plan_release(now);
    }
    Ok(account)
}

async fn seal(platform: &Platform, account: &Account, tokens: &Tokens) -> Result<SealedTokens, SealError> {
    let place = |purpose| Place { owner: &account.owner, account: &account.id, purpose };
    let access = platform.tokens.seal(tokens.access.expose(), place(Purpose::Access)).await?;
    let refresh: Option<SealedToken> = match &tokens.refresh {
        Some(refresh) => Some(platform.tokens.seal(refresh.expose(), place(Purpose::Refresh)).await?),
        None => None,
    };
    Ok(SealedTokens {
        access,
        access_expires_at: tokens.access_expires_at,
        refresh,
        refresh_expires_at: tokens.refresh_expires_at,
    })
}
