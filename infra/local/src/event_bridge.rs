//! EventBridge in this process, as far as Pinwheel calls it: `PutEvents`, as strict as AWS documents it.
//!
//! Source of the rules: the Amazon EventBridge API reference, 2015-10-07, and the user guide's "Failures with `PutEvents`".

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

use crate::answer::Answer;

/// How the names of operations begin in `X-Amz-Target`.
pub const TARGET: &str = "AWSEvents.";

/// How many events one request can have.
const MOST_ENTRIES: usize = 10;

/// How many bytes they can have together.
const MOST_BYTES: usize = 256 * 1024;

/// Every bus of an account, and what was put on it.
#[derive(Default)]
pub struct EventBridge(Mutex<Buses>);

#[derive(Default)]
struct Buses {
    put: Vec<PutEvent>,
    entries_seen: usize,
    refused: Vec<Refused>,
}

/// An event on a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct PutEvent {
    /// The name of the bus.
    pub bus: String,
    /// Where it comes from.
    pub source: String,
    /// What it is.
    pub detail_type: String,
    /// What it says.
    pub detail: Value,
    /// The number of the request with which it came.
    pub request: usize,
}

/// Entries that are refused although nothing is wrong with them, as AWS does with some of a request at times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Of the entries from now on, from 0.
    pub first: usize,
    /// How many.
    pub count: usize,
}

impl EventBridge {
    /// Everything that was put on a bus, in order.
    pub fn events(&self) -> Vec<PutEvent> {
        self.lock().put.clone()
    }

    /// Refuses these entries, and takes the others of their requests.
    pub fn refuse(&self, Refused { first, count }: Refused) {
        let mut buses = self.lock();
        let first = buses.entries_seen + first;
        buses.refused.push(Refused { first, count });
    }

    /// Answers one request, the operation as AWS names it without its prefix.
    pub fn handle(&self, operation: &str, request: &Value) -> Answer {
        if operation != "PutEvents" {
            return refused("UnknownOperationException", "This operation is not supported here");
        }
        let entries = request["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        if entries.is_empty() || entries.len() > MOST_ENTRIES {
            return refused(
                "ValidationException",
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length \
                 between 1 and 10",
            );
        }
        if entries.iter().map(size).sum::<usize>() > MOST_BYTES {
            return refused("ValidationException", "Total size of the entries in the request is over the limit.");
        }
        let mut buses = self.lock();
        let request = buses.put.last().map_or(0, |last| last.request + 1);
        let answers: Vec<_> = entries.iter().map(|entry| buses.take(entry, request)).collect();
        let failed = answers.iter().filter(|answer| !answer["ErrorCode"].is_null()).count();
        Answer::ok(json!({"FailedEntryCount": failed, "Entries": answers}))
    }

    /// The endpoint itself: `POST /` with `X-Amz-Target: AWSEvents.<operation>`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route("/", post(serve)).with_state(self)
    }

    fn lock(&self) -> MutexGuard<'_, Buses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buses {
    /// Takes one entry or refuses it.
    fn take(&mut self, entry: &Value, request: usize) -> Value {
        let number = self.entries_seen;
        self.entries_seen += 1;
        let is_refused = |of: &Refused| (of.first..of.first + of.count).contains(&number);
        if self.refused.iter().any(is_refused) {
            return json!({"ErrorCode": "InternalFailure", "ErrorMessage": "An internal error occurred. Please retry."});
        }
        if let Err((code, message)) = check(entry) {
            return json!({"ErrorCode": code, "ErrorMessage": message});
        }
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let bus = Some(text("EventBusName")).filter(|bus| !bus.is_empty()).unwrap_or_else(|| "default".to_owned());
        let detail = serde_json::from_str(&text("Detail")).unwrap_or_default();
        self.put.push(PutEvent { bus, source: text("Source"), detail_type: text("DetailType"), detail, request });
        json!({"EventId": format!("00000000-0000-0000-0000-{number:012}")})
    }
}

impl fmt::Debug for EventBridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBridge").field("put", &self.lock().put.len()).finish_non_exhaustive()
    }
}

/// What AWS refuses an entry for.
fn check(entry: &Value) -> Result<(), (&'static str, String)> {
    for name in ["Source", "DetailType", "Detail"] {
        if entry[name].as_str().is_none_or(str::is_empty) {
            let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            return Err(("InvalidArgument", message));
        }
    }
    if entry["Source"].as_str().is_some_and(|source| source.starts_with("aws.")) {
        return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".to_owned()));
    }
    if entry["DetailType"].as_str().is_some_and(|name| name.chars().count() > 128) {
        return Err(("InvalidArgument", "Parameter DetailType is not valid. Reason: it is too long.".to_owned()));
    }
    let detail = entry["Detail"].as_str().and_then(|detail| serde_json::from_str::<Value>(detail).ok());
    if !detail.is_some_and(|detail| detail.is_object()) {
        return Err(("MalformedDetail", "Detail is malformed.".to_owned()));
    }
    Ok(())
}

/// The size of an entry as AWS counts it.
fn size(entry: &Value) -> usize {
    let time = if entry["Time"].is_null() { 0 } else { 14 };
    let texts = ["Source", "DetailType", "Detail"].map(|name| entry[name].as_str().unwrap_or_default().len());
    let resources = entry["Resources"].as_array().into_iter().flatten();
    time + texts.iter().sum::<usize>() + resources.filter_map(Value::as_str).map(str::len).sum::<usize>()
}

fn refused(kind: &str, message: &str) -> Answer {
    Answer::refused(StatusCode::BAD_REQUEST, kind, message)
}

async fn serve(State(bridge): State<Arc<EventBridge>>, headers: HeaderMap, body: Bytes) -> Answer {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.strip_prefix(TARGET));
    match (operation, serde_json::from_slice(&body)) {
        (Some(operation), Ok(request)) => bridge.handle(operation, &request),
        (None, _) => refused("UnknownOperationException", "X-Amz-Target does not name an operation of EventBridge"),
        (_, Err(_)) => refused("SerializationException", "the request is not JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(detail: &str) -> Value {
        json!({"Source": "pinwheel", "DetailType": "pin.held", "Detail": detail, "EventBusName": "planner"})
    }

    fn put(bridge: &EventBridge, entries: &[Value]) -> Answer {
        bridge.handle("PutEvents", &json!({"Entries": entries}))
    }

    #[test]
    fn a_request_has_one_to_ten_entries_and_256_kilobytes() {
        let bridge = EventBridge::default();
        for entries in [vec![], vec![entry("{}"); 11], vec![entry(&"x".repeat(MOST_BYTES))]] {
            assert_eq!(put(&bridge, &entries).error_kind(), Some("ValidationException"), "{}", entries.len());
        }
        assert_eq!(put(&bridge, &vec![entry("{}"); 10]).body["FailedEntryCount"], 0);
        assert_eq!(bridge.events().len(), 10);
    }

    #[test]
    fn an_entry_that_is_wrong_or_refused_leaves_the_others_where_they_are() {
        let bridge = EventBridge::default();
        bridge.refuse(Refused { first: 1, count: 1 });
        let wrong = json!({"Source": "pinwheel", "DetailType": "pin.held"});
        let answer = put(&bridge, &[entry(r#"{"n":0}"#), entry(r#"{"n":1}"#), entry("[]"), wrong]);
        let codes: Vec<_> = (0..4).map(|place| answer.body["Entries"][place]["ErrorCode"].clone()).collect();
        assert_eq!(codes, [json!(null), json!("InternalFailure"), json!("MalformedDetail"), json!("InvalidArgument")]);
        assert_eq!(answer.body["FailedEntryCount"], 3);
        let events = bridge.events();
        assert_eq!((events.len(), &events[0].detail, events[0].bus.as_str()), (1, &json!({"n": 0}), "planner"));
    }
}
