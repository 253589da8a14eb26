//! Simulates many seeds, one seed with its trace, or every planted bug.

use tests::simulation::{Planted, VISIBILITY, run};

fn main() {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let begun = std::time::Instant::now();
    let one = run(seed, Planted::NOTHING, VISIBILITY);
    println!("{}", one.trace);
    println!("{:?} {:?} {}", one.ends, one.breaches, one.calls);
    println!("{:?}", begun.elapsed());
    let two = run(seed, Planted::NOTHING, VISIBILITY);
    println!("{}", one.trace == two.trace);
}
