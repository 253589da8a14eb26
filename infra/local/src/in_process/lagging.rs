//! Indexes, and reads that need not be consistent, that lag behind their table, as `DynamoDB`'s do and the embedded ones do
//! not.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynoxide::Database;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::random::{SharedRandom, fraction};

use super::dynamodb;
use super::hook::{Effect, Hook, ItemKey, Outcome, Service};
use crate::answer::Answer;
use crate::virtual_world::VirtualClock;

/// What the partition key of an entry of the due index has behind its own in the database of what is shown: there the
/// item itself stands for the calendar, since the two indexes lag apart.
const DUE_ENTRY: &str = "\u{1}due";

/// The same for an entry that is still shown where its item was before.
const LEFTOVER: &str = "\u{1}left";

/// A hook that answers queries of indexes, and reads of shard owners that need not be consistent, from what the table held
/// some time ago.
///
/// What changes appears there after a time of its own, drawn anew for each change and for each index; the changes of one
/// item keep their order. A second database holds what the indexes show.
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
    is_piecemeal: bool,
    /// What each item had in an index when it was last written, and when all of that appears there.
    last: BTreeMap<(ItemKey, Index), (Value, Timestamp)>,
    /// What has not appeared yet, in the order in which it does.
    coming: BTreeMap<(Timestamp, u64), Value>,
    changes: u64,
}

/// What lags by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Index {
    /// The calendar, and the items of shard owners.
    Calendar,
    /// The due index.
    Due,
}

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

    /// From now on an entry of the due index that moves is for some time shown in both places, or in none: its old and its
    /// new place are two writes to the index.
    pub fn move_piecemeal(&self) {
        self.lock().is_piecemeal = true;
    }

    /// Takes up an item that was written past this hook.
    pub fn take_up(&self, table: &str, pk: &str, sk: &str) {
        let key = ItemKey { table: table.to_owned(), pk: pk.to_owned(), sk: sk.to_owned() };
        self.note(&mut self.lock(), &key);
    }

    fn note(&self, state: &mut State, key: &ItemKey) {
        let request = json!({"TableName": key.table, "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}}});
        let (answer, _) = dynamodb::run(&self.table, "GetItem", &request);
        for index in [Index::Calendar, Index::Due] {
            let shown = projected(&answer.body["Item"], index);
            let before = state.last.get(&(key.clone(), index)).cloned();
            let (was, seen_at) = before.unwrap_or((Value::Null, Timestamp::MIN));
            if was == shown {
                continue;
            }
            let at = self.moment(state).max(seen_at);
            let moves = state.is_piecemeal && index == Index::Due && !was.is_null() && !shown.is_null();
            let gone_at = if moves { self.moment(state).max(seen_at) } else { at };
            if gone_at < at {
                state.plan(gone_at, write(key, DUE_ENTRY, &Value::Null));
            } else if gone_at > at {
                state.plan(at, write(key, LEFTOVER, &was));
                state.plan(gone_at, write(key, LEFTOVER, &Value::Null));
            }
            state.plan(at, write(key, if index == Index::Due { DUE_ENTRY } else { "" }, &shown));
            state.last.insert((key.clone(), index), (shown, at.max(gone_at)));
        }
    }

    /// When a change that is made now appears.
    fn moment(&self, state: &State) -> Timestamp {
        self.clock.now() + SignedDuration::from_secs_f64(state.longest.as_secs_f64() * fraction(&*self.random))
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
            unmarked(dynamodb::run(&self.shown, effect.operation, effect.request).0)
        })
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        let done = outcome.answer.is_some_and(|answer| answer.status.is_success());
        if done && effect.service == Service::DynamoDb {
            let mut state = self.lock();
            for item in effect.written() {
                self.note(&mut state, &item);
            }
        }
    }
}

impl std::fmt::Debug for LaggingReads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LaggingReads").finish_non_exhaustive()
    }
}

impl State {
    fn plan(&mut self, at: Timestamp, write: Value) {
        self.changes += 1;
        self.coming.insert((at, self.changes), write);
    }
}

/// What an index can show of an item, or all of a shard's owner; null where that is nothing.
fn projected(item: &Value, index: Index) -> Value {
    let names: &[&str] = match index {
        Index::Calendar if item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("shard#")) => return item.clone(),
        Index::Calendar => &["owner", "publish_at"],
        Index::Due => &["due_shard", "due_at"],
    };
    if names.iter().any(|name| item[*name].is_null()) {
        return Value::Null;
    }
    let parts = ["pk", "sk"].iter().chain(names);
    Value::Object(parts.map(|name| ((*name).to_owned(), item[*name].clone())).collect())
}

/// The write that lets `shown` appear, or vanish where it is null, for an entry with `mark` behind its partition key.
fn write(key: &ItemKey, mark: &str, shown: &Value) -> Value {
    let pk = json!({"S": format!("{}{mark}", key.pk)});
    if shown.is_null() {
        json!({"TableName": key.table, "Key": {"pk": pk, "sk": {"S": key.sk}}})
    } else {
        let mut item = shown.clone();
        item["pk"] = pk;
        json!({"TableName": key.table, "Item": item})
    }
}

/// Takes the marks out of what a query found; a position to go on from keeps its own.
fn unmarked(mut answer: Answer) -> Answer {
    for item in answer.body["Items"].as_array_mut().into_iter().flatten() {
        let pk = item["pk"]["S"].as_str().and_then(|pk| pk.split('\u{1}').next()).map(str::to_owned);
        if let Some(pk) = pk {
            item["pk"] = json!({ "S": pk });
        }
    }
    answer
}
