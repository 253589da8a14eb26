//! Stores the account that the exchange brought.

use jiff::SignedDuration;
use shared::connecting::{self, KeepError, Permitted, Tokens};
use shared::domain::{Account, Person};
use shared::platform::Platform;
use shared::store::{Consent, StoreError};

use super::exchange::Exchanged;
use crate::failure::Failure;

/// How long a refresh token lasts where Pinterest does not say it: 60 days (`POST /oauth/token` in Pinterest's
/// description).
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Stores the account with its tokens and makes it this owner's.
pub async fn keep(platform: &Platform, consent: &Consent, exchanged: Exchanged) -> Result<Account, Failure> {
    let Exchanged { app_id, tokens, scopes, user, at } = exchanged;
    let after = |seconds: u32| at + SignedDuration::from_secs(seconds.into());
    let refresh_ends = || tokens.refresh_expires_in_s.map_or_else(|| at + REFRESH_LIFETIME, after);
    let permitted = Permitted {
        owner: consent.owner.clone(),
        person: Person { mode: consent.mode, app_id, user_id: user.id, username: user.username },
        profile_image: user.profile_image,
        account_type: user.account_type,
        scopes,
        tokens: Tokens {
            access_expires_at: after(tokens.expires_in_s),
            refresh_expires_at: tokens.refresh.is_some().then(refresh_ends),
            access: tokens.access,
            refresh: tokens.refresh,
        },
        link: consent.link.clone(),
    };
    match connecting::keep(platform, &permitted).await {
        Ok(account) => Ok(account),
        Err(KeepError::Taken) => Err(Failure::Taken),
        Err(KeepError::LimitReached(reached)) => Err(Failure::LimitReached(reached)),
        Err(KeepError::Store(error)) => {
            if matches!(error, StoreError::Conflict) {
                check_link(platform, consent).await?;
            }
            Err(error.into())
        }
        Err(KeepError::Seal(error)) => Err(error.into()),
    }
}

/// Refuses where another account was connected by the link that the consent was started by, or the link was revoked.
pub async fn check_link(platform: &Platform, consent: &Consent) -> Result<(), Failure> {
    let Some(hash) = &consent.link else { return Ok(()) };
    let link = platform.consents.load_link(hash).await?;
    // A link that ends while the person is at Pinterest is taken for good, but one that is gone could have been used.
    match link {
        Some(link) if link.used_at.is_some() => Err(Failure::LinkUsed),
        Some(link) if link.revoked_at.is_some() => Err(Failure::LinkRevoked),
        Some(_) => Ok(()),
        None => Err(Failure::LinkUsed),
    }
}

/// Refuses another account than the one that the link is for.
pub fn check_username(consent: &Consent, exchanged: &Exchanged) -> Result<(), Failure> {
    let found = &exchanged.user.username;
    match &consent.expected_username {
        Some(expected) if !expected.eq_ignore_ascii_case(found) => {
            Err(Failure::OtherAccount { expected: expected.clone(), found: found.clone() })
        }
        _ => Ok(()),
    }
}
