//! Many events on their way to many endpoints, some of which are dead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use futures_util::future::{Either, join_all, select};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{AttemptId, EventId, Hold, Pin, State, Wait};
use shared::random::SystemRandom;

use crate::seed::Seeded;
use crate::{Endpoint, Latency, Received, START, Sown, Spread, World};

/// How many pins of each owner something happens to in turn.
const SUBJECTS: usize = 4;

/// The time between two events of an owner.
const PAUSE: SignedDuration = SignedDuration::from_secs(1);

/// How long an endpoint takes to answer.
const ANSWERS_AFTER: SignedDuration = SignedDuration::from_millis(100);

/// When the first event happens.
const BEGIN: SignedDuration = SignedDuration::from_secs(30);

/// For how long after the last event the sender is called.
const AFTER: SignedDuration = SignedDuration::from_mins(3);

/// How late events may reach an endpoint that lives, in milliseconds: at the median, and at the 99th percentile.
const LATE_MS: [(usize, i64); 2] = [(50, 500), (99, 2_000)];

/// How many requests an endpoint may get that answers nothing: the first events, and their second and third tries.
const ASKED: usize = 60;

/// What came of so many events.
#[derive(Debug)]
pub struct Delivered {
    /// How many happened.
    pub events: usize,
    /// How many of them have an endpoint that lives.
    pub wanted: usize,
    /// How late they reached it first.
    pub late: Spread,
    /// How many never did.
    pub lost: usize,
    /// How many came again.
    pub repeated: usize,
    /// How many came again under another id.
    pub renamed: usize,
    /// How many came after a later event of the same pin.
    pub out_of_order: usize,
    /// The most requests that a dead endpoint got.
    pub asked: usize,
}

impl Delivered {
    /// What is worse than promised.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (percent, most) in LATE_MS {
            let late = self.late.percentile(percent);
            if late > most {
                broken.push(format!("events {late} ms late at p{percent}, beside dead endpoints"));
            }
        }
        if self.lost + self.renamed + self.out_of_order > 0 || self.asked > ASKED {
            broken.push(self.to_string());
        }
        broken
    }
}

impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, repeated, renamed, out_of_order, asked, .. } = self;
        write!(f, "{lost} lost, {repeated} twice, {renamed} of them under another id, {out_of_order} out of order; ")?;
        write!(f, "a dead endpoint got {asked} requests at most")
    }
}

/// Lets `each` events happen to each of `owners` owners, whose webhooks have an endpoint each; `dead` of these are dead.
pub async fn run(owners: usize, each: usize, dead: usize) -> Delivered {
    let latency = Latency::new(7);
    let world = World::slow(&latency).await;
    world.enable().await;
    let crowd = world.crowd(owners).await;
    world.change_settings(|settings| settings.events = true).await;
    let mut pins = Vec::new();
    for (number, seeded) in crowd.iter().enumerate() {
        let url = format!("https://{}/hook", host(number));
        let answer = world.user(seeded.account.owner.as_str()).post("/v1/webhooks", &json!({"url": url})).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let dies = [Endpoint::Silent, Endpoint::Refuses, Endpoint::Answers(503)];
        let is_dead = number < dead;
        world.receivers.set(&host(number), if is_dead { dies[number % 3] } else { Endpoint::Slow(ANSWERS_AFTER) });
        let later = START + SignedDuration::from_hours(48);
        pins.push(world.sow((0..SUBJECTS).map(|_| (seeded, later))).await);
    }
    latency.begin();
    let all = crowd.iter().zip(&pins).enumerate();
    let happen = join_all(all.map(|(number, (seeded, pins))| happen(&world, (number, owners), seeded, (pins, each))));
    let lasts = PAUSE * i32::try_from(each).expect("not that many");
    let end = START + BEGIN + lasts + AFTER;
    futures_util::future::join(happen, fire(&world, end)).await;
    world.parts.lambda.finish().await;
    seen(&world, (owners, each, dead))
}

fn host(number: usize) -> String {
    format!("endpoint{number}.example.com")
}

/// Lets `each` events happen to the pins of one owner, whose turn comes a little after that of the one before.
async fn happen(world: &World, (number, owners): (usize, usize), seeded: &Seeded, (pins, each): (&[Sown], usize)) {
    let publisher = world.platform(&format!("publisher of {}", seeded.account.owner));
    let turn = PAUSE.mul_f64(fraction(number, owners));
    let mut pins = world.harvest(pins).await;
    for round in 0..each {
        world.clock.sleep_until(START + BEGIN + turn + PAUSE * i32::try_from(round).expect("not that many")).await;
        let pin = &mut pins[round % SUBJECTS];
        let before = pin.clone();
        hold(pin, [Hold::PinterestDown, Hold::RateLimited][(round / SUBJECTS) % 2], world.clock.now());
        publisher.pins.replace(&before, pin).await.expect("nobody else changes it");
    }
}

fn hold(pin: &mut Pin, reason: Hold, now: Timestamp) {
    pin.state = State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: now };
    pin.hold(reason, Wait::ForAccount(None), now).expect("it can be held");
}

/// Calls the sender every minute until `end`, beside what calls it at once.
async fn fire(world: &World, end: Timestamp) {
    let mut running = Vec::new();
    let mut at = START;
    while at < end {
        world.clock.sleep_until(at).await;
        running.push(Box::pin(world.tick_events()));
        at += SignedDuration::from_mins(1);
        let next = std::pin::pin!(world.clock.sleep_until(at.min(end)));
        if let Either::Left((_, next)) = select(join_all(running.drain(..)), next).await {
            next.await;
        }
    }
}

fn seen(world: &World, (owners, each, dead): (usize, usize, usize)) -> Delivered {
    let (mut late, mut lost, mut repeated, mut renamed, mut out_of_order) = (Vec::new(), 0, 0, 0, 0);
    for number in dead..owners {
        let received = world.receivers.at(&host(number));
        let mut ids: BTreeMap<(String, u64), BTreeSet<String>> = BTreeMap::new();
        let mut newest: BTreeMap<String, u64> = BTreeMap::new();
        for one in &received {
            let (subject, sequence) = told(one);
            let known = ids.entry((subject.clone(), sequence)).or_default();
            if known.is_empty() {
                let at = one.id.parse::<EventId>().expect("it is an event").at();
                late.push(i64::try_from(one.at.duration_since(at).as_millis()).expect("not that late"));
                let newest = newest.entry(subject).or_default();
                out_of_order += usize::from(*newest > sequence);
                *newest = sequence.max(*newest);
            } else {
                repeated += 1;
            }
            known.insert(one.id.clone());
        }
        renamed += ids.values().filter(|ids| ids.len() > 1).count();
        lost += each.saturating_sub(ids.len());
    }
    let asked = (0..dead).map(|number| world.receivers.at(&host(number)).len()).max().unwrap_or_default();
    let (events, wanted) = (owners * each, (owners - dead) * each);
    Delivered { events, wanted, late: Spread::of(late), lost, repeated, renamed, out_of_order, asked }
}

/// Which pin an event is about, and its number.
fn told(received: &Received) -> (String, u64) {
    let body = received.json();
    let subject = body["data"]["pin"]["id"].as_str().unwrap_or_default().to_owned();
    (subject, body["sequence"].as_u64().unwrap_or_default())
}

fn fraction(number: usize, of: usize) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).expect("not that many"));
    count(number) / count(of)
}
