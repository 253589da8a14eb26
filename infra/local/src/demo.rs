//! `pinwheel demo`: does the whole job once over HTTP, as people do it, and shows what was published when.

mod act;
mod outcome;
mod plan;
mod screen;
mod watch;

use std::path::PathBuf;

use anyhow::bail;
use shared::clock::SystemClock;

use crate::cli::Stop;
use crate::stack::{Data, Options, Pinterest, Stack};
use act::Act;
use screen::Screen;

/// Runs the demo on a stack of its own, which keeps nothing; an error unless every pin was published as planned.
pub async fn run(port: u16, functions: Option<PathBuf>, executions: Option<usize>) -> anyhow::Result<()> {
    let mut stop = Stop::watch()?;
    let options = Options {
        data: Data::Ephemeral,
        port,
        pinterest: Pinterest::Simulated,
        public_url: None,
        publishes: true,
        functions,
        executions,
    };
    let stack = Stack::start(options).await?;
    let played = tokio::select! {
        played = play(&stack) => played,
        () = stop.asked() => Err(anyhow::anyhow!("the demo was stopped before its end")),
    };
    stop.unless_asked_again(stack.stop()).await;
    played
}

async fn play(stack: &Stack) -> anyhow::Result<()> {
    let hosts = &stack.config().pinterest;
    if [&hosts.live, &hosts.sandbox, &hosts.authorize].iter().any(|host| host.origin() != stack.url().origin()) {
        bail!("the demo posts to its own Pinterest only; unset the variables that begin with PINTEREST_");
    }
    let mut screen = Screen::new(stack.url());
    let mut act = Act::begin(stack, &mut screen).await?;
    let mut pins = act.schedule(&mut screen, &SystemClock).await?;
    let mut viewer = act.viewer();
    watch::until_all_are_there(&mut viewer, &mut pins, &SystemClock, &mut screen).await?;
    let outcomes = watch::outcomes(&mut viewer, pins).await?;
    screen.table(&outcomes);
    let latest = outcome::judge(&outcomes)?;
    screen.end(&outcomes, latest);
    Ok(())
}
