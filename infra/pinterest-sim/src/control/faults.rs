//! `/control/faults`: faults as JSON.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Wrong, read};
use crate::fault::{Effect, Fault, FaultAnswer};
use crate::mode::Mode;
use crate::operation::Operation;
use crate::simulator::Simulator;

const EXAMPLE: &str = r#"{"operation":"create_pin","times":1,"effect":"after","answer":{"status":500}}"#;
const FIELDS: [&str; 13] = [
    "operation",
    "times",
    "probability",
    "after_ms",
    "for_ms",
    "mode",
    "person",
    "board",
    "effect",
    "answer",
    "truncated",
    "delay_ms",
    "visible_after_ms",
];

const ANSWER_FIELDS: [&str; 5] = ["status", "body", "text", "content_type", "headers"];

/// The faults that can still strike.
pub(super) async fn list(State(simulator): State<Simulator>) -> Json<Value> {
    let items: Vec<_> = simulator.faults().iter().map(show).collect();
    Json(json!({ "items": items }))
}

/// Adds a fault.
pub(super) async fn add(State(simulator): State<Simulator>, body: Bytes) -> Result<(StatusCode, Json<Value>), Wrong> {
    let object: Map<String, Value> = read(&body, "body", EXAMPLE)?;
    let fault = parse(&object)?;
    let shown = show(&fault);
    simulator.set_fault(fault);
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Removes every fault.
pub(super) async fn clear(State(simulator): State<Simulator>) -> StatusCode {
    simulator.clear_faults();
    StatusCode::NO_CONTENT
}

fn parse(object: &Map<String, Value>) -> Result<Fault, Wrong> {
    if let Some(name) = object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Wrong::new(name, "a fault has no such field", format!("use some of {}", FIELDS.join(", "))));
    }
    let name = text(object, "operation")?
        .ok_or_else(|| Wrong::new("operation", "it is missing", format!("send for instance {EXAMPLE}")))?;
    let operation = Operation::parse(&name).ok_or_else(|| {
        let known: Vec<_> = Operation::all().map(Operation::as_str).collect();
        Wrong::new("operation", format!("there is no operation {name:?}"), format!("use one of {}", known.join(", ")))
    })?;
    let fault = Fault {
        operation,
        times: number(object, "times")?.map(|times| u32::try_from(times).unwrap_or(u32::MAX)),
        probability: probability(object)?,
        after_ms: number(object, "after_ms")?,
        for_ms: number(object, "for_ms")?,
        mode: choice(object, "mode", &[("live", Mode::Live), ("sandbox", Mode::Sandbox)])?,
        person: text(object, "person")?,
        board: text(object, "board")?,
        effect: choice(object, "effect", &[("before", Effect::Before), ("after", Effect::After)])?.unwrap_or_default(),
        answer: object.get("answer").filter(|answer| !answer.is_null()).map(answer).transpose()?,
        truncated: flag(object, "truncated")?,
        delay_ms: number(object, "delay_ms")?,
        visible_after_ms: number(object, "visible_after_ms")?,
    };
    check(&fault)?;
    Ok(fault)
}

/// Refuses faults that would never strike or change nothing.
fn check(fault: &Fault) -> Result<(), Wrong> {
    if fault.times == Some(0) {
        return Err(Wrong::new("times", "it would never strike", "send 1 or more, or leave it out for always"));
    }
    if fault.for_ms == Some(0) {
        return Err(Wrong::new("for_ms", "it would never strike", "send 1 or more, or leave it out for always"));
    }
    if fault.truncated && matches!(fault.answer, Some(FaultAnswer::Reset | FaultAnswer::Timeout)) {
        let remedy = "leave answer out for the call's own, or send one with a status";
        return Err(Wrong::new("truncated", "there would be no answer to break off", remedy));
    }
    let changes = fault.answer.is_some() || fault.delay_ms.is_some() || fault.visible_after_ms.is_some();
    if changes || fault.truncated {
        return Ok(());
    }
    let remedy = "add answer, truncated, delay_ms or visible_after_ms";
    Err(Wrong::new("answer", "the fault would change nothing", remedy))
}

fn answer(value: &Value) -> Result<FaultAnswer, Wrong> {
    let remedy = "send \"reset\", \"timeout\", or {\"status\":500} with body (JSON) or text, content_type, and headers if you like";
    let object = match value {
        Value::String(word) if word == "reset" => return Ok(FaultAnswer::Reset),
        Value::String(word) if word == "timeout" => return Ok(FaultAnswer::Timeout),
        Value::Object(object) => object,
        other => {
            return Err(Wrong::new("answer", format!("{other} is no answer"), remedy));
        }
    };
    if let Some(name) = object.keys().find(|name| !ANSWER_FIELDS.contains(&name.as_str())) {
        return Err(Wrong::new(&format!("answer.{name}"), "an answer has no such field", remedy));
    }
    let status = object.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status = status
        .filter(|status| (200..600).contains(status))
        .ok_or_else(|| Wrong::new("answer.status", "it must be an HTTP status", remedy))?;
    let headers = match object.get("headers") {
        None => BTreeMap::new(),
        Some(headers) => serde_json::from_value(headers.clone())
            .map_err(|error| Wrong::new("answer.headers", error.to_string(), "send an object of texts"))?,
    };
    let content_type = text(object, "content_type").map_err(|wrong| wrong.below("answer"))?;
    match text(object, "text").map_err(|wrong| wrong.below("answer"))? {
        Some(_) if object.contains_key("body") => {
            Err(Wrong::new("answer.text", "an answer has one body", "send text, or body for JSON"))
        }
        Some(text) => Ok(FaultAnswer::Raw { status, text, content_type, headers }),
        None if content_type.is_some() => {
            let remedy = "send text with it; body is always JSON";
            Err(Wrong::new("answer.content_type", "only a text has a content type of its own", remedy))
        }
        None => Ok(FaultAnswer::Status { status, body: object.get("body").cloned(), headers }),
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, Wrong> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Wrong::new(name, format!("{other} is not a text"), "send it in quotation marks")),
    }
}

fn number(object: &Map<String, Value>, name: &str) -> Result<Option<u64>, Wrong> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let wrong = || {
                Wrong::new(name, format!("{value} is not a whole number"), "send a whole number that is not negative")
            };
            value.as_u64().map(Some).ok_or_else(wrong)
        }
    }
}

fn flag(object: &Map<String, Value>, name: &str) -> Result<bool, Wrong> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(Wrong::new(name, format!("{other} is not a truth value"), "send true or false")),
    }
}

fn probability(object: &Map<String, Value>) -> Result<Option<f64>, Wrong> {
    match object.get("probability") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let wrong = || Wrong::new("probability", format!("{value} is no probability"), "send a number from 0 to 1");
            value.as_f64().filter(|number| (0.0..=1.0).contains(number)).map(Some).ok_or_else(wrong)
        }
    }
}

fn choice<T: Copy>(object: &Map<String, Value>, name: &str, choices: &[(&str, T)]) -> Result<Option<T>, Wrong> {
    let Some(word) = text(object, name)? else {
        return Ok(None);
    };
    let found = choices.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    found.map(Some).ok_or_else(|| {
        let known: Vec<_> = choices.iter().map(|(known, _)| *known).collect();
        Wrong::new(name, format!("it cannot be {word:?}"), format!("use {}", known.join(" or ")))
    })
}

fn show(fault: &Fault) -> Value {
    let answer = match &fault.answer {
        None => Value::Null,
        Some(FaultAnswer::Reset) => json!("reset"),
        Some(FaultAnswer::Timeout) => json!("timeout"),
        Some(FaultAnswer::Status { status, body, headers }) => {
            json!({ "status": status, "body": body, "headers": headers })
        }
        Some(FaultAnswer::Raw { status, text, content_type, headers }) => {
            json!({ "status": status, "text": text, "content_type": content_type, "headers": headers })
        }
    };
    json!({
        "operation": fault.operation,
        "times": fault.times,
        "probability": fault.probability,
        "after_ms": fault.after_ms,
        "for_ms": fault.for_ms,
        "mode": fault.mode,
        "person": fault.person,
        "board": fault.board,
        "effect": if fault.effect == Effect::Before { "before" } else { "after" },
        "answer": answer,
        "truncated": fault.truncated,
        "delay_ms": fault.delay_ms,
        "visible_after_ms": fault.visible_after_ms,
    })
}
