//! What everybody in a run shares.

use dynoxide::Database;
use jiff::{SignedDuration, Timestamp};
use local::virtual_world::VirtualClock;
use pinterest_sim::Simulator;
use shared::clock::Clock;

use super::dice::Dice;
use super::invariant::{Breach, Invariant};
use super::judge::Judge;
use super::mirror::Mirror;
use super::rows::Row;
use super::trace::Trace;
use super::weather::Weather;

/// The world as the run itself sees it: past every seam, by the true time.
pub struct Surroundings {
    /// The true time.
    pub clock: VirtualClock,
    /// The table.
    pub table: Database,
    /// What is in the table.
    pub mirror: Mirror,
    /// Pinterest.
    pub simulator: Simulator,
    /// What happens.
    pub trace: Trace,
    /// What is left to chance while it happens.
    pub dice: Dice,
    /// What goes wrong.
    pub weather: Weather,
    /// What must not happen.
    pub judge: Judge,
}

impl Surroundings {
    /// The true time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Every item of the table as it is now.
    pub fn rows(&self) -> Vec<Row> {
        self.mirror.rows()
    }

    /// Notes that an invariant does not hold.
    pub fn breach(&self, invariant: Invariant, detail: String) {
        self.trace.line("JUDGE", format_args!("{invariant}: {detail}"));
        self.judge.note(Breach { invariant, detail });
    }

    /// Lets time pass.
    pub async fn wait(&self, time: SignedDuration) {
        self.clock.sleep_until(self.now() + time).await;
    }
}
