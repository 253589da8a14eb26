//! Simulates many seeds, one seed with its trace, every cut of a publication, or every planted bug.
//!
//! `cargo run --profile simulation -p programs --bin simulate -- --seeds 20000`

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tests::simulation::{
    Conditions, Invariant, NOT_SEEN, PLANTED, Planted, Run, Tally, crash_points, first_breach, looked_for_from, many,
    run,
};

/// How many seeds a planted bug has to be found in.
const SEEDS_FOR_A_BUG: u64 = 1000;

/// How many seeds are run between two lines of progress.
const PART: u64 = 5000;

/// Simulates Pinwheel: people, publishers and trouble, drawn from a seed.
#[derive(Debug, Parser)]
struct Options {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Run this seed only, and print its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// Within how many seconds a new pin is on its board's list. Beyond 60 doubles are counted, and no failure.
    #[arg(long, default_value_t = 60)]
    visibility: u64,
    /// Have events on in every run, and not only in one of eight.
    #[arg(long)]
    events: bool,
    /// Cut one publication at every await, and the one that takes over at every await of its own.
    #[arg(long)]
    cuts: bool,
    /// Plant every bug and look whether it is found.
    #[arg(long)]
    planted: bool,
    /// Plant only the bugs with this in their name; with --seed, run that seed with it.
    #[arg(long)]
    bug: Option<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let visibility = Duration::from_secs(options.visibility);
    let conditions = Conditions { visibility, has_events: options.events };
    let is_fine = match options.seed {
        Some(seed) => one(seed, options.bug.as_deref(), conditions),
        None if options.planted || options.bug.is_some() => planted(&options, conditions),
        None if options.cuts => cuts(),
        None => seeds(&options, conditions),
    };
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(seed: u64, bug: Option<&str>, conditions: Conditions) -> bool {
    let planted = bug.and_then(|bug| PLANTED.iter().find(|planted| planted.name.contains(bug)));
    let run = run(seed, planted.copied().unwrap_or(Planted::NOTHING), conditions);
    tell(&run);
    println!("{} calls to AWS, pins by their ends {:?}", run.calls, run.ends);
    run.breaches.is_empty()
}

#[expect(clippy::disallowed_methods, reason = "how long the simulation itself takes")]
fn seeds(options: &Options, conditions: Conditions) -> bool {
    let (began, end) = (Instant::now(), options.from + options.seeds);
    let (mut failed, mut doubles) = (Vec::new(), 0);
    let mut from = options.from;
    while from < end {
        let to = (from + PART).min(end);
        let Tally { runs, calls, ends, failed: these } = many(from..to, Planted::NOTHING, conditions);
        let each = began.elapsed().as_secs_f64() * 1000.0 / f64::from(u32::try_from(to - options.from).unwrap_or(1));
        println!("seeds {from}..{to}: {} calls a run, {ends:?}, {each:.1} ms a run so far", calls / runs.max(1));
        doubles += these.iter().filter(|run| run.breaches.iter().all(is_double)).count();
        failed.extend(these);
        from = to;
    }
    println!("{} seeds in {:.1} s", options.seeds, began.elapsed().as_secs_f64());
    if options.visibility > 60 {
        println!("{doubles} runs with a double, since pins were visible only after up to {:?}", conditions.visibility);
        failed.retain(|run| !run.breaches.iter().all(is_double));
    }
    if let Some(first) = failed.first() {
        tell(first);
        let seeds: Vec<_> = failed.iter().map(|run| run.seed).collect();
        println!("{} seeds failed, the trace above is of the first: {seeds:?}", seeds.len());
        for run in failed.iter().take(40) {
            println!("{}: {}", run.seed, run.breaches[0]);
        }
    }
    failed.is_empty()
}

fn is_double(breach: &tests::simulation::Breach) -> bool {
    matches!(breach.invariant, Invariant::NeverTwice | Invariant::UnpublishedIsNotThere)
}

fn cuts() -> bool {
    let cuts = crash_points::enumerate();
    println!("{cuts}");
    cuts.failed.iter().for_each(tell);
    cuts.failed.is_empty()
}

#[expect(clippy::disallowed_methods, reason = "how long the simulation itself takes")]
fn planted(options: &Options, conditions: Conditions) -> bool {
    let wanted = options.bug.as_deref().unwrap_or_default();
    let began = Instant::now();
    let mut missed = 0;
    for planted in PLANTED.iter().filter(|planted| planted.name.contains(wanted)) {
        let unseen = NOT_SEEN.iter().find(|(name, _)| *name == planted.name);
        if let Some((name, reason)) = unseen.filter(|_| options.bug.is_none()) {
            println!("{name:<52} skipped: {reason}");
            continue;
        }
        let from = looked_for_from(planted.name);
        if let Some(run) = first_breach(from..from + SEEDS_FOR_A_BUG, *planted, conditions) {
            println!("{:<52} seed {:>4}  {}", planted.name, run.seed, run.breaches[0]);
        } else {
            missed += 1;
            println!("{:<52} NOT FOUND in {SEEDS_FOR_A_BUG} seeds", planted.name);
        }
    }
    println!("{missed} bugs not found, in {:.1} s", began.elapsed().as_secs_f64());
    missed == 0
}

fn tell(run: &Run) {
    println!("{}", run.trace);
    for breach in &run.breaches {
        println!("BROKEN {breach}");
    }
    println!("seed {}: replay it with --seed {}", run.seed, run.seed);
}
