//! `POST /v1/pins`: take pins for one or several targets, now, at a time, or as drafts.

pub mod batch;
mod fingerprint;
mod form;
mod order;
pub mod preview;
mod spacing;
mod timetable;

use std::borrow::Cow;

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::Value;
use shared::api::{IdempotencyKey, Json, Note, NoteBody, PinBody, Problem, User};
use shared::domain::{FieldError, PinId};
use shared::kick::kick;
use shared::limits;
use shared::store::Stock;
use utoipa::ToSchema;

use crate::Function;
use crate::crowded::{self, Planned};
use crate::description::{IdempotencyKeyHeader, NewPins, Schedule};
use crate::desk::Desk;
use crate::media;
use crate::placement::{self, Placement, Spot};
use crate::templates;
use form::Form;
use order::{Filled, Order};

/// `{items: [Pin], notes}`, one pin for each target and in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scheduled {
    items: Vec<PinBody>,
    /// What was done to the times that were asked for, what could not be verified, and what texts and links have that may not
    /// be meant; empty where there is nothing.
    notes: Vec<PinNote>,
}

/// What is worth knowing about one of the pins.
#[derive(Debug, Serialize, ToSchema)]
struct PinNote {
    pin_id: PinId,
    /// The field that it is about, such as `content.title`; `null` where it is about time or place.
    #[schema(required)]
    field: Option<String>,
    #[schema(schema_with = shared::api::pin::description::notes)]
    code: &'static str,
    message: Cow<'static, str>,
}

/// Creates one pin per target, or none of them. 422 names every invalid field at once.
///
/// With an `Idempotency-Key`, the same request again returns the pins of the first one as they are now, and completes
/// what the first one didn't store.
#[utoipa::path(
    post,
    path = "/v1/pins",
    operation_id = "schedule_pins",
    tag = "pins",
    params(IdempotencyKeyHeader),
    request_body = NewPins,
    responses((status = 201, description = "The pins, one a target and in their order.", body = Scheduled), Schedule)
)]
pub async fn schedule(
    State(function): State<Function>,
    user: User,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<(StatusCode, Json<Scheduled>), Problem> {
    let desk = Desk::open(function, user).await?;
    let mut errors = Vec::new();
    let key = IdempotencyKey::read(&headers, &mut errors);
    let filled = create(&desk, body, key, errors).await?;
    kick(&desk.function.platform, &filled.pins).await;
    Ok((StatusCode::CREATED, Json(Scheduled::of(&desk, filled).await)))
}

impl Scheduled {
    /// The pins of a request as an answer.
    async fn of(desk: &Desk, Filled { pins, mut notes, plans }: Filled) -> Self {
        let planned: Vec<_> = pins.iter().filter_map(Planned::of).collect();
        let crowded = crowded::find(desk, &planned, |account| plans.get(account).cloned()).await;
        notes.extend(crowded.into_iter().map(|id| (id, Note::MANY_PINS)));
        let of_content =
            pins.iter().flat_map(|pin| pin.content.notes().into_iter().map(|note| (pin.id.clone(), note.into())));
        let notes = notes.into_iter().map(|(pin_id, note)| (pin_id, note.into())).chain(of_content);
        let notes = notes
            .map(|(pin_id, NoteBody { field, code, message, .. })| PinNote { pin_id, field, code, message })
            .collect();
        let previews = desk.function.platform.objects.previews();
        let items = pins.into_iter().map(|pin| PinBody::new(pin, &desk.settings, &previews)).collect();
        Self { items, notes }
    }
}

/// Creates the pins that `body` asks for, unless something is wrong with it or `errors` say so of its key.
async fn create(
    desk: &Desk,
    body: Value,
    key: Option<IdempotencyKey>,
    mut errors: Vec<FieldError>,
) -> Result<Filled, Problem> {
    let template = templates::named(desk, &body, &mut errors).await?;
    let form = Form::read(body, template.as_ref(), &mut errors);
    take(desk, &form, key, errors).await
}

/// Answers a repeated request by its earlier pins, and a new one that nothing is wrong with by new pins.
async fn take(
    desk: &Desk,
    form: &Form,
    key: Option<IdempotencyKey>,
    mut errors: Vec<FieldError>,
) -> Result<Filled, Problem> {
    let request = if errors.is_empty() { form.request() } else { None };
    let mut order = request.map(|request| Order::new(desk, request, key));
    // A request that was accepted once is finished even where it would be refused by now.
    if let Some(order) = &mut order
        && let Some(filled) = order.resume(desk, form).await?
    {
        return Ok(filled);
    }
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    errors.extend(form.times().filter_map(|(field, when)| when.objection(field, desk.now)));
    let placements = place(desk, form, &mut errors).await?;
    media::check(desk, desk.settings.mode, form.content(), &mut errors).await?;
    match order {
        Some(order) if errors.is_empty() => {
            let of = (&desk.owner, Stock::WaitingPins);
            let waiting = order.request().waiting();
            let room = limits::room(&desk.function.platform, &desk.settings.limits, of, waiting).await?;
            room.admit(waiting)?;
            let picture = media::keep(desk, &order.request().content).await?;
            let filled = order.with_picture(picture).fill(desk, &placements, &[]).await?;
            limits::taken(&desk.function.platform, of, &room, waiting).await;
            Ok(filled)
        }
        _ => Err(Problem::invalid(errors)),
    }
}

/// Judges where the targets go; what speaks against one is noted, and its placement is absent.
async fn place(desk: &Desk, form: &Form, errors: &mut Vec<FieldError>) -> Result<Vec<Option<Placement>>, Problem> {
    let paths: Vec<_> = (0..form.targets.len()).map(|index| format!("targets[{index}].")).collect();
    let targets = paths.iter().zip(&form.targets);
    let spots: Vec<_> = targets
        .map(|(path, target)| Spot {
            path,
            account_id: target.account_id.as_ref(),
            board: target.board.as_ref(),
            section: target.section.as_ref(),
        })
        .collect();
    let placements = placement::check(desk, &spots, errors).await?;
    errors.extend(form.repeats(&placements));
    Ok(placements)
}
