//! `DELETE /v1/pins/{id}`: call a pin off until the moment a publisher claims it, let one be that needs a person, or take one
//! down that is published.

use axum::extract::{Path, State};
use futures_util::FutureExt;
use futures_util::future::ready;
use shared::api::description::IfMatchHeader;
use shared::api::{IfMatch, PinBody, Problem, Query, User};
use shared::domain::{Attempt, AttemptId, AttemptOutcome, Pin, PinId, Status};

use crate::Function;
use crate::body::Answer;
use crate::description::{Cancel, TakeDownQuery};
use crate::desk::Desk;
use crate::own;
use crate::refusal::{Wish, refuse};
use crate::take_down;

/// Cancels a pin, even while Pinterest is disabled. Cancelling twice is harmless.
///
/// A pin that failed or needs review is dismissed, which its timeline records. Whatever is on Pinterest stays there.
///
/// With `on_pinterest=true` a published pin is deleted on Pinterest, which cannot be undone; it stays `published` here, with
/// `taken_down_at`. The call may be repeated. A refusal of Pinterest's is recorded in the timeline.
#[utoipa::path(
    delete,
    path = "/v1/pins/{id}",
    operation_id = "cancel_pin",
    tag = "pins",
    params(("id" = PinId, Path, description = "The pin."), TakeDownQuery, IfMatchHeader),
    responses((status = 200, description = "The pin as it is now.", body = PinBody, headers(("ETag" = String, description = "The version of the pin."))), Cancel)
)]
pub async fn cancel(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    if_match: IfMatch,
    query: Query,
) -> Result<Answer, Problem> {
    let is_to_be_taken_down = take_down::is_asked(&query)?;
    let desk = Desk::open(function, user).await?;
    if is_to_be_taken_down {
        let pin = take_down::take_down(&desk, &id, &if_match).await?;
        return Ok(desk.answer(pin));
    }
    let pin = own::change(&desk, &id, &if_match, |pin| ready(call_off(&desk, pin)).boxed()).await?;
    Ok(desk.answer(pin))
}

fn call_off(desk: &Desk, mut pin: Pin) -> Result<Pin, Problem> {
    match pin.state.status() {
        Status::Cancelled => return Ok(pin),
        Status::Failed | Status::NeedsReview => {
            let id = AttemptId::random(&*desk.function.platform.random);
            let message = format!("{} dismissed the pin.", desk.subject);
            pin.record(Attempt::by_a_person(id, desk.now, AttemptOutcome::Dismissed, &message));
            pin.dismiss(desk.now)
        }
        _ => pin.cancel(desk.now),
    }
    .map_err(|_| refuse(&pin, Wish::Cancel))?;
    Ok(pin)
}
