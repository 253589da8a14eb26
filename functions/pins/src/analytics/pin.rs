//! `GET /v1/pins/{id}/analytics`.

use std::sync::Arc;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::analytics_quota::Category;
use shared::api::{Json, Problem, Query, User};
use shared::domain::{Account, DayRange, Pin, PinId, PinterestPinId, Scope, State as PinState};
use utoipa::ToSchema;

use super::body::{CountsBody, DayBody, FiguresNote, LifetimeBody, Shown, to_second};
use super::{Asker, OnePin, Unread, range};
use crate::description::{FiguresQuery, ShowPinFigures};
use crate::refusal::{Wish, refuse};
use crate::{Function, own};

/// How a pin does.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinAnalytics {
    pin_id: PinId,
    pinterest_pin_id: PinterestPinId,
    pinterest_url: String,
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The last day up to which all counts are final; `null` while none are.
    #[schema(required, value_type = Option<String>, format = Date)]
    complete_until: Option<Date>,
    /// The days that Pinterest has counts for, in order.
    days: Vec<DayBody>,
    /// The sum of the days.
    totals: CountsBody,
    /// Since the pin was published; `null` where Pinterest doesn't say.
    #[schema(required)]
    lifetime: Option<LifetimeBody>,
    notes: Vec<FiguresNote>,
    /// When Pinterest was asked; answers are repeated for ten minutes.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
}

/// Shows how often a published pin was seen, saved and clicked, by day.
///
/// Pinterest is asked when this is called, and nothing is stored. It has figures for the last 89 days, up to yesterday, in
/// UTC, and revises those of the last days. If Pinterest no longer has the pin, the answer says so.
#[utoipa::path(
    get,
    path = "/v1/pins/{id}/analytics",
    operation_id = "show_pin_analytics",
    tag = "analytics",
    params(("id" = PinId, Path, description = "The pin."), FiguresQuery),
    responses((status = 200, description = "The figures.", body = PinAnalytics), ShowPinFigures)
)]
pub async fn show(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<PinAnalytics>, Problem> {
    let platform = &function.platform;
    let range = range::read_alone(&query, platform)?;
    let pin = own::pin(platform, &user.owner, &id).await?;
    let pinterest_id = published_as(&pin)?;
    let account = platform.accounts.load(&pin.owner, &pin.account_id).await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    let known = read(&function, &account, (&pin, pinterest_id), range).await?;
    Ok(Json(PinAnalytics::new(&pin, pinterest_id, range, &known)))
}

/// Pinterest's id of a pin that is there; 409 for one that is not.
fn published_as(pin: &Pin) -> Result<&PinterestPinId, Problem> {
    match &pin.state {
        PinState::Published { pinterest_pin_id, .. } if pin.taken_down_at.is_none() => Ok(pinterest_pin_id),
        _ => Err(refuse(pin, Wish::Figures)),
    }
}

async fn read(
    function: &Function,
    account: &Account,
    (pin, id): (&Pin, &PinterestPinId),
    range: DayRange,
) -> Result<Arc<OnePin>, Problem> {
    let asker = Asker::open(function, account, &[Scope::BOARDS_READ, Scope::PINS_READ]).await?;
    let key = (pin.id.clone(), account.token_version, range);
    if let Some(known) = function.figures.pins.get(&key) {
        return Ok(known);
    }
    let (pinterest, token) = (&function.platform.pinterest, &asker.token);
    let is_video = pin.content.media().is_video();
    let days = || pinterest.pin_analytics(token, id, range, is_video).boxed();
    let whole = || pinterest.pin_with_figures(token, id).boxed();
    let (series, whole) =
        tokio::join!(asker.ask(Category::Analytics, days).boxed(), asker.ask(Category::Read, whole).boxed());
    if [series.as_ref().err(), whole.as_ref().err()].into_iter().flatten().any(Unread::is_not_found) {
        return Err(gone());
    }
    let read_at = to_second(function.platform.clock.now());
    let known = Arc::new(OnePin { read_at, series: series?, whole: whole.ok() });
    function.figures.pins.put(key, &known);
    Ok(known)
}

fn gone() -> Problem {
    let detail = "Pinterest no longer has this pin. It was deleted there, by the account or by Pinterest itself.";
    Problem::conflict("gone_from_pinterest", detail)
}

impl PinAnalytics {
    fn new(pin: &Pin, id: &PinterestPinId, range: DayRange, known: &OnePin) -> Self {
        let Shown { days, totals, complete_until, notes } = Shown::new(&known.series, range);
        let lifetime = known.whole.as_ref().filter(|whole| !whole.lifetime.is_empty()).map(LifetimeBody::from);
        Self {
            pin_id: pin.id.clone(),
            pinterest_pin_id: id.clone(),
            pinterest_url: id.url(),
            from: range.from,
            to: range.to,
            complete_until,
            days,
            totals,
            lifetime,
            notes,
            read_at: known.read_at,
        }
    }
}
