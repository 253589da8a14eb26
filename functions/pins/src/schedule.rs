//! `POST /v1/pins`: take pins for one or several targets, now, at a time, or as drafts.

mod content;
mod form;
mod key;
mod order;
mod placement;
mod times;

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::api::{Json, Problem, User};
use shared::domain::pin::to_millisecond;
use shared::domain::{FieldError, OwnerId, Pin, Settings};
use shared::kick::kick;

use crate::Function;
use crate::body::PinBody;
use form::Form;
use key::IdempotencyKey;
use order::Order;

/// `{items: [Pin]}`, one for each target and in their order.
#[derive(Debug, Serialize)]
pub struct Scheduled {
    items: Vec<PinBody>,
}

/// Under which circumstances a request is judged.
struct Desk {
    function: Function,
    owner: OwnerId,
    settings: Settings,
    now: Timestamp,
}

/// Takes one pin a target, or none of them; 422 names every wrong field at once.
///
/// With an `Idempotency-Key`, the same request again is answered with the pins of the first one as they are now, and
/// finishes what the first one did not store.
pub async fn schedule(
    State(function): State<Function>,
    user: User,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<Scheduled>), Problem> {
    let settings = function.platform.current_settings.get().await?;
    let now = to_millisecond(function.platform.clock.now());
    let desk = Desk { function, owner: user.owner, settings, now };
    let mut errors = Vec::new();
    let key = IdempotencyKey::read(&headers, &mut errors);
    let form = Form::read(body, &mut errors);
    let pins = take(&desk, &form, key, errors).await?;
    kick(&desk.function.platform, &pins).await;
    let items = pins.into_iter().map(|pin| PinBody::new(pin, &desk.settings)).collect();
    Ok((StatusCode::CREATED, Json(Scheduled { items })))
}

/// Answers a repeated request by its earlier pins, and a new one that nothing is wrong with by new pins.
async fn take(
    desk: &Desk,
    form: &Form,
    key: Option<IdempotencyKey>,
    mut errors: Vec<FieldError>,
) -> Result<Vec<Pin>, Problem> {
    let request = if errors.is_empty() { form.request() } else { None };
    let order = request.map(|request| Order::new(desk, request, key));
    // A request that was accepted once is finished even where it would be refused by now.
    if let Some(order) = &order
        && let Some(pins) = order.resume(desk, form).await?
    {
        return Ok(pins);
    }
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    times::check(form, desk.now, &mut errors);
    let placements = placement::check(desk, &form.targets, &mut errors).await?;
    match order {
        Some(order) if errors.is_empty() => order.fill(desk, &placements).await,
        _ => Err(Problem::invalid(errors)),
    }
}
