//! What ticks and pins cost however many pins there are, and how fast and in how much memory a burst drains.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynoxide::{AttributeValue, ImportOptions, Item};
use jiff::{SignedDuration, Timestamp};
use pinterest_sim::Operation;
use serde_json::json;
use shared::clock::{Clock, SystemClock};
use shared::domain::{PinId, Status};

use crate::ledger::{Ledger, Line};
use crate::seed::Seeded;
use crate::{Firing, Latency, PINTEREST_TAKES, START, Spread, Ticks, World};

/// How many items one bulk write takes.
const BULK: usize = 10_000;

/// Read units and calls of one tick that has ten pins to publish while `waiting` others wait for later days.
pub async fn reads_of_a_tick(waiting: usize) -> (f64, u64) {
    let world = World::enabled().await;
    let crowd = world.crowd(20).await;
    world.shelve(&crowd, waiting).await;
    world.tick().await; // the first tick of an hour sweeps
    let due = world.clock.now() + SignedDuration::from_secs(30);
    world.sow(crowd.iter().take(10).map(|seeded| (seeded, due))).await;
    let before = world.meter.total();
    let report = world.tick().await;
    assert_eq!(report.published, 10);
    let after = world.meter.total();
    (after.read_units - before.read_units, after.calls - before.calls)
}

/// What `pins` pins in a row cost to write, by purpose, while ticks overlap as they do in production.
pub async fn writes(pins: usize, pause: SignedDuration) -> BTreeMap<&'static str, Line> {
    let (latency, ledger) = (Latency::new(2), Arc::new(Ledger::default()));
    let world = World::disturbed(&[latency.clone(), ledger.clone()]).await;
    world.enable().await;
    world.slow_pinterest();
    let crowd = world.crowd(8).await;
    let first = START + SignedDuration::from_secs(61);
    let due = |index: usize| first + pause * i32::try_from(index).expect("a few");
    world.sow((0..pins).map(|index| (&crowd[index % crowd.len()], due(index)))).await;
    latency.begin();
    let end = due(pins) + SignedDuration::from_secs(2);
    let firing =
        |at| Firing { at, platform: world.platform("publisher"), clock: world.clock, shards: (0..16).collect() };
    world.fire(Ticks::Anywhere(4).arrivals(60).into_iter().map(firing), end).await;
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), pins, "each once");
    ledger.lines()
}

/// How long a file of pins takes, by the clock on the wall.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// Until a dry run has told what is wrong with it.
    pub judged: SignedDuration,
    /// Until it was taken.
    pub taken: SignedDuration,
    /// Until its last pin was stored.
    pub stored: SignedDuration,
}

/// Judges and takes a file of right rows for the board "New arrivals", and stores its pins.
pub async fn import(file: String) -> Taken {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let path = format!("/v1/pins/import?account_id={account}");
    let begun = SystemClock.now();
    let checked = world.user("alice").upload(&format!("{path}&dry_run=true"), file.clone()).await.json();
    let judged = SystemClock.now().duration_since(begun);
    assert_eq!(checked["refused"], 0, "{checked}");
    let begun = SystemClock.now();
    let answer = world.user("alice").upload(&path, file).await;
    let taken = SystemClock.now().duration_since(begun);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let path = format!("/v1/pins/imports/{}", answer.json()["id"].as_str().expect("it has an id"));
    while world.user("alice").get(&path).await.json()["status"] != "done" {
        world.wait(SignedDuration::from_millis(100)).await;
    }
    Taken { judged, taken, stored: SystemClock.now().duration_since(begun) }
}

/// A burst: many pins due within one minute.
#[derive(Debug, Clone, Copy)]
pub struct Burst {
    /// How many accounts there are.
    pub accounts: usize,
    /// How many pins each of them has.
    pub pins_each: usize,
    /// How many schedules share the shards, each with invocations of its own.
    pub schedules: u8,
}

/// What came of a burst.
#[derive(Debug)]
pub struct Drained {
    /// From the first due time to the last answer.
    pub took: SignedDuration,
    /// The most posts of one account in a minute of the clock.
    pub busiest_minute: usize,
    /// How many posts Pinterest got.
    pub posts: usize,
    /// How late the pins went out.
    pub seen: Spread,
}

impl Burst {
    /// How long Pinterest's pace makes it take at least: 80 posts a minute and account, one after the other, 64 at once
    /// in each invocation.
    pub fn bound(self) -> SignedDuration {
        let answer = PINTEREST_TAKES.as_secs_f64();
        let last = self.pins_each.saturating_sub(1);
        let by_account = 60.0 * count(last / 80) + answer * count(last % 80 + 1);
        let in_flight = 64.0 * f64::from(self.schedules);
        let by_flight = answer * count(self.accounts * self.pins_each) / in_flight;
        SignedDuration::from_secs_f64(by_account.max(by_flight).max(60.0))
    }

    /// Lets the burst drain in virtual time, a new invocation of every schedule each minute; calls `begin` when
    /// everything is set up, and `end` before anything is looked at.
    pub async fn drain(self, begin: impl FnOnce(), end: impl FnOnce()) -> Drained {
        let latency = Latency::new(6);
        let world = World::slow(&latency).await;
        world.enable().await;
        world.change_settings(|settings| settings.pins_per_day = 0).await;
        world.slow_pinterest();
        let crowd = world.crowd(self.accounts).await;
        let total = self.accounts * self.pins_each;
        let first = START + SignedDuration::from_mins(2);
        let due = |index: usize| first + SignedDuration::from_secs_f64(60.0 * count(index) / count(total));
        let sown = world.sow((0..total).map(|index| (&crowd[index % crowd.len()], due(index)))).await;
        latency.begin();
        begin();
        let stop = first + self.bound() + self.bound() / 4 + SignedDuration::from_mins(1);
        let minutes = u32::try_from(stop.duration_since(START).as_mins() + 1).expect("not that long");
        let arrivals = Ticks::At(0).arrivals(minutes);
        let firings = arrivals.into_iter().flat_map(|at| self.firings(&world, at));
        world.fire(firings, stop).await;
        end();
        let pins = world.harvest(&sown).await;
        let waiting = pins.iter().filter(|pin| pin.state.status() != Status::Published).count();
        assert_eq!(waiting, 0, "{waiting} of {total} pins are not out after {:#}", stop.duration_since(first));
        let calls = world.simulator.calls();
        let mut posts: BTreeMap<_, Vec<Timestamp>> = BTreeMap::new();
        for call in calls.into_iter().filter(|call| call.operation == Operation::CreatePin) {
            posts.entry(call.person).or_default().push(call.at);
        }
        let last = posts.values().flatten().max().expect("there were posts");
        Drained {
            took: last.duration_since(first) + PINTEREST_TAKES,
            busiest_minute: posts.values().map(|times| busiest_minute(times)).max().unwrap_or_default(),
            posts: posts.values().map(Vec::len).sum(),
            seen: world.lateness(&pins).seen,
        }
    }

    fn firings(self, world: &World, at: Timestamp) -> Vec<Firing> {
        let of = |schedule| (0..16).filter(|shard| shard % self.schedules == schedule).collect();
        let fire = |schedule| Firing {
            at,
            platform: world.platform(&format!("publisher {schedule}")),
            clock: world.clock,
            shards: of(schedule),
        };
        (0..self.schedules).map(fire).collect()
    }
}

/// The most of `times` within one minute of the clock, which is how Pinterest counts.
pub fn busiest_minute(times: &[Timestamp]) -> usize {
    let mut minutes: BTreeMap<_, usize> = BTreeMap::new();
    for at in times {
        *minutes.entry(at.as_second().div_euclid(60)).or_default() += 1;
    }
    minutes.into_values().max().unwrap_or_default()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).expect("it is not that large"))
}

impl World {
    /// Puts `count` pins that are due on later days into the table, those of `crowd` in turns.
    async fn shelve(&self, crowd: &[Seeded], count: usize) {
        let day = SignedDuration::from_hours(24);
        let due = |index| START + day + SignedDuration::from_millis(i64::try_from(index).expect("it fits") * 300);
        self.stock(crowd, count, due).await;
    }

    /// Puts `count` pins into the table by the shortest way, those of `crowd` in turns.
    pub(crate) async fn stock(&self, crowd: &[Seeded], count: usize, due: impl Fn(usize) -> Timestamp) {
        let first = crowd.iter().take(count).enumerate().map(|(index, seeded)| (seeded, due(index)));
        let patterns: Vec<Item> =
            self.sow(first).await.iter().map(|sown| self.stored(sown.owner.as_str(), &sown.id)).collect();
        let random = self.platform("shelf").random.clone();
        self.parts.database.enable_bulk_loading().expect("the database is in memory");
        let mut stocked = patterns.len();
        while stocked < count {
            let some = (stocked..count.min(stocked + BULK))
                .map(|index| copy(&patterns[index % patterns.len()], &PinId::random(&*random), due(index)));
            let some: Vec<_> = some.collect();
            stocked += some.len();
            let table = crate::world::TABLE;
            self.parts.database.import_items(table, some, ImportOptions::default()).expect("items like the others");
        }
        self.parts.database.disable_bulk_loading().expect("the database is in memory");
    }

    fn stored(&self, owner: &str, id: &PinId) -> Item {
        let key = json!({"pk": {"S": format!("owner#{owner}")}, "sk": {"S": format!("pin#{id}")}});
        let request = json!({"TableName": crate::world::TABLE, "Key": key});
        let request = serde_json::from_value(request).expect("it is a request");
        let answer = self.parts.database.get_item(request).expect("the database answers");
        answer.item.expect("it was just stored")
    }
}

fn copy(pattern: &Item, id: &PinId, due: Timestamp) -> Item {
    let mut item = pattern.clone();
    let text = |value: String| AttributeValue::S(value);
    item.insert("sk".into(), text(format!("pin#{id}")));
    item.insert("id".into(), text(id.to_string()));
    item.insert("publish_at".into(), text(format!("{due:.3}#{id}")));
    item.insert("due_at".into(), AttributeValue::N(due.as_millisecond().to_string()));
    item
}
