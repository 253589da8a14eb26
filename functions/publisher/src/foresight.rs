//! Shortly before their time, what pins need is checked without posting: the account, its token, the board.
//!
//! Once for each account and board in a quarter of an hour, in memory, by the tick that meets their first pin; only what
//! would go wrong is written, to the pins concerned. Images and links are not fetched: what Pinterest refused a short
//! while ago is remembered instead.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use jiff::{SignedDuration, Timestamp};
use shared::domain::{AccountId, BoardId, Connection, Failure, Hold, Media, OwnerId, Pin, PinId, State, Warning};
use shared::pinterest::{CallError, Refusal};
use shared::store::{DueEntry, DueWork, StoreError};

use crate::Publisher;
use crate::renew::{self, Renewal};
use crate::session::Session;

/// For how long what was found is not asked again, and what Pinterest refused is remembered.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// For how long an image or a link that Pinterest refused is remembered.
const REFUSED: SignedDuration = SignedDuration::from_hours(24);

/// Beyond this many the memory is dropped; it costs another question or a missing warning.
const MOST: usize = 5000;

/// How many pins are read at once, which is what `BatchGetItem` takes.
const PAGE: usize = 100;

/// Where pins go.
type Place = (AccountId, BoardId);

/// What was found of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outlook {
    /// Nothing is in the way, as far as anybody knows.
    Clear,
    /// This is.
    Trouble(Warning),
}

/// What this process knows.
#[derive(Debug, Default)]
pub struct Foresight {
    asked: Mutex<HashMap<Place, (Timestamp, Outlook)>>,
    refused: Mutex<HashMap<String, (Timestamp, Warning)>>,
}

impl Foresight {
    /// Remembers what Pinterest refused `pin` for, where another pin may have the same.
    pub fn learn(&self, pin: &Pin, reason: Failure, now: Timestamp) {
        let Media::ImageUrl { url } = pin.content.media();
        let (what, warning) = match (reason, pin.content.link()) {
            (Failure::ImageTooSmall | Failure::ImageUnreadable, _) => (url.as_str(), Warning::ImageRefusedBefore),
            (Failure::LinkInvalid, Some(link)) => (link, Warning::LinkRefusedBefore),
            _ => return,
        };
        remember(&self.refused, what.to_owned(), (now, warning));
    }

    fn of_content(&self, pin: &Pin, now: Timestamp) -> Option<Warning> {
        let Media::ImageUrl { url } = pin.content.media();
        let refused = lock(&self.refused);
        let known = |what: &str| {
            let (at, warning) = refused.get(what)?;
            (now.duration_since(*at) < REFUSED).then_some(*warning)
        };
        known(url).or_else(|| known(pin.content.link()?))
    }

    fn asked(&self, place: &Place, now: Timestamp) -> Option<Outlook> {
        let (at, outlook) = *lock(&self.asked).get(place)?;
        (now.duration_since(at) < QUARTER).then_some(outlook)
    }
}

/// Checks what the pins behind `entries` need, until `end` at the latest; answers how many were warned of.
pub async fn foresee(publisher: &Publisher, entries: Vec<DueEntry>, end: Timestamp) -> u32 {
    let mut pins: BTreeMap<OwnerId, Vec<PinId>> = BTreeMap::new();
    for entry in entries {
        if let DueWork::Pin(owner, id) = entry.work {
            pins.entry(owner).or_default().push(id);
        }
    }
    let mut warned = 0;
    for (owner, ids) in pins {
        for ids in ids.chunks(PAGE) {
            if publisher.platform.clock.now() >= end {
                return warned;
            }
            match page(publisher, &owner, ids).await {
                Ok(count) => warned += count,
                Err(error) => tracing::warn!(%error, "pins could not be checked before their time"),
            }
        }
    }
    warned
}

async fn page(publisher: &Publisher, owner: &OwnerId, ids: &[PinId]) -> Result<u32, StoreError> {
    let mut warned = 0;
    for mut pin in publisher.platform.pins.load_many(owner, ids).await? {
        let waits = matches!(pin.state, State::Scheduled { .. } | State::Held { .. }) && !pin.is_parked();
        if !waits {
            continue;
        }
        let found = match of_place(publisher, &pin).await {
            Outlook::Trouble(warning) => Some(warning),
            Outlook::Clear => publisher.foresight.of_content(&pin, publisher.platform.clock.now()),
        };
        let Some(warning) = found.filter(|found| pin.warning != Some(*found)) else { continue };
        let version = pin.version;
        pin.warn(warning);
        match publisher.platform.pins.save(&pin, version).await {
            Ok(()) => {
                let (account, at) = (&pin.account_id, pin.publish_at);
                tracing::warn!(pin = %pin.id, %account, ?at, warning = warning.code(), "a pin would not go out at its time");
                warned += 1;
            }
            // Somebody is at it; what they make of it is checked by its time.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(warned)
}

/// What would be in the way of pins like `pin`, asked once for its account and board.
async fn of_place(publisher: &Publisher, pin: &Pin) -> Outlook {
    let place = (pin.account_id.clone(), pin.board_id.clone());
    let now = publisher.platform.clock.now();
    if let Some(known) = publisher.foresight.asked(&place, now) {
        return known;
    }
    let session = match publisher.sessions.get(&pin.owner, &pin.account_id).await {
        Ok(session) => session,
        Err(error) => {
            tracing::warn!(%error, account = %pin.account_id, "an account could not be checked before its pins' time");
            return Outlook::Clear;
        }
    };
    let found = match session {
        None => Some(Warning::WillBeDisconnected),
        Some(session) => match of_account(&session, pin.publish_at.unwrap_or(now), now) {
            Some(warning) => Some(warning),
            None => of_board(publisher, &session, pin).await,
        },
    };
    let outlook = found.map_or(Outlook::Clear, Outlook::Trouble);
    remember(&publisher.foresight.asked, place, (now, outlook));
    outlook
}

/// What the account itself says of a pin that is due at `at`.
fn of_account(session: &Session, at: Timestamp, now: Timestamp) -> Option<Warning> {
    let account = &session.account;
    if account.connection == Connection::Disconnected {
        return Some(Warning::WillBeDisconnected);
    }
    let renewable = account.refresh_at.is_some() && matches!(account.connection, Connection::Connected(_));
    if account.usable_tokens(at).is_none() && !renewable || account.usable_tokens(now).is_none() {
        return Some(Warning::WillNeedReconnect);
    }
    account.held_at(at).map(|_| Warning::WillBeHeld)
}

/// What Pinterest says of the board; nothing where it does not answer, which proves nothing.
async fn of_board(publisher: &Publisher, session: &Session, pin: &Pin) -> Option<Warning> {
    let now = publisher.platform.clock.now();
    let is_limited = session.account.held_at(now).is_some_and(|hold| hold.reason == Hold::RateLimited);
    let token = session.token.as_ref().filter(|_| !is_limited && publisher.circuits.keeping_back(pin).is_none())?;
    match publisher.platform.pinterest.board(pin.mode, token, &pin.board_id).await {
        Err(CallError::Refused(refusal)) if refusal.is_of_the_token() => {
            // A quarter of an hour is enough for a new pair.
            let renewal = renew::after_refusal(publisher, &session.account, pin).await;
            (renewal == Renewal::NeedsReconnect).then_some(Warning::WillNeedReconnect)
        }
        Err(CallError::Refused(refusal)) => of_refusal(&refusal),
        Ok(_) | Err(_) => None,
    }
}

fn of_refusal(refusal: &Refusal) -> Option<Warning> {
    match (refusal.status, refusal.code) {
        (401, Some(3)) => Some(Warning::AppRefused),
        (401 | 403, _) => Some(Warning::BoardForbidden),
        (404, _) => Some(Warning::BoardMissing),
        _ => None,
    }
}

fn remember<K: Eq + std::hash::Hash, V>(known: &Mutex<HashMap<K, V>>, key: K, value: V) {
    let mut known = lock(known);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(key, value);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while it holds this lock")
}
