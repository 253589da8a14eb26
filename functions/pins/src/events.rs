//! `GET /v1/events`: what happened, in order.

use axum::extract::State;
use jiff::SignedDuration;
use shared::api::description::PageQuery;
use shared::api::{Admin, EventBody, Json, List, Page, Problem, Query, User, cursor, foreign_cursor};
use shared::domain::characters::parse_pasted;
use shared::domain::event::Subject;
use shared::domain::{Event, EventId, EventType, FieldError, OwnerId, PinId};
use shared::platform::Platform;
use shared::store::{EventPage, StoreError};

use crate::Function;
use crate::description::{EventQuery, ListEvents};

/// How many events one page looks at. A page that finds little among them is short, with a cursor.
const MOST_EXAMINED: usize = 200;

/// How the events of everybody are asked for.
const EVERYBODY: &str = "*";

/// Lists what happened within the last 30 days, oldest first: your own events, or with `owner` those of others.
///
/// Events are written while the settings say `events: enabled`. An event is listed fifteen seconds after it happened, and a
/// minute after it in the list of everybody's, so that none is listed later before one that was listed already. To read on
/// from where an earlier list ended, send the `id` of its last event as `after`.
///
/// With `pin`, only what happened to that pin since it was made. As many events are looked at for it as without.
///
/// A page can be short, or empty, and still have a `next_cursor`. The pin of an event is as it was right after it; what
/// only depends on the settings (`pinterest_disabled`, `other_mode`) isn't told of it.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "list_events",
    tag = "events",
    params(PageQuery, EventQuery),
    responses((status = 200, description = "A part of the list.", body = List<EventBody>), ListEvents)
)]
pub async fn list(
    State(function): State<Function>,
    user: Result<User, Problem>,
    admin: Result<Admin, Problem>,
    query: Query,
) -> Result<Json<List<EventBody>>, Problem> {
    let mut errors = Vec::new();
    let page = query.page(&mut errors);
    let whose = match query.one("owner") {
        None => Whose::Owner(user?.owner),
        Some(named) => admin.and_then(|_| Whose::read(named))?,
    };
    let mut filter = Filter::read(&query, whose, &page, &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    filter.begin_with_pin(&function.platform).await?;
    let (events, next) = filter.find(&function.platform, usize::from(page.limit)).await?;
    let previews = function.platform.objects.previews();
    let items = events.into_iter().map(|event| EventBody::new(event, &previews)).collect();
    Ok(Json(List { items, next_cursor: next.map(|place| cursor(&filter.list(), place.as_str())) }))
}

/// Whose events are asked for.
#[derive(Debug)]
enum Whose {
    /// One owner's.
    Owner(OwnerId),
    /// Everybody's, and those of the installation itself.
    Everybody,
}

impl Whose {
    /// The owner that an administrator names.
    fn read(named: &str) -> Result<Self, Problem> {
        if named == EVERYBODY {
            return Ok(Self::Everybody);
        }
        let message = "Expected an owner of at most 256 bytes, or * for everybody.";
        named.parse().map(Self::Owner).map_err(|_| Problem::invalid_field("owner", "invalid", message))
    }
}

/// Which events are asked for.
#[derive(Debug)]
struct Filter {
    whose: Whose,
    kinds: Vec<EventType>,
    /// Whether only those of one pin.
    pin: Option<PinId>,
    /// What the request gives as `after`.
    since: Option<EventId>,
    /// Where to go on: where an earlier page ended, or else [`Self::since`].
    after: Option<EventId>,
}

impl Filter {
    /// Reads the parameters; notes everything that is wrong with them.
    fn read(query: &Query, whose: Whose, page: &Page, errors: &mut Vec<FieldError>) -> Self {
        let since = query.parsed("after", "the id of an event, such as evt_… with 26 letters and digits", errors);
        let pin = query.parsed("pin", "the id of a pin, such as pin_… with 26 letters and digits", errors);
        if pin.is_some() && matches!(whose, Whose::Everybody) {
            errors.push(FieldError::new("pin", "invalid", "Name the pin's owner, or omit one of both."));
        }
        let mut filter = Self { whose, kinds: kinds(query, errors), pin, since, after: None };
        let place = page.place(&filter.list(), errors).map(|place| parse_pasted(&place));
        if matches!(place, Some(Err(_))) {
            errors.push(foreign_cursor());
        }
        filter.after = place.and_then(Result::ok).or_else(|| filter.since.clone());
        filter
    }

    /// Everything that decides what is in the list, so that a cursor is not used with other parameters.
    fn list(&self) -> String {
        let Self { whose, kinds, pin, since, after: _ } = self;
        let of_pin = pin.as_ref().map(|pin| format!(" {pin}")).unwrap_or_default();
        format!("events {whose:?} {kinds:?} {since:?}{of_pin}")
    }

    /// Where the events of one pin are asked for, there are none before it was made.
    async fn begin_with_pin(&mut self, platform: &Platform) -> Result<(), Problem> {
        let (Some(id), Whose::Owner(owner)) = (&self.pin, &self.whose) else { return Ok(()) };
        let pin = platform.pins.load(owner, id).await?.ok_or_else(|| Problem::not_found("pin"))?;
        let made = EventId::derived(pin.created_at - SignedDuration::from_millis(1), id.as_str(), 0);
        self.after = self.after.take().into_iter().chain([made]).max();
        Ok(())
    }

    /// Whether `event` is one that is asked for.
    fn wants(&self, event: &Event) -> bool {
        let is_of_pin = |pin: &PinId| matches!(&event.happening.subject, Subject::Pin(found) if found.id == *pin);
        self.pin.as_ref().is_none_or(is_of_pin) && (self.kinds.is_empty() || self.kinds.contains(&event.happening.kind))
    }

    /// Whether every event is asked for.
    fn wants_all(&self) -> bool {
        self.kinds.is_empty() && self.pin.is_none()
    }

    /// Finds up to `limit` events, and the place to go on from where there may be more.
    async fn find(&mut self, platform: &Platform, limit: usize) -> Result<(Vec<Event>, Option<EventId>), StoreError> {
        let (mut found, mut examined) = (Vec::new(), 0);
        while examined < MOST_EXAMINED {
            let wanted = if self.wants_all() { limit - found.len() } else { limit };
            let EventPage { events, last, more } = self.next(platform, wanted).await?;
            examined += wanted;
            let count = events.len();
            for (index, event) in events.into_iter().enumerate() {
                self.after = Some(event.id.clone());
                if self.wants(&event) {
                    found.push(event);
                }
                if found.len() == limit {
                    return Ok((found, self.after.clone().filter(|_| more || index + 1 < count)));
                }
            }
            self.after = last.or_else(|| self.after.take());
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, self.after.clone()))
    }

    async fn next(&self, platform: &Platform, limit: usize) -> Result<EventPage, StoreError> {
        match &self.whose {
            Whose::Owner(owner) => {
                let limit = i32::try_from(limit).expect("a page has at most a hundred entries");
                platform.events.of_owner(owner, self.after.as_ref(), limit).await
            }
            Whose::Everybody => platform.events.of_everybody(self.after.as_ref(), limit).await,
        }
    }
}

fn kinds(query: &Query, errors: &mut Vec<FieldError>) -> Vec<EventType> {
    let asked: Vec<_> = query.all("type").collect();
    if asked.iter().any(|word| EventType::from_code(word).is_none()) {
        let words: Vec<_> = EventType::ALL.iter().copied().map(EventType::code).collect();
        errors.push(FieldError::new("type", "invalid", format!("Expected one of {}.", words.join(", "))));
    }
    EventType::ALL.iter().copied().filter(|kind| asked.contains(&kind.code())).collect()
}
