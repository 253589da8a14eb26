//! Which status an error of a lower layer becomes. Whoever turns an error into an answer logs its causes, once.

use std::error::Error;

use http::StatusCode;

use super::Problem;
use crate::domain::Scopes;
use crate::pinterest::{CallError, Refusal, RefusalKind};
use crate::store::{ObjectError, StoreError};
use crate::vault::{SealError, VaultError};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict => Self::conflict(
                "changed_meanwhile",
                "Someone else changed it in the meantime. Reload it and make \
                                                     your change again.",
            ),
            StoreError::Unavailable { .. } => unavailable(&error, "storage_unavailable"),
            StoreError::Unreadable { .. } => internal(&error),
        }
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        match &error {
            ObjectError::Unavailable { .. } => unavailable(&error, "storage_unavailable"),
            ObjectError::Unreadable { .. } => internal(&error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Unavailable { .. } => unavailable(&error, "secrets_unavailable"),
            VaultError::Unreadable(_) => internal(&error),
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Keys(error) => error.into(),
            SealError::NoSuchKey(number) => key_missing(&error, number),
            SealError::DoesNotOpen => internal(&error),
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        log(&error);
        match error {
            CallError::NotSent(_) | CallError::Unknown(_) | CallError::Unreadable { .. } => no_answer(),
            CallError::Refused(refusal) => refused(&refusal),
        }
    }
}

fn no_answer() -> Problem {
    let detail = "Pinterest isn't responding properly. Try again in a minute.";
    Problem::new(StatusCode::BAD_GATEWAY, "pinterest_unavailable", detail)
}

/// Why boards and pins of a personal account cannot be read, and what to do.
const DATA_ACCESS_DENIED: &str = "Pinterest doesn't let this app read the boards and pins of personal accounts. \
                                  Convert the account to a free business account on Pinterest, then reconnect it \
                                  here.";

fn scopes_missing(missing: &Scopes) -> String {
    if missing.is_empty() {
        return "This account didn't grant the permissions that this needs. Reconnect it and allow everything that \
                Pinterest asks for."
            .to_owned();
    }
    let names = missing.names().join(", ");
    format!("This account didn't grant {names}. Reconnect it and allow everything that Pinterest asks for.")
}

fn refused(refusal: &Refusal) -> Problem {
    match &refusal.kind {
        RefusalKind::AppNotApproved => {
            let detail = "Pinterest hasn't approved the app yet. An administrator has to complete its review on \
                          developers.pinterest.com.";
            Problem::new(StatusCode::BAD_GATEWAY, "app_not_approved", detail)
        }
        RefusalKind::TrialAccess => {
            let detail = "The Pinterest app has only trial access, which doesn't include this. An administrator has \
                          to apply for standard access on developers.pinterest.com.";
            Problem::new(StatusCode::BAD_GATEWAY, "trial_tier", detail)
        }
        RefusalKind::ScopesMissing(missing) => Problem::conflict("scope_missing", scopes_missing(missing)),
        RefusalKind::DataAccessDenied => Problem::new(StatusCode::FORBIDDEN, "data_access_denied", DATA_ACCESS_DENIED),
        RefusalKind::BoardNotPermitted | RefusalKind::NotPermitted => {
            let remedy = "Check on Pinterest that the account is allowed to do this, and reconnect it with all \
                          permissions.";
            Problem::new(StatusCode::FORBIDDEN, "not_permitted", format!("{} {remedy}", said(refusal)))
        }
        RefusalKind::AuthenticationFailed | RefusalKind::Unauthorized | RefusalKind::GrantInvalid => Problem::conflict(
            "needs_reconnect",
            "Pinterest no longer accepts this account's authorization. Reconnect it.",
        ),
        RefusalKind::BoardBusy => Problem::conflict(
            "board_busy",
            "Pinterest is busy with another change to this board. Nothing was changed; try again in a moment.",
        ),
        RefusalKind::RateLimited | RefusalKind::SpamBlock | RefusalKind::LinkBlocked => too_fast(refusal),
        RefusalKind::NoVerdict | RefusalKind::Trouble => no_answer(),
        _ => Problem::new(StatusCode::BAD_GATEWAY, "pinterest_refused", said(refusal)),
    }
}

/// Pinterest answers 429 to two things: too many requests, and what it takes for spam.
fn too_fast(refusal: &Refusal) -> Problem {
    if refusal.kind != RefusalKind::RateLimited {
        let detail = "Pinterest is blocking this account's changes as possible spam. Wait a few hours before you try \
                      again, and make fewer changes.";
        return Problem::new(StatusCode::TOO_MANY_REQUESTS, "pinterest_spam_block", detail);
    }
    let when = refusal.rate.reset_s.map_or_else(|| "later".to_owned(), |seconds| format!("in {}", spoken(seconds)));
    let detail = format!("Pinterest's request limit is used up. Try again {when}.");
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "pinterest_rate_limited", detail);
    Problem { retry_after_s: refusal.rate.reset_s, ..problem }
}

/// Rounded up, so that nobody comes too early.
fn spoken(seconds: u64) -> String {
    match seconds {
        0..=1 => "a second".to_owned(),
        2..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

/// Pinterest's own words, with what its support asks for.
fn said(refusal: &Refusal) -> String {
    let request = refusal.request_id.as_deref().map(|id| format!(" (request {id})")).unwrap_or_default();
    format!("Pinterest answered {}: {}{request}", refusal.status, refusal.message)
}

fn unavailable(error: &(dyn Error + 'static), code: &'static str) -> Problem {
    log(error);
    let detail = "AWS isn't responding. Nothing is lost; try again in a moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
}

fn key_missing(error: &(dyn Error + 'static), number: u32) -> Problem {
    log(error);
    let detail = format!(
        "Key {number} was removed from the token keys, but this account's tokens are still sealed with it. An \
         administrator has to restore the key."
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "token_key_missing", detail)
}

fn internal(error: &(dyn Error + 'static)) -> Problem {
    log(error);
    let detail = "Some stored data can't be read by this version. The log of this request has the details.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
}

/// Logs an error with its causes; for whoever answers a request in spite of it.
pub fn log(error: &(dyn Error + 'static)) {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    let chain: Vec<_> = causes.map(ToString::to_string).collect();
    tracing::error!(error = chain.join(": "), "a request could not be answered");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pinterest::{RateLimit, Refusal, TransportError};

    fn refused(status: u16) -> CallError {
        said(status, Some(0), "no")
    }

    fn said(status: u16, code: Option<i64>, message: &str) -> CallError {
        let rate = RateLimit { reset_s: Some(90), ..RateLimit::default() };
        CallError::Refused(Refusal { rate, ..Refusal::new(status, code, message) })
    }

    #[test]
    fn every_failure_has_its_status() {
        let down = || StoreError::Unavailable { operation: "x", code: "y".into(), source: "z".into() };
        let vault = || VaultError::Unavailable { operation: "x", code: "y".into(), source: "z".into() };
        let table: Vec<(Problem, u16, &str)> = vec![
            (StoreError::Conflict.into(), 409, "changed_meanwhile"),
            (down().into(), 503, "storage_unavailable"),
            (StoreError::Unreadable { key: "k".into(), source: "z".into() }.into(), 500, "internal"),
            (
                ObjectError::Unavailable { operation: "x", code: "y".into(), source: "z".into() }.into(),
                503,
                "storage_unavailable",
            ),
            (ObjectError::Unreadable { operation: "x" }.into(), 500, "internal"),
            (vault().into(), 503, "secrets_unavailable"),
            (VaultError::Unreadable("x").into(), 500, "internal"),
            (SealError::Keys(vault()).into(), 503, "secrets_unavailable"),
            (SealError::NoSuchKey(1).into(), 503, "token_key_missing"),
            (SealError::DoesNotOpen.into(), 500, "internal"),
            (CallError::NotSent(TransportError::NotSent("x".into())).into(), 502, "pinterest_unavailable"),
            (CallError::Unknown(TransportError::Unknown("x".into())).into(), 502, "pinterest_unavailable"),
            (CallError::Unreadable { status: 200, request_id: None }.into(), 502, "pinterest_unavailable"),
            (refused(429).into(), 429, "pinterest_rate_limited"),
            (said(429, Some(8), "This request exceeded a rate limit.").into(), 429, "pinterest_rate_limited"),
            (said(429, Some(9), "Sorry! We blocked this.").into(), 429, "pinterest_spam_block"),
            (said(429, Some(0), "You hit a block we have in place to combat SPAM").into(), 429, "pinterest_spam_block"),
            (refused(401).into(), 409, "needs_reconnect"),
            (said(401, Some(2), "Authentication failed.").into(), 409, "needs_reconnect"),
            (said(401, Some(3), "consumer type").into(), 502, "app_not_approved"),
            (said(401, Some(7), "Not authorized to access board or Pin.").into(), 403, "not_permitted"),
            (refused(403).into(), 403, "not_permitted"),
            (refused(404).into(), 502, "pinterest_refused"),
            (
                CallError::Refused(Refusal { kind: RefusalKind::DataAccessDenied, ..Refusal::new(403, None, "no") })
                    .into(),
                403,
                "data_access_denied",
            ),
            (refused(409).into(), 409, "board_busy"),
            (refused(500).into(), 502, "pinterest_unavailable"),
            (said(403, None, "Forbidden").into(), 502, "pinterest_unavailable"),
            (said(400, Some(2787), "").into(), 502, "pinterest_unavailable"),
            (said(403, Some(29), "Apps with Trial access may not create Pins").into(), 502, "trial_tier"),
            (said(401, Some(3), "sufficient permissions").into(), 409, "scope_missing"),
            (said(403, Some(29), "You do not have permission to edit that board.").into(), 403, "not_permitted"),
        ];
        for (problem, status, code) in table {
            assert_eq!((problem.status.as_u16(), problem.code), (status, code));
        }
    }

    #[test]
    fn a_used_up_limit_says_when_it_ends_where_pinterest_does() {
        for (reset_s, words) in [
            (None, "later"),
            (Some(1), "in a second"),
            (Some(90), "in 90 seconds"),
            (Some(121), "in 3 minutes"),
            (Some(80_000), "in 23 hours"),
        ] {
            let rate = RateLimit { reset_s, ..RateLimit::default() };
            let refusal = Refusal { rate, ..Refusal::new(429, Some(8), "no") };
            let problem = Problem::from(CallError::Refused(refusal));
            assert_eq!(problem.retry_after_s, reset_s);
            assert!(problem.detail.ends_with(&format!("Try again {words}.")), "{}", problem.detail);
        }
    }
}
