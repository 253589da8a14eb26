//! A stretch of normal work under a schedule that arrives in some way, and how late the pins go out.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use pinterest_sim::Operation;
use shared::domain::Pin;

use crate::scale::busiest_minute;
use crate::{Firing, Latency, Lateness, PINTEREST_TAKES, START, Spread, Ticks, World};

/// How much there is to do.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// For how many minutes the schedule fires.
    pub minutes: u32,
    /// How many accounts take turns.
    pub accounts: usize,
    /// The time between two pins.
    pub pause: SignedDuration,
}

/// Lets `ticks` arrive while the pins of `setting` come due, with AWS and Pinterest taking their time.
///
/// The first pin is due when the first tick of any kind has had its time.
pub async fn run(ticks: Ticks, setting: Setting) -> Lateness {
    let (world, pins) = work(ticks, setting, |_| ()).await;
    world.lateness(&pins)
}

/// The same while something is wrong with the first account; answers how late the pins of the others were.
pub async fn run_beside(ticks: Ticks, setting: Setting, trouble: impl FnOnce(&World)) -> (World, Lateness) {
    let (world, pins) = work(ticks, setting, trouble).await;
    let others: Vec<_> = pins.into_iter().filter(|pin| pin.owner.as_str() != "owner0").collect();
    let lateness = world.lateness(&others);
    (world, lateness)
}

async fn work(ticks: Ticks, setting: Setting, trouble: impl FnOnce(&World)) -> (World, Vec<Pin>) {
    let latency = Latency::new(1);
    let world = World::slow(&latency).await;
    world.enable().await;
    let crowd = world.crowd(setting.accounts).await;
    trouble(&world);
    world.slow_pinterest();
    let end = START + SignedDuration::from_mins(i64::from(setting.minutes));
    let mut due = START + SignedDuration::from_millis(61_123);
    let mut plan = Vec::new();
    while due < end {
        plan.push((&crowd[plan.len() % crowd.len()], due));
        due += setting.pause;
    }
    let sown = world.sow(plan).await;
    latency.begin();
    let firing =
        |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
    world.fire(ticks.arrivals(setting.minutes).into_iter().map(firing), end + SignedDuration::from_secs(2)).await;
    let pins = world.harvest(&sown).await;
    (world, pins)
}

/// Lets `each` pins of `accounts` accounts come due within one second, in the middle of which a newer invocation takes
/// over; answers the time from then to the last answer. Panics where an account is posted to faster than it may be.
pub async fn one_second(accounts: usize, each: usize) -> SignedDuration {
    let latency = Latency::new(3);
    let world = World::slow(&latency).await;
    world.enable().await;
    world.slow_pinterest();
    let crowd = world.crowd(accounts).await;
    let (first, total) = (START + SignedDuration::from_secs(70), accounts * each);
    let apart = SignedDuration::from_secs(1) / i32::try_from(total).expect("not that many");
    let due = |index: usize| first + apart * i32::try_from(index).expect("not that many");
    let sown = world.sow((0..total).map(|index| (&crowd[index % accounts], due(index)))).await;
    latency.begin();
    let firing =
        |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
    world.fire(Ticks::At(12).arrivals(2).into_iter().map(firing), first + SignedDuration::from_secs(30)).await;
    let lateness = world.lateness(&world.harvest(&sown).await);
    assert!(lateness.seen.min() >= 0, "never early: {}", lateness.seen);
    let mut posts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for call in world.simulator.calls().into_iter().filter(|call| call.operation == Operation::CreatePin) {
        posts.entry(call.person).or_default().push(call.at);
    }
    for times in posts.values() {
        assert_eq!(times.len(), each, "each once");
        assert!(busiest_minute(times) <= 80);
        // For two seconds the publisher that gives the shard away posts as well as the one that took it.
        let apart = times.windows(3).map(|three| three[2].duration_since(three[0])).min();
        assert!(apart.is_none_or(|apart| apart >= PINTEREST_TAKES), "one at a time and publisher: {apart:?}");
    }
    let last = posts.values().flatten().max().expect("there were posts");
    last.duration_since(first) + PINTEREST_TAKES
}

impl Lateness {
    /// The bound of normal work that is broken, if one is: never early, half of the pins within 50 ms, 99 in a hundred
    /// within 250, all within a second.
    pub fn broken(&self) -> Option<String> {
        let is_broken = |spread: &&Spread| {
            spread.min() < 0 || spread.percentile(50) > 50 || spread.percentile(99) > 250 || spread.max() > 1000
        };
        [&self.recorded, &self.seen].into_iter().find(is_broken).map(ToString::to_string)
    }
}

/// The worst of several runs.
#[derive(Debug)]
pub struct Worst {
    min: i64,
    p50: i64,
    p99: i64,
    max: i64,
}

impl Worst {
    /// The worst of `runs`, as Pinterest saw them.
    pub fn of(runs: &[Lateness]) -> Self {
        let most = |of: fn(&Spread) -> i64| runs.iter().map(|run| of(&run.seen)).max().unwrap_or_default();
        Self {
            min: runs.iter().map(|run| run.seen.min()).min().unwrap_or_default(),
            p50: most(|spread| spread.percentile(50)),
            p99: most(|spread| spread.percentile(99)),
            max: most(Spread::max),
        }
    }
}

impl fmt::Display for Worst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, p50, p99, max } = self;
        write!(f, "at worst min {min} ms, p50 {p50} ms, p99 {p99} ms, max {max} ms")
    }
}
