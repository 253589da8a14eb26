//! `POST /v1/pins/batch` and its preview: many requests for pins in one, each with its own content, key and result.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use shared::api::{Fields, IdempotencyKey, Json, Problem, User, wrong_type};
use shared::domain::FieldError;
use shared::kick::kick;
use utoipa::ToSchema;

use super::preview::{self, Outlook, Previewed};
use super::{Scheduled, create};
use crate::Function;
use crate::description::{NewBatch, Preview, ScheduleBatch};
use crate::desk::Desk;
use crate::planner::Planner;

/// How many items one request may have.
const MOST_ITEMS: usize = 100;

/// `{items}`, one for each item of the request and in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduledBatch {
    items: Vec<ScheduledItem>,
}

/// What became of an item: either of the two.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduledItem {
    key: String,
    /// Its pins.
    #[schema(required)]
    scheduled: Option<Scheduled>,
    /// Why none of its pins was created.
    #[schema(required)]
    problem: Option<ItemProblem>,
}

/// `{items}`, one for each item of the request and in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewedBatch {
    items: Vec<PreviewedItem>,
}

/// What would become of an item: either of the two.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedItem {
    key: String,
    /// Its pins as they would be.
    #[schema(required)]
    planned: Option<Previewed>,
    /// Why none of its pins would be created.
    #[schema(required)]
    problem: Option<ItemProblem>,
}

/// What `POST /v1/pins` would answer in place of pins.
#[derive(Debug, Serialize, ToSchema)]
struct ItemProblem {
    /// The HTTP status.
    status: u16,
    /// A stable word for programs.
    code: &'static str,
    /// What happened and what to do, for people.
    detail: String,
    /// The wrong fields of the item; only for the code `invalid`.
    #[schema(max_items = 100)]
    errors: Vec<FieldError>,
}

impl From<Problem> for ItemProblem {
    fn from(problem: Problem) -> Self {
        let Problem { status, code, detail, errors, .. } = problem;
        Self { status: status.as_u16(), code, detail, errors }
    }
}

/// An item of the request: what `POST /v1/pins` takes, and the key that it would come with.
struct Item {
    key: IdempotencyKey,
    body: Value,
}

/// Creates pins with different contents, item by item in the given order. An invalid item does not affect the others.
///
/// Each item does what `POST /v1/pins` does with its `key` as `Idempotency-Key`: either all of its pins are created or
/// none is, and sending the same item again, here or there, returns the pins of the first time.
#[utoipa::path(
    post,
    path = "/v1/pins/batch",
    operation_id = "schedule_batch",
    tag = "pins",
    request_body = NewBatch,
    responses((status = 200, description = "What became of each item, in their order.", body = ScheduledBatch), ScheduleBatch)
)]
pub async fn schedule(
    State(function): State<Function>,
    user: User,
    Json(body): Json<Value>,
) -> Result<Json<ScheduledBatch>, Problem> {
    let desk = Desk::open(function, user).await?;
    let (mut items, mut pins) = (Vec::new(), Vec::new());
    for Item { key, body } in read(body)? {
        let name = key.as_str().to_owned();
        items.push(match create(&desk, body, Some(key), Vec::new()).await {
            Ok(filled) => {
                pins.extend(filled.pins.iter().cloned());
                let scheduled = Scheduled::of(&desk, filled).await;
                ScheduledItem { key: name, scheduled: Some(scheduled), problem: None }
            }
            Err(problem) => ScheduledItem { key: name, scheduled: None, problem: Some(problem.into()) },
        });
    }
    kick(&desk.function.platform, &pins).await;
    Ok(Json(ScheduledBatch { items }))
}

/// Shows the pins that `POST /v1/pins/batch` would create, without storing any. Items take the free slots in the given
/// order, and keep their distance from those before them.
#[utoipa::path(
    post,
    path = "/v1/pins/batch/preview",
    operation_id = "preview_batch",
    tag = "pins",
    request_body = NewBatch,
    responses((status = 200, description = "What would become of each item, in their order.", body = PreviewedBatch), Preview)
)]
pub async fn preview(
    State(function): State<Function>,
    user: User,
    Json(body): Json<Value>,
) -> Result<Json<PreviewedBatch>, Problem> {
    let desk = Desk::open(function, user).await?;
    let mut planner = Planner::new(&desk, []);
    let (mut outlooks, mut results) = (Vec::new(), Vec::new());
    for Item { key, body } in read(body)? {
        let name = key.as_str().to_owned();
        let found = Outlook::find(&desk, &mut planner, body, Some(key), Vec::new()).await;
        results.push((name, found.map(|outlook| outlooks.push(outlook))));
    }
    let crowded = preview::crowded(&desk, &outlooks).await;
    let mut outlooks = outlooks.into_iter();
    let items = results.into_iter().map(|(key, result)| match result {
        Ok(()) => PreviewedItem { key, planned: outlooks.next().map(|found| found.answer(&crowded)), problem: None },
        Err(problem) => PreviewedItem { key, planned: None, problem: Some(problem.into()) },
    });
    Ok(Json(PreviewedBatch { items: items.collect() }))
}

/// Reads the items, as far as that takes their keys; the rest of an item is its own affair.
fn read(body: Value) -> Result<Vec<Item>, Problem> {
    let mut errors = Vec::new();
    let mut items = Vec::new();
    if let Some(mut fields) = Fields::open("", body, &mut errors) {
        let given = fields.required("items");
        fields.close();
        items = given.map(|given| list(given, &mut errors)).unwrap_or_default();
    }
    if errors.is_empty() { Ok(items) } else { Err(Problem::invalid(errors)) }
}

fn list(given: Value, errors: &mut Vec<FieldError>) -> Vec<Item> {
    let message = format!("Send 1 to {MOST_ITEMS} items.");
    match given {
        Value::Array(values) if values.is_empty() => errors.push(FieldError::new("items", "too_few", message)),
        Value::Array(values) if values.len() > MOST_ITEMS => errors.push(FieldError::new("items", "too_many", message)),
        Value::Array(values) => {
            let mut firsts = HashMap::new();
            let read = |(index, value)| item(index, value, &mut firsts, errors);
            return values.into_iter().enumerate().filter_map(read).collect();
        }
        other => errors.push(wrong_type("items", "a list", &other)),
    }
    Vec::new()
}

fn item(
    index: usize,
    mut value: Value,
    firsts: &mut HashMap<String, usize>,
    errors: &mut Vec<FieldError>,
) -> Option<Item> {
    let path = format!("items[{index}].key");
    let Some(fields) = value.as_object_mut() else {
        errors.push(wrong_type(&format!("items[{index}]"), "an object", &value));
        return None;
    };
    let key = match fields.remove("key") {
        Some(Value::String(text)) => IdempotencyKey::of_item(&text, &path, errors)?,
        None | Some(Value::Null) => {
            errors.push(FieldError::new(path, "required", "Required: a name for this item, such as a UUID."));
            return None;
        }
        Some(other) => {
            errors.push(wrong_type(&path, "a string", &other));
            return None;
        }
    };
    let first = *firsts.entry(key.as_str().to_owned()).or_insert(index);
    if first != index {
        let message = format!("items[{first}] has this key already. Give each item its own.");
        errors.push(FieldError::new(path, "duplicate", message));
        return None;
    }
    Some(Item { key, body: value })
}
