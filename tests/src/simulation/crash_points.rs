//! Every place at which a publication can be cut, one by one and two by two.
//!
//! The first publisher dies at its await number `first`; whoever takes over dies at its own await number `second`; the
//! others live. After two first deaths that left the same table and the same Pinterest behind, everything goes alike, so
//! the second deaths are run for one of them and count for both.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use jiff::SignedDuration;
use shared::clock::Clock;

use super::dice::Dice;
use super::extent::Extent;
use super::fleet::Member;
use super::many::on_every_core;
use super::mortal::{Life, Since};
use super::plan::Plan;
use super::scene::Scene;
use super::weather::Weather;
use super::{Planted, Run, VISIBILITY, calm, within};
use crate::START;

/// How long an invocation runs.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(75);

/// How many invocations whoever takes over has at most.
const INVOCATIONS: usize = 12;

/// What came of all cuts.
#[derive(Debug, Default)]
pub struct Cuts {
    /// How many single deaths there are.
    pub singles: u64,
    /// How many states they leave behind.
    pub states: usize,
    /// How many pairs of deaths there are.
    pub pairs: u64,
    /// How many publications were run.
    pub runs: u64,
    /// How many single deaths and pairs of deaths that were run ended in which state of the pin.
    pub ends: BTreeMap<String, u64>,
    /// The runs in which something did not hold.
    pub failed: Vec<Run>,
}

/// One publication that was cut.
struct Cut {
    run: Run,
    /// Whether the first publisher died, and whether whoever took over did.
    died: (bool, bool),
    /// What the first publisher left.
    left: String,
}

/// Cuts a publication in every way.
pub fn enumerate() -> Cuts {
    let mut cuts = Cuts::default();
    // The first deaths that leave each state, the first of them in front.
    let mut states: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for first in 0.. {
        let mut single = cut(first, None);
        if !single.died.0 {
            break;
        }
        states.entry(std::mem::take(&mut single.left)).or_default().push(first);
        cuts.singles += 1;
        cuts.add(single);
    }
    let (states, cuts) = (states.into_values().collect::<Vec<_>>(), Mutex::new(cuts));
    on_every_core(&|number| {
        let Some(firsts) = usize::try_from(number).ok().and_then(|number| states.get(number)) else { return false };
        for second in 0.. {
            let pair = cut(firsts[0], Some(second));
            if !pair.died.1 {
                break;
            }
            let mut cuts = cuts.lock().expect("nothing panics with it");
            cuts.pairs += u64::try_from(firsts.len()).unwrap_or_default();
            cuts.add(pair);
        }
        true
    });
    let cuts = cuts.into_inner().expect("nothing panics with it");
    Cuts { states: states.len(), ..cuts }
}

fn cut(first: u64, second: Option<u64>) -> Cut {
    fastrand::seed(0);
    let mut died = (false, false);
    let mut left = String::new();
    let run = within(async || {
        let dice = Dice::new(1);
        let mut weather = Weather::fair(VISIBILITY);
        weather.timeout = TIMEOUT;
        let mut scene = Scene::new(1, dice, weather, Planted::NOTHING, &Extent::SMALL).await;
        scene.connect(&Plan::quiet()).await;
        let at = START + SignedDuration::from_secs(1);
        scene.world.seed_pin(&scene.people.accounts[0], "Once", at).await;
        let dying = |life| scene.fleet.member_of(life, scene.around.clock);
        died.0 = !lives(&scene, &dying(Life::ending(Since::Start, first)), 1).await;
        left = scene.left();
        if let Some(second) = second {
            died.1 = !lives(&scene, &dying(Life::ending(Since::Start, second)), INVOCATIONS).await;
        }
        calm::calm(&scene).await;
        scene.end(0)
    });
    Cut { run, died, left }
}

/// Lets `member` serve the invocations that come while there is work; answers whether it survives them.
async fn lives(scene: &Scene, member: &Member, invocations: usize) -> bool {
    for _ in 0..invocations {
        let now = scene.around.now();
        let Some(next) = scene.next_work(now + SignedDuration::from_hours(1)) else { return true };
        scene.around.clock.sleep_until(next.max(now)).await;
        if !scene.fleet.live(member, scene.tick()).await {
            return false;
        }
    }
    true
}

impl Cuts {
    fn add(&mut self, cut: Cut) {
        self.runs += 1;
        for end in cut.run.ends.keys() {
            *self.ends.entry(end.clone()).or_default() += 1;
        }
        if !cut.run.breaches.is_empty() {
            self.failed.push(cut.run);
        }
    }
}

impl fmt::Display for Cuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { singles, states, pairs, runs, ends, failed } = self;
        write!(f, "{singles} single deaths leave {states} states, {pairs} pairs of deaths, {runs} publications run: ")?;
        write!(f, "{ends:?}, {} broken", failed.len())
    }
}
