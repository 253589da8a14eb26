//! `POST /v1/pins/{id}/resolve`: a person who looked at the board says what became of a pin.

mod form;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use http::HeaderMap;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{IdempotencyKey, IfMatch, Json, PinBody, Problem, User};
use shared::domain::{
    Attempt, AttemptId, AttemptOutcome, FieldError, Pin, PinId, PinterestPinId, State as PinState, Status,
};
use shared::kick::kick;

use crate::Function;
use crate::body::Answer;
use crate::description::{IdempotencyKeyHeader, Resolve, Settlement};
use crate::desk::Desk;
use crate::refusal::{Wish, refuse};
use crate::{own, placement, settlement};
use form::Finding;

/// Resolves a pin that needs review: `{"published_as": id}` or `{"publish_again": true}`. Returns 409 in every other
/// state.
///
/// Pinwheel believes the person and doesn't ask Pinterest, because Pinterest may not answer for this account. Only an
/// ID that another of their pins has is refused. `published_as` also works while Pinterest is disabled; publishing
/// again is checked like a new pin. The same request again returns the pin as it is now: by its `Idempotency-Key`, or
/// without one while the pin is where the first request put it.
#[utoipa::path(
    post,
    path = "/v1/pins/{id}/resolve",
    operation_id = "resolve_pin",
    tag = "pins",
    params(("id" = PinId, Path, description = "The pin."), IfMatchHeader, IdempotencyKeyHeader),
    request_body = Settlement,
    responses((status = 200, description = "The pin as it is now.", body = PinBody, headers(("ETag" = String, description = "The version of the pin."))), Resolve)
)]
pub async fn resolve(
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
    let wanted = Wanted { finding: form::read(body, &mut errors), errors };
    let request = format!("resolve {:?}", wanted.finding);
    let drawn = AttemptId::random(&*desk.function.platform.random);
    let attempt = |pin: &Pin| settlement::id(pin, key.as_ref(), &request, &drawn);
    let pin = own::change(&desk, &id, &if_match, |pin| settle(&desk, attempt(&pin), pin, &wanted).boxed()).await?;
    kick(&desk.function.platform, std::slice::from_ref(&pin)).await;
    Ok(desk.answer(pin))
}

/// What was found, and what is wrong with how it was said.
struct Wanted {
    finding: Option<Finding>,
    errors: Vec<FieldError>,
}

async fn settle(desk: &Desk, id: AttemptId, pin: Pin, wanted: &Wanted) -> Result<Pin, Problem> {
    let Some(finding) = wanted.finding.as_ref().filter(|_| wanted.errors.is_empty()) else {
        return Err(Problem::invalid(wanted.errors.clone()));
    };
    if settlement::is_known(&pin, &id) || stands(&pin, finding) {
        return Ok(pin);
    }
    if pin.state.status() != Status::NeedsReview {
        return Err(refuse(&pin, Wish::Resolve));
    }
    match finding {
        Finding::PublishedAs(pinterest_id) => found(desk, id, pin, pinterest_id).await,
        Finding::PublishAgain => again(desk, id, pin).await,
    }
}

async fn found(desk: &Desk, id: AttemptId, mut pin: Pin, pinterest_id: &PinterestPinId) -> Result<Pin, Problem> {
    let known = desk.function.platform.pins.published_as(&desk.owner, pinterest_id).await?;
    // Of an owner with too many pins to tell, the person is believed: this only catches a mistake.
    if let Some(other) = known.into_iter().flatten().find(|other| *other != pin.id) {
        let message = format!("This is your pin {other}. Look for another one on the board.");
        return Err(Problem::invalid_field("published_as", "taken", message));
    }
    pin.found(pinterest_id.clone(), desk.now).map_err(|_| refuse(&pin, Wish::Resolve))?;
    let message = format!("{} found the pin on Pinterest as {pinterest_id}.", desk.subject);
    pin.record(Attempt::by_a_person(id, desk.now, AttemptOutcome::FoundPublished, &message));
    Ok(pin)
}

async fn again(desk: &Desk, id: AttemptId, mut pin: Pin) -> Result<Pin, Problem> {
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    let mut errors = Vec::new();
    placement::check_one(desk, &pin.account_id, (Some(&(&pin.board_id).into()), None), &mut errors).await?;
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    pin.publish_again(desk.now).map_err(|_| refuse(&pin, Wish::Resolve))?;
    let message = format!("{} checked the board and published the pin again.", desk.subject);
    pin.record(Attempt::by_a_person(id, desk.now, AttemptOutcome::PublishAgain, &message));
    Ok(pin)
}

/// Whether the pin stands where a settlement like this put it.
fn stands(pin: &Pin, finding: &Finding) -> bool {
    match (finding, &pin.state, settlement::last(pin)) {
        (Finding::PublishedAs(id), PinState::Published { pinterest_pin_id, .. }, Some(last)) => {
            id == pinterest_pin_id && last == AttemptOutcome::FoundPublished
        }
        (
            Finding::PublishAgain,
            PinState::Scheduled { setback: None } | PinState::Publishing { .. },
            Some(AttemptOutcome::PublishAgain),
        ) => true,
        _ => false,
    }
}
