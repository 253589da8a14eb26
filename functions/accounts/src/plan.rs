//! `GET` and `PUT /v1/accounts/{id}/plan`: at which times, how often and how far apart an account is posted to.

mod form;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use lambda_http::http::header;
use serde::Serialize;
use serde_json::Value;
use shared::api::description::IfMatchHeader;
use shared::api::{IfMatch, Json, Problem, User, entity_tag};
use shared::domain::pin::to_millisecond;
use shared::domain::{AccountId, Plan, QuietHours, Slot};
use shared::platform::Platform;
use shared::store::StoreError;
use utoipa::ToSchema;

use crate::description::{NewPlan, SavePlan, ShowPlan};
use crate::own;

/// How often the write is tried when something else, such as a renewal of the tokens, changes the account meanwhile.
const TRIES: usize = 4;

/// The Plan of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanBody {
    /// The IANA name of the zone that its days and times are of.
    time_zone: String,
    /// When pins with `publish_at: "next_slot"` go out, in the order of the week.
    slots: Vec<SlotBody>,
    /// How many pins a day has at most, where they ask for a slot.
    #[schema(required)]
    pins_per_day: Option<u16>,
    #[schema(required)]
    quiet_hours: Option<QuietBody>,
    /// How far apart pins are that lead to the same page; 0 does not keep them apart.
    same_link_hours: u32,
    /// How far apart pins are that show the same image; 0 does not keep them apart.
    same_image_hours: u32,
    /// By how much at most a planned pin comes later than its slot, so that not all begin at :00.
    spread_seconds: u32,
}

/// A time of the week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slot)]
struct SlotBody {
    #[schema(schema_with = crate::description::days)]
    day: &'static str,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    time: String,
}

/// Hours of every day in which nothing is planned; they may go past midnight.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuietHours)]
struct QuietBody {
    /// The first quiet minute.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: String,
    /// The first minute that is not quiet any more.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    to: String,
}

/// A plan as an answer: it carries the entity tag of its version, for `If-Match`.
struct Answer(Plan);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        ([(header::ETAG, entity_tag(self.0.version))], Json(PlanBody::from(&self.0))).into_response()
    }
}

impl From<&Plan> for PlanBody {
    fn from(plan: &Plan) -> Self {
        let slot = |slot: &Slot| SlotBody { day: form::word(slot.day), time: slot.time.strftime("%H:%M").to_string() };
        let quiet = |quiet: QuietHours| QuietBody {
            from: quiet.from.strftime("%H:%M").to_string(),
            to: quiet.to.strftime("%H:%M").to_string(),
        };
        Self {
            time_zone: plan.zone.as_str().to_owned(),
            slots: plan.slots.iter().map(slot).collect(),
            pins_per_day: plan.pins_per_day,
            quiet_hours: plan.quiet.map(quiet),
            same_link_hours: plan.same_link_hours,
            same_image_hours: plan.same_image_hours,
            spread_seconds: plan.spread_seconds,
        }
    }
}

/// Shows the posting plan of an account. If it has none yet, the defaults are returned with version 0.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/plan",
    operation_id = "show_plan",
    tag = "plans",
    params(("id" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "The plan.", body = PlanBody, headers(("ETag" = String, description = "The version of the plan."))), ShowPlan)
)]
pub async fn show(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let account = own::account(&platform, &user.owner, &id).await?;
    Ok(Answer(*account.plan.unwrap_or_default()).into_response())
}

/// Replaces the posting plan. Pins that are already scheduled keep their times.
#[utoipa::path(
    put,
    path = "/v1/accounts/{id}/plan",
    operation_id = "save_plan",
    tag = "plans",
    params(("id" = AccountId, Path, description = "The account."), IfMatchHeader),
    request_body = NewPlan,
    responses((status = 200, description = "The plan.", body = PlanBody, headers(("ETag" = String, description = "The version of the plan."))), SavePlan)
)]
pub async fn save(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(body): Json<Value>,
) -> Result<Response, Problem> {
    let mut account = own::account(&platform, &user.owner, &id).await?;
    let wanted = form::read(body).map_err(Problem::invalid)?;
    for _ in 0..TRIES {
        let current = account.plan.as_deref().cloned().unwrap_or_default();
        let next = Plan { version: current.version, ..wanted.clone() };
        if account.plan.as_deref() == Some(&next) {
            return Ok(Answer(next).into_response());
        }
        if !if_match.admits(current.version) {
            return Err(IfMatch::changed("plan"));
        }
        let next = Plan { version: current.version + 1, ..next };
        let version = account.version;
        account.plan = Some(Box::new(next.clone()));
        account.updated_at = to_millisecond(platform.clock.now());
        match platform.accounts.save(&mut account, version).await {
            Ok(()) => return Ok(Answer(next).into_response()),
            Err(StoreError::Conflict) => account = own::account(&platform, &user.owner, &id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}
