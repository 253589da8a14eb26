//! `GET /v1/pins/analytics`: published pins of ours with their figures.

use std::collections::HashSet;

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::api::{Json, Page, PreviewBody, Problem, Query, User, cursor};
use shared::domain::{Account, AccountId, BoardId, Pin, PinId, PinterestPinId, SectionId, Status};
use shared::store::PreviewAddresses;
use utoipa::ToSchema;

use super::body::{CountsBody, LifetimeBody};
use super::joined::{Accounts, published_as};
use crate::description::{FiguresPageQuery, ListPinFigures, PublishedQuery};
use crate::list::{self, Filter};
use crate::{Function, export};

/// How many pins are listed where nothing is said.
const USUAL: usize = 100;

/// A part of the published pins.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinFiguresList {
    /// The entries.
    items: Vec<PinFiguresBody>,
    /// What to send as `cursor` for the next part; `null` at the end.
    #[schema(required)]
    next_cursor: Option<String>,
    /// Accounts whose figures are missing, and why; empty where none are.
    unread: Vec<UnreadAccount>,
    /// When Pinterest was asked; answers are repeated for ten minutes. `null` where there was nothing to ask.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    read_at: Option<Timestamp>,
}

/// An account whose figures are missing.
#[derive(Debug, Serialize, ToSchema)]
struct UnreadAccount {
    account_id: AccountId,
    /// The code of the problem that asking for this account alone would answer; `partly_read` where its list of pins is so
    /// long that the next request goes on reading it.
    code: &'static str,
    /// What a person reads.
    message: String,
}

/// A published pin with its figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PinFigures)]
struct PinFiguresBody {
    pin_id: PinId,
    account_id: AccountId,
    board_id: BoardId,
    #[schema(required)]
    section_id: Option<SectionId>,
    #[schema(required)]
    title: Option<String>,
    #[schema(required)]
    link: Option<String>,
    preview: PreviewBody,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// The slot of the account's plan in which it went out; `null` where it went out at a time of its own.
    #[schema(required)]
    slot: Option<PlanSlotBody>,
    #[schema(required)]
    pinterest_pin_id: Option<PinterestPinId>,
    #[schema(required)]
    pinterest_url: Option<String>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    taken_down_at: Option<Timestamp>,
    /// The last 90 days by Pinterest's count. `null` where Pinterest's list of pins doesn't have the pin: it is on a board
    /// that is not public, was deleted, or its account is among `unread`.
    #[schema(required)]
    last_90_days: Option<CountsBody>,
    /// Since it was published; `null` for the same reasons.
    #[schema(required)]
    lifetime: Option<LifetimeBody>,
}

/// A time of the week, in the zone of the account's plan as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishedSlot)]
pub struct PlanSlotBody {
    /// The English name of the day.
    pub day: String,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    pub time: String,
}

/// Lists published pins with what Pinterest counted for them.
///
/// Pinterest is asked when this is called, page by page, and nothing is stored. Accounts that can't be asked are named with the
/// reason; their pins are listed without figures. Saves are `null` where Pinterest's list doesn't count them.
#[utoipa::path(
    get,
    path = "/v1/pins/analytics",
    operation_id = "list_pin_analytics",
    tag = "analytics",
    params(FiguresPageQuery, PublishedQuery),
    responses((status = 200, description = "A part of the list.", body = PinFiguresList), ListPinFigures)
)]
pub async fn list(State(function): State<Function>, user: User, query: Query) -> Result<Json<PinFiguresList>, Problem> {
    let Found { pins, accounts, next_cursor } = find(&function, &user, &query, USUAL).await?;
    let previews = function.platform.objects.previews();
    let items = pins.iter().map(|pin| PinFiguresBody::new(pin, &accounts, &previews)).collect();
    let (read_at, unread) = (accounts.read_at(), unread(accounts));
    Ok(Json(PinFiguresList { items, next_cursor, unread, read_at }))
}

/// Published pins, and what is known of their accounts.
pub struct Found {
    pub pins: Vec<Pin>,
    pub accounts: Accounts,
    pub next_cursor: Option<String>,
}

/// Finds the pins that are asked for and reads their figures.
pub async fn find(function: &Function, user: &User, query: &Query, usual: usize) -> Result<Found, Problem> {
    let mut errors = Vec::new();
    let limit = export::limit(query, usual, &mut errors);
    let page = Page { limit: 1, cursor: query.one("cursor").map(str::to_owned) };
    let filter = Filter::read_published(query, &page, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let platform = &function.platform;
    let settings = platform.current_settings.get().await?;
    let (pins, place) = list::find(platform, &user.owner, &filter, &settings, limit).await?;
    debug_assert!(pins.iter().all(|pin| pin.state.status() == Status::Published));
    let accounts = Accounts::read(function, &user.owner, &pins).await?;
    Ok(Found { pins, accounts, next_cursor: place.map(|place| cursor(&filter.list(), &place)) })
}

fn unread(accounts: Accounts) -> Vec<UnreadAccount> {
    let mut seen = HashSet::new();
    let partly = accounts.partly_read.into_iter().map(|account_id| UnreadAccount {
        account_id,
        code: "partly_read",
        message: "This account has so many pins that not all of them are read yet. Ask again for the rest.".to_owned(),
    });
    let refused = accounts.unread.into_iter().map(|(account_id, problem)| UnreadAccount {
        account_id,
        code: problem.code,
        message: problem.detail,
    });
    refused.chain(partly).filter(|account| seen.insert(account.account_id.clone())).collect()
}

/// The slot in which `pin` went out, by the clocks of the account's plan.
pub fn slot(pin: &Pin, account: Option<&Account>) -> Option<PlanSlotBody> {
    let plan = account?.plan.as_deref()?;
    let local = plan.zone.local(pin.is_in_slot()?);
    Some(PlanSlotBody {
        day: local.strftime("%A").to_string().to_lowercase(),
        time: local.strftime("%H:%M").to_string(),
    })
}

impl PinFiguresBody {
    fn new(pin: &Pin, accounts: &Accounts, previews: &PreviewAddresses<'_>) -> Self {
        let figures = accounts.figures(pin);
        let published_at = match &pin.state {
            shared::domain::State::Published { at, .. } => Some(*at),
            _ => None,
        };
        Self {
            pin_id: pin.id.clone(),
            account_id: pin.account_id.clone(),
            board_id: pin.board_id.clone(),
            section_id: pin.section_id.clone(),
            title: pin.content.title().map(str::to_owned),
            link: pin.content.link().map(str::to_owned),
            preview: PreviewBody::of_pin(pin, previews),
            published_at,
            slot: slot(pin, accounts.get(&pin.account_id)),
            pinterest_pin_id: published_as(pin).cloned(),
            pinterest_url: pin.pinterest_url(),
            taken_down_at: pin.taken_down_at,
            last_90_days: figures
                .map(|figures| figures.last_90_days)
                .filter(|counts| !counts.is_empty())
                .map(Into::into),
            lifetime: figures.filter(|figures| !figures.lifetime.is_empty()).map(LifetimeBody::from),
        }
    }
}
