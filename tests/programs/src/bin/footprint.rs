//! Prints what the deployed functions take of their machine, side by side with a function that does nothing:
//! `footprint [FOLDER]`, where FOLDER has their programs as `cargo lambda build --release` leaves them in `target/lambda`.

use std::path::Path;
use std::time::Duration;

use tests::footprint::{self, BARE, FUNCTIONS, Ground, Quota, Size, Start, Tree, percentile};

/// How often each function is started.
const STARTS: usize = 41;

/// After how many requests the memory is looked at.
const REQUESTS: u64 = 10_000;

/// The memory that the template gives to a function.
const MEMORY: u32 = 128;

/// How many pins are created.
const CREATIONS: u64 = 1_000;

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/lambda".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(Path::new(&folder)))
}

async fn measure(folder: &Path) -> anyhow::Result<()> {
    let ground = Ground::lay(folder).await?;
    sizes(folder)?;
    starts(&ground).await?;
    throttled(&ground).await?;
    let mut taken = footprint::creations(&ground, CREATIONS).await?;
    let [half, most] = [50, 99].map(|hundredths| milliseconds(percentile(&mut taken, hundredths)));
    println!("\nCPU of a creation of a pin in a warm `pins`: p50 {half:.2} ms, p99 {most:.2} ms of {CREATIONS}");
    memory(&ground).await?;
    ground.clear().await;
    Ok(())
}

fn sizes(folder: &Path) -> anyhow::Result<()> {
    println!("{:<10} {:>9} {:>10} {:>7}  TLS", "program", "MB", "MB packed", "crates");
    for function in [BARE].into_iter().chain(FUNCTIONS) {
        let (size, tree) = (Size::of(folder, function)?, Tree::of(function)?);
        let [plain, packed] = [size.plain, size.packed].map(megabytes);
        println!("{function:<10} {plain:>9.2} {packed:>10.2} {:>7}  {}", tree.crates, tree.tls.join(", "));
    }
    Ok(())
}

/// The starts of all take turns, so that what else the machine does meets all alike.
async fn starts(ground: &Ground) -> anyhow::Result<()> {
    let mut all: Vec<(&str, Vec<Start>)> = [BARE].into_iter().chain(FUNCTIONS).map(|name| (name, Vec::new())).collect();
    for _ in 0..STARTS {
        for (function, starts) in &mut all {
            starts.push(footprint::start(ground, function).await?);
        }
    }
    println!("\nmedians of {STARTS} starts, in ms");
    println!(
        "{:<10} {:>9} {:>8} {:>9} {:>16} {:>16}",
        "program", "to /next", "of bare", "its CPU", "CPU to 1st answer", "1st answer takes"
    );
    let mut bare = Duration::ZERO;
    for (function, starts) in &all {
        let median = |of: fn(&Start) -> Duration| percentile(&mut starts.iter().map(of).collect::<Vec<_>>(), 50);
        let ready = median(|start| start.ready);
        if *function == BARE {
            bare = ready;
        }
        println!(
            "{function:<10} {:>9.2} {:>7.2}x {:>9.2} {:>16.2} {:>16.2}",
            milliseconds(ready),
            ready.as_secs_f64() / bare.as_secs_f64(),
            milliseconds(median(|start| start.ready_cpu)),
            milliseconds(median(|start| start.answered_cpu)),
            milliseconds(median(|start| start.answer)),
        );
    }
    Ok(())
}

async fn throttled(ground: &Ground) -> anyhow::Result<()> {
    let how = match Quota::of(MEMORY) {
        Some(_) => "at the CPU quota of",
        None => "as CPU time, as no quota can be set here, by the share of",
    };
    println!("\nthe first answer {how} {MEMORY} MB, in ms of {STARTS}");
    println!("{:<10} {:>9} {:>9} {:>9}", "program", "best", "median", "worst");
    for function in FUNCTIONS {
        let mut answers = Vec::new();
        for _ in 0..STARTS {
            answers.push(match Quota::of(MEMORY) {
                Some(quota) => footprint::throttled_answer(ground, function, quota).await?,
                None => footprint::start(ground, function).await?.shared(MEMORY),
            });
        }
        let [best, half, most] = [0, 50, 100].map(|hundredths| milliseconds(percentile(&mut answers, hundredths)));
        println!("{function:<10} {best:>9.2} {half:>9.2} {most:>9.2}");
    }
    Ok(())
}

async fn memory(ground: &Ground) -> anyhow::Result<()> {
    println!("\npeak memory after {REQUESTS} requests, in MB");
    for function in FUNCTIONS {
        let kilobytes = footprint::peak_memory(ground, function, REQUESTS).await?;
        println!("{function:<10} {:>9.1}", megabytes(kilobytes * 1024));
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
