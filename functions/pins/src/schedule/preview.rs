//! `POST /v1/pins/preview`: what a request would do, without doing it.

use std::collections::BTreeSet;

use axum::extract::State;
use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::api::{ContentBody, IdempotencyKey, Json, Note, NoteBody, Problem, User};
use shared::domain::{AccountId, BoardId, FieldError, PinId, Plan, SectionId};
use utoipa::ToSchema;

use super::form::Form;
use super::order::Order;
use super::place;
use crate::Function;
use crate::crowded::{self, Planned};
use crate::description::{IdempotencyKeyHeader, NewPins, Preview};
use crate::desk::Desk;
use crate::placement::Placement;
use crate::planner::{Planner, Timing};
use crate::{media, templates};

/// `{items}`, one for each target and in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Previewed {
    items: Vec<PlannedPin>,
}

/// A pin as it would be.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedPin {
    account_id: AccountId,
    board_id: BoardId,
    #[schema(required)]
    section_id: Option<SectionId>,
    /// Whether the board was seen in the account.
    board_verified: bool,
    content: ContentBody,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    publish_at: Option<Timestamp>,
    /// The same as the clocks of the account's zone show it.
    #[schema(required)]
    local_time: Option<String>,
    time_zone: String,
    /// What was done to the time that was asked for and why, and what texts and links have that may not be meant.
    notes: Vec<NoteBody>,
}

/// Shows the pins that `POST /v1/pins` would create, without storing any. 422 names every invalid field at once.
///
/// A slot that is free now may be taken before the pins are scheduled. Without an `Idempotency-Key`, the seconds by
/// which pins are spread are drawn anew each time.
#[utoipa::path(
    post,
    path = "/v1/pins/preview",
    operation_id = "preview_pins",
    tag = "pins",
    params(IdempotencyKeyHeader),
    request_body = NewPins,
    responses((status = 200, description = "The pins as they would be, one a target and in their order.", body = Previewed), Preview)
)]
pub async fn preview(
    State(function): State<Function>,
    user: User,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Previewed>, Problem> {
    let desk = Desk::open(function, user).await?;
    let mut errors = Vec::new();
    let key = IdempotencyKey::read(&headers, &mut errors);
    let outlook = Outlook::find(&desk, &mut Planner::new(&desk, []), body, key, errors).await?;
    let outlooks = [outlook];
    let crowded = crowded(&desk, &outlooks).await;
    let [outlook] = outlooks;
    Ok(Json(outlook.answer(&crowded)))
}

/// What would become of a request.
pub(super) struct Outlook {
    order: Order,
    placed: Vec<Placement>,
    timings: Vec<Timing>,
}

impl Outlook {
    /// Plans what `body` asks for after what `planner` planned already, unless something is wrong with it or `errors`
    /// say so of its key.
    pub(super) async fn find(
        desk: &Desk,
        planner: &mut Planner<'_>,
        body: Value,
        key: Option<IdempotencyKey>,
        mut errors: Vec<FieldError>,
    ) -> Result<Self, Problem> {
        let template = templates::named(desk, &body, &mut errors).await?;
        let form = Form::read(body, template.as_ref(), &mut errors);
        if !desk.settings.enabled {
            return Err(Problem::disabled());
        }
        errors.extend(form.times().filter_map(|(field, when)| when.objection(field, desk.now)));
        media::check(desk, desk.settings.mode, form.content(), &mut errors).await?;
        let placements = place(desk, &form, &mut errors).await?;
        let placed: Option<Vec<_>> = placements.into_iter().collect();
        let (true, Some(request), Some(placed)) = (errors.is_empty(), form.request(), placed) else {
            return Err(Problem::invalid(errors));
        };
        let order = Order::new(desk, request, key);
        let timings = order.timings(desk, planner, &placed).await?;
        Ok(Self { order, placed, timings })
    }

    fn planned(&self) -> impl Iterator<Item = Planned<'_>> {
        let accounts = self.order.request().targets.iter().map(|target| &target.account_id);
        let pins = self.order.ids().iter().zip(accounts).zip(&self.timings);
        pins.filter_map(|((id, account), timing)| Some(Planned { id, account, at: timing.at? }))
    }

    fn plan(&self, wanted: &AccountId) -> Option<Plan> {
        let mut places = self.order.request().targets.iter().zip(&self.placed);
        places.find(|(target, _)| target.account_id == *wanted).and_then(|(_, place)| place.plan.clone())
    }

    /// The pins as they would be; `crowded` are those on days with too many.
    pub(super) fn answer(self, crowded: &BTreeSet<PinId>) -> Previewed {
        let request = self.order.request();
        let many = self.order.ids().iter().map(|id| crowded.contains(id).then_some(Note::MANY_PINS));
        let pins = request.targets.iter().zip(self.placed).zip(self.timings).zip(many);
        let items = pins.map(|(((target, place), timing), many)| {
            let of_content = request.content.notes().into_iter().map(NoteBody::from);
            let of_time = timing.notes.into_iter().chain(many).chain(place.note());
            let notes = of_time.map(NoteBody::from).chain(of_content).collect();
            let zone = place.plan.unwrap_or_default().zone;
            let local = timing.at.map(|at| zone.written(at));
            PlannedPin {
                account_id: target.account_id.clone(),
                board_id: place.board_id,
                section_id: place.section_id,
                board_verified: place.verified,
                content: ContentBody::of(&request.content),
                publish_at: timing.at,
                local_time: local,
                time_zone: zone.as_str().to_owned(),
                notes,
            }
        });
        Previewed { items: items.collect() }
    }
}

/// The pins on days of which their account has too many.
pub(super) async fn crowded(desk: &Desk, outlooks: &[Outlook]) -> BTreeSet<PinId> {
    let planned: Vec<_> = outlooks.iter().flat_map(Outlook::planned).collect();
    crowded::find(desk, &planned, |account| outlooks.iter().find_map(|outlook| outlook.plan(account))).await
}
