//! Measures what only shows at size, and fails where a bound is broken: `scale [reads] [writes] [precision]
//! [outage] [tenants] [burst] [import] [video] [events]`.
//! The precision is tried for every seventh second of the ticks; `scale every-second` tries all of them. The burst is twenty
//! thousand pins for one schedule; `scale large-burst` has a hundred thousand, for one and for sixteen.

use std::process::ExitCode;

use jiff::SignedDuration;
use peak_alloc::PeakAlloc;
use tests::Ticks;
use tests::deliveries;
use tests::large_video;
use tests::outage::{Outage, Survived};
use tests::precision::{self, Setting};
use tests::scale::{self, Burst};
use tests::tenants;

/// Counts what the Rust code holds; what SQLite holds, the stand-in for services of others, is not in it.
#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What one run over a hundred thousand due pins may take.
const MOST_MEGABYTES: f64 = 64.0;

fn main() -> ExitCode {
    let chosen: Vec<_> = std::env::args().skip(1).collect();
    let wants = |name: &str| chosen.is_empty() || chosen.iter().any(|word| word == name);
    let mut broken = Vec::new();
    if wants("reads") {
        broken.extend(reads());
    }
    if wants("writes") {
        broken.extend(writes());
    }
    if wants("precision") {
        broken.extend(precision());
    }
    if wants("outage") {
        broken.extend(outage());
    }
    if wants("tenants") {
        broken.extend(tenants());
    }
    if wants("burst") {
        broken.extend(burst(100, 1));
    }
    if wants("import") {
        broken.extend(import());
    }
    if wants("video") {
        broken.extend(video());
    }
    if wants("events") {
        broken.extend(events());
    }
    if chosen.iter().any(|word| word == "every-second") {
        broken.extend(by_second(1));
    }
    if chosen.iter().any(|word| word == "large-burst") {
        broken.extend([1, 16].into_iter().flat_map(|schedules| burst(500, schedules)));
    }
    for bound in &broken {
        println!("BROKEN: {bound}");
    }
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs `future` on time that moves only while everybody waits.
fn simulate<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without threads starts").block_on(future)
}

fn reads() -> Option<String> {
    println!("what a tick with ten pins to publish reads");
    let mut found = Vec::new();
    for waiting in [1_000, 1_000_000] {
        let (units, calls) = simulate(scale::reads_of_a_tick(waiting));
        println!("  {waiting:>9} pins wait for later days: {units} read units, {calls} calls");
        found.push((units.to_bits(), calls));
    }
    (found[0] != found[1]).then(|| "the cost of a tick depends on how many pins wait".to_owned())
}

fn writes() -> Option<String> {
    let pins = 1_000;
    println!("what {pins} pins cost to write, from creation to published, while ticks overlap");
    let lines = simulate(scale::writes(pins, SignedDuration::from_millis(750)));
    let (mut of_pins, count) = (0.0, f64::from(u32::try_from(pins).expect("a few")));
    for (purpose, line) in &lines {
        println!("  {purpose:<28} {:>6} writes {:>8} units {:>7.3} a pin", line.writes, line.units, line.units / count);
        of_pins += if purpose.starts_with("pin") { line.units / count } else { 0.0 };
    }
    println!("  {of_pins:.3} units a pin");
    (of_pins > 6.3).then(|| format!("{of_pins} write units a pin"))
}

fn precision() -> Vec<String> {
    broken_second().into_iter().chain(by_second(7)).collect()
}

/// A thousand pins of fifty accounts in one second.
fn broken_second() -> Option<String> {
    let took = simulate(precision::one_second(50, 20));
    println!("1,000 pins of 50 accounts due in one second are out after {took:#}");
    (took > SignedDuration::from_secs(7)).then(|| format!("{took:#} for a thousand pins of one second"))
}

fn by_second(step: usize) -> Vec<String> {
    println!("lateness by the second at which the ticks arrive");
    let setting = Setting { minutes: 6, accounts: 20, pause: SignedDuration::from_millis(1_700) };
    let mut broken = Vec::new();
    for kind in [Ticks::At, Ticks::Doubled, Ticks::OneMissing, |second| Ticks::Anywhere(u64::from(second))] {
        let mut all = Vec::new();
        for second in (0..60).step_by(step) {
            let lateness = simulate(precision::run(kind(second), setting));
            broken.extend(lateness.broken().map(|bound| format!("{:?}: {bound}", kind(second))));
            all.push(lateness);
        }
        println!("  {:?} and the seconds after it: {}", kind(0), precision::Worst::of(&all));
    }
    broken
}

fn outage() -> Option<String> {
    let outage = Outage { accounts: 20, pause: SignedDuration::from_secs(3), length: SignedDuration::from_hours(1) };
    println!("Pinterest does not answer for an hour");
    let survived = simulate(outage.survive());
    let Survived { calls, calls_normally, pins, out, drained_in, busiest_ten_seconds, health } = &survived;
    println!("  {calls} calls meanwhile, {calls_normally} without the outage");
    println!(
        "  {pins} pins came due, {} are out and {} in review; the last {drained_in:#} after the end",
        out.0, out.1
    );
    println!("  at most {busiest_ten_seconds} posts of {} accounts in ten seconds of it", outage.accounts);
    for (when, health) in ["in the middle", "before the end", "ten minutes after"].into_iter().zip(health) {
        println!("  health {when}: {health}");
    }
    survived.broken()
}

fn tenants() -> Vec<String> {
    let mut broken = Vec::new();
    println!("forty owners, two of whom Pinterest does not answer");
    let beside_failing = simulate(tenants::failing_owners());
    println!("  the others: {}", beside_failing.with);
    println!("  the same with all answered: {}; {} posts of the two", beside_failing.without, beside_failing.posts);
    broken.extend(beside_failing.felt().into_iter().chain(beside_failing.asked()));

    println!("a hundred thousand overdue pins of one account, beside fifty accounts of its shard with one pin each");
    let (mut before, mut peak) = (0.0, 0.0);
    let begin = || {
        before = HEAP.current_usage_as_mb().into();
        HEAP.reset_peak_usage();
    };
    let backlog = simulate(tenants::backlog(100_000, begin, || peak = HEAP.peak_usage_as_mb().into()));
    println!("  the others: {}", backlog.neighbours.with);
    println!("  the same without it: {}", backlog.neighbours.without);
    let said = backlog.said_after.map_or("never".to_owned(), |after| format!("within {after:#}"));
    println!("  its pins say that others go first {said}; at most {} posts a minute", backlog.busiest_minute);
    println!("  {:.1} MB of heap at most, on top of {before:.1} MB of the table and Pinterest", peak - before);
    broken.extend(backlog.broken());
    if peak - before > MOST_MEGABYTES {
        broken.push(format!("{:.1} MB of heap for a backlog", peak - before));
    }

    println!("thirty pins of one account for now, asked for at once");
    let (took, at_once) = simulate(tenants::now(30));
    println!("  all out after {took:#}, {at_once} of them at once");
    if at_once != 1 {
        broken.push(format!("{at_once} posts of an account at once"));
    }

    println!("five thousand pins of one owner and one of another, when an outage ends");
    let released = simulate(tenants::release(5_000));
    println!("  the one is out after {released:#}");
    if released > tenants::RELEASED {
        broken.push(format!("{released:#} until one pin beside five thousand was out"));
    }
    broken
}

fn burst(accounts: usize, schedules: u8) -> Vec<String> {
    let burst = Burst { accounts, pins_each: 200, schedules };
    println!("{} pins due in one minute, {schedules} schedule(s)", burst.accounts * burst.pins_each);
    let (mut before, mut peak) = (0.0, 0.0);
    let begin = || {
        before = HEAP.current_usage_as_mb().into();
        HEAP.reset_peak_usage();
    };
    let drained = simulate(burst.drain(begin, || peak = HEAP.peak_usage_as_mb().into()));
    let (took, bound) = (drained.took, burst.bound());
    println!("  drained in {took:#}; Pinterest's pace allows {bound:#}; {}", drained.seen);
    println!("  at most {} posts of an account in a minute, {} posts", drained.busiest_minute, drained.posts);
    let whose =
        if schedules == 1 { "of its invocations" } else { "of all invocations, which share a process here only" };
    println!("  {:.1} MB of heap at most, {whose}, on top of {before:.1} MB of the table and Pinterest", peak - before);
    let mut broken = Vec::new();
    if took > bound + bound / 4 {
        broken.push(format!("{took:#} to drain what Pinterest takes in {bound:#}"));
    }
    if drained.busiest_minute > 80 || drained.posts != burst.accounts * burst.pins_each {
        broken.push(format!("{drained:?}"));
    }
    if schedules == 1 && peak - before > MOST_MEGABYTES {
        broken.push(format!("{:.1} MB of heap", peak - before));
    }
    broken
}

/// The largest file that is taken, judged and stored. What it takes of memory is that of both functions, which share a
/// process here only.
fn import() -> Option<String> {
    let file = tests::long_file(10_000);
    println!("a file of 10,000 rows, {} KB", file.len() / 1000);
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage_as_mb();
    let taken = simulate(scale::import(file));
    let peak = f64::from(HEAP.peak_usage_as_mb() - before);
    let seconds = |took: SignedDuration| took.as_secs_f64();
    println!(
        "  judged in {:.2} s, taken in {:.2} s, all stored after {:.2} s",
        seconds(taken.judged),
        seconds(taken.taken),
        seconds(taken.stored)
    );
    println!("  {peak:.1} MB of heap at most, the file itself and what stands in for AWS included");
    (peak > MOST_MEGABYTES).then(|| format!("{peak:.1} MB of heap for a file"))
}

/// Ten thousand events of fifty owners, to an endpoint each.
fn events() -> Vec<String> {
    let delivered = simulate(deliveries::run(50, 200, 5));
    println!("{} events of fifty owners to an endpoint each, five of which are dead", delivered.events);
    println!("  {} to those that live: {}", delivered.wanted, delivered.late);
    println!("  {delivered}");
    delivered.broken()
}

/// What a video takes whose index has to be sent first.
fn video() -> Vec<String> {
    println!("a video of 2 GB, with its index at the end and at the beginning");
    let folder = tempfile::tempdir().expect("there is a place for files");
    let (mut before, mut peak) = (0.0, 0.0);
    let begin = || {
        before = HEAP.current_usage_as_mb().into();
        HEAP.reset_peak_usage();
    };
    let sent = simulate(large_video::send(folder.path(), begin, || peak = HEAP.peak_usage_as_mb().into()));
    let seconds = |took: SignedDuration| took.as_secs_f64();
    println!("  sent in {:.1} s, and in {:.1} s", seconds(sent.index_last), seconds(sent.index_first));
    let taken: f64 = peak - before;
    println!("  {taken:.1} MB of heap at most, what stands in for AWS and Pinterest included");
    let heap = (taken > MOST_MEGABYTES).then(|| format!("{taken:.1} MB of heap for a video"));
    sent.broken().into_iter().chain(heap).collect()
}
