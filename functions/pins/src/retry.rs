//! `POST /v1/pins/{id}/retry`: try a pin again that failed, or that waits for a person to mend what holds it.

use axum::extract::{Path, State};
use futures_util::FutureExt;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{Fields, IdempotencyKey, IfMatch, Json, PinBody, Problem, User};
use shared::domain::{Attempt, AttemptId, AttemptOutcome, FieldError, Pin, PinId, State as PinState};
use shared::kick::kick;

use crate::Function;
use crate::body::Answer;
use crate::description::{IdempotencyKeyHeader, Retry, RetryPin};
use crate::desk::Desk;
use crate::refusal::{Wish, refuse};
use crate::when::When;
use crate::{own, placement, settlement};

/// Schedules the pin for `publish_at`, or at once, with a new 24-hour grace period. Returns 409 if a retry wouldn't
/// help or might duplicate the pin.
///
/// Also works for a pin that waits after a setback, and for one that is held for something that a person fixes: a
/// blocked link, a board it may not pin to, a spam block, an app on trial or not approved. The pin is checked like a
/// new one. The same request again returns the pin as it is now: by its `Idempotency-Key`, or without one while no
/// publisher has worked on the pin.
#[utoipa::path(
    post,
    path = "/v1/pins/{id}/retry",
    operation_id = "retry_pin",
    tag = "pins",
    params(("id" = PinId, Path, description = "The pin."), IfMatchHeader, IdempotencyKeyHeader),
    request_body = Retry,
    responses((status = 200, description = "The pin as it is now.", body = PinBody, headers(("ETag" = String, description = "The version of the pin."))), RetryPin)
)]
pub async fn retry(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    if_match: IfMatch,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Answer, Problem> {
    let desk = Desk::open(function, user).await?;
    let mut errors = Vec::new();
    let key = IdempotencyKey::read(&headers, &mut errors);
    let when = read(body, &desk, &mut errors);
    let request = format!("retry {when:?}");
    let drawn = AttemptId::random(&*desk.function.platform.random);
    let attempt = |pin: &Pin| settlement::id(pin, key.as_ref(), &request, &drawn);
    let wanted = Wanted { when, errors };
    let pin = own::change(&desk, &id, &if_match, |pin| again(&desk, attempt(&pin), pin, &wanted).boxed()).await?;
    kick(&desk.function.platform, std::slice::from_ref(&pin)).await;
    Ok(desk.answer(pin))
}

/// What was asked for, and what is wrong with it.
struct Wanted {
    when: When,
    errors: Vec<FieldError>,
}

fn read(body: Value, desk: &Desk, errors: &mut Vec<FieldError>) -> When {
    let Some(mut fields) = Fields::open("", body, errors) else { return When::Now };
    let publish_at = fields.given("publish_at");
    fields.close();
    let when = publish_at.and_then(|value| When::read("publish_at", value, errors)).unwrap_or(When::Now);
    errors.extend(when.objection("publish_at", desk.now));
    if when == When::NextSlot {
        let message =
            "Use a time or \"now\", or omit it. To schedule a failed pin in the next free slot, edit the pin.";
        errors.push(FieldError::new("publish_at", "invalid", message));
    }
    if when == When::Draft {
        let message = "Use a time or \"now\", or omit it. To turn the pin into a draft, edit the pin.";
        errors.push(FieldError::new("publish_at", "invalid", message));
    }
    when
}

async fn again(desk: &Desk, id: AttemptId, mut pin: Pin, wanted: &Wanted) -> Result<Pin, Problem> {
    let mut errors = wanted.errors.clone();
    let at = wanted.when.moment(desk.now).unwrap_or(desk.now);
    if errors.is_empty() && is_repeated(&pin, &id, wanted.when, desk.now) {
        return Ok(pin);
    }
    pin.clone().try_again(at, desk.now).map_err(|_| refuse(&pin, Wish::Retry))?;
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    placement::check_one(desk, &pin.account_id, (Some(&(&pin.board_id).into()), None), &mut errors).await?;
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    pin.try_again(at, desk.now).map_err(|_| refuse(&pin, Wish::Retry))?;
    let message = format!("{} retried the pin.", desk.subject);
    pin.record(Attempt::by_a_person(id, desk.now, AttemptOutcome::Retried, &message));
    Ok(pin)
}

/// Whether the pin stands where this very request, or one like it whose answer was lost, put it.
fn is_repeated(pin: &Pin, id: &AttemptId, when: When, now: Timestamp) -> bool {
    let untouched = matches!(pin.state, PinState::Scheduled { setback: None } | PinState::Publishing { .. })
        && settlement::last(pin) == Some(AttemptOutcome::Retried);
    let same_time = match when {
        When::At(at) => pin.publish_at == Some(at),
        _ => pin.publish_at.is_some_and(|at| at <= now),
    };
    settlement::is_known(pin, id) || (untouched && same_time)
}
