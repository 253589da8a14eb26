//! Indexes, and reads that need not be consistent, that lag behind their table, as `DynamoDB`'s do and the embedded ones do
//! not.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynoxide::Database;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use shared::clock::Clock;
use shared::random::{SharedRandom, fraction};

use super::dynamodb;
use super::hook::{Effect, Hook, Outcome, Service};
use crate::answer::Answer;
use crate::virtual_world::VirtualClock;

/// Everything that an index or its keys can have of an item; the indexes are keys-only.
const PROJECTED: [&str; 6] = ["pk", "sk", "due_shard", "due_at", "owner", "publish_at"];

/// A hook that answers queries of indexes, and reads of shard owners that need not be consistent, from what the table held
/// some time ago.
///
/// What changes appears there after a time of its own, drawn anew for each change; the changes of one item
/// keep their order. A second database holds what the indexes show.
pub struct LaggingReads {
    table: Database,
    shown: Database,
    clock: VirtualClock,
    random: SharedRandom,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    longest: SignedDuration,
    /// What each item had in the indexes when it was last written, and when that appears there.
    last: BTreeMap<Key, (Value, Timestamp)>,
    /// What has not appeared yet, in the order in which it does.
    coming: BTreeMap<(Timestamp, u64), Value>,
    changes: u64,
}

/// The partition and sort key of an item.
type Key = (String, String);

impl LaggingReads {
    /// Indexes of `table`; `shown` is an empty database with the same table.
    pub fn new(table: Database, shown: Database, clock: VirtualClock, random: SharedRandom) -> Self {
        Self { table, shown, clock, random, state: Mutex::default() }
    }

    /// Lets changes from now on take up to `longest` to appear; zero lets everything appear at once.
    pub fn lag(&self, longest: SignedDuration) {
        let mut state = self.lock();
        state.longest = longest;
        if longest.is_zero() {
            self.appear(&mut state, Timestamp::MAX);
        }
    }

    /// Takes up an item that was written past this hook.
    pub fn take_up(&self, table: &str, pk: &str, sk: &str) {
        self.note(&mut self.lock(), (table.to_owned(), (pk.to_owned(), sk.to_owned())));
    }

    fn note(&self, state: &mut State, (table, key): (String, Key)) {
        let request = json!({"TableName": table, "Key": {"pk": {"S": key.0}, "sk": {"S": key.1}}});
        let (answer, _) = dynamodb::run(&self.table, "GetItem", &request);
        let projected = projected(&answer.body["Item"]);
        let before = state.last.get(&key).cloned();
        if before.as_ref().map_or(&Value::Null, |(value, _)| value) == &projected {
            return;
        }
        let lag = SignedDuration::from_secs_f64(state.longest.as_secs_f64() * fraction(&*self.random));
        let at = (self.clock.now() + lag).max(before.map_or(Timestamp::MIN, |(_, at)| at));
        state.changes += 1;
        let change = state.changes;
        state.coming.insert((at, change), write(&table, &key, &projected));
        state.last.insert(key, (projected, at));
    }

    fn appear(&self, state: &mut State, now: Timestamp) {
        while let Some(first) = state.coming.first_entry().filter(|first| first.key().0 <= now) {
            let request = first.remove();
            let operation = if request["Item"].is_null() { "DeleteItem" } else { "PutItem" };
            dynamodb::run(&self.shown, operation, &request);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for LaggingReads {
    fn answer(&self, effect: &Effect<'_>) -> Option<Answer> {
        let asks_index = effect.operation == "Query" && effect.request["IndexName"].is_string();
        let glances = effect.operation == "GetItem" && effect.request["ConsistentRead"] != true;
        (asks_index || glances).then(|| {
            self.appear(&mut self.lock(), self.clock.now());
            dynamodb::run(&self.shown, effect.operation, effect.request).0
        })
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        let done = outcome.answer.is_some_and(|answer| answer.status.is_success());
        if done && effect.service == Service::DynamoDb {
            let mut state = self.lock();
            for item in written(effect) {
                self.note(&mut state, item);
            }
        }
    }
}

impl std::fmt::Debug for LaggingReads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LaggingReads").finish_non_exhaustive()
    }
}

/// The tables and keys of the items that a call writes.
fn written(effect: &Effect<'_>) -> Vec<(String, Key)> {
    let one = |request: &Value| {
        let key = if request["Item"].is_null() { &request["Key"] } else { &request["Item"] };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&request["TableName"]), (text(&key["pk"]["S"]), text(&key["sk"]["S"])))
    };
    match effect.operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![one(effect.request)],
        "TransactWriteItems" => {
            let actions = effect.request["TransactItems"].as_array().into_iter().flatten();
            actions.filter_map(Value::as_object).flat_map(Map::values).map(one).collect()
        }
        _ => Vec::new(),
    }
}

/// What the indexes can show of an item, and all of a shard's owner; null where that is nothing.
fn projected(item: &Value) -> Value {
    if item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("shard#")) {
        return item.clone();
    }
    let is_shown = item["due_at"].is_object() || item["publish_at"].is_object();
    let parts = PROJECTED.iter().filter_map(|name| Some(((*name).to_owned(), item.get(name)?.clone())));
    if is_shown { Value::Object(parts.collect()) } else { Value::Null }
}

/// The write that lets `item` appear, or vanish where it is null.
fn write(table: &str, key: &Key, item: &Value) -> Value {
    if item.is_null() {
        json!({"TableName": table, "Key": {"pk": {"S": key.0}, "sk": {"S": key.1}}})
    } else {
        json!({"TableName": table, "Item": item})
    }
}
