//! What may watch and disturb the calls that pass through `InProcess`.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::answer::Answer;

/// Watches every call to AWS and may disturb it; tests record, count and cut with it.
///
/// Several hooks see the same call: their waits add up; the first fault, rewriting and answer win.
pub trait Hook: Send + Sync + fmt::Debug {
    /// Decides, before anything has happened, what is to happen to this call.
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let _ = effect;
        Plan::default()
    }

    /// Puts another request in the place of the one that the SDK wrote: a bug planted at the seam.
    fn rewrite(&self, effect: &Effect<'_>) -> Option<Value> {
        let _ = effect;
        None
    }

    /// Answers in the service's place, when the request has reached it.
    fn answer(&self, effect: &Effect<'_>) -> Option<Answer> {
        let _ = effect;
        None
    }

    /// Sees how the call ended, before the caller does.
    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        let _ = (effect, outcome);
    }
}

/// One call to AWS, retries of the SDK included: each is an effect of its own.
#[derive(Debug, Clone, Copy)]
pub struct Effect<'a> {
    /// The program that calls, as named by `InProcess::named`.
    pub actor: &'a str,
    /// The service that is called.
    pub service: Service,
    /// The operation as AWS names it, like `UpdateItem`.
    pub operation: &'a str,
    /// The request as the SDK wrote it; for Lambda `{"FunctionName", "Payload"}`, for S3 `{"Url"}`.
    pub request: &'a Value,
}

/// The table, partition key and sort key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    /// The table.
    pub table: String,
    /// Its partition key.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
}

impl Effect<'_> {
    /// The items that a call to `DynamoDB` writes if it succeeds.
    pub fn written(&self) -> Vec<ItemKey> {
        let one = |request: &Value| {
            let key = if request["Item"].is_null() { &request["Key"] } else { &request["Item"] };
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            ItemKey { table: text(&request["TableName"]), pk: text(&key["pk"]["S"]), sk: text(&key["sk"]["S"]) }
        };
        match self.operation {
            "PutItem" | "UpdateItem" | "DeleteItem" => vec![one(self.request)],
            "TransactWriteItems" => {
                let actions = self.request["TransactItems"].as_array().into_iter().flatten();
                actions.filter_map(Value::as_object).flat_map(Map::values).map(one).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A service of AWS that an embedded part stands in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Amazon `DynamoDB`.
    DynamoDb,
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Lambda.
    Lambda,
    /// Amazon S3.
    S3,
    /// Amazon EventBridge.
    EventBridge,
}

/// What is to happen to one call; the default lets it pass undisturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plan {
    /// How long the request is under way before the service sees it.
    pub wait: Duration,
    /// What goes wrong.
    pub fault: Option<Fault>,
}

impl Plan {
    /// A plan in which the fault happens at once.
    pub fn fault(fault: Fault) -> Self {
        Self { wait: Duration::ZERO, fault: Some(fault) }
    }

    /// Both plans together: the waits one after the other, the first fault.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { wait: self.wait + other.wait, fault: self.fault.or(other.fault) }
    }
}

/// A way in which a call fails. The SDK repeats all but the stalls by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The service refuses because of its rate; nothing was done.
    Throttled,
    /// The service answers 500; nothing was done.
    ServerError,
    /// Another transaction is at the same item, so the service does nothing; only `DynamoDB` has this.
    Conflicted,
    /// The connection breaks before the service sees the request.
    ConnectionLost,
    /// The service does it, and the connection breaks before its answer arrives.
    AnswerLost,
    /// Nothing ever comes back and nothing was done: drop the caller here to crash it *before* the effect.
    StallsBefore,
    /// Nothing ever comes back although it was done: drop the caller here to crash it *after* the effect.
    StallsAfter,
}

impl Fault {
    /// True where the service still does what was asked.
    pub fn lets_it_happen(self) -> bool {
        matches!(self, Self::AnswerLost | Self::StallsAfter)
    }
}

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub struct Outcome<'a> {
    /// What the service answered, also when the answer is lost on its way;
    /// `None` when the fault kept the request from it.
    pub answer: Option<&'a Answer>,
    /// What went wrong on the way, as planned.
    pub fault: Option<Fault>,
    /// What AWS charges for the call.
    pub charge: Charge,
}

impl Outcome<'_> {
    /// True when the service refused because a condition did not hold.
    pub fn is_failed_condition(&self) -> bool {
        self.answer.is_some_and(Answer::is_failed_condition)
    }
}

/// Capacity units that AWS charges for a call.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Charge {
    /// Read units, indexes included.
    pub read: f64,
    /// Write units, indexes included. A failed condition is charged too.
    pub write: f64,
}
