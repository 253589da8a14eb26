//! `GET /v1/accounts/{id}/top-pins`.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use futures_util::FutureExt;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use shared::analytics_quota::Category;
use shared::api::{Json, Problem, Query, User};
use shared::domain::{AccountId, BoardId, DayRange, FieldError, Metric, PinterestPinId, Scope};
use shared::pinterest::{PinFigures, RankedPin};
use utoipa::ToSchema;

use super::account::{load, of_account};
use super::body::{CountsBody, to_second};
use super::{Asker, PinList, pin_list, range};
use crate::Function;
use crate::description::{ShowTopPins, TopPinsQuery};

/// The best pins of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopPins {
    account_id: AccountId,
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[schema(value_type = String, format = Date)]
    to: Date,
    #[schema(schema_with = crate::description::metrics)]
    sort_by: &'static str,
    /// The best one first.
    items: Vec<TopPin>,
    /// When Pinterest was asked; answers are repeated for ten minutes.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
}

/// A pin, whoever published it. What it shows is `null` where Pinterest's list of the account's pins doesn't have it, as for
/// pins on secret boards.
#[derive(Debug, Serialize, ToSchema)]
struct TopPin {
    pinterest_pin_id: PinterestPinId,
    pinterest_url: String,
    /// Over the days that were asked for.
    counts: CountsBody,
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    link: Option<String>,
    #[schema(required)]
    board_id: Option<BoardId>,
    /// A small picture, on Pinterest's servers.
    #[schema(required)]
    image_url: Option<String>,
    /// By Pinterest's clock.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
}

/// Lists the pins of an account that did best over some days, whoever published them and however old they are.
///
/// Pinterest chooses them when this is called, and nothing is stored. Match `pinterest_pin_id` with that of pins to find those
/// that were published here.
#[utoipa::path(
    get,
    path = "/v1/accounts/{id}/top-pins",
    operation_id = "list_top_pins",
    tag = "analytics",
    params(("id" = AccountId, Path, description = "The account."), TopPinsQuery),
    responses((status = 200, description = "The pins.", body = TopPins), ShowTopPins)
)]
pub async fn top_pins(
    State(function): State<Function>,
    user: User,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<TopPins>, Problem> {
    let mut errors = Vec::new();
    let range = range::read(&query, &function.platform, &mut errors);
    let (metric, count) = (metric(&query, &mut errors), count(&query, &mut errors));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let account = load(&function.platform, &user.owner, &id).await?;
    let asker = Asker::open(&function, &account, &[Scope::USER_ACCOUNTS_READ, Scope::PINS_READ]).await?;
    let known = read(&function, &asker, (range, metric, count)).await?;
    let list = shown(&function, &asker, &known.1).await;
    let items =
        known.1.iter().map(|pin| TopPin::new(pin, list.as_deref().and_then(|list| list.get(&pin.id)))).collect();
    let (from, to, sort_by) = (range.from, range.to, metric.code());
    Ok(Json(TopPins { account_id: account.id, from, to, sort_by, items, read_at: known.0 }))
}

async fn read(
    function: &Function,
    asker: &Asker<'_>,
    (range, metric, count): (DayRange, Metric, u8),
) -> Result<Arc<(Timestamp, Vec<RankedPin>)>, Problem> {
    let account = asker.account;
    let key = ((account.id.clone(), account.token_version), range, metric, count);
    if let Some(known) = function.figures.best.get(&key) {
        return Ok(known);
    }
    let pinterest = &function.platform.pinterest;
    let call = || pinterest.top_pins(&asker.token, range, metric, count).boxed();
    let pins = asker.ask(Category::Analytics, call).await.map_err(|unread| of_account(unread, account))?;
    let known = Arc::new((to_second(function.platform.clock.now()), pins));
    function.figures.best.put(key, &known);
    Ok(known)
}

/// The list that says what the pins show; nothing where it cannot be read, since the ranking is worth having without it.
async fn shown(function: &Function, asker: &Asker<'_>, pins: &[RankedPin]) -> Option<Arc<PinList>> {
    if !asker.account.scopes.contains(Scope::BOARDS_READ) {
        return None;
    }
    let wanted: BTreeSet<_> = pins.iter().map(|pin| pin.id.clone()).collect();
    match pin_list::read(function, asker, &wanted).await {
        Ok(list) => Some(list),
        Err(unread) => {
            let error = &unread as &dyn std::error::Error;
            tracing::warn!(account = %asker.account.id, error, "the best pins are returned without their content");
            None
        }
    }
}

fn metric(query: &Query, errors: &mut Vec<FieldError>) -> Metric {
    let Some(word) = query.one("sort_by") else { return Metric::Impressions };
    Metric::from_code(word).unwrap_or_else(|| {
        let known = Metric::ALL.map(Metric::code).join(", ");
        errors.push(FieldError::new("sort_by", "invalid", format!("Expected one of {known}.")));
        Metric::Impressions
    })
}

fn count(query: &Query, errors: &mut Vec<FieldError>) -> u8 {
    let expected = "a number from 1 to 50";
    let count = query.parsed("limit", expected, errors).unwrap_or(10);
    if !(1..=50).contains(&count) {
        errors.push(FieldError::new("limit", "invalid", format!("Expected {expected}.")));
    }
    count
}

impl TopPin {
    fn new(pin: &RankedPin, shown: Option<&PinFigures>) -> Self {
        let text = |of: fn(&PinFigures) -> &Option<String>| shown.and_then(|shown| of(shown).clone());
        Self {
            pinterest_url: pin.id.url(),
            pinterest_pin_id: pin.id.clone(),
            counts: pin.counts.into(),
            title: text(|pin| &pin.title),
            description: text(|pin| &pin.description),
            link: text(|pin| &pin.link),
            board_id: shown.and_then(|shown| shown.board_id.clone()),
            image_url: text(|pin| &pin.image_url),
            created_at: shown.and_then(|shown| shown.created_at),
        }
    }
}
