//! Being asked to stop: Ctrl-C and SIGTERM.

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask a program to stop, watched from the moment this is made.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Begins to watch; from now on the signals no longer end the process by themselves.
    pub fn watch() -> anyhow::Result<Self> {
        let watch = |kind| signal(kind).context("cannot wait for Ctrl-C and SIGTERM");
        Ok(Self { interrupt: watch(SignalKind::interrupt())?, terminate: watch(SignalKind::terminate())? })
    }

    /// Waits until somebody asks.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Does `work` unless somebody asks again meanwhile.
    pub async fn unless_asked_again(&mut self, work: impl Future<Output = ()>) {
        tokio::select! {
            () = work => {}
            () = self.asked() => {}
        }
    }
}
