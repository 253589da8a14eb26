//! Stores the account that the exchange brought.

use jiff::SignedDuration;
use shared::connecting::{self, KeepError, Permitted, Tokens};
use shared::domain::{Account, Person};
use shared::platform::Platform;
use shared::store::Consent;

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
    };
    connecting::keep(platform, &permitted).await.map_err(|error| match error {
        KeepError::Taken => Failure::Taken,
        KeepError::LimitReached(reached) => Failure::LimitReached(reached),
        KeepError::Store(error) => error.into(),
        KeepError::Seal(error) => error.into(),
    })
}
