//! Many seeds, on every core there is.

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::{Breach, Conditions, Invariant, Planted, Run, run};

/// A run in a debug build is deep in futures.
const STACK: usize = 64 * 1024 * 1024;

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many there were.
    pub runs: u64,
    /// How many calls to AWS they made.
    pub calls: u64,
    /// How many pins ended where.
    pub ends: BTreeMap<String, u64>,
    /// Those in which something did not hold, in the order of their seeds.
    pub failed: Vec<Run>,
}

/// Runs every seed of `seeds`.
pub fn many(seeds: Range<u64>, planted: Planted, conditions: Conditions) -> Tally {
    let tally = Mutex::new(Tally::default());
    on_every_core(&|seed| {
        let seed = seeds.start + seed;
        let is_one = seed < seeds.end;
        if is_one {
            let run = caught(seed, planted, conditions);
            tally.lock().expect("nothing panics with it").add(run);
        }
        is_one
    });
    let mut tally = tally.into_inner().expect("nothing panics with it");
    tally.failed.sort_by_key(|run| run.seed);
    tally
}

/// The first seed of `seeds` in which something does not hold, if there is one.
pub fn first_breach(seeds: Range<u64>, planted: Planted, conditions: Conditions) -> Option<Run> {
    let found: Mutex<Option<Run>> = Mutex::default();
    on_every_core(&|seed| {
        let seed = seeds.start + seed;
        let is_first = |found: &Option<Run>| found.as_ref().is_none_or(|found| seed < found.seed);
        if seed >= seeds.end || !is_first(&found.lock().expect("nothing panics with it")) {
            return false;
        }
        let run = caught(seed, planted, conditions);
        let mut found = found.lock().expect("nothing panics with it");
        if !run.breaches.is_empty() && is_first(&found) {
            *found = Some(run);
        }
        true
    });
    found.into_inner().expect("nothing panics with it")
}

/// Calls `work` with 0, 1, 2 and so on, on every core, until it answers that there is no more.
pub fn on_every_core(work: &(impl Fn(u64) -> bool + Sync)) {
    let next = AtomicU64::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            let builder = thread::Builder::new().stack_size(STACK);
            let worker = builder.spawn_scoped(scope, || while work(next.fetch_add(1, Ordering::Relaxed)) {});
            worker.expect("threads can be made");
        }
    });
}

/// A run, whose panic is a breach as any other.
fn caught(seed: u64, planted: Planted, conditions: Conditions) -> Run {
    catch_unwind(AssertUnwindSafe(|| run(seed, planted, conditions))).unwrap_or_else(|_| Run {
        seed,
        trace: "the run panicked before it could hand out its trace".to_owned(),
        breaches: vec![Breach { invariant: Invariant::NoPanic, detail: "the run panicked".to_owned() }],
        calls: 0,
        ends: BTreeMap::new(),
    })
}

impl Tally {
    fn add(&mut self, run: Run) {
        self.runs += 1;
        self.calls += run.calls;
        for (end, count) in &run.ends {
            *self.ends.entry(end.clone()).or_default() += count;
        }
        if !run.breaches.is_empty() {
            self.failed.push(run);
        }
    }
}
