//! Events on their way to the installation's bus, which is seen to as a webhook of the installation is.

use jiff::Timestamp;
use shared::domain::DeliveryError;
use shared::event_bus::{BusEntry, EventBus, MOST_BYTES, MOST_ENTRIES, NotPut};
use shared::platform::Platform;

use crate::attempt::{Message, Outcome};

/// Puts `messages` on `bus`, in as few requests as they fit into; answers what became of each.
pub async fn send(platform: &Platform, bus: &EventBus, messages: &[(&str, &Message)]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for batch in batches(messages.iter().map(|(kind, message)| entry(kind, message)).collect()) {
        let at = platform.clock.now();
        let put = bus.put(batch).await;
        let took = platform.clock.now().duration_since(at);
        outcomes.extend(put.into_iter().map(|put| outcome(put, at, took.as_millis())));
    }
    outcomes
}

fn entry(kind: &str, message: &Message) -> BusEntry {
    let detail = String::from_utf8_lossy(&message.body).into_owned();
    BusEntry { kind: kind.to_owned(), detail, at: message.id.at() }
}

/// Splits `entries` so that each part fits into a request. No event is nearly as large as one.
fn batches(entries: Vec<BusEntry>) -> Vec<Vec<BusEntry>> {
    let mut batches: Vec<Vec<BusEntry>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        bytes += entry.size();
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_ENTRIES && bytes <= MOST_BYTES => batch.push(entry),
            _ => {
                bytes = entry.size();
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

fn outcome(put: Result<(), NotPut>, at: Timestamp, took_ms: i128) -> Outcome {
    let took_ms = u64::try_from(took_ms).unwrap_or_default();
    let code = put.err().map(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "an event is put on the bus later");
        error.0
    });
    let error = code.is_some().then_some(DeliveryError::Status);
    Outcome { at, took_ms, http_status: None, answer: code, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize, detail: usize) -> Vec<BusEntry> {
        let one = BusEntry { kind: "pin.held".to_owned(), detail: "x".repeat(detail), at: Timestamp::UNIX_EPOCH };
        vec![one; count]
    }

    #[test]
    fn a_request_has_ten_entries_and_256_kilobytes_at_most() {
        let lengths = |entries| batches(entries).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(entries(0, 10)), [0; 0]);
        assert_eq!(lengths(entries(23, 10)), [10, 10, 3]);
        assert_eq!(lengths(entries(5, 100_000)), [2, 2, 1]);
        let exact = MOST_BYTES / 2 - entries(1, 0)[0].size();
        assert_eq!(lengths(entries(3, exact)), [2, 1]);
        assert_eq!(lengths(entries(3, exact + 1)), [1, 1, 1]);
    }
}
