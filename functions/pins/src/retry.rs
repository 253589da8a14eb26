//! `POST /v1/pins/{id}/retry`: try a pin again that failed, or that waits for a person to mend what holds it.

use axum::extract::{Path, State};
use futures_util::FutureExt;
use http::HeaderMap;
use jiff::Timestamp;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{Fields, IfMatch, Json, Problem, User};
use shared::domain::{Attempt, AttemptId, AttemptOutcome, FieldError, Pin, PinId, State as PinState};
use shared::kick::kick;

use crate::Function;
use crate::body::Answer;
use crate::body::PinBody;
use crate::description::{IdempotencyKeyHeader, Retry, RetryPin};
use crate::desk::Desk;
use crate::idempotency::IdempotencyKey;
use crate::refusal::{Wish, refuse};
use crate::when::When;
use crate::{own, placement, settlement};

/// Schedules the pin for `publish_at`, or at once, with a fresh day of grace; 409 in every state in which a try would
/// not help or might double it.
///
/// Also takes a pin that waits after a setback, and one that is held for what a person mends: a blocked link, a block
/// against spam, an app on trial or not approved. It is judged like a new pin. The same request again is answered with
/// the pin as it is now: by its `Idempotency-Key`, and without one while no publisher has been at the pin.
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
            "Give a time or \"now\", or leave it out. PATCH publish_at: \"next_slot\" plans a failed pin anew.";
        errors.push(FieldError::new("publish_at", "invalid", message));
    }
    if when == When::Draft {
        let message = "Give a time or \"now\", or leave it out. PATCH publish_at: null makes the pin a draft.";
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
    let message = format!("{} asked for another try.", desk.subject);
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
