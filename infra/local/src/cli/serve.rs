//! `pinwheel`: serves until somebody stops it.

use super::announcement::{Announcement, say};
use super::stop::Stop;
use crate::stack::{Options, Stack};

/// Starts a stack, says where it is, and stops it when asked.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let mut stop = Stop::watch()?;
    let stack = tokio::select! {
        started = Stack::start(options) => started?,
        () = stop.asked() => return Ok(()),
    };
    say(Announcement(&stack));
    stop.asked().await;
    say("\nStopping: what is in flight is finished first. Ctrl-C again stops at once.");
    stop.unless_asked_again(stack.stop()).await;
    Ok(())
}
