//! Exchanges the code for tokens, once, and learns whose they are.

use jiff::Timestamp;
use shared::api;
use shared::domain::{AppId, Scope, Scopes, Settings};
use shared::pinterest::{CallError, RefusalKind, TokenGrant, UserAccount};
use shared::platform::Platform;
use shared::store::Consent;
use shared::vault::{AppCredentials, AuthorizationCode};

use crate::failure::Failure;

/// What an exchange brought.
pub struct Exchanged {
    /// The app that the tokens were issued to.
    pub app_id: AppId,
    /// The tokens.
    pub tokens: TokenGrant,
    /// What was granted.
    pub scopes: Scopes,
    /// Whose tokens they are.
    pub user: UserAccount,
    /// From when on their lifetime counts, at the earliest.
    pub at: Timestamp,
}

/// Exchanges `code` on the host of the consent's mode and asks who gave it.
pub async fn exchange(platform: &Platform, consent: &Consent, code: &AuthorizationCode) -> Result<Exchanged, Failure> {
    let settings = permitted(platform, consent).await?;
    let at = platform.clock.now();
    let (app_id, tokens) = match tokens(platform, consent, &settings, code).await? {
        Ok(issued) => issued,
        Err(error) if is_app_refused(&error) => {
            // Nothing came of the code. The secret may have been replaced since the settings were read.
            let newer = permitted(platform, consent).await?;
            if newer.secret == settings.secret {
                return Err(refused_exchange(&error));
            }
            tokens(platform, consent, &newer, code).await?.map_err(|error| refused_exchange(&error))?
        }
        Err(error) => return Err(refused_exchange(&error)),
    };
    let scopes = granted(consent, &tokens)?;
    let user = platform.pinterest.user_account(consent.mode, &tokens.access).await;
    let user = user.map_err(|error| refused_account(&error))?.body;
    Ok(Exchanged { app_id, tokens, scopes, user, at })
}

/// The settings as they are now, if they still permit what the consent was begun for.
pub async fn permitted(platform: &Platform, consent: &Consent) -> Result<Settings, Failure> {
    let settings = platform.current_settings.get().await?;
    if !settings.enabled {
        Err(Failure::Disabled)
    } else if settings.mode != consent.mode {
        Err(Failure::ModeSwitched)
    } else if settings.app_id.as_ref() != Some(&consent.app_id) {
        Err(Failure::AppChanged)
    } else {
        Ok(settings)
    }
}

/// One request for tokens with the credentials of `settings`.
async fn tokens(
    platform: &Platform,
    consent: &Consent,
    settings: &Settings,
    code: &AuthorizationCode,
) -> Result<Result<(AppId, TokenGrant), CallError>, Failure> {
    let secret = settings.secret.as_ref().ok_or(Failure::NotConfigured)?;
    let app = platform.credentials.load(&secret.version_id).await?.ok_or(Failure::NotConfigured)?;
    let AppCredentials { app_id, .. } = &app;
    let issued = platform.pinterest.exchange_code(consent.mode, &app, code, &consent.redirect_uri).await;
    Ok(issued.map(|tokens| (app_id.clone(), tokens)))
}

/// What was granted; what was not said counts as granted, since Pinterest may leave it out.
///
/// A scope that publishing needs and that was never asked for is the administrator's affair, not this person's.
fn granted(consent: &Consent, tokens: &TokenGrant) -> Result<Scopes, Failure> {
    let asked = Scopes::parse_known(&consent.scopes);
    let granted = tokens.scope.clone().unwrap_or_else(|| asked.clone());
    let needed: Scopes = Scope::NEEDED.into_iter().filter(|scope| asked.contains(*scope)).collect();
    let missing = needed.missing_in(&granted);
    if missing.is_empty() { Ok(granted) } else { Err(Failure::ScopesMissing(missing)) }
}

fn is_app_refused(error: &CallError) -> bool {
    matches!(error, CallError::Refused(refusal) if refusal.kind == RefusalKind::AuthenticationFailed)
}

/// What a refused exchange means.
fn refused_exchange(error: &CallError) -> Failure {
    api::log(error);
    let CallError::Refused(refusal) = error else { return Failure::PinterestDown };
    match refusal.kind {
        RefusalKind::AuthenticationFailed => Failure::AppRefused,
        RefusalKind::AppNotApproved => Failure::AppNotApproved,
        RefusalKind::RateLimited | RefusalKind::SpamBlock => Failure::RateLimited,
        RefusalKind::NoVerdict | RefusalKind::Trouble => Failure::PinterestDown,
        _ => Failure::ExchangeRefused,
    }
}

/// What it means when Pinterest does not say whose the tokens are.
fn refused_account(error: &CallError) -> Failure {
    api::log(error);
    let CallError::Refused(refusal) = error else { return Failure::PinterestDown };
    let needed = || [Scope::USER_ACCOUNTS_READ].into_iter().collect();
    match &refusal.kind {
        RefusalKind::AppNotApproved => Failure::AppNotApproved,
        RefusalKind::ScopesMissing(missing) if !missing.is_empty() => Failure::ScopesMissing(missing.clone()),
        RefusalKind::ScopesMissing(_) | RefusalKind::NotPermitted => Failure::ScopesMissing(needed()),
        RefusalKind::RateLimited | RefusalKind::SpamBlock => Failure::RateLimited,
        _ => Failure::PinterestDown,
    }
}

#[cfg(test)]
mod tests {
    use shared::pinterest::{Refusal, TransportError};

    use super::*;

    fn refused(status: u16, code: Option<i64>) -> CallError {
        said(status, code, "no")
    }

    fn said(status: u16, code: Option<i64>, message: &str) -> CallError {
        CallError::Refused(Refusal::new(status, code, message))
    }

    #[test]
    fn each_answer_of_the_token_endpoint_has_its_meaning() {
        for (error, failure) in [
            (refused(400, Some(1)), Failure::ExchangeRefused),
            (refused(401, Some(283)), Failure::ExchangeRefused),
            (refused(400, None), Failure::PinterestDown),
            (refused(401, None), Failure::PinterestDown),
            (said(400, Some(1), "Sorry! Something went wrong on our end."), Failure::PinterestDown),
            (refused(403, Some(29)), Failure::ExchangeRefused),
            (refused(401, Some(2)), Failure::AppRefused),
            (refused(401, Some(3)), Failure::ExchangeRefused),
            (said(401, Some(3), "Your application consumer type is not supported"), Failure::AppNotApproved),
            (refused(429, Some(8)), Failure::RateLimited),
            (refused(500, Some(500)), Failure::PinterestDown),
            (refused(503, None), Failure::PinterestDown),
            (CallError::NotSent(TransportError::NotSent("x".into())), Failure::PinterestDown),
            (CallError::Unknown(TransportError::Unknown("x".into())), Failure::PinterestDown),
            (CallError::Unreadable { status: 200, request_id: None }, Failure::PinterestDown),
        ] {
            assert_eq!(refused_exchange(&error), failure, "{error}");
        }
    }

    #[test]
    fn each_answer_about_the_person_has_its_meaning() {
        let scopes = || [Scope::USER_ACCOUNTS_READ].into_iter().collect();
        let listed = Failure::ScopesMissing([Scope::BOARDS_READ].into_iter().collect());
        for (error, failure) in [
            (refused(401, Some(2)), Failure::PinterestDown),
            (said(401, Some(3), "Your application consumer type is not supported"), Failure::AppNotApproved),
            (said(401, Some(3), "Your token does not have sufficient permissions"), Failure::ScopesMissing(scopes())),
            (said(403, Some(3), "correct set of scopes. Missing: ['boards:read']"), listed),
            (refused(403, Some(29)), Failure::ScopesMissing(scopes())),
            (refused(403, None), Failure::PinterestDown),
            (refused(429, Some(8)), Failure::RateLimited),
            (refused(500, None), Failure::PinterestDown),
            (CallError::Unreadable { status: 200, request_id: None }, Failure::PinterestDown),
        ] {
            assert_eq!(refused_account(&error), failure, "{error}");
        }
    }
}
