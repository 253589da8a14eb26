//! Holds every answer of the stories against the description.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use shared::domain::characters::without_unseen;

use crate::Answer;
use crate::addresses::matches;

static DESCRIPTION: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(super::merged()).expect("a description is JSON"));

thread_local! {
    static VALIDATORS: RefCell<HashMap<String, Validator>> = RefCell::default();
}

/// Panics where the description does not know that `method` on `path` is answered so, or that it takes `body`. Pages, paths that nothing serves
/// and methods that a path has not are passed over.
pub(crate) fn check(method: &str, path: &str, body: Option<&str>, answer: &Answer) {
    let Some((route, operation)) = operation(method, path) else { return };
    let takes_json = operation["requestBody"]["content"]["application/json"].is_object();
    if let Some(body) = body.filter(|body| answer.status < 300 && !body.is_empty() && takes_json) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let body = taken(serde_json::from_str(body).unwrap_or_else(|_| json!({})), &answer.json());
        let found = body.as_ref().map(|body| wrong(&format!("{method} {route}"), schema, body)).unwrap_or_default();
        assert!(found.is_empty(), "{method} {route} took what it is not described to take: {found:#?}\n{body:?}");
    }
    let status = answer.status.to_string();
    let response = &operation["responses"][&status];
    assert!(response.is_object(), "{method} {route} is not described to answer {status}: {}", answer.text());
    let kind = answer.header("content-type");
    let content = &response["content"][kind];
    assert!(content.is_object(), "{method} {path} is not described to answer {status} as {kind:?}");
    let said = if is_file(kind) { Value::String(answer.text()) } else { answer.json() };
    let found = wrong(&format!("{method} {route} {status} {kind}"), &content["schema"], &said);
    assert!(found.is_empty(), "{method} {route} is not described to answer {status} so: {found:#?}\n{}", answer.text());
}

/// Whether an answer of this type is described as a text.
pub(super) fn is_file(kind: &str) -> bool {
    matches!(kind, "text/csv" | "application/jsonl")
}

/// What was taken of `body`: all of it but the items of a batch of which the answer says what is wrong.
fn taken(mut body: Value, answer: &Value) -> Option<Value> {
    if let Some(items) = body.get_mut("items").and_then(Value::as_array_mut) {
        let mut results = answer["items"].as_array().into_iter().flatten();
        items.retain(|_| results.next().is_none_or(|result| result["problem"].is_null()));
    }
    let is_refused = body["items"].as_array().is_some_and(Vec::is_empty);
    (!is_refused).then(|| seen(body))
}

/// What is seen of the texts of a body: that the rest does not count holds for all of them, and the description says it once.
fn seen(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_unseen(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(seen).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, seen(value))).collect(),
        other => other,
    }
}

/// What is wrong with `body` by `schema`, which `place` names.
fn wrong(place: &str, schema: &Value, body: &Value) -> Vec<String> {
    VALIDATORS.with_borrow_mut(|validators| {
        let validator = validators.entry(place.to_owned()).or_insert_with(|| validator(schema));
        let errors = validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path()));
        errors.collect()
    })
}

/// The route that `path` is served by.
pub(super) fn route(path: &str) -> &'static str {
    operation_path(path).map(|(route, _)| route).unwrap_or_default()
}

fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let (route, item) = operation_path(path)?;
    let is_capital = method.bytes().all(|byte| byte.is_ascii_uppercase());
    Some((route, item.get(method.to_lowercase()).filter(|_| is_capital)?))
}

fn operation_path(path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = DESCRIPTION["paths"].as_object()?;
    let path = path.split('?').next().unwrap_or(path);
    let fitting = paths.iter().filter(|(route, _)| matches(route, path));
    // Of several routes the most specific, as at API Gateway.
    let (route, item) = fitting.min_by_key(|(route, _)| route.matches('{').count())?;
    Some((route.as_str(), item))
}

fn validator(schema: &Value) -> Validator {
    let mut schema = schema.clone();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["components"] = DESCRIPTION["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the description's schemas are valid")
}
