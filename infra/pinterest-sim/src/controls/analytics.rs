//! How analytics answer.

use serde::{Deserialize, Serialize};

use crate::simulator::Simulator;

/// How analytics answer from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Analytics {
    /// By how many days pins are older for their figures than they are, so that there is something to see at once.
    pub pins_aged_days: u32,
    /// Whether the app may use the restricted call for many pins.
    pub bulk_granted: bool,
    /// Whether `pin_metrics` counts saves, which the description's example leaves out.
    pub saves_in_lists: bool,
}

impl Simulator {
    /// Chooses how analytics answer from now on.
    pub fn set_analytics(&self, analytics: Analytics) {
        self.with_controls(|controls| controls.analytics = analytics);
    }

    /// How analytics answer.
    pub fn analytics(&self) -> Analytics {
        self.with_controls(|controls| controls.analytics)
    }
}
