//! Asks Pinterest whether it takes the app, and judges what it answers.
//!
//! A grant by client credentials shows whether app ID and secret go together, a call with its token whether the app
//! is approved, and the limit headers of both which access tier it has.

use jiff::Timestamp;
use shared::domain::Mode;
use shared::pinterest::{Answer, CallError, RateLimit, Refusal, RefusalKind, TokenGrant, UserAccount};
use shared::platform::Platform;
use shared::vault::AppCredentials;

use super::Check;

/// What Pinterest answered.
pub enum Asked {
    /// There was nothing to ask with.
    Nothing,
    /// It gave no token.
    NoToken(CallError),
    /// It gave a token and answered a call with it.
    Token(RateLimit, Box<Result<Answer<UserAccount>, CallError>>),
}

/// Asks for a token and, with it, who the app's owner is.
pub async fn pinterest(platform: &Platform, mode: Mode, credentials: Option<&AppCredentials>) -> Asked {
    let Some(credentials) = credentials else { return Asked::Nothing };
    match platform.pinterest.client_credentials(mode, credentials).await {
        Ok(Answer { body: TokenGrant { access, .. }, rate, .. }) => {
            Asked::Token(rate, Box::new(platform.pinterest.user_account(mode, &access).await))
        }
        Err(error) => Asked::NoToken(error),
    }
}

/// Whether Pinterest takes app ID and secret; only what it documents as wrong credentials is a failure.
pub fn credentials(mode: Mode, asked: &Asked) -> Check {
    const NAME: &str = "credentials";
    match asked {
        Asked::Nothing => Check::unknown(NAME, NOTHING, FIRST),
        Asked::Token(..) => Check::ok(NAME, format!("Pinterest accepts the app ID and secret in {mode} mode.")),
        Asked::NoToken(CallError::Refused(refusal)) => match refusal.kind {
            RefusalKind::AuthenticationFailed | RefusalKind::GrantInvalid => Check::failed(
                NAME,
                format!("Pinterest doesn't accept the app ID and secret together: {}", said(refusal)),
                "Compare both with the app's page on https://developers.pinterest.com/apps/ and enter them again. A \
                 secret that was reset there no longer works.",
            ),
            RefusalKind::AppNotApproved => Check::unknown(
                NAME,
                format!("Pinterest doesn't check the credentials of an unapproved app: {}", said(refusal)),
                "Get the app approved first, then check again.",
            ),
            _ => unsettled(NAME, &said(refusal)),
        },
        Asked::NoToken(error) => unsettled(NAME, &format!("{error}.")),
    }
}

/// Whether Pinterest approved the app, as far as its words tell.
pub fn app_approved(asked: &Asked) -> Check {
    const NAME: &str = "app_approved";
    let error = match asked {
        Asked::Nothing => return Check::unknown(NAME, NOTHING, FIRST),
        Asked::Token(_, account) => match &**account {
            Ok(_) => return Check::ok(NAME, "Pinterest accepts requests from this app."),
            Err(error) => error,
        },
        Asked::NoToken(error) => error,
    };
    match error {
        CallError::Refused(refusal) if refusal.kind == RefusalKind::AppNotApproved => Check::failed(
            NAME,
            format!("Pinterest hasn't approved the app: {}", said(refusal)),
            "Request trial access on the app's page on https://developers.pinterest.com/apps/ and wait for \
             Pinterest's decision.",
        ),
        CallError::Refused(refusal) => unsettled(NAME, &said(refusal)),
        error => unsettled(NAME, &format!("{error}.")),
    }
}

/// What Pinterest says of an app that it does not know is about nothing.
pub fn untold(name: &'static str) -> Check {
    Check::unknown(name, "Pinterest shows this only if the app ID and secret are correct.", "Correct them first.")
}

/// Which access tier the app has; a window of a day means Trial, which may not create pins on the live host. Where
/// Pinterest does not say, it counts that it `refused` pins for it.
pub fn tier(mode: Mode, asked: &Asked, refused: Option<Timestamp>) -> Check {
    const NAME: &str = "tier";
    let is_trial = match asked {
        Asked::Nothing => None,
        Asked::NoToken(error) => limits(error).and_then(RateLimit::is_trial),
        Asked::Token(rate, account) => match &**account {
            Ok(answer) => answer.rate.is_trial(),
            Err(error) => limits(error).and_then(RateLimit::is_trial),
        }
        .or_else(|| rate.is_trial()),
    };
    match (is_trial, mode) {
        (Some(false), _) => Check::ok(NAME, "The app has standard access."),
        (Some(true), Mode::Sandbox) => Check::ok(
            NAME,
            "The app has trial access, which is enough for the sandbox. Live mode needs standard access.",
        ),
        (Some(true), Mode::Live) => Check::failed(
            NAME,
            "The app has trial access. In live mode, Pinterest refuses every pin from such an app.",
            "Request standard access on the app's page on https://developers.pinterest.com/apps/, and use sandbox \
             mode until then.",
        ),
        (None, Mode::Sandbox) => Check::unknown(
            NAME,
            "Pinterest didn't say which access the app has. The sandbox works with trial and standard access.",
            "Check the app's page on https://developers.pinterest.com/apps/ before you switch to live mode.",
        ),
        (None, Mode::Live) => match refused {
            Some(since) => Check::failed(
                NAME,
                format!("Since {since:.0}, Pinterest refuses this app's pins because it has trial access."),
                "Request standard access on the app's page on https://developers.pinterest.com/apps/, and use \
                 sandbox mode until then. When it is granted, save the settings again to release the waiting pins.",
            ),
            None => Check::unknown(
                NAME,
                "Pinterest didn't say which access the app has. Live mode needs standard access.",
                "Check the app's page on https://developers.pinterest.com/apps/.",
            ),
        },
    }
}

const NOTHING: &str = "Pinterest can't be asked without an app ID and secret.";
const FIRST: &str = "Enter the app ID and secret first.";

fn unsettled(check: &'static str, said: &str) -> Check {
    let remedy = "Try again in a minute. If it keeps failing, check on https://developers.pinterest.com/apps/ \
                  whether Pinterest requires an action, and whether the account that owns the app has two-factor \
                  authentication, which this check needs.";
    Check::unknown(check, format!("This couldn't be checked: {said}"), remedy)
}

fn said(refusal: &Refusal) -> String {
    let code = refusal.code.map(|code| format!(", code {code}")).unwrap_or_default();
    let request = refusal.request_id.as_deref().map(|id| format!(" (request {id})")).unwrap_or_default();
    format!("status {}{code}, {:?}{request}.", refusal.status, refusal.message)
}

fn limits(error: &CallError) -> Option<&RateLimit> {
    match error {
        CallError::Refused(refusal) => Some(&refusal.rate),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
