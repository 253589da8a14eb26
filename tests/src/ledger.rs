//! What writes cost, by what they are for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use local::in_process::{Effect, Hook, Outcome};
use serde_json::Value;

/// Counts the writes to the table by their purpose.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<BTreeMap<&'static str, Line>>);

/// The writes of one purpose.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Line {
    /// How many there were.
    pub writes: u32,
    /// What they cost, indexes and failed conditions included.
    pub units: f64,
}

impl Ledger {
    /// The lines so far.
    pub fn lines(&self) -> BTreeMap<&'static str, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the writes of pins cost so far, without those that say who works on a shard.
    pub fn of_pins(&self) -> f64 {
        self.lines().iter().filter(|(purpose, _)| purpose.starts_with("pin")).map(|(_, line)| line.units).sum()
    }
}

impl Hook for Ledger {
    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        if outcome.charge.write > 0.0 {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let line = lines.entry(purpose(effect, outcome.is_failed_condition())).or_default();
            line.writes += 1;
            line.units += outcome.charge.write;
        }
    }
}

fn purpose(effect: &Effect<'_>, failed: bool) -> &'static str {
    let part = |name: &str| text(&effect.request["Item"][name]).or(text(&effect.request["Key"][name]));
    let (pk, sk) = (part("pk").unwrap_or_default(), part("sk").unwrap_or_default());
    match (effect.operation, sk.starts_with("pin#"), pk.starts_with("shard#")) {
        ("UpdateItem", true, _) if failed => "pin: a claim that lost",
        ("UpdateItem", true, _) => "pin: claim",
        (_, true, _) if text(&effect.request["Item"]["attempt_id"]).is_some() => "pin: record what came of it",
        (_, true, _) => "pin: create",
        ("PutItem", _, true) => "shard: take",
        (_, _, true) => "shard: give back",
        _ => "other",
    }
}

fn text(value: &Value) -> Option<&str> {
    value["S"].as_str()
}
