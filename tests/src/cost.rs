//! What Pinwheel costs on AWS: units that a run in virtual time uses, at list price.
//!
//! Counted are the units of the table and the calls of the other services as they were made, the bytes that were logged, and
//! how long each request and invocation lasted while AWS and Pinterest took their time. What only AWS adds, such as its own
//! lines in the log, is in [`prices`].

mod bill;
mod looks;
pub mod prices;
mod schedule;
pub mod sending;
mod usage;

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Charge, Hook};
use serde_json::json;
use shared::clock::Clock;

pub use bill::{Bill, written};
pub use usage::Use;

use crate::seed::Seeded;
use crate::{Latency, Log, START, Ticks, World};
use looks::Looks;
use schedule::Instances;
use sending::{Events, Sending};

/// How many accounts take turns at least: enough for every shard to have work in every minute.
const ACCOUNTS: usize = 64;

/// How many pins each of them has at most: fewer than an account publishes a day by default, beyond which each request reads
/// the pins of the day.
const PINS_OF_ACCOUNT: usize = 20;

/// The time between two pins.
const PAUSE: SignedDuration = SignedDuration::from_millis(750);

/// What a run of so many pins used.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// How many pins there were.
    pub pins: usize,
    /// How many minutes the publishing took.
    pub minutes: usize,
    /// Taking the pins over the API.
    pub taking: Use,
    /// Publishing them, looks included.
    pub publishing: Use,
    /// The units of looks in it, which are for the time and not for the pins.
    pub looks: Charge,
    /// What the function used that sends events, which is in none of the others.
    pub sending: Use,
}

/// Takes `pins` pins over the API, each by a request of its own, and publishes them under a schedule whose ticks arrive
/// anywhere in their minute.
pub async fn run(pins: usize, events: Events) -> Run {
    let (latency, looks, sending) = (Latency::new(4), Arc::new(Looks::default()), Arc::new(Sending::default()));
    let hooks: [Arc<dyn Hook>; 3] = [latency.clone(), looks.clone(), sending.clone()];
    let world = World::disturbed(&hooks).await;
    world.enable().await;
    world.slow_pinterest();
    let crowd = world.crowd(ACCOUNTS.max(pins.div_ceil(PINS_OF_ACCOUNT))).await;
    events.switch_on(&world, &crowd).await;
    sending.host(&world);
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(shared::start::json_log(log.clone()));
    latency.begin();
    // Far enough for all requests to be over, so that no pin is announced to the publisher.
    let first = START + SignedDuration::from_mins(30);
    let mut taking = Use::begin(&world, &log);
    for number in 0..pins {
        let due = first + PAUSE * i32::try_from(number).expect("not that many");
        let began = tokio::time::Instant::now();
        take(&world, &crowd[number % crowd.len()], number, due).await;
        taking.lasted(began.elapsed());
    }
    let taking = taking.end(&world, &log);
    world.clock_reaches(first - SignedDuration::from_mins(2)).await;
    let (mut publishing, before) = (Use::begin(&world, &log), looks.units());
    let instances = Instances::of(&world);
    let end = first + PAUSE * i32::try_from(pins).expect("not that many") + SignedDuration::from_secs(5);
    let arrivals = Ticks::Anywhere(4).arrivals(24 * 60).into_iter().filter(|at| *at > world.clock.now() && *at < end);
    let arrivals: Vec<_> = arrivals.collect();
    for lasted in instances.fire(arrivals.iter().copied(), end).await {
        publishing.lasted(lasted);
    }
    world.parts.lambda.finish().await;
    let sending = sending.take();
    let publishing = publishing.end(&world, &log).without(&sending);
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), pins, "each once");
    let after = looks.units();
    let looks = Charge { read: after.read - before.read, write: after.write - before.write };
    Run { pins, minutes: arrivals.len(), taking, publishing, looks, sending }
}

/// What `minutes` minutes use in which nothing is due; with `enabled` an account is connected, without it Pinterest is
/// switched off.
pub async fn idle(minutes: usize, enabled: bool) -> Use {
    let latency = Latency::new(5);
    let world = World::slow(&latency).await;
    if enabled {
        world.enable().await;
        world.crowd(1).await;
    }
    let log = Log::default();
    let _logging = tracing::subscriber::set_default(shared::start::json_log(log.clone()));
    latency.begin();
    let mut idle = Use::begin(&world, &log);
    let end = START + SignedDuration::from_mins(i64::try_from(minutes).expect("not that many"));
    let arrivals = Ticks::Anywhere(5).arrivals(u32::try_from(minutes).expect("not that many"));
    for lasted in Instances::of(&world).fire(arrivals, end).await {
        idle.lasted(lasted);
    }
    idle.end(&world, &log)
}

async fn take(world: &World, to: &Seeded, number: usize, due: jiff::Timestamp) {
    let account = &to.account;
    let request = json!({
        "targets": [{"account_id": account.id.as_str(), "board_id": to.board}],
        "publish_at": due.to_string(),
        "content": {
            "title": format!("Lemon cake {number}"),
            "description": "A cake for a summer afternoon, with two lemons and a little thyme.",
            "link": format!("https://example.com/cakes/{number}"),
            "media": {"source_type": "image_url", "url": format!("https://example.com/cakes/{number}.jpg")},
        },
    });
    let key = format!("cost-{number}");
    let answer = world.user(account.owner.as_str()).with("idempotency-key", key).post("/v1/pins", &request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}
