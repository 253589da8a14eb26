//! `PATCH /v1/pins/{id}`: other content, another place or another time, until the moment a publisher claims the pin.

mod form;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use jiff::Timestamp;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{IfMatch, Json, Note, NoteBody, PinBody, Problem, TooCloseBody, User};
use shared::domain::{Alike, Content, Edit, FieldError, NewTime, Pin, PinId, Plan, Status};
use shared::kick::kick;
use shared::store::SlotClaim;

use crate::Function;
use crate::body::Answer;
use crate::crowded::{self, Planned};
use crate::description::{Change, PinChange};
use crate::desk::Desk;
use crate::placement::{self, Placement};
use crate::planner::{NoTime, Planner, ToPlan};
use crate::refusal::{Wish, refuse};
use crate::when::When;
use crate::{media, own};
use form::{Form, Place};

/// Changes the given fields of a pin and leaves the others.
///
/// Returns 409 once a publisher has claimed the pin, unless the pin already is as requested: then an earlier attempt
/// succeeded.
///
/// A time schedules a draft or a failed pin, and `publish_at: null` turns any pin into a draft. A held pin stays held
/// unless the change fixes the cause. Changes to the content, and removing the time, are always accepted. A new time or
/// place is checked like that of a new pin: 403 while Pinterest is disabled; 422 if the account is disconnected,
/// belongs to the other mode, lacks scopes or doesn't have the board.
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
    let sets_time = body.get("publish_at").is_some_and(|at| !at.is_null());
    let pin = own::change_in(&desk, &id, &if_match, |pin| edit(&desk, pin, body.clone()).boxed()).await?;
    kick(&desk.function.platform, std::slice::from_ref(&pin)).await;
    let notes = if sets_time { notes(&desk, &pin).await? } else { Vec::new() };
    Ok(Answer { notes, ..desk.answer(pin) })
}

/// What there is to say of the time of `pin`.
async fn notes(desk: &Desk, pin: &Pin) -> Result<Vec<NoteBody>, Problem> {
    let Some(planned) = Planned::of(pin) else { return Ok(Vec::new()) };
    let account = desk.function.platform.accounts.load(&desk.owner, &pin.account_id).await?;
    let plan = account.and_then(|account| account.plan).map(|plan| *plan);
    let crowded = crowded::find(desk, &[planned], |_| plan.clone()).await;
    let too_close = match plan {
        Some(plan) => too_close(desk, (pin, planned.at), plan).await?,
        None => None,
    };
    let many = (!crowded.is_empty()).then_some(Note::MANY_PINS.into());
    Ok(too_close.into_iter().chain(many).collect())
}

/// The pin that `pin` is too close to by the plan, though it was moved there. A time that somebody gives counts all the same.
async fn too_close(desk: &Desk, (pin, at): (&Pin, Timestamp), plan: Plan) -> Result<Option<NoteBody>, Problem> {
    let mut planner = Planner::new(desk, [(pin.account_id.clone(), plan)]);
    let wanted = ToPlan { id: &pin.id, account: &pin.account_id, content: &pin.content };
    let Err(NoTime::TooClose(clash)) = planner.exactly(wanted, at).await? else { return Ok(None) };
    let Some(earliest) = planner.from(wanted, clash.until).await?.at else { return Ok(None) };
    let other = desk.function.platform.pins.load(&desk.owner, &clash.other).await?;
    let title = other.as_ref().and_then(|other| other.content.title().map(ToOwned::to_owned));
    let alike = match clash.alike {
        Alike::Link => "link",
        Alike::Image => "image",
    };
    let at = other.and_then(|other| other.publish_at);
    let params = TooCloseBody { pin_id: clash.other, alike, title, at, earliest };
    let message = format!(
        "Closer than the account's posting times allow to another of its pins, which {}. It goes out anyway.",
        clash.alike.told()
    );
    Ok(Some(NoteBody { field: None, code: "too_close", message: message.into(), params: Some(params) }))
}

async fn edit(desk: &Desk, mut pin: Pin, body: Value) -> Result<(Pin, Option<SlotClaim>), Problem> {
    let status = pin.state.status();
    let mut errors = Vec::new();
    let form = Form::read(body, &pin, &mut errors);
    if !matches!(status, Status::Draft | Status::Scheduled | Status::Held | Status::Failed) {
        // The change was made before the claim, and the table's answer to it, or ours, was lost.
        let goes_out = matches!(status, Status::Publishing | Status::Published) && pin.in_check().is_none();
        let may_be_made = goes_out && errors.is_empty() && form.is_met_by(&pin, desk.now);
        let was_made = may_be_made && is_there(desk, &pin, &form).await?;
        return if was_made { Ok((pin, None)) } else { Err(refuse(&pin, Wish::Change)) };
    }
    let mut placed = None;
    if form.is_scheduling() {
        if !desk.settings.enabled {
            return Err(Problem::disabled());
        }
        errors.extend(form.when.and_then(|when| when.objection("publish_at", desk.now)));
        placed = place(desk, &pin, &form, &mut errors).await?;
    }
    // A file is looked at where the pin gets it, or gets a time.
    let is_new = form.content.as_ref().is_some_and(|content| content.media() != pin.content.media());
    if is_new || form.is_scheduling() {
        media::check(desk, pin.mode, form.content.as_ref(), &mut errors).await?;
        // A carousel that was planned while they were allowed stays one.
        errors.retain(|error| is_new || error.code != media::NOT_ALLOWED);
    }
    let (true, Some(content)) = (errors.is_empty(), form.content) else {
        return Err(Problem::invalid(errors));
    };
    let picture = media::keep(desk, &content).await?;
    let plan = placed.as_ref().and_then(|placed| placed.plan.clone());
    let (time, claim) = match form.when {
        None => (NewTime::Same, None),
        Some(When::NextSlot) => slot(desk, &pin, &content, plan).await?,
        Some(when) => (when.moment(desk.now).map_or(NewTime::None, NewTime::At), None),
    };
    let (board_id, section_id, board_verified) = match placed {
        Some(placed) => {
            let is_kept = pin.board_verified && placed.board_id == pin.board_id;
            let section_id = match &form.place {
                Some(place) => place.section_in(&placed, &pin),
                None => pin.section_id.clone(),
            };
            (placed.board_id, section_id, placed.verified || is_kept)
        }
        None => (pin.board_id.clone(), pin.section_id.clone(), pin.board_verified),
    };
    let edit = Edit { content, board_id, section_id, board_verified, time };
    pin.edit(edit, desk.now).map_err(|_| refuse(&pin, Wish::Change))?;
    pin.picture = picture;
    if let Some(claim) = &claim {
        pin.slot = Some(claim.slot);
    }
    Ok((pin, claim))
}

/// The next free slot for the pin, which it has already where it was given one.
async fn slot(
    desk: &Desk,
    pin: &Pin,
    content: &Content,
    plan: Option<Plan>,
) -> Result<(NewTime, Option<SlotClaim>), Problem> {
    let waits = matches!(pin.state.status(), Status::Scheduled | Status::Held);
    if waits && pin.is_in_slot().is_some_and(|slot| slot >= desk.now) {
        return Ok((NewTime::Same, None));
    }
    let mut planner = Planner::new(desk, [(pin.account_id.clone(), plan.unwrap_or_default())]);
    let wanted = ToPlan { id: &pin.id, account: &pin.account_id, content };
    let found = planner.next_slot(wanted, desk.now).await?;
    let timing =
        found.map_err(|none| Problem::invalid(vec![none.objection("publish_at", planner.plan(wanted.account))]))?;
    Ok((timing.at.map_or(NewTime::Same, NewTime::At), timing.claim))
}

/// Judges the place that is asked for, or the one that the pin has.
async fn place(
    desk: &Desk,
    pin: &Pin,
    form: &Form,
    errors: &mut Vec<FieldError>,
) -> Result<Option<Placement>, Problem> {
    let present = Place { board: (&pin.board_id).into(), section: None, names_section: false };
    let Place { board, section, .. } = form.place.as_ref().unwrap_or(&present);
    placement::check_one(desk, &pin.account_id, (Some(board), section.as_ref()), errors).await
}

/// Whether the pin is where it is asked to be.
async fn is_there(desk: &Desk, pin: &Pin, form: &Form) -> Result<bool, Problem> {
    let Some(asked) = &form.place else { return Ok(true) };
    if asked.board.as_id().is_some() && asked.section.as_ref().is_none_or(|section| section.as_id().is_some()) {
        // Another place by its ids; a name has to be looked up.
        return Ok(false);
    }
    let placed = place(desk, pin, form, &mut Vec::new()).await?;
    let is_its =
        |placed: Placement| placed.board_id == pin.board_id && asked.section_in(&placed, pin) == pin.section_id;
    Ok(placed.is_some_and(is_its))
}
