//! A whole installation with people, publishers and trouble in one thread on moved time, drawn from one seed.
//!
//! The same seed gives the same run, to the byte of its trace. A run is a storm of some minutes, then a calm in which
//! everything has to come to rest; what must hold then and meanwhile is in [`Invariant`].

mod aws;
mod calm;
pub mod crash_points;
mod dice;
mod endpoints;
mod events;
mod extent;
mod fleet;
mod invariant;
mod judge;
mod many;
mod mirror;
mod mortal;
mod people;
mod pinterest;
mod plan;
mod planners;
mod planted;
mod rows;
mod scene;
mod senders;
mod surroundings;
mod tamper;
mod trace;
mod weather;
mod weeks;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join4;
use shared::clock::Clock;
use tokio::task::JoinSet;

use crate::START;
pub use invariant::{Breach, Invariant};
pub use many::{Tally, first_breach, many};
use plan::Plan;
pub use planted::{Client, NOT_SEEN, PLANTED, Planted, looked_for_from};
use scene::Scene;
pub use tamper::Tamper;
use weather::Weather;

use dice::Dice;
use extent::Extent;

/// Within this time a new pin is on its board's list; reconciliation rests on it.
pub const VISIBILITY: Duration = Duration::from_mins(1);

/// What else holds for a run, whatever is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// A new pin is on its board's list within this time.
    pub visibility: Duration,
    /// Whether events are on in every run, and not only in those that draw it.
    pub has_events: bool,
}

impl Conditions {
    /// What the guarantee rests on.
    pub const USUAL: Self = Self { visibility: VISIBILITY, has_events: false };

    /// The same with events on in every run.
    pub const WITH_EVENTS: Self = Self { has_events: true, ..Self::USUAL };
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What it was drawn from.
    pub seed: u64,
    /// Everything that happened, one line each.
    pub trace: String,
    /// What did not hold.
    pub breaches: Vec<Breach>,
    /// How many calls to AWS it made.
    pub calls: u64,
    /// How many pins ended where.
    pub ends: std::collections::BTreeMap<String, u64>,
}

/// Runs the program, with what is `planted` in it, through everything that `seed` draws.
pub fn run(seed: u64, planted: Planted, conditions: Conditions) -> Run {
    // The SDK draws the pauses before its retries from here.
    fastrand::seed(seed);
    let dice = Dice::new(seed);
    let mut extent = Extent::draw(seed);
    extent.has_events |= conditions.has_events || planted.has_events;
    let weather = Weather::draw(&dice, conditions.visibility).with_indexes(&extent);
    let plan = Plan::draw(&dice, &weather, &extent);
    within(async || {
        let mut scene = Scene::new(seed, dice, weather, planted, &extent).await;
        scene.connect(&plan).await;
        storm(&scene, &plan).await;
        calm::calm(&scene).await;
        if extent.weeks > 0 {
            weeks::pass(&scene, extent.weeks).await;
        }
        scene.end(seed)
    })
}

/// Runs `work` in a runtime of its own, whose time moves while everybody waits.
fn within(work: impl AsyncFnOnce() -> Run) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O is built").block_on(work())
}

/// What people do, the schedule, and everything that goes wrong meanwhile.
async fn storm(scene: &Scene, plan: &Plan) {
    let [first, second] = &plan.people;
    let work = join4(scene.people.act(first), scene.people.act(second), schedule(scene, plan), sending(scene));
    let worked = AssertUnwindSafe(work).catch_unwind().await;
    if worked.is_err() {
        scene.panicked("in a function");
    }
    scene.finish().await;
}

async fn sending(scene: &Scene) {
    if let Some(senders) = &scene.senders {
        senders.storm().await;
    }
}

async fn schedule(scene: &Scene, plan: &Plan) {
    let mut running = JoinSet::new();
    for at in &plan.ticks {
        scene.around.clock.sleep_until(START + *at).await;
        running.spawn(scene.fleet.clone().take(scene.tick()));
    }
    while let Some(ended) = running.join_next().await {
        if ended.is_err() {
            scene.panicked("in a publisher");
        }
    }
}
