//! `DELETE /v1/pins/{id}?on_pinterest=true`: deletes a published pin on Pinterest.
//!
//! The request is sent once for each call. Sending it again does no harm, so where the answer is lost, or could not be noted,
//! the same call once more settles it.

use futures_util::FutureExt;
use futures_util::future::ready;
use http::StatusCode;
use shared::account_access::{authorize, mark_reconnect_if_revoked};
use shared::api::{self, IfMatch, Problem, Query};
use shared::domain::{Attempt, AttemptId, AttemptOutcome, Pin, PinterestPinId, Scope, State};
use shared::pinterest::{CallError, Refusal, RefusalKind};

use crate::desk::Desk;
use crate::own;
use crate::refusal::{Wish, refuse};

/// What deleting needs.
const NEEDED: [Scope; 4] = [Scope::BOARDS_READ, Scope::BOARDS_WRITE, Scope::PINS_READ, Scope::PINS_WRITE];

/// What became of the pin on Pinterest.
enum Deleted {
    Now,
    Before,
    Refused(Refusal),
}

/// Whether the request is about the pin on Pinterest.
pub fn is_asked(query: &Query) -> Result<bool, Problem> {
    let mut errors = Vec::new();
    let asked = query.parsed("on_pinterest", "true or false", &mut errors).unwrap_or(false);
    if errors.is_empty() { Ok(asked) } else { Err(Problem::invalid(errors)) }
}

/// Deletes the caller's pin `id` on Pinterest and notes it. Where that was done already, nothing happens.
pub async fn take_down(desk: &Desk, id: &str, if_match: &IfMatch) -> Result<Pin, Problem> {
    let platform = &desk.function.platform;
    let pin = own::pin(platform, &desk.owner, id).await?;
    if pin.taken_down_at.is_some() {
        return Ok(pin);
    }
    let State::Published { pinterest_pin_id, .. } = &pin.state else { return Err(refuse(&pin, Wish::TakeDown)) };
    if !if_match.admits(pin.version) {
        return Err(IfMatch::changed("pin"));
    }
    let deleted = delete(desk, &pin, pinterest_pin_id).await?;
    let attempt = attempt(desk, &deleted);
    // What happened on Pinterest is noted whatever else happened to the pin meanwhile.
    let any = IfMatch::default();
    let noted = own::change(desk, id, &any, |pin| ready(Ok(note(desk, pin, attempt.clone()))).boxed()).await;
    match deleted {
        Deleted::Refused(refusal) => Err(CallError::Refused(refusal).into()),
        Deleted::Now | Deleted::Before => noted,
    }
}

async fn delete(desk: &Desk, pin: &Pin, id: &PinterestPinId) -> Result<Deleted, Problem> {
    let platform = &desk.function.platform;
    let account = platform.accounts.load(&pin.owner, &pin.account_id).await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    let (mode, token) = authorize(platform, &account, &NEEDED).await?;
    let answer =
        mark_reconnect_if_revoked(platform, &account, platform.pinterest.delete_pin(mode, &token, id).await).await;
    match answer {
        Ok(_) => Ok(Deleted::Now),
        Err(CallError::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => Ok(Deleted::Before),
        Err(CallError::Refused(refusal)) if refusal.kind.is_an_answer() => Ok(Deleted::Refused(refusal)),
        Err(error @ CallError::NotSent(_)) => Err(error.into()),
        Err(error) => Err(unknown(&error)),
    }
}

fn unknown(error: &CallError) -> Problem {
    api::log(error);
    let detail = "Pinterest's response was lost, so the pin may or may not be gone. Take it down again to be sure; that \
                  does no harm.";
    Problem::new(StatusCode::BAD_GATEWAY, "outcome_unknown", detail)
}

fn attempt(desk: &Desk, deleted: &Deleted) -> Attempt {
    let who = &desk.subject;
    let id = AttemptId::random(&*desk.function.platform.random);
    let by = |outcome, message: &str| Attempt::by_a_person(id, desk.now, outcome, message);
    match deleted {
        Deleted::Now => by(AttemptOutcome::TakenDown, &format!("{who} took the pin down.")),
        Deleted::Before => {
            let message = format!("{who} took the pin down. Pinterest no longer had it.");
            by(AttemptOutcome::TakenDown, &message)
        }
        Deleted::Refused(refusal) => Attempt {
            http_status: Some(refusal.status),
            code: refusal.code,
            request_id: refusal.request_id.clone(),
            ..by(AttemptOutcome::NotTakenDown, &refusal.message)
        },
    }
}

/// The pin with the attempt in its timeline; as it is where somebody else took it down meanwhile.
fn note(desk: &Desk, mut pin: Pin, attempt: Attempt) -> Pin {
    if pin.taken_down_at.is_none() {
        pin.take_down(attempt, desk.now);
    }
    pin
}
