//! Starts: how long until a function asks for its first event, and what its first answer takes.

use std::time::Duration;

use anyhow::Context;
use tokio::time::Instant;

use super::Ground;
use super::machine::{Quota, WHOLE_PROCESSOR, cpu_time};

/// One start of a function.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From its start until it asked for its first event, as the wall clock has it.
    pub ready: Duration,
    /// The CPU time of that.
    pub ready_cpu: Duration,
    /// The CPU time from the start until it asked for the second event.
    pub answered_cpu: Duration,
    /// How long the first answer took.
    pub answer: Duration,
}

/// Starts `function` and lets it answer once.
pub async fn start(ground: &Ground, function: &str) -> anyhow::Result<Start> {
    let (program, event) = (ground.function(function), ground.event(function));
    let began = Instant::now();
    let mut instance = program.start().await?;
    instance.asks(1).await.with_context(|| ground.log())?;
    let ready = began.elapsed();
    let process = instance.id().context("the process is gone")?;
    let ready_cpu = settled(process).await?;
    let answer = ground.invoke(&mut instance, event, 1).await?;
    Ok(Start { ready, ready_cpu, answered_cpu: settled(process).await?, answer })
}

/// How long the first answer of a new instance takes that is held to `quota` after its INIT, as on Lambda.
pub async fn throttled_answer(ground: &Ground, function: &str, quota: Quota) -> anyhow::Result<Duration> {
    let mut instance = ground.function(function).start().await?;
    instance.asks(1).await.with_context(|| ground.log())?;
    let process = instance.id().context("the process is gone")?;
    settled(process).await?;
    quota.hold(process)?;
    let answer = ground.invoke(&mut instance, ground.event(function), 1).await;
    instance.end().await?;
    drop(quota);
    answer
}

/// The CPU time of a process when it has come to rest: a function goes on for a moment after it has asked.
pub async fn settled(process: u32) -> anyhow::Result<Duration> {
    let mut last = cpu_time(process)?;
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let now = cpu_time(process)?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}

impl Start {
    /// How long the first answer would take at the share of a processor that Lambda gives to so many megabytes, if nothing
    /// but its CPU time counted.
    pub fn shared(&self, megabytes: u32) -> Duration {
        self.answered_cpu.saturating_sub(self.ready_cpu) * WHOLE_PROCESSOR / megabytes
    }
}
