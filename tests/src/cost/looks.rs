//! What is read and written of the table for time that passes, apart from what is for pins.

use std::sync::{Mutex, PoisonError};

use local::in_process::{Charge, Effect, Hook, Outcome};

/// Counts the units of looks: at the due index, settings and circuits, and at who owns the shards, which is written as well.
#[derive(Debug, Default)]
pub struct Looks(Mutex<Charge>);

impl Looks {
    /// The units so far.
    pub fn units(&self) -> Charge {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Looks {
    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        let part = |of: &str| effect.request[of]["pk"]["S"].as_str();
        let pk = part("Item").or(part("Key")).unwrap_or_default();
        if effect.actor == "sender" {
            return;
        }
        if effect.operation == "Query" || ["shard#", "settings", "sweep"].iter().any(|start| pk.starts_with(start)) {
            let mut units = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            units.read += outcome.charge.read;
            units.write += outcome.charge.write;
        }
    }
}
