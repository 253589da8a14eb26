//! No event without what it tells of, nothing untold, and everything arrives: once in each order, under one id.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use shared::domain::EventId;

use super::{Judge, Known};
use crate::simulation::endpoints::{Endpoint, Manner};
use crate::simulation::invariant::Invariant;
use crate::simulation::mirror::Written;
use crate::simulation::rows::Row;
use crate::simulation::surroundings::Surroundings;

/// Events are kept for thirty days; what is about that old is not looked for.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 29);

/// How late an event arrives in fair weather, on top of what clocks, networks and indexes take.
const IN_TIME: SignedDuration = SignedDuration::from_secs(6);

/// How many calls to AWS, one after the other, are made at most before an event is sent.
const CALLS: u32 = 24;

/// What a run knows of its events.
#[derive(Debug, Default)]
pub struct Events {
    /// Where they are sent; nowhere while they are off.
    endpoints: Vec<Endpoint>,
    begun_at: Option<Timestamp>,
    /// What happened, by subject and number.
    facts: BTreeMap<(String, u64), Fact>,
    /// The first time at which each endpoint accepted each event.
    accepted: BTreeMap<(String, String), Timestamp>,
    /// The id under which each event arrived first.
    ids: BTreeMap<(String, u64), String>,
}

/// Something that happened.
#[derive(Debug)]
struct Fact {
    kind: &'static str,
    at: Timestamp,
    /// Whether it may go untold: the table does not show whether it was one.
    is_optional: bool,
}

/// An event as it lies in the table.
struct Logged {
    id: EventId,
    owner: String,
    kind: String,
    subject: String,
    sequence: u64,
}

impl Events {
    /// From now on `endpoints` get events.
    pub fn begin(&mut self, endpoints: Vec<Endpoint>, now: Timestamp) {
        (self.endpoints, self.begun_at) = (endpoints, Some(now));
    }

    /// Whether events are on.
    pub fn are_on(&self) -> bool {
        self.begun_at.is_some()
    }

    /// Whether an endpoint that lives gets this event.
    fn wanted<'a>(&'a self, event: &'a Logged) -> impl Iterator<Item = &'a Endpoint> {
        let is_new = self.begun_at.is_some_and(|from| event.id.at() >= from);
        self.endpoints.iter().filter(move |endpoint| is_new && endpoint.wants(event))
    }

    fn has_accepted(&self, endpoint: &Endpoint, event: &Logged) -> Option<Timestamp> {
        self.accepted.get(&(endpoint.host.clone(), event.id.to_string())).copied()
    }
}

impl Endpoint {
    fn wants(&self, event: &Logged) -> bool {
        let is_of = self.owner.as_ref().is_none_or(|owner| event.owner == *owner);
        is_of && (self.types.is_empty() || self.types.contains(&event.kind.as_str()))
    }
}

impl Judge {
    /// Sees that an event reaches an endpoint, and whether that takes it, whatever becomes of its answer.
    pub fn event_arrives(&self, around: &Surroundings, endpoint: &Endpoint, sent: (&str, &Value), is_accepted: bool) {
        let (id, body) = sent;
        let logged = logged(around);
        let found = logged.iter().find(|event| event.id.as_str() == id);
        let mut wrong = Vec::new();
        {
            let mut known = self.known();
            let events = &mut known.events;
            match found {
                Some(event) if endpoint.wants(event) && tells(body, event) => {
                    let key = (event.subject.clone(), event.sequence);
                    let first = events.ids.entry(key).or_insert_with(|| id.to_owned());
                    if first != id {
                        wrong.push((Invariant::EventHasOneId, format!("{id} tells what {first} does")));
                    }
                    let is_earlier =
                        |other: &&Logged| other.subject == event.subject && other.sequence < event.sequence;
                    let skipped = logged.iter().filter(is_earlier).find(|other| {
                        let wants = events.wanted(other).any(|wants| wants.host == endpoint.host);
                        wants && events.has_accepted(endpoint, other).is_none()
                    });
                    if let Some(skipped) = skipped {
                        let detail = format!("{id} came to {} before {}", endpoint.host, skipped.id);
                        wrong.push((Invariant::EventsInOrder, detail));
                    }
                    if is_accepted {
                        let place = (endpoint.host.clone(), id.to_owned());
                        events.accepted.entry(place).or_insert(around.now());
                    }
                }
                Some(_) => wrong.push((Invariant::EventIsOwn, format!("{id} came to {} as {body}", endpoint.host))),
                None => wrong.push((Invariant::EventTellsFact, format!("{id}, which was sent, is in no log"))),
            }
        }
        for (invariant, detail) in wrong {
            around.breach(invariant, detail);
        }
    }

    /// Whether everything has arrived at every endpoint that lives.
    pub fn all_has_arrived(&self, around: &Surroundings) -> bool {
        missing(&self.known().events, around).is_empty()
    }
}

/// Whether a body that was sent is that of the event.
fn tells(body: &Value, event: &Logged) -> bool {
    let is_of = body["owner"].as_str().unwrap_or_default() == event.owner;
    is_of && body["id"] == event.id.as_str() && body["type"] == *event.kind && body["sequence"] == event.sequence
}

/// Notes what a write makes happen.
pub fn wrote(known: &mut Known, actor: &str, written: &Written, now: Timestamp) {
    let Some(after) = written.after.as_ref().filter(|_| known.events.are_on()) else { return };
    let before = written.before.as_ref();
    let found = if after.is_pin() {
        of_pin(before, after).map(|kind| (kind, false))
    } else if after.is_account() {
        of_account(before, after, actor)
    } else if after.text("sk").starts_with("import#") && is_finished(after) && !before.is_some_and(is_finished) {
        Some(("import.finished", false))
    } else {
        None
    };
    let Some((kind, is_optional)) = found else { return };
    let sequence = after.number("version").and_then(|number| u64::try_from(number).ok());
    let sequence = sequence.filter(|_| kind != "import.finished").unwrap_or(1);
    let fact = Fact { kind, at: now, is_optional };
    known.events.facts.insert((after.text("id").to_owned(), sequence), fact);
}

fn of_pin(before: Option<&Row>, after: &Row) -> Option<&'static str> {
    let (was, is) = (before.map(|row| row.text("status")), after.text("status"));
    let is_new = was != Some(is);
    let differs = |name| before.map(|row| row.text(name)) != Some(after.text(name));
    let entered = match is {
        "published" => is_new.then_some("pin.published"),
        "failed" => is_new.then_some("pin.failed"),
        "needs_review" => is_new.then_some("pin.needs_review"),
        "held" => (is_new || differs("reason")).then_some("pin.held"),
        "scheduled" => (was == Some("held")).then_some("pin.released"),
        _ => None,
    };
    entered.or((after.has("warning") && differs("warning")).then_some("pin.warning"))
}

fn of_account(before: Option<&Row>, after: &Row, actor: &str) -> Option<(&'static str, bool)> {
    let (was, is) = (before.map(|row| row.text("state")), after.text("state"));
    match is {
        "connected" if was != Some(is) => Some(("account.connected", false)),
        "connected" if actor == "oauth" => Some(("account.connected", true)),
        "needs_reconnect" if was == Some("connected") => Some(("account.needs_reconnect", false)),
        "disconnected" if was != Some(is) => Some(("account.disconnected", false)),
        _ => None,
    }
}

fn is_finished(import: &Row) -> bool {
    import.has("finished_at")
}

/// Holds the log against what happened, and what arrived against the log.
pub fn check(known: &Known, around: &Surroundings, note: &mut impl FnMut(Invariant, String)) {
    let events = &known.events;
    if !events.are_on() {
        return;
    }
    let (logged, old) = (logged(around), around.now() - KEPT);
    let mut told: BTreeMap<(String, u64), Vec<&Logged>> = BTreeMap::new();
    for event in logged.iter().filter(|event| !event.kind.starts_with("publishing.") && event.id.at() > old) {
        told.entry((event.subject.clone(), event.sequence)).or_default().push(event);
    }
    for ((subject, sequence), fact) in events.facts.iter().filter(|(_, fact)| fact.at > old) {
        let found = told.get(&(subject.clone(), *sequence)).map_or(0, Vec::len);
        if found > 1 || (found == 0 && !fact.is_optional) {
            note(Invariant::FactIsTold, format!("{} of {subject}, {sequence}, is told {found} times", fact.kind));
        }
    }
    for (key, told) in told {
        let kinds: BTreeSet<_> = told.iter().map(|event| event.kind.as_str()).collect();
        if events.facts.get(&key).is_none_or(|fact| kinds != BTreeSet::from([fact.kind])) {
            let fact = events.facts.get(&key).map(|fact| fact.kind);
            note(Invariant::EventTellsFact, format!("{kinds:?} of {key:?} tells what was {fact:?}"));
        }
    }
    for (endpoint, event) in missing(events, around) {
        note(
            Invariant::EventArrives,
            format!("{} ({} of {}) never came to {}", event.id, event.kind, event.subject, endpoint.host),
        );
    }
    in_time(events, around, &logged, note);
}

/// In fair weather an endpoint that answers gets everything at once, whatever others do.
fn in_time(events: &Events, around: &Surroundings, logged: &[Logged], note: &mut impl FnMut(Invariant, String)) {
    let weather = &around.weather;
    if !weather.is_fair() {
        return;
    }
    let own_time = SignedDuration::try_from(weather.skew * 2 + weather.aws_latency * CALLS).unwrap_or_default();
    let most = IN_TIME + own_time + weather.index_lag;
    for event in logged {
        for endpoint in events.wanted(event).filter(|endpoint| endpoint.manner == Manner::Answers) {
            let late = events.has_accepted(endpoint, event).map(|at| at.duration_since(event.id.at()));
            if let Some(late) = late.filter(|late| *late > most) {
                let detail = format!("{} came to {} after {} ms", event.id, endpoint.host, late.as_millis());
                note(Invariant::EventsInTimeInFairWeather, detail);
            }
        }
    }
}

/// Events that did not arrive, with the endpoints that live and want them.
fn missing(events: &Events, around: &Surroundings) -> Vec<(Endpoint, Logged)> {
    let old = around.now() - KEPT;
    let mut missing = Vec::new();
    for event in logged(around).into_iter().filter(|event| event.id.at() > old) {
        let living = events.wanted(&event).filter(|endpoint| endpoint.manner != Manner::IsDead);
        let missed: Vec<_> =
            living.filter(|endpoint| events.has_accepted(endpoint, &event).is_none()).cloned().collect();
        for endpoint in missed {
            missing.push((endpoint, event.copy()));
        }
    }
    missing
}

/// Every event in the table.
fn logged(around: &Surroundings) -> Vec<Logged> {
    let rows = around.mirror.under("events#");
    rows.iter()
        .filter_map(|row| {
            let subjects = ["pin", "account", "import"].map(|name| row.inner(name, "id").to_owned());
            let subject = subjects.into_iter().find(|subject| !subject.is_empty());
            Some(Logged {
                id: row.text("sk").parse().ok()?,
                owner: row.text("pk").trim_start_matches("events#").to_owned(),
                kind: row.text("kind").to_owned(),
                subject: subject.unwrap_or_else(|| format!("publishing#{}", row.inner("publishing", "mode"))),
                sequence: row.number("sequence").and_then(|number| u64::try_from(number).ok())?,
            })
        })
        .collect()
}

impl Logged {
    fn copy(&self) -> Self {
        let Self { id, owner, kind, subject, sequence } = self;
        let (id, owner, kind, subject) = (id.clone(), owner.clone(), kind.clone(), subject.clone());
        Self { id, owner, kind, subject, sequence: *sequence }
    }
}
