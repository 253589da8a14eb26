//! What a run knows of its pins and accounts, and what it holds against what happens.

mod delays;
mod events;
mod planned;
mod post;
mod timing;
mod under_way;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::Rotation;

use super::invariant::{Breach, Invariant};
use super::mirror::Written;
use super::pinterest::{Calling, PinterestCall};
use super::surroundings::Surroundings;

pub use delays::Cause;
use delays::{Delays, Places};
pub use timing::{LAST_CLAIM, is_publisher};
pub use under_way::UnderWay;

/// Of how many accounts at most the events find room: publishers that are called for one pin keep their place until it has
/// gone out, up to three minutes, so that those of four accounts keep the schedule out.
const ACCOUNTS_WITH_ROOM: usize = 2;

/// Watches a run.
#[derive(Debug, Default)]
pub struct Judge(Mutex<Known>);

/// What is known so far.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a run")]
#[derive(Debug, Default)]
pub struct Known {
    breaches: Vec<Breach>,
    /// The pins that people made, by our ids.
    pub pins: BTreeMap<String, Owned>,
    /// Since when Pinterest is disabled, if it is.
    pub disabled_since: Option<Timestamp>,
    /// Whether somebody did something besides scheduling: then lateness says nothing.
    pub is_meddled_with: bool,
    /// When each account was disconnected, if it is.
    pub disconnected: BTreeMap<String, Timestamp>,
    /// The ends of holds, by account, with when they were written first.
    holds: BTreeMap<(String, Timestamp), Timestamp>,
    /// From when on to when Pinterest wants no post with a token, as it said.
    limits: BTreeMap<String, (Timestamp, Timestamp)>,
    posts: BTreeMap<String, i64>,
    /// Whether somebody changed the password at Pinterest.
    pub was_revoked: bool,
    /// Whether tokens were renewed while things went wrong, so that a new pair may be lost.
    pub was_renewed_in_storm: bool,
    /// Whether Pinterest refused an access token.
    pub access_was_refused: bool,
    /// How many renewals are under way, by refresh token.
    renewing: BTreeMap<String, u32>,
    spent: BTreeSet<String>,
    /// How many posts are under way, by account.
    posting: BTreeMap<String, u32>,
    /// The accounts of access tokens, as far as posts have shown them.
    tokens: BTreeMap<String, String>,
    /// What explains that work is late.
    pub delays: Delays,
    places: Places,
    lanes: BTreeMap<String, timing::Lane>,
    /// The titles of pins in files that were taken.
    pub imported: BTreeSet<String>,
    /// How many events of Lambda were dropped.
    dropped: u64,
    /// Which publisher has which pin in hand, and the number of that among the delays.
    in_hand: Vec<(String, String, usize)>,
    /// The number of the time among the delays in which Pinterest is disabled, or about to be.
    pub disabling: Option<usize>,
    /// What is known of events.
    pub events: events::Events,
}

/// What a pin shows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// An image, which is there at once.
    #[default]
    Image,
    /// A video, which takes its time.
    Video,
}

/// A pin as its owner left it. More than one time or text is possible while an answer is outstanding, or was lost.
#[derive(Debug, Default, Clone)]
pub struct Owned {
    /// Its title, which tells it from others on Pinterest; twins share theirs.
    pub title: String,
    /// What it was made of.
    pub shows: Shows,
    /// The times that it may have.
    pub times: Vec<Option<Timestamp>>,
    /// The descriptions that it may have.
    pub texts: Vec<String>,
    /// How many changes of it are under way.
    changes: u32,
    /// Whether there was more than one at once, so that nobody knows which came last.
    changes_overlap: bool,
    /// When it was known to be made; it may be asked for at a time that is over by then.
    pub made_at: Option<Timestamp>,
    /// Whether it was asked for a new time, of the server's choosing.
    pub was_hurried: bool,
    /// Since when it is known to be cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Whether it was cancelled although it may be on Pinterest.
    pub was_dismissed: bool,
}

impl Owned {
    /// A pin for `at`, known to be made by `now`.
    pub fn made(title: String, text: String, at: Timestamp, now: Timestamp) -> Self {
        Self { title, texts: vec![text], times: vec![Some(at)], made_at: Some(now), ..Self::default() }
    }

    /// Somebody begins to change it.
    pub fn change_begins(&mut self) {
        self.changes += 1;
        self.changes_overlap |= self.changes > 1;
    }

    /// A change was answered; says whether it is known what that means.
    pub fn change_ends(&mut self) -> bool {
        self.changes -= 1;
        let is_clear = !self.changes_overlap;
        self.changes_overlap &= self.changes > 0;
        is_clear
    }
}

impl Judge {
    /// Notes that an invariant does not hold.
    pub fn note(&self, breach: Breach) {
        self.known().breaches.push(breach);
    }

    /// What did not hold so far.
    pub fn breaches(&self) -> Vec<Breach> {
        self.known().breaches.clone()
    }

    /// What is known, to be told more.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees an item that `actor` wrote.
    pub fn wrote(&self, around: &Surroundings, actor: &str, written: &Written) {
        if let Some(row) = written.after.as_ref().filter(|row| row.is_account())
            && let Some(until) = row.moment("hold_until")
        {
            self.known().holds.entry((row.text("id").to_owned(), until)).or_insert(around.now());
        }
        events::wrote(&mut self.known(), actor, written, around.now());
        if written.after.as_ref().or(written.before.as_ref()).is_some_and(super::rows::Row::is_pin) {
            timing::wrote(self, around, actor, written);
        }
    }

    /// Sees that Lambda dropped an event.
    pub fn dropped(&self, around: &Surroundings) {
        self.known().dropped += 1;
        if around.rows().iter().filter(|row| row.is_account()).count() <= ACCOUNTS_WITH_ROOM {
            around.breach(Invariant::EventsAreTaken, "an event was dropped since there was no room for it".to_owned());
        }
    }

    /// Sees that `actor`, a publisher, is no more.
    pub fn died(&self, actor: &str, now: Timestamp) {
        let mut known = self.known();
        known.delays.breaks(now);
        timing::let_go(&mut known, now, |by, _| by == actor);
    }

    /// Sees a call to Pinterest before it leaves; what it answers is to be kept while the call is under way.
    pub fn sends(&self, calling: &Calling, call: &PinterestCall) -> UnderWay {
        let around = &calling.around;
        if call.creates {
            *self.known().posts.entry(call.text("title").to_owned()).or_default() += 1;
            post::check(self, around, calling, call);
        }
        UnderWay::begin(around, call)
    }

    /// Sees what Pinterest answered; `arrives` where the caller will see it too, should it live on.
    pub fn answered(&self, around: &Surroundings, call: &PinterestCall, status: u16, arrives: bool) {
        let token = call.renews();
        if arrives && status == 401 && token.is_none() {
            self.known().access_was_refused = true;
        }
        let spends = around.simulator.rotation() == Rotation::OldDies;
        if let Some(token) = token.filter(|_| arrives && spends && status < 300) {
            self.known().spent.insert(token.to_owned());
        }
    }

    /// Sees that Pinterest wants no more posts with a token for `time`.
    pub fn limited(&self, token: &str, now: Timestamp, time: SignedDuration) {
        self.known().limits.insert(token.to_owned(), (now, now + time));
    }

    /// Looks at what is left when all is quiet again; `health` is what `/healthz` answered.
    pub fn conclude(&self, around: &Surroundings, health: &serde_json::Value) {
        verdict::conclude(self, around, health);
    }
}
