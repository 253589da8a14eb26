//! Which status an error of a lower layer becomes. Whoever turns an error into an answer logs its causes, once.

use std::error::Error;

use http::StatusCode;

use super::Problem;
use crate::pinterest::CallError;
use crate::store::StoreError;
use crate::vault::{SealError, VaultError};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict => {
                Self::conflict("changed_meanwhile", "It changed in the meantime. Read it again and repeat the change.")
            }
            StoreError::Unavailable { .. } => unavailable(&error, "storage_unavailable"),
            StoreError::Unreadable { .. } => internal(&error),
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
            SealError::DoesNotOpen => internal(&error),
        }
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        log(&error);
        match error {
            CallError::NotSent(_) | CallError::Unknown(_) | CallError::Unreadable { .. } => Self::new(
                StatusCode::BAD_GATEWAY,
                "pinterest_unavailable",
                "Pinterest did not answer as it should. Try again in a minute.",
            ),
            CallError::Refused(refusal) if refusal.status == 429 => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "pinterest_rate_limited",
                "Pinterest's request limit is used up. Try again later.",
            ),
            CallError::Refused(refusal) if refusal.status == 401 => Self::conflict(
                "needs_reconnect",
                "Pinterest no longer accepts this account's permission. Reconnect the account.",
            ),
            CallError::Refused(refusal) => {
                let request = refusal.request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
                let detail = format!("Pinterest answered {}: {}{request}", refusal.status, refusal.message);
                Self::new(StatusCode::BAD_GATEWAY, "pinterest_refused", detail)
            }
        }
    }
}

fn unavailable(error: &(dyn Error + 'static), code: &'static str) -> Problem {
    log(error);
    let detail = "AWS did not answer. Nothing is lost; try again in a moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
}

fn internal(error: &(dyn Error + 'static)) -> Problem {
    log(error);
    let detail = "Something stored cannot be read by this version. The log of this request says what.";
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
        CallError::Refused(Refusal {
            status,
            code: None,
            message: "no".into(),
            request_id: None,
            rate: RateLimit::default(),
        })
    }

    #[test]
    fn every_failure_has_its_status() {
        let down = || StoreError::Unavailable { operation: "x", code: "y".into(), source: "z".into() };
        let vault = || VaultError::Unavailable { operation: "x", code: "y".into(), source: "z".into() };
        let table: Vec<(Problem, u16, &str)> = vec![
            (StoreError::Conflict.into(), 409, "changed_meanwhile"),
            (down().into(), 503, "storage_unavailable"),
            (StoreError::Unreadable { key: "k".into(), source: "z".into() }.into(), 500, "internal"),
            (vault().into(), 503, "secrets_unavailable"),
            (VaultError::Unreadable("x").into(), 500, "internal"),
            (SealError::Keys(vault()).into(), 503, "secrets_unavailable"),
            (SealError::DoesNotOpen.into(), 500, "internal"),
            (CallError::NotSent(TransportError::NotSent("x".into())).into(), 502, "pinterest_unavailable"),
            (CallError::Unknown(TransportError::Unknown("x".into())).into(), 502, "pinterest_unavailable"),
            (CallError::Unreadable { status: 200, request_id: None }.into(), 502, "pinterest_unavailable"),
            (refused(429).into(), 503, "pinterest_rate_limited"),
            (refused(401).into(), 409, "needs_reconnect"),
            (refused(403).into(), 502, "pinterest_refused"),
            (refused(500).into(), 502, "pinterest_refused"),
        ];
        for (problem, status, code) in table {
            assert_eq!((problem.status.as_u16(), problem.code), (status, code));
        }
    }
}
