//! The table as it is, kept beside it: only what was written is read anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dynoxide::Database;
use local::in_process::{Effect, Hook, ItemKey, Outcome, Plan, Service};
use serde_json::json;

use super::rows::{Row, row, rows};
use super::surroundings::Surroundings;

/// A copy of the table.
pub struct Mirror {
    table: Database,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<(String, String), Row>,
    is_read: bool,
}

/// One item before and after a write; absent where there was or is none.
#[derive(Debug)]
pub struct Written {
    /// What it was.
    pub before: Option<Row>,
    /// What it is.
    pub after: Option<Row>,
}

impl Mirror {
    /// A copy of `table`, which is read when it is asked for first.
    pub fn of(table: Database) -> Self {
        Self { table, state: Mutex::default() }
    }

    /// Every item, in the order of their keys.
    pub fn rows(&self) -> Vec<Row> {
        self.state().rows.values().cloned().collect()
    }

    /// Every item whose partition key begins so, in the order of their keys.
    pub fn under(&self, prefix: &str) -> Vec<Row> {
        let state = self.state();
        let from = state.rows.range((prefix.to_owned(), String::new())..);
        from.take_while(|((pk, _), _)| pk.starts_with(prefix)).map(|(_, row)| row.clone()).collect()
    }

    /// Reads one item anew.
    pub fn reread(&self, key: &ItemKey) -> Written {
        let after = row(&self.table, &key.pk, &key.sk);
        let place = (key.pk.clone(), key.sk.clone());
        let mut state = self.state();
        let before = match &after {
            Some(row) => state.rows.insert(place, row.clone()),
            None => state.rows.remove(&place),
        };
        Written { before, after }
    }

    /// Deletes an item past everybody, as the table itself does.
    pub fn delete(&self, key: &ItemKey) {
        let request = json!({"TableName": key.table, "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}});
        let request = serde_json::from_value(request).expect("it is a deletion");
        self.table.delete_item(request).expect("the table can be written");
        self.reread(key);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.is_read {
            let key = |row: &Row| (row.text("pk").to_owned(), row.text("sk").to_owned());
            state.rows = rows(&self.table).into_iter().map(|row| (key(&row), row)).collect();
            state.is_read = true;
        }
        state
    }
}

/// A hook that keeps the mirror true, and shows the judge every write.
pub struct Reflecting(pub Arc<Surroundings>);

impl Hook for Reflecting {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        if effect.service == Service::DynamoDb {
            // What a write replaces is known only if the table was read before it.
            drop(self.0.mirror.state());
        }
        Plan::default()
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        if outcome.answer.is_some_and(|answer| answer.status.is_success()) && effect.service == Service::DynamoDb {
            for key in effect.written() {
                let written = self.0.mirror.reread(&key);
                self.0.judge.wrote(&self.0, effect.actor, &written);
            }
        }
    }
}

impl std::fmt::Debug for Reflecting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reflecting").finish_non_exhaustive()
    }
}
