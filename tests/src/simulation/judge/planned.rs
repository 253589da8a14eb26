//! What must hold of slots and of files of pins.

use std::collections::BTreeMap;

use super::Known;
use crate::simulation::invariant::Invariant;
use crate::simulation::rows::Row;

/// Holds the pins in `rows` against the slots and the files that they come from.
pub fn check(known: &Known, rows: &[Row], note: &mut impl FnMut(Invariant, String)) {
    let mut slots: BTreeMap<(&str, i64), Vec<&str>> = BTreeMap::new();
    let is_out = |row: &&Row| !matches!(row.text("status"), "cancelled" | "draft" | "failed");
    for row in rows.iter().filter(|row| row.is_pin()).filter(is_out) {
        if let Some(slot) = row.number("slot") {
            slots.entry((row.text("account_id"), slot)).or_default().push(row.text("id"));
        }
    }
    for ((account, slot), pins) in slots.iter().filter(|(_, pins)| pins.len() > 1) {
        note(Invariant::SlotsAreGivenOnce, format!("{pins:?} have the slot {slot} of {account}"));
    }
    for title in &known.imported {
        let count = rows.iter().filter(|row| row.is_pin() && row.text("title") == title).count();
        if count != 1 {
            note(Invariant::RowsBecomePins, format!("{title:?} of a file became {count} pins"));
        }
    }
}
