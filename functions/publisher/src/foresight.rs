//! Shortly before their time, what pins need is checked without posting: the account, its token, the board.
//!
//! A board is asked about once for each account in a quarter of an hour, in memory, by the tick that meets their first
//! pin; only what would go wrong is written, to the pins concerned, and taken back by the next tick if it was mended.
//! Images and links are not fetched: what Pinterest refused a short while ago is remembered instead. A pin's version
//! moves with its warning, as with everything that it says.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use shared::domain::{
    AccountId, BoardId, Connection, Failure, Hold, Media, OwnerId, Pin, PinId, State, VideoStage, Warning,
};
use shared::pinterest::{CallError, RefusalKind};
use shared::store::{DueEntry, DueWork, StoreError};

use crate::Publisher;
use crate::renew;
use crate::session::Session;

/// For how long a board that is there is not asked about again.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// For how long it is not asked again where something was wrong, which somebody may mend.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// How long all this may take in one invocation, which waits for it.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// How many boards are asked about at once.
const AT_ONCE: usize = 8;

/// How many boards may get no answer before Pinterest is left alone.
const MOST_UNANSWERED: usize = 3;

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
    /// Pinterest does not let the app read the board, which proves nothing either way.
    Unverifiable,
    /// Pinterest did not answer, which proves nothing.
    Unanswered,
}

/// What this process knows.
#[derive(Debug, Default)]
pub struct Foresight {
    asked: Mutex<HashMap<Place, (Timestamp, Outlook)>>,
    /// Images and links that Pinterest refused, by whose they were.
    refused: Mutex<HashMap<(OwnerId, String), (Timestamp, Warning)>>,
}

impl Foresight {
    /// Remembers what Pinterest refused `pin` for, where another pin may have the same.
    pub fn learn(&self, pin: &Pin, reason: Failure, now: Timestamp) {
        let image = image(pin);
        let (what, warning) = match (reason, pin.content.link()) {
            _ if pin.content.media().is_video() && reason != Failure::LinkInvalid => return,
            (Failure::ImageTooSmall | Failure::ImageUnreadable, _) => (image, Warning::ImageRefusedBefore),
            (Failure::LinkInvalid, Some(link)) => (link, Warning::LinkRefusedBefore),
            _ => return,
        };
        remember(&self.refused, (pin.owner.clone(), what.to_owned()), (now, warning));
    }

    fn of_content(&self, pin: &Pin, now: Timestamp) -> Option<Warning> {
        let refused = lock(&self.refused);
        let known = |what: &str| {
            let (at, warning) = refused.get(&(pin.owner.clone(), what.to_owned()))?;
            (now.duration_since(*at) < REFUSED).then_some(*warning)
        };
        known(image(pin)).or_else(|| known(pin.content.link()?))
    }

    fn asked(&self, place: &Place, now: Timestamp) -> Option<Outlook> {
        let (at, outlook) = *lock(&self.asked).get(place)?;
        let lasts = matches!(outlook, Outlook::Clear | Outlook::Unverifiable);
        let keep = if lasts { QUARTER } else { MINUTE };
        (now.duration_since(at) < keep).then_some(outlook)
    }
}

/// What tells the image of a pin from others.
fn image(pin: &Pin) -> &str {
    match pin.content.media() {
        Media::ImageUrl { url } => url,
        own => own.files().first().map_or("", |id| id.as_str()),
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
    let clock = &publisher.platform.clock;
    let mut round = Round { publisher, end: end.min(clock.now() + PATIENCE), unanswered: 0, warned: 0 };
    for (owner, ids) in pins {
        for ids in ids.chunks(PAGE) {
            if round.is_over() {
                return round.warned;
            }
            if let Err(error) = Box::pin(round.page(&owner, ids)).await {
                tracing::warn!(%error, "pins could not be checked before their time");
            }
        }
    }
    round.warned
}

/// What one invocation checks.
struct Round<'a> {
    publisher: &'a Publisher,
    end: Timestamp,
    unanswered: usize,
    warned: u32,
}

impl Round<'_> {
    fn is_over(&self) -> bool {
        self.publisher.platform.clock.now() >= self.end || self.unanswered >= MOST_UNANSWERED
    }

    async fn page(&mut self, owner: &OwnerId, ids: &[PinId]) -> Result<(), StoreError> {
        let mut pins = self.publisher.platform.pins.load_many(owner, ids).await?;
        pins.retain(|pin| matches!(pin.state, State::Scheduled { .. } | State::Held { .. }) && !pin.is_parked());
        self.ask(&pins).await;
        for pin in pins {
            if self.is_over() {
                return Ok(());
            }
            if let Ok(found) = outlook(self.publisher, &pin).await {
                self.tell(pin, found).await?;
            }
        }
        Ok(())
    }

    /// Asks about the boards of `pins` of which nothing is known yet, a few at a time.
    async fn ask(&mut self, pins: &[Pin]) {
        let now = self.publisher.platform.clock.now();
        let places: BTreeMap<_, _> = pins.iter().map(|pin| ((&pin.account_id, &pin.board_id), pin)).collect();
        let mut unknown: Vec<_> = places.into_values().collect();
        unknown.retain(|pin| self.publisher.foresight.asked(&place(pin), now).is_none());
        for some in unknown.chunks(AT_ONCE) {
            if self.is_over() {
                return;
            }
            let answers = join_all(some.iter().map(|pin| Box::pin(of_board(self.publisher, pin, self.end)))).await;
            for (pin, outlook) in some.iter().zip(answers) {
                if outlook == Outlook::Unanswered {
                    self.unanswered += 1;
                } else {
                    remember(&self.publisher.foresight.asked, place(pin), (now, outlook));
                }
            }
        }
    }

    /// Writes what was found, unless the pin says so already.
    async fn tell(&mut self, mut pin: Pin, found: Option<Warning>) -> Result<(), StoreError> {
        if pin.warning == found {
            return Ok(());
        }
        let before = pin.clone();
        pin.warn(found);
        match self.publisher.platform.pins.replace(&before, &pin).await {
            Ok(()) => {
                let (account, at, warning) = (&pin.account_id, pin.publish_at, found.map(Warning::code));
                tracing::warn!(pin = %pin.id, %account, ?at, warning, "the warning of a pin that is due soon changed");
                self.warned += u32::from(found.is_some());
                Ok(())
            }
            // Somebody is at it; what they make of it is checked by its time.
            Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn place(pin: &Pin) -> Place {
    (pin.account_id.clone(), pin.board_id.clone())
}

/// Nobody answered who would know.
struct NotKnown;

/// What is in the way of `pin`, if anything.
async fn outlook(publisher: &Publisher, pin: &Pin) -> Result<Option<Warning>, NotKnown> {
    let now = publisher.platform.clock.now();
    let due = pin.due.as_ref().map_or(now, |due| due.at);
    let session = session(publisher, pin).await?;
    let of_account = session.map_or(Some(Warning::WillBeDisconnected), |session| of_account(&session, due, now));
    let of_board = match publisher.foresight.asked(&place(pin), now) {
        Some(Outlook::Trouble(warning)) => Some(warning),
        Some(Outlook::Unanswered) | None if of_account.is_none() => return Err(NotKnown),
        _ => None,
    };
    let of_video = || {
        let is_refused = pin.video.as_ref().is_some_and(|video| matches!(video.stage, VideoStage::Refused { .. }));
        is_refused.then_some(Warning::VideoRefused)
    };
    Ok(of_account.or(of_board).or_else(of_video).or_else(|| publisher.foresight.of_content(pin, now)))
}

/// The session of the pin's account, if it exists.
async fn session(publisher: &Publisher, pin: &Pin) -> Result<Option<Session>, NotKnown> {
    let session = publisher.sessions.get(&pin.owner, &pin.account_id).await;
    let told = |error: &_| tracing::warn!(%error, account = %pin.account_id, "an account could not be checked");
    session.inspect_err(told).map_err(|_| NotKnown)
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

/// What Pinterest says of the board of `pin`.
async fn of_board(publisher: &Publisher, pin: &Pin, end: Timestamp) -> Outlook {
    let now = publisher.platform.clock.now();
    let Ok(Some(session)) = session(publisher, pin).await else { return Outlook::Unanswered };
    let is_limited = session.account.held_at(now).is_some_and(|hold| hold.reason == Hold::RateLimited);
    let may_ask = !is_limited && publisher.circuits.keeping_back(pin).is_none();
    let Some(token) = session.token.as_ref().filter(|_| may_ask) else { return Outlook::Clear };
    match publisher.platform.pinterest.board(pin.mode, token, &pin.board_id).await {
        Ok(_) => Outlook::Clear,
        Err(CallError::Refused(refusal)) => {
            let in_time = publisher.platform.clock.now() < end;
            if refusal.kind.is_of_the_token() && in_time {
                // A quarter of an hour is enough for a new pair.
                renew::after_refusal(publisher, &session.account, pin).await;
            } else if let Some(missing) = refusal.kind.missing_for_publishing().filter(|_| in_time) {
                // What publishing needs is refused; the account says so from now on.
                renew::scopes_refused(publisher, &session.account, missing).await;
            }
            of_refusal(&refusal.kind)
        }
        Err(_) => Outlook::Unanswered,
    }
}

fn of_refusal(kind: &RefusalKind) -> Outlook {
    match kind {
        RefusalKind::AppNotApproved => Outlook::Trouble(Warning::AppRefused),
        RefusalKind::BoardNotPermitted | RefusalKind::NotPermitted => Outlook::Trouble(Warning::BoardForbidden),
        RefusalKind::BoardNotFound | RefusalKind::NotFound => Outlook::Trouble(Warning::BoardMissing),
        RefusalKind::DataAccessDenied => Outlook::Unverifiable,
        RefusalKind::NoVerdict | RefusalKind::Trouble => Outlook::Unanswered,
        _ => Outlook::Clear,
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
