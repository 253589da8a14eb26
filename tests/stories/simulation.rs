//! The product in trouble of every kind, drawn from seeds: `tests/src/simulation.rs` says what holds whatever happens.

use tests::simulation::{Conditions, Planted, Tally, crash_points, many, run};

/// How many seeds `cargo test` runs; `.ci/run` runs many more.
const SEEDS: u64 = 40;

#[test]
fn the_same_seed_gives_the_same_run_to_the_byte() {
    for seed in [3, 12, 29] {
        let [first, second] = [(); 2].map(|()| run(seed, Planted::NOTHING, Conditions::USUAL).trace);
        assert!(first.lines().count() > 50, "{first}");
        assert!(first == second, "seed {seed}:\n{first}\nand then\n{second}");
    }
}

#[test]
fn a_publication_that_is_cut_anywhere_and_then_anywhere_again_happens_once_and_is_told() {
    let cuts = crash_points::enumerate();
    println!("{cuts}");
    if let Some(run) = cuts.failed.first() {
        panic!("{}\n{:?}", run.trace, run.breaches);
    }
    assert!(cuts.singles > 20 && cuts.pairs > cuts.singles, "there are more awaits than that: {cuts}");
    assert_eq!(cuts.ends.keys().collect::<Vec<_>>(), ["published"], "nobody has to look after two deaths");
}

#[test]
fn nothing_breaks_in_forty_seeds() {
    let Tally { runs, calls, ends, failed } = many(1..1 + SEEDS, Planted::NOTHING, Conditions::USUAL);
    println!("{runs} runs, {calls} calls to AWS, pins by their ends: {ends:?}");
    if let Some(run) = failed.first() {
        let all: Vec<_> = failed.iter().map(|run| (run.seed, &run.breaches)).collect();
        panic!("{}\nseeds that failed, the trace above is of the first: {all:#?}", run.trace);
    }
    assert_eq!(runs, SEEDS);
}

#[test]
fn no_event_is_lost_or_out_of_order_in_ten_seeds() {
    let Tally { failed, .. } = many(1..11, Planted::NOTHING, Conditions::WITH_EVENTS);
    if let Some(run) = failed.first() {
        let all: Vec<_> = failed.iter().map(|run| (run.seed, &run.breaches)).collect();
        panic!("{}\nseeds that failed, the trace above is of the first: {all:#?}", run.trace);
    }
}
