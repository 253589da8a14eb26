//! What people did to a pin, in the pin's item: a short text each, since a pin has to stay small.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Action, HistoryEntry, Pin};

/// Who created a pin, and what else was done to it.
#[derive(Serialize, Deserialize)]
pub(super) struct HistoryItem {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    created_by: Option<String>,
    /// The time in milliseconds, the action, and who did it where that is known, with a blank between them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    history: Vec<String>,
}

impl From<&Pin> for HistoryItem {
    fn from(pin: &Pin) -> Self {
        Self { created_by: pin.created_by.clone(), history: pin.history.iter().map(stored).collect() }
    }
}

impl HistoryItem {
    /// Who created the pin, and the changes; one that is not readable is left out.
    pub(super) fn read(self) -> (Option<String>, Vec<HistoryEntry>) {
        (self.created_by, self.history.iter().filter_map(|text| entry(text)).collect())
    }
}

fn stored(entry: &HistoryEntry) -> String {
    let HistoryEntry { at, action, by } = entry;
    let by = by.as_deref().map(|by| format!(" {by}")).unwrap_or_default();
    format!("{} {}{by}", at.as_millisecond(), action.stored())
}

fn entry(text: &str) -> Option<HistoryEntry> {
    let mut parts = text.splitn(3, ' ');
    let at = Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?;
    Some(HistoryEntry { at, action: Action::from_stored(parts.next()?), by: parts.next().map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_stored() {
        let at = Timestamp::from_millisecond(1_800_000_000_123).unwrap();
        for by in [None, Some("machine/AAAAAAAAAAAAAAAA".to_owned())] {
            for action in Action::ALL.iter().copied().chain([Action::from_stored("of_tomorrow")]) {
                let one = HistoryEntry { at, action, by: by.clone() };
                assert_eq!(entry(&stored(&one)), Some(one));
            }
        }
        assert_eq!(entry("yesterday edited"), None);
    }
}
