//! `PATCH /v1/pins/{id}`: other content, another place or another time, until the moment a publisher claims the pin.

mod form;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{IfMatch, Json, Problem, User};
use shared::domain::{Edit, NewTime, Pin, PinId, Status};
use shared::kick::kick;

use crate::Function;
use crate::body::Answer;
use crate::body::PinBody;
use crate::description::{Change, PinChange};
use crate::desk::Desk;
use crate::refusal::{Wish, refuse};
use crate::{media, own, placement};
use form::Form;

/// Changes what is given and leaves the rest; 422 names every wrong field at once.
///
/// 409 once a publisher has claimed the pin, unless it is already as asked for: then an earlier try did it.
///
/// A draft and a failed pin are scheduled by a time, and any pin becomes a draft by `publish_at: null`. A held pin stays
/// held unless the change mends what holds it. Content, and taking the time away, are harmless and always accepted; a
/// time or another place is judged like a new pin: 403 while Pinterest is disabled, 422 where the account is
/// disconnected, of the other mode or without the scopes, or has no such board.
#[utoipa::path(
    patch,
    path = "/v1/pins/{id}",
    operation_id = "change_pin",
    tag = "pins",
    params(("id" = PinId, Path, description = "The pin."), IfMatchHeader),
    request_body = PinChange,
    responses((status = 200, description = "The pin as it is now.", body = PinBody, headers(("ETag" = String, description = "The version of the pin."))), Change)
)]
pub async fn change(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<Value>,
) -> Result<Answer, Problem> {
    let desk = Desk::open(function, user).await?;
    let pin = own::change(&desk, &id, &if_match, |pin| edit(&desk, pin, body.clone()).boxed()).await?;
    kick(&desk.function.platform, std::slice::from_ref(&pin)).await;
    Ok(desk.answer(pin))
}

async fn edit(desk: &Desk, mut pin: Pin, body: Value) -> Result<Pin, Problem> {
    let status = pin.state.status();
    let mut errors = Vec::new();
    let form = Form::read(body, &pin, &mut errors);
    if !matches!(status, Status::Draft | Status::Scheduled | Status::Held | Status::Failed) {
        // The change was made before the claim, and the table's answer to it, or ours, was lost.
        let goes_out = matches!(status, Status::Publishing | Status::Published) && pin.in_check().is_none();
        let was_made = goes_out && errors.is_empty() && form.is_met_by(&pin, desk.now);
        return if was_made { Ok(pin) } else { Err(refuse(&pin, Wish::Change)) };
    }
    let mut verified = pin.board_verified;
    if form.is_scheduling(&pin) {
        if !desk.settings.enabled {
            return Err(Problem::disabled());
        }
        errors.extend(form.when.and_then(|when| when.objection("publish_at", desk.now)));
        let placed = placement::check_one(desk, &pin.account_id, form.board_id.as_ref(), &mut errors).await?;
        let same_board = form.board_id.as_ref() == Some(&pin.board_id);
        verified = (verified && same_board) || placed.is_some_and(|placed| placed.verified);
    }
    // A file is looked at where the pin gets it, or gets a time.
    let is_new = form.content.as_ref().is_some_and(|content| content.media() != pin.content.media());
    if is_new || form.is_scheduling(&pin) {
        media::check(desk, form.content.as_ref(), &mut errors).await?;
    }
    let time = form.when.map_or(NewTime::Same, |when| when.moment(desk.now).map_or(NewTime::None, NewTime::At));
    let (true, Some(content), Some(board_id)) = (errors.is_empty(), form.content, form.board_id) else {
        return Err(Problem::invalid(errors));
    };
    media::keep(desk, &content).await?;
    let edit = Edit { content, board_id, section_id: form.section_id, board_verified: verified, time };
    pin.edit(edit, desk.now).map_err(|_| refuse(&pin, Wish::Change))?;
    Ok(pin)
}
