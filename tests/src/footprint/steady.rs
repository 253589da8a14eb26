//! A function that has been at work for a while.

use std::time::Duration;

use anyhow::Context;

use super::Ground;
use super::machine::{self, cpu_time};

/// The most memory that an instance of `function` had, in kilobytes, when it has done its work `times` times.
pub async fn peak_memory(ground: &Ground, function: &str, times: u64) -> anyhow::Result<u64> {
    let mut instance = ground.function(function).start().await?;
    instance.asks(1).await.with_context(|| ground.log())?;
    for done in 1..=times {
        ground.invoke(&mut instance, ground.event(function), done).await?;
    }
    machine::peak_memory(instance.id().context("the process is gone")?)
}

/// The CPU times of `times` creations of a pin, after as many again that warm up.
pub async fn creations(ground: &Ground, times: u64) -> anyhow::Result<Vec<Duration>> {
    let mut instance = ground.function("pins").start().await?;
    let process = instance.id().context("the process is gone")?;
    let mut taken = Vec::new();
    for done in 1..=2 * times {
        let before = cpu_time(process)?;
        ground.invoke(&mut instance, ground.event("pins"), done).await?;
        if done > times {
            taken.push(cpu_time(process)?.saturating_sub(before));
        }
    }
    Ok(taken)
}
