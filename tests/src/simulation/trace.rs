//! What happened in a run, one line each: the time, who, what, and how it ended.

use std::fmt::{Display, Write};
use std::sync::{Mutex, PoisonError};

use local::virtual_world::VirtualClock;
use shared::clock::Clock;

use crate::START;

/// The lines of one run.
#[derive(Debug)]
pub struct Trace {
    clock: VirtualClock,
    lines: Mutex<String>,
}

impl Trace {
    /// No lines yet.
    pub fn new(clock: VirtualClock) -> Self {
        Self { clock, lines: Mutex::default() }
    }

    /// Adds a line of `actor`.
    pub fn line(&self, actor: &str, what: impl Display) {
        let since = self.clock.now().duration_since(START);
        let (seconds, millis) = (since.as_secs(), since.subsec_millis());
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(lines, "{seconds:>6}.{millis:03} {actor:<10} {what}").expect("a string takes everything");
    }

    /// All lines.
    pub fn text(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
