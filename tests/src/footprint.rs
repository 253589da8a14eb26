//! What a deployed function takes of its machine: its start, its first answer, its memory, its size.
//!
//! The programs run as on AWS, as processes behind the Runtime API. This process has all they talk to, so what is measured
//! is read of them alone: CPU time from the scheduler's account of their threads, memory from `/proc`.

mod events;
mod ground;
mod machine;
mod programs;
mod starts;
mod steady;

use std::time::Duration;

pub use ground::{BARE, FUNCTIONS, Ground};
pub use machine::Quota;
pub use programs::{Size, Tree};
pub use starts::{Start, start, throttled_answer};
pub use steady::{creations, peak_memory};

/// The value below which `hundredths` of a hundred of `samples` are.
pub fn percentile(samples: &mut [Duration], hundredths: usize) -> Duration {
    samples.sort_unstable();
    let index = samples.len().saturating_sub(1) * hundredths / 100;
    samples.get(index).copied().unwrap_or_default()
}
