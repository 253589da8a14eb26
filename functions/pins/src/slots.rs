//! `GET /v1/accounts/{id}/slots`: the posting times of the days to come, and which of them are free.

use axum::extract::{Path, State};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::api::{Json, Problem, Query, User};
use shared::domain::{AccountId, FieldError, PinId};
use utoipa::ToSchema;

use crate::Function;
use crate::analytics::account::load;
use crate::description::{ListSlots, SlotQuery};
use crate::desk::Desk;
use crate::list::time;
use crate::planner::{Planner, SlotState};

/// How far one request looks ahead where it does not say.
const USUAL: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How far it looks at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 62);

/// `{items}`, the earliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Slots {
    items: Vec<SlotBody>,
}

/// A posting time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedSlot)]
struct SlotBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(schema_with = crate::description::slot_states)]
    state: &'static str,
    /// The pin that goes out then; `null` unless the state is `taken`.
    #[schema(required)]
    pin_id: Option<PinId>,
}

/// Lists the posting times of an account's plan from `from`, now by default, up to `to`, two weeks later by default and at most 62
/// days. Times in quiet hours are left out, and so are those that have passed.
///
/// A time in the list may be taken by somebody else until you ask for it. Times that are free may still be too close to another
/// pin with the same link or image; previews of pins tell.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/slots",
    operation_id = "list_slots",
    tag = "plans",
    params(("id" = AccountId, Path, description = "The account."), SlotQuery),
    responses((status = 200, description = "The posting times.", body = Slots), ListSlots)
)]
pub async fn list(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Slots>, Problem> {
    let desk = Desk::open(function, user).await?;
    let span = span(&query, desk.now)?;
    let account = load(&desk.function.platform, &desk.owner, &id).await?;
    let plan = account.plan.map(|plan| *plan).unwrap_or_default();
    let mut planner = Planner::new(&desk, [(account.id.clone(), plan)]);
    let slots = planner.slots(&account.id, span).await?;
    let body = |(at, state): (Timestamp, SlotState)| {
        let (state, pin_id) = match state {
            SlotState::Free => ("free", None),
            SlotState::Full => ("full", None),
            SlotState::Taken(pin) => ("taken", Some(pin)),
        };
        SlotBody { at, state, pin_id }
    };
    Ok(Json(Slots { items: slots.into_iter().map(body).collect() }))
}

/// From when on, and before when; never in the past.
fn span(query: &Query, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    let mut errors = Vec::new();
    let from = time(query, "from", &mut errors).unwrap_or(now);
    let to = time(query, "to", &mut errors).unwrap_or_else(|| from.saturating_add(USUAL).unwrap_or(Timestamp::MAX));
    if to < from {
        errors.push(FieldError::new("to", "invalid", "This is before from. Swap the two."));
    } else if to.duration_since(from) > LONGEST {
        errors.push(FieldError::new("to", "too_far", "Ask for at most 62 days at once."));
    }
    if errors.is_empty() { Ok((from.max(now), to)) } else { Err(Problem::invalid(errors)) }
}
