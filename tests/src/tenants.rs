//! Many owners side by side at size, and what each feels of what happens to another.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, Operation};
use shared::clock::Clock;
use shared::domain::{AttemptId, Circuit, CircuitKind, Hold, Mode, Partition, Pin, Shard, State, Wait};
use shared::random::SystemRandom;

use crate::scale::busiest_minute;
use crate::seed::Seeded;
use crate::{Firing, Latency, START, Spread, Ticks, World};

/// How much later than without a neighbour a pin may go out because of it, in milliseconds, at the 99th percentile.
const FELT_MS: i64 = 250;

/// How long after Pinterest answers again one pin of an owner may wait because another has thousands.
pub const RELEASED: SignedDuration = SignedDuration::from_secs(30);

/// How many posts two owners may make that are not answered, of two hundred pins.
const ASKED: usize = 100;

/// Within this time every overdue pin of a backlog says that others go first.
const SAID: SignedDuration = SignedDuration::from_mins(10);

/// How many pins of a backlog may say nothing: those that the publisher has in hand.
const IN_HAND: usize = 260;

/// How late the pins of those went out whose own posts work, with a neighbour in trouble and without.
#[derive(Debug)]
pub struct Neighbours {
    /// With it.
    pub with: Spread,
    /// Without it.
    pub without: Spread,
    /// How many calls the neighbour's posts made.
    pub posts: usize,
}

impl Neighbours {
    /// How much later than promised the others were.
    pub fn felt(&self) -> Option<String> {
        let felt = self.with.percentile(99) - self.without.percentile(99);
        (felt > FELT_MS).then(|| format!("p99 {felt} ms later because of a neighbour"))
    }

    /// Whether those who are not answered were asked again and again.
    pub fn asked(&self) -> Option<String> {
        (self.posts == 0 || self.posts > ASKED).then(|| format!("{} posts without an answer", self.posts))
    }
}

/// Forty owners post for a quarter of an hour; two of them are not answered.
pub async fn failing_owners() -> Neighbours {
    let (with, posts) = beside_failing(2).await;
    let (without, _) = beside_failing(0).await;
    Neighbours { with, without, posts }
}

async fn beside_failing(failing: usize) -> (Spread, usize) {
    let (world, latency) = slow(failing).await;
    let crowd = world.crowd(40).await;
    let (bad, good) = crowd.split_at(2);
    let first = START + SignedDuration::from_secs(61);
    let every = |milliseconds: i64, count: usize| {
        (0..count).map(move |index| first + SignedDuration::from_millis(milliseconds * signed(index)))
    };
    world.sow(every(4_000, 200).enumerate().map(|(index, due)| (&bad[index % bad.len()], due))).await;
    let fine = world.sow(every(1_700, 480).enumerate().map(|(index, due)| (&good[index % good.len()], due))).await;
    latency.begin();
    run(&world, first + SignedDuration::from_mins(15)).await;
    let posts = (0..failing).map(|person| posts_of(&world, &format!("person{person}")).len()).sum();
    (world.lateness(&world.harvest(&fine).await).seen, posts)
}

/// What an account with very many overdue pins does to fifty others of its shard.
#[derive(Debug)]
pub struct Backlog {
    /// How late the others went out.
    pub neighbours: Neighbours,
    /// How long it took until every overdue pin but those in hand said that others go first.
    pub said_after: Option<SignedDuration>,
    /// The most posts of the account in a minute of the clock.
    pub busiest_minute: usize,
}

impl Backlog {
    /// What is worse than promised.
    pub fn broken(&self) -> Vec<String> {
        let mut broken: Vec<_> = self.neighbours.felt().into_iter().collect();
        if self.said_after.is_none_or(|after| after > SAID) {
            broken.push(format!("overdue pins that do not say why after {SAID:#}"));
        }
        if self.busiest_minute > 80 {
            broken.push(format!("{} posts of the account in a minute", self.busiest_minute));
        }
        broken
    }
}

/// Lets `overdue` pins of one account lie beside one pin of each of fifty others; `begin` is called when everything is set
/// up, and `end` before anything is looked at.
pub async fn backlog(overdue: usize, begin: impl FnOnce(), end: impl FnOnce()) -> Backlog {
    let (without, ..) = beside_backlog(0, || {}, || {}).await;
    let (with, said_after, posts) = beside_backlog(overdue, begin, end).await;
    let busiest_minute = busiest_minute(&posts);
    Backlog { neighbours: Neighbours { with, without, posts: posts.len() }, said_after, busiest_minute }
}

async fn beside_backlog(
    overdue: usize,
    begin: impl FnOnce(),
    end: impl FnOnce(),
) -> (Spread, Option<SignedDuration>, Vec<Timestamp>) {
    let (world, latency) = slow(0).await;
    let crowd = world.crowd(1_000).await;
    let shard = |seeded: &Seeded| Shard::of(&seeded.account.id);
    let of_shard = crowd.iter().filter(|other| shard(other) == shard(&crowd[0])).cloned();
    let of_shard: Vec<_> = of_shard.take(51).collect();
    let (long, others) = of_shard.split_first().expect("the first is in its own shard");
    assert_eq!(others.len(), 50, "a thousand accounts are in sixteen shards");
    let late = |index: usize| START - SignedDuration::from_hours(3) + SignedDuration::from_millis(signed(index));
    world.stock(std::slice::from_ref(long), overdue, late).await;
    let first = START + SignedDuration::from_secs(10);
    let at = |index: usize| first + SignedDuration::from_millis(4_100 * signed(index));
    let fine = world.sow(others.iter().enumerate().map(|(index, other)| (other, at(index)))).await;
    latency.begin();
    begin();
    let watch = async {
        for minute in 1..=15 {
            world.clock.sleep_until(START + SignedDuration::from_mins(minute)).await;
            if due(&world, long).await <= IN_HAND {
                return Some(SignedDuration::from_mins(minute));
            }
        }
        None
    };
    let stop = first + SignedDuration::from_mins(15) + SignedDuration::from_secs(10);
    let ((), said_after) = futures_util::future::join(run(&world, stop), watch).await;
    end();
    let lateness = world.lateness(&world.harvest(&fine).await).seen;
    (lateness, said_after, posts_of(&world, &long.account.username))
}

/// How many pins of an account's shard are overdue and not parked, up to two thousand.
async fn due(world: &World, seeded: &Seeded) -> usize {
    let shard = Partition::Open(Mode::Live, Shard::of(&seeded.account.id));
    let due = world.platform("reader").pins.due(&shard, world.clock.now()).await;
    due.expect("the table answers").len()
}

/// Asks for `count` pins of one account at once.
pub async fn now(count: usize) -> (SignedDuration, usize) {
    let (world, latency) = slow(0).await;
    let crowd = world.crowd(1).await;
    latency.begin();
    let platform = world.platform("pins");
    let begun = START + SignedDuration::from_secs(10);
    let asked = async {
        world.clock.sleep_until(begun).await;
        let due = world.clock.now();
        let sown = world.sow((0..count).map(|_| (&crowd[0], due))).await;
        let pins = world.harvest(&sown).await;
        for pin in &pins {
            shared::kick::kick(&platform, std::slice::from_ref(pin)).await;
        }
        sown
    };
    let (sown, ()) = futures_util::future::join(asked, run(&world, begun + SignedDuration::from_mins(3))).await;
    let pins = world.harvest(&sown).await;
    let last = pins.iter().filter_map(published_at).max().expect("they are out");
    (last.duration_since(begun), most_at_once(&pins))
}

/// Lets an outage end for `count` pins of one owner and a single one of another, and tells how long that one waited.
pub async fn release(count: usize) -> SignedDuration {
    let (world, latency) = slow(0).await;
    let crowd = world.crowd(2).await;
    let due = |index: usize| START + SignedDuration::from_millis(signed(index).min(1_900));
    let many = world.sow((0..count).map(|index| (&crowd[0], due(index)))).await;
    let one = world.sow([(&crowd[1], START + SignedDuration::from_secs(2))]).await;
    let platform = world.platform("publisher before");
    for mut pin in world.harvest(&many).await.into_iter().chain(world.harvest(&one).await) {
        let before = pin.clone();
        pin.state = State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: START };
        pin.hold(Hold::PinterestDown, Wait::ForCircuit(CircuitKind::Outage, None), START).expect("it can be held");
        platform.pins.replace(&before, &pin).await.expect("nobody else saves it");
    }
    let back = START + SignedDuration::from_secs(3);
    let mut circuit = Circuit::releasing(Mode::Live, CircuitKind::Outage, back);
    platform.circuits.save(&[], &mut circuit).await.expect("nobody else saves it");
    latency.begin();
    run(&world, back + SignedDuration::from_mins(3)).await;
    let pins = world.harvest(&one).await;
    published_at(&pins[0]).map_or(SignedDuration::MAX, |at| at.duration_since(back))
}

/// An installation whose AWS and Pinterest take their time, and in which Pinterest does not answer the first `failing` people.
async fn slow(failing: usize) -> (World, std::sync::Arc<Latency>) {
    let latency = Latency::new(6);
    let world = World::slow(&latency).await;
    world.enable().await;
    // The harder case: with a limit an account in trouble does less.
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    // Of two faults that fit, the first one strikes.
    for person in 0..failing {
        let fault = Fault { person: Some(format!("person{person}")), ..Fault::on(Operation::CreatePin) };
        world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(503)), delay_ms: Some(300), ..fault });
    }
    world.slow_pinterest();
    (world, latency)
}

/// Lets one schedule with all shards run until `stop`.
async fn run(world: &World, stop: Timestamp) {
    let minutes = u32::try_from(stop.duration_since(START).as_mins() + 1).expect("not that long");
    let firing =
        |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
    world.fire(Ticks::At(0).arrivals(minutes).into_iter().map(firing), stop).await;
}

fn posts_of(world: &World, username: &str) -> Vec<Timestamp> {
    let calls = world.simulator.calls().into_iter();
    let posts = calls.filter(|call| call.operation == Operation::CreatePin);
    posts.filter(|call| call.person.as_deref() == Some(username)).map(|call| call.at).collect()
}

/// The most posts that were under way at once.
fn most_at_once(pins: &[Pin]) -> usize {
    let attempts = pins.iter().flat_map(|pin| &pin.attempts);
    let took = |ms| SignedDuration::from_millis(i64::try_from(ms).expect("not that long"));
    let posts: Vec<_> =
        attempts.filter_map(|attempt| Some((attempt.at, attempt.at + took(attempt.took_ms?)))).collect();
    let at_once = |moment: &Timestamp| posts.iter().filter(|(from, to)| from <= moment && moment < to).count();
    posts.iter().map(|(from, _)| at_once(from)).max().unwrap_or_default()
}

fn published_at(pin: &Pin) -> Option<Timestamp> {
    let State::Published { at, .. } = pin.state else { return None };
    Some(at)
}

fn signed(index: usize) -> i64 {
    i64::try_from(index).expect("not that many")
}
