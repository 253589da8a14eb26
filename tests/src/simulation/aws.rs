//! AWS as one program meets it: slow, throttled, broken, with every call in the trace.

use std::sync::Arc;

use local::in_process::{Effect, Fault, Hook, Outcome, Plan, Service};
use serde_json::Value;

use super::judge::is_publisher;
use super::mortal::{Life, Since};
use super::surroundings::Surroundings;
use super::weather::holds;

/// Draws what becomes of the calls of one program, and writes them down.
pub struct Aws {
    /// What it is in.
    pub around: Arc<Surroundings>,
    /// How long the program lives.
    pub life: Arc<Life>,
    /// Whether its calls go wrong; those of a person who only looks do not.
    pub is_disturbed: bool,
}

/// Each as likely as it is here often.
const FAULTS: [Fault; 10] = [
    Fault::Throttled,
    Fault::Throttled,
    Fault::ServerError,
    Fault::ConnectionLost,
    Fault::ConnectionLost,
    Fault::AnswerLost,
    Fault::AnswerLost,
    Fault::AnswerLost,
    Fault::StallsBefore,
    Fault::StallsAfter,
];

impl Hook for Aws {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        if is_claim(effect) || is_claim_of_webhook(effect) {
            self.life.reaches(Since::Claim);
        }
        let Surroundings { weather, dice, .. } = &*self.around;
        if weather.is_calm() || !self.is_disturbed {
            return Plan::default();
        }
        let wait = if weather.aws_latency.is_zero() { weather.aws_latency } else { dice.time(weather.aws_latency) };
        let fault = if holds(weather.aws_outage, self.around.now()) {
            Some(dice.one(&[Fault::ConnectionLost, Fault::ServerError]))
        } else {
            (weather.aws_faults > 0.0 && dice.happens(weather.aws_faults)).then(|| dice.one(&FAULTS))
        };
        if fault.is_some() && (is_publisher(effect.actor) || matches!(effect.actor, "pins" | "importer")) {
            self.around.judge.known().delays.breaks(self.around.now());
        }
        Plan { wait, fault }
    }

    fn after(&self, effect: &Effect<'_>, outcome: &Outcome<'_>) {
        let ended = match (outcome.answer, outcome.fault) {
            (None, Some(fault)) => format!("{fault:?}"),
            (Some(answer), fault) => {
                let answered = answer.error_kind().unwrap_or("ok").to_owned();
                fault.map_or(answered.clone(), |fault| format!("{answered}, {fault:?}"))
            }
            (None, None) => String::new(),
        };
        self.around.trace.line(effect.actor, format_args!("{} {} -> {ended}", effect.operation, about(effect)));
    }
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws").finish_non_exhaustive()
    }
}

/// Whether a call claims a pin.
pub fn is_claim(effect: &Effect<'_>) -> bool {
    updates(effect, "pin#", "lease_until")
}

/// Whether a call claims a webhook.
fn is_claim_of_webhook(effect: &Effect<'_>) -> bool {
    updates(effect, "webhook#", "lease_until = :until")
}

/// Whether a call updates an item with such a key, and names `word` in what it sets.
pub fn updates(effect: &Effect<'_>, sort_key: &str, word: &str) -> bool {
    let is_of = effect.request["Key"]["sk"]["S"].as_str().is_some_and(|key| key.starts_with(sort_key));
    let names = effect.request["UpdateExpression"].as_str().is_some_and(|text| text.contains(word));
    effect.operation == "UpdateItem" && is_of && names
}

/// What a call is about: keys, and where a pin stands after it.
fn about(effect: &Effect<'_>) -> String {
    let text = |value: &Value| value["S"].as_str().unwrap_or_default().to_owned();
    let one = |request: &Value| {
        let key = if request["Item"].is_null() { &request["Key"] } else { &request["Item"] };
        let status = [&request["Item"]["status"], &request["Item"]["state"]].map(text).concat();
        format!("{} {} {status}", text(&key["pk"]), text(&key["sk"])).trim_end().to_owned()
    };
    let request = effect.request;
    match (effect.service, effect.operation) {
        (Service::DynamoDb, "Query") => {
            let values = request["ExpressionAttributeValues"].as_object().into_iter().flatten();
            let values: Vec<_> = values.map(|(_, value)| [&value["S"], &value["N"]].map(plain).concat()).collect();
            format!("{} {}", plain(&request["IndexName"]), values.join(" ")).trim_start().to_owned()
        }
        (Service::DynamoDb, "TransactWriteItems") => {
            let actions = request["TransactItems"].as_array().into_iter().flatten();
            let actions = actions.filter_map(Value::as_object).flat_map(serde_json::Map::values);
            actions.map(one).collect::<Vec<_>>().join(", ")
        }
        (Service::DynamoDb, "BatchGetItem") => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let keys = tables.flat_map(|(_, table)| table["Keys"].as_array().cloned().unwrap_or_default());
            keys.map(|key| text(&key["sk"])).collect::<Vec<_>>().join(" ")
        }
        (Service::DynamoDb, _) => one(request),
        (Service::SecretsManager, _) => plain(&request["SecretId"]),
        (Service::S3, _) => plain(&request["Url"]),
        (Service::EventBridge, _) => String::new(),
        (Service::Lambda, _) => plain(&request["FunctionName"]),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
