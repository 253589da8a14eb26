//! `GET /v1/pins`: the calendar of the caller, by account, status and time.

mod filter;

use axum::extract::State;
use shared::api::description::PageQuery;
use shared::api::{Json, List, PinBody, Problem, Query, User, cursor};
use shared::domain::{OwnerId, Pin, PinId, Settings};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::Function;
use crate::description::{ListPins, PinQuery};
pub use filter::{Filter, time};

/// How many keys of the calendar one page looks at. A page that finds little among them is short, with a cursor.
const MOST_EXAMINED: usize = 200;

/// How many pins are read at once, which is what `BatchGetItem` takes.
const MOST_READ: usize = 100;

/// Lists pins. Drafts have no time, so they are left out if `from` or `to` is given.
///
/// A page can be short, or empty, and still have a `next_cursor`. A page has each pin at most once, in its current
/// state. Over several pages, only a pin that is moved past the cursor meanwhile can appear twice or not at all.
#[utoipa::path(
    get,
    path = "/v1/pins",
    operation_id = "list_pins",
    tag = "pins",
    params(PageQuery, PinQuery),
    responses((status = 200, description = "A part of the list.", body = List<PinBody>), ListPins)
)]
pub async fn list(State(function): State<Function>, user: User, query: Query) -> Result<Json<List<PinBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let filter = Filter::read(&query, &page, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let settings = function.platform.current_settings.get().await?;
    let (pins, place) = find(&function.platform, &user.owner, &filter, &settings, usize::from(page.limit)).await?;
    let next_cursor = place.map(|place| cursor(&filter.list(), &place));
    let previews = function.platform.objects.previews();
    let items = pins.into_iter().map(|pin| PinBody::new(pin, &settings, &previews)).collect();
    Ok(Json(List { items, next_cursor }))
}

/// Finds up to `limit` pins, and the place to go on from where there may be more.
pub async fn find(
    platform: &Platform,
    owner: &OwnerId,
    filter: &Filter,
    settings: &Settings,
    limit: usize,
) -> Result<(Vec<Pin>, Option<String>), StoreError> {
    let most = MOST_EXAMINED.max(limit);
    let (mut found, mut examined, mut place) = (Vec::new(), 0, filter.after.clone());
    while examined < most {
        let wanted = if filter.takes_all() { limit - found.len() } else { MOST_READ };
        let wanted = wanted.min(most - examined).min(MOST_READ);
        let entries = platform.pins.calendar(owner, &filter.calendar(place.take(), wanted)).await?;
        examined += entries.entries.len();
        let ids = distinct(&entries.entries);
        let mut pins = platform.pins.load_many(owner, &ids).await?.into_iter().peekable();
        let count = entries.entries.len();
        for (index, (id, at)) in entries.entries.into_iter().enumerate() {
            let pin = pins.next_if(|pin| pin.id == id).filter(|pin| filter.admits(pin, settings));
            // A pin that was moved while the page was being made is met again at its new time.
            found.extend(pin.filter(|pin| !found.iter().any(|known: &Pin| known.id == pin.id)));
            place = Some(at);
            if found.len() == limit {
                let more = entries.more || index + 1 < count;
                return Ok((found, place.filter(|_| more)));
            }
        }
        if !entries.more || count == 0 {
            return Ok((found, None));
        }
    }
    Ok((found, place))
}

/// An index that lags behind a changed time may show a pin twice, and `DynamoDB` refuses to read one twice.
fn distinct(entries: &[(PinId, String)]) -> Vec<PinId> {
    let mut ids: Vec<PinId> = Vec::new();
    for (id, _) in entries {
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}
