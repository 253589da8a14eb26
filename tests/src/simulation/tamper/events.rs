//! Bugs of those who write events and of those who send them.

use local::in_process::{Effect, Outcome};
use serde_json::{Value, json};

use super::{Tamper, Tampering, remove, text};

/// Where a transaction has the event that is to be written after it.
const BESIDE: &str = "Beside";

/// Takes the event out of a transaction.
pub fn transaction(tamper: Tamper, request: &mut Value) {
    let is_event = |action: &Value| text(&action["Put"]["Item"], "pk").starts_with("events#");
    let Some(actions) = request["TransactItems"].as_array_mut().filter(|_| tamper == Tamper::EventBeside) else {
        return;
    };
    if let Some(place) = actions.iter().position(is_event) {
        let event = actions.remove(place)["Put"]["Item"].take();
        request[BESIDE] = event;
    }
}

/// Whether the write of an event on its own fails, as one call in eight does here.
fn fails(event: &Value) -> bool {
    text(event, "sk").ends_with(['a', 'b', 'c', 'd'])
}

/// Writes what was to be written after a transaction.
pub fn after(tampering: &Tampering, effect: &Effect<'_>, outcome: &Outcome<'_>) {
    let is_done = outcome.fault.is_none() && outcome.answer.is_some_and(|answer| answer.status.is_success());
    let event = &effect.request[BESIDE];
    if is_done && event.is_object() && !fails(event) {
        tampering.write(event);
    }
}

/// Writes down something else of how far a webhook is.
pub fn progress(tamper: Tamper, request: &mut Value) {
    let progress = &mut request["ExpressionAttributeValues"][":progress"]["M"];
    match tamper {
        Tamper::RetryForgotten => progress["open"] = json!({"L": []}),
        Tamper::OrderForgotten => {
            for open in progress["open"]["L"].as_array_mut().into_iter().flatten() {
                remove(&mut open["M"], &["subject"]);
            }
        }
        _ => {}
    }
}
