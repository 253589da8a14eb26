//! Bugs of the stores, planted at the seam to AWS: the request is another than the stores wrote.

mod events;

use std::sync::{Arc, Mutex, PoisonError};

use http::StatusCode;
use local::answer::Answer;
use local::in_process::{Effect, Hook, ItemKey, LaggingReads, Outcome};
use serde_json::{Value, json};

use super::aws::{is_claim, updates};
use super::surroundings::Surroundings;
use crate::world::TABLE;

/// How many entries a look reads that reads one page.
const FIRST_ENTRIES: u32 = 40;

/// What is changed in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tamper {
    /// The claim has no condition.
    ClaimWithoutCondition,
    /// The claim does not look at the status.
    ClaimWhateverTheState,
    /// The claim looks at the status only.
    ClaimWhateverTheTime,
    /// The claim does not count the attempt.
    ClaimUncounted,
    /// The claim's lease is over when it is made.
    LeaseTooShort,
    /// A published pin keeps its place in the due index.
    DueLeftBehind,
    /// A cancelled pin keeps its place in the due index.
    DueOfCancelled,
    /// A pin that is tried again has no place in the due index.
    RetryOutOfIndex,
    /// A pin that is tried again has that as its time.
    RetryMovesTime,
    /// A new pin waits in the shard beside its own.
    WrongShard,
    /// A pin that is changed by a person is written whatever it is by then.
    EditWithoutCondition,
    /// A pin that is cancelled is written whatever it is by then.
    CancelWithoutCondition,
    /// A new pin is written whether or not there is one.
    CreateWithoutCondition,
    /// The hold of an account plans no release.
    HoldNeverReleased,
    /// A pin that is released stays where it is.
    ReleaseLeavesPins,
    /// The hold of an account is not written with it.
    HoldUnwritten,
    /// Nobody is kept from renewing the same tokens.
    RenewalWithoutLease,
    /// Counters are left as they are.
    CounterStandsStill,
    /// The settings are what they were when they were read first.
    SettingsReadOnce,
    /// A published pin says the id of the one before.
    OutcomeOfAnother,
    /// A shard is not taken from an owner that said for how long it would have it.
    ShardStaysTaken,
    /// Of what is due in a shard the first entries are read, and no others.
    LookReadsOnePage,
    /// An account whose tokens were renewed has nothing due any more.
    RenewalNotPlanned,
    /// A slot of a plan is given whoever has it.
    SlotGivenTwice,
    /// Nothing is stored of the first row of a file.
    ImportedPinUnstored,
    /// DynamoDB deletes a pin that waits.
    WaitingPinExpires,
    /// An event is written after the transaction of what it tells, and forgotten where that went wrong at first.
    EventBeside,
    /// A delivery that failed is forgotten.
    RetryForgotten,
    /// Of a delivery that failed it is forgotten what it is about.
    OrderForgotten,
}

/// A hook that plants one bug.
pub struct Tampering {
    tamper: Tamper,
    around: Arc<Surroundings>,
    indexes: Option<Arc<LaggingReads>>,
    kept: Mutex<Option<Value>>,
}

impl Tampering {
    /// Plants `tamper` in requests to the table, whose `indexes` may lag.
    pub fn new(tamper: Tamper, around: Arc<Surroundings>, indexes: Option<Arc<LaggingReads>>) -> Self {
        Self { tamper, around, indexes, kept: Mutex::default() }
    }

    /// Writes an item past everybody.
    fn write(&self, item: &Value) {
        let request = serde_json::from_value(json!({"TableName": TABLE, "Item": item})).expect("it is a put");
        self.around.table.put_item(request).expect("the table can be written");
        let key = ItemKey { table: TABLE.into(), pk: text(item, "pk").into(), sk: text(item, "sk").into() };
        self.around.mirror.reread(&key);
        if let Some(indexes) = &self.indexes {
            indexes.take_up(&key.table, &key.pk, &key.sk);
        }
    }

    /// The item that a write is going to replace, as it is now.
    fn before(&self, item: &Value) -> Value {
        let request = json!({"TableName": TABLE, "Key": {"pk": item["pk"], "sk": item["sk"]}});
        let request = serde_json::from_value(request).expect("it is a read");
        let answer = self.around.table.get_item(request).expect("the table can be read");
        serde_json::to_value(answer).expect("items are JSON")["Item"].take()
    }

    fn put(&self, request: &mut Value) {
        let before = self.before(&request["Item"]);
        let (was, is) = (text(&before, "status").to_owned(), text(&request["Item"], "status").to_owned());
        let (is_new, makes_pin) = (before.is_null(), is_created(request));
        let item = &mut request["Item"];
        let keep = |item: &mut Value, names: &[&str]| {
            for name in names {
                item[*name] = before[*name].clone();
            }
        };
        match self.tamper {
            Tamper::DueLeftBehind if is == "published" => keep(item, &["due_shard", "due_at"]),
            Tamper::DueOfCancelled if is == "cancelled" && before["due_at"].is_object() => {
                keep(item, &["due_shard", "due_at"]);
            }
            Tamper::RetryOutOfIndex if was == "publishing" && is == "scheduled" => {
                remove(item, &["due_shard", "due_at"]);
            }
            Tamper::RetryMovesTime if was == "publishing" && is == "scheduled" => {
                let at = item["due_at"]["N"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default();
                let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
                item["publish_at"] = json!({"S": format!("{at:.3}#{}", text(item, "id"))});
            }
            Tamper::WrongShard if is == "scheduled" && is_new => {
                let shard: u8 = text(item, "due_shard").trim_start_matches("live#").parse().unwrap_or_default();
                item["due_shard"] = json!({"S": format!("live#{}", (shard + 1) % 16)});
            }
            Tamper::EditWithoutCondition if is == "scheduled" && !is_new && was != "held" => unconditional(request),
            Tamper::CancelWithoutCondition if is == "cancelled" => unconditional(request),
            Tamper::CreateWithoutCondition if makes_pin => unconditional(request),
            Tamper::HoldNeverReleased if item["hold_until"].is_object() => {
                let refresh = item["refresh_at"].clone();
                remove(item, &["release_at"]);
                match refresh {
                    Value::Null => remove(item, &["due_shard", "due_at"]),
                    refresh => item["due_at"] = refresh,
                }
            }
            Tamper::ReleaseLeavesPins if was == "held" && is == "scheduled" => keep(item, &["due_shard", "due_at"]),
            Tamper::RenewalNotPlanned if item["refresh_at"].is_object() && item["release_at"].is_null() => {
                remove(item, &["refresh_at", "due_shard", "due_at"]);
            }
            Tamper::WaitingPinExpires if is == "scheduled" => {
                let due = item["due_at"]["N"].as_str().and_then(|at| at.parse::<i64>().ok()).unwrap_or_default();
                item["expires_at"] = json!({"N": (due / 1000 - 72 * 60 * 60).to_string()});
            }
            Tamper::HoldUnwritten => remove(item, &["hold_until", "hold_reason"]),
            Tamper::RenewalWithoutLease if item["refresh_lease_until"].is_object() => unconditional(request),
            Tamper::OutcomeOfAnother if is == "published" => {
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                let own = item["pinterest_id"].clone();
                item["pinterest_id"] = kept.get_or_insert(own).clone();
            }
            _ => {}
        }
    }

    /// Whether a write puts another owner in the place of one that has a shard for some time.
    fn is_taken(&self, effect: &Effect<'_>) -> bool {
        let item = &effect.request["Item"];
        if effect.operation != "PutItem" || !text(item, "pk").starts_with("shard#") {
            return false;
        }
        let before = self.before(item);
        let number = |item: &Value, name: &str| item[name]["N"].as_str().and_then(|text| text.parse::<i64>().ok());
        text(&before, "holder") != text(item, "holder") && number(&before, "horizon") > number(item, "since")
    }

    fn claim(&self, request: &mut Value) {
        let of_time = "due_at = :seen AND due_shard = :mine";
        match self.tamper {
            Tamper::ClaimWithoutCondition => request["ConditionExpression"] = json!("attribute_exists(pk)"),
            Tamper::ClaimWhateverTheState => {
                replace(request, "ConditionExpression", "#status IN (:scheduled, :held) AND", "");
            }
            Tamper::ClaimWhateverTheTime => {
                replace(request, "ConditionExpression", &format!("{of_time} AND "), "");
                replace(request, "ConditionExpression", " AND due_at <= :now", "");
            }
            Tamper::ClaimUncounted => replace(request, "UpdateExpression", "attempts_begun + :one", "attempts_begun"),
            Tamper::LeaseTooShort => replace(request, "UpdateExpression", "= :lease", "= :now"),
            _ => {}
        }
        used_values(request);
    }
}

impl Hook for Tampering {
    fn rewrite(&self, effect: &Effect<'_>) -> Option<Value> {
        let mut request = effect.request.clone();
        match effect.operation {
            "UpdateItem" if is_claim(effect) => self.claim(&mut request),
            "UpdateItem" if updates(effect, "webhook#", "progress = :progress") => {
                events::progress(self.tamper, &mut request);
            }
            "PutItem" => self.put(&mut request),
            "Query" if self.tamper == Tamper::LookReadsOnePage && asks_what_is_due(&request) => {
                request["Limit"] = json!(FIRST_ENTRIES);
                if request["ExclusiveStartKey"].is_object() {
                    request["ExpressionAttributeValues"][":until"] = json!({"N": "0"});
                }
            }
            "TransactWriteItems" => {
                events::transaction(self.tamper, &mut request);
                for action in request["TransactItems"].as_array_mut().into_iter().flatten() {
                    if action["Put"].is_object() {
                        self.put(&mut action["Put"]);
                    }
                    let of_day = text(&action["Update"]["Key"], "sk").starts_with("day#");
                    if self.tamper == Tamper::SlotGivenTwice && of_day {
                        remove(&mut action["Update"], &["ConditionExpression"]);
                        used_values(&mut action["Update"]);
                    }
                    let counts =
                        action["Update"]["UpdateExpression"].as_str().is_some_and(|text| text.starts_with("ADD"));
                    if self.tamper == Tamper::CounterStandsStill && counts {
                        action["Update"]["ExpressionAttributeValues"]
                            .as_object_mut()
                            .into_iter()
                            .flatten()
                            .for_each(|(_, by)| *by = json!({"N": "0"}));
                    }
                }
            }
            _ => return None,
        }
        Some(request)
    }

    fn answer(&self, effect: &Effect<'_>) -> Option<Answer> {
        if self.tamper == Tamper::ShardStaysTaken && self.is_taken(effect) {
            let kind = "ConditionalCheckFailedException";
            return Some(Answer::refused(StatusCode::BAD_REQUEST, kind, "The conditional request failed"));
        }
        let stores_row = effect.actor == "importer" && effect.operation == "PutItem" && is_created(effect.request);
        if self.tamper == Tamper::ImportedPinUnstored && stores_row && text(&effect.request["Item"], "title") == "Row 0"
        {
            return Some(Answer::ok(json!({})));
        }
        let reads_settings = effect.operation == "GetItem" && effect.request["Key"]["sk"]["S"] == "pinterest";
        if self.tamper != Tamper::SettingsReadOnce || !reads_settings || !effect.actor.starts_with('p') {
            return None;
        }
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone().map(Answer::ok)
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        events::after(self, effect, outcome);
        let reads_settings = effect.operation == "GetItem" && effect.request["Key"]["sk"]["S"] == "pinterest";
        if let Some(answer) = outcome.answer
            && self.tamper == Tamper::SettingsReadOnce
            && reads_settings
            && answer.status.is_success()
        {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| answer.body.clone());
        }
    }
}

impl std::fmt::Debug for Tampering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.tamper.fmt(f)
    }
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn remove(item: &mut Value, names: &[&str]) {
    if let Some(item) = item.as_object_mut() {
        item.retain(|name, _| !names.contains(&name.as_str()));
    }
}

fn asks_what_is_due(request: &Value) -> bool {
    request["IndexName"] == "due" && request["ExpressionAttributeValues"][":until"].is_object()
}

fn is_created(request: &Value) -> bool {
    let is_pin = request["Item"]["sk"]["S"].as_str().is_some_and(|key| key.starts_with("pin#"));
    is_pin && request["ConditionExpression"] == "attribute_not_exists(pk)"
}

/// Takes the condition out of a put, and what only the condition speaks of.
fn unconditional(request: &mut Value) {
    remove(request, &["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"]);
}

fn replace(request: &mut Value, name: &str, from: &str, to: &str) {
    let text = request[name].as_str().unwrap_or_default();
    assert!(text.contains(from), "{text:?} has no {from:?}");
    request[name] = json!(text.replace(from, to));
}

/// Leaves out the values that no expression speaks of any more; `DynamoDB` refuses them.
fn used_values(request: &mut Value) {
    let expressions =
        ["ConditionExpression", "UpdateExpression"].map(|name| request[name].as_str().unwrap_or_default());
    let expressions = expressions.join(" ");
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let used: Vec<_> = expressions.split(|letter| !is_word(letter)).map(str::to_owned).collect();
    if let Some(values) = request["ExpressionAttributeValues"].as_object_mut() {
        values.retain(|name, _| used.contains(name));
    }
}
