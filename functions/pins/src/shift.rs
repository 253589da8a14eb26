//! `POST /v1/pins/move`: many pins at once to other times, in the same order and as far apart as before.

mod form;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use futures_util::{FutureExt, StreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use shared::api::{IfMatch, Json, Note, NoteBody, Problem, User};
use shared::domain::pin::to_millisecond;
use shared::domain::{AccountId, Edit, FieldError, NewTime, Pin, PinId, Plan, Status, Zone};
use shared::kick::kick;
use utoipa::ToSchema;

use crate::Function;
use crate::crowded::{self, Planned};
use crate::description::{Move, Moving};
use crate::desk::Desk;
use crate::own;
use crate::refusal::{Wish, refuse};
use crate::when::When;
use form::{By, Form, Which};

/// How many pins one request moves.
pub const MOST: usize = 100;

/// How many pages of a hundred pins are read of a range.
const MOST_PAGES: usize = 10;

/// How many pins are written at a time.
const AT_ONCE: usize = 16;

/// `{items}`, one for each pin, the earliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    items: Vec<MovedPin>,
}

/// What became of a pin.
#[derive(Debug, Serialize, ToSchema)]
struct MovedPin {
    pin_id: PinId,
    #[schema(schema_with = crate::description::moves)]
    outcome: &'static str,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    /// The new time as the clocks of the zone show it.
    local_time: String,
    /// Why the pin was not moved: the code of the answer that a change of it alone would get.
    #[schema(required)]
    code: Option<&'static str>,
    #[schema(required)]
    message: Option<String>,
    /// What is worth knowing of its new time; empty where nothing is.
    notes: Vec<NoteBody>,
}

/// A pin with the time that it is to get.
#[derive(Debug)]
struct Step {
    pin: Pin,
    from: Timestamp,
    to: Timestamp,
}

/// Moves waiting pins to other times. They keep their order and spacing: whole days keep the time of day in the zone
/// across clock changes, and minutes are exact.
///
/// Nothing is moved unless every pin can be. A pin that a publisher claims, or that somebody changes, at that very
/// moment stays where it is, and its entry says so. Quiet hours and minimum distances are not checked.
#[utoipa::path(
    post,
    path = "/v1/pins/move",
    operation_id = "move_pins",
    tag = "pins",
    request_body = Moving,
    responses((status = 200, description = "What became of each pin.", body = Moved), Move)
)]
pub async fn shift(
    State(function): State<Function>,
    user: User,
    Json(body): Json<Value>,
) -> Result<Json<Moved>, Problem> {
    let desk = Desk::open(function, user).await?;
    let form = form::read(body).map_err(Problem::invalid)?;
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    let pins = pins(&desk, &form.which).await?;
    let zone = zone(&desk, &form, &pins).await?;
    let steps = steps(pins, &form.by, &zone);
    let plans = plans(&desk, &steps).await?;
    judge(&desk, &form, &steps)?;
    let outcomes = if form.dry_run { steps.iter().map(|_| None).collect() } else { write(&desk, &steps).await };
    let planned: Vec<_> =
        steps.iter().map(|step| Planned { id: &step.pin.id, account: &step.pin.account_id, at: step.to }).collect();
    let crowded = crowded::find(&desk, &planned, |account| plans.get(account).cloned()).await;
    let item = |(step, outcome): (Step, Option<Result<Pin, Problem>>)| {
        let (outcome, problem) = match outcome {
            None => ("would_move", None),
            Some(Ok(_)) => ("moved", None),
            Some(Err(problem)) => ("stayed", Some(problem)),
        };
        let notes = crowded.contains(&step.pin.id).then_some(Note::MANY_PINS);
        MovedPin {
            pin_id: step.pin.id,
            outcome,
            from: step.from,
            to: step.to,
            local_time: zone.written(step.to),
            code: problem.as_ref().map(|problem| problem.code),
            message: problem.map(|problem| problem.detail),
            notes: notes.map(NoteBody::from).into_iter().collect(),
        }
    };
    Ok(Json(Moved { items: steps.into_iter().zip(outcomes).map(item).collect() }))
}

/// The pins that are meant, the earliest first; of a range those that wait.
async fn pins(desk: &Desk, which: &Which) -> Result<Vec<Pin>, Problem> {
    let store = &desk.function.platform.pins;
    let mut pins = match which {
        Which::Ids(ids) => {
            let pins = store.load_many(&desk.owner, ids).await?;
            let missing = |(index, id): (usize, &PinId)| {
                let field = format!("pin_ids[{index}]");
                let absent = pins.iter().all(|pin| pin.id != *id);
                absent.then(|| FieldError::new(field, "not_found", "You don't have this pin."))
            };
            let errors: Vec<_> = ids.iter().enumerate().filter_map(missing).collect();
            if !errors.is_empty() {
                return Err(Problem::invalid(errors));
            }
            pins
        }
        Which::Range { account, from, to } => {
            let (mut pins, complete) = store.planned_between(&desk.owner, (*from, *to), MOST_PAGES).await?;
            pins.retain(|pin| pin.account_id == *account && waits(pin));
            if !complete || pins.len() > MOST {
                let message = format!("More than {MOST} pins are in this range. Move them in several steps.");
                return Err(Problem::invalid_field("range", "too_many", message));
            }
            pins
        }
    };
    pins.sort_by_key(|pin| (pin.publish_at, pin.id.clone()));
    Ok(pins)
}

fn waits(pin: &Pin) -> bool {
    matches!(pin.state.status(), Status::Scheduled | Status::Held) && pin.publish_at.is_some()
}

/// The zone that is asked for, or that of the plan of the first pin's account.
async fn zone(desk: &Desk, form: &Form, pins: &[Pin]) -> Result<Zone, Problem> {
    if let Some(zone) = &form.zone {
        return Ok(zone.clone());
    }
    let account = match pins.first() {
        Some(first) => desk.function.platform.accounts.load(&desk.owner, &first.account_id).await?,
        None => None,
    };
    Ok(account.and_then(|account| account.plan).unwrap_or_default().zone)
}

/// The plans of the accounts of the pins.
async fn plans(desk: &Desk, steps: &[Step]) -> Result<BTreeMap<AccountId, Plan>, Problem> {
    let accounts: BTreeSet<_> = steps.iter().map(|step| &step.pin.account_id).collect();
    let mut plans = BTreeMap::new();
    for id in accounts {
        let account = desk.function.platform.accounts.load(&desk.owner, id).await?;
        plans.extend(account.and_then(|account| Some((id.clone(), *account.plan?))));
    }
    Ok(plans)
}

fn steps(pins: Vec<Pin>, by: &By, zone: &Zone) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let first = pins.iter().find_map(|pin| pin.publish_at);
    for pin in pins {
        let Some(from) = pin.publish_at else {
            // Judged below: it has no time that could be moved.
            steps.push(Step { pin, from: Timestamp::MIN, to: Timestamp::MIN });
            continue;
        };
        // A time beyond all calendars is too far for every pin, and judged so below.
        let to = by.moved(from, first.unwrap_or(from), zone).map_or(Timestamp::MAX, to_millisecond);
        // Where an hour is left out or comes twice, what was earlier stays earlier.
        let later = |last: &Step| last.to.checked_add(from.duration_since(last.from)).unwrap_or(Timestamp::MAX);
        let to = steps.last().map_or(to, |last| if to < last.to { later(last) } else { to });
        steps.push(Step { pin, from, to });
    }
    steps
}

/// Refuses the whole of it where something speaks against one of the pins.
fn judge(desk: &Desk, form: &Form, steps: &[Step]) -> Result<(), Problem> {
    let mut errors = Vec::new();
    for step in steps {
        let field = match &form.which {
            Which::Ids(ids) => {
                let index = ids.iter().position(|id| *id == step.pin.id).unwrap_or_default();
                format!("pin_ids[{index}]")
            }
            Which::Range { .. } => "range".to_owned(),
        };
        if !waits(&step.pin) {
            let message = format!(
                "The pin is {} and can't be moved. Remove it from the request.",
                step.pin.state.status().code()
            );
            errors.push(FieldError::new(field, "not_waiting", message));
            continue;
        }
        if let Some(objection) = When::At(step.to).objection(form.by.field(), desk.now)
            && !errors.contains(&objection)
        {
            errors.push(objection);
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

async fn write(desk: &Desk, steps: &[Step]) -> Vec<Option<Result<Pin, Problem>>> {
    let writes: Vec<_> = steps.iter().map(|step| one(desk, step).boxed()).collect();
    let outcomes: Vec<_> = stream::iter(writes).buffered(AT_ONCE).collect().await;
    let moved: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok().cloned()).collect();
    kick(&desk.function.platform, &moved).await;
    outcomes.into_iter().map(Some).collect()
}

/// Moves one pin, unless it waits no longer, or for another time than it did.
async fn one(desk: &Desk, step: &Step) -> Result<Pin, Problem> {
    let judge = |mut pin: Pin| {
        let is_done = pin.publish_at == Some(step.to);
        if !waits(&pin) || !(is_done || pin.publish_at == Some(step.from)) {
            return std::future::ready(Err(refuse(&pin, Wish::Change))).boxed();
        }
        let edit = Edit {
            content: pin.content.clone(),
            board_id: pin.board_id.clone(),
            section_id: pin.section_id.clone(),
            board_verified: pin.board_verified,
            time: NewTime::At(step.to),
        };
        let edited = pin.edit(edit, desk.now).map_err(|_| refuse(&pin, Wish::Change));
        std::future::ready(edited.map(|()| pin)).boxed()
    };
    own::change(desk, step.pin.id.as_str(), &IfMatch::default(), judge).await
}
