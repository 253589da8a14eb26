//! EventBridge: events are put on a bus, whose rules take them further.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::aws;

/// How many events one request can have (EventBridge API reference, `PutEvents`).
pub const MOST_ENTRIES: usize = 10;

/// How many bytes the events of one request can have together (Amazon EventBridge User Guide, "Calculating `PutEvents` event
/// entry size").
pub const MOST_BYTES: usize = 256 * 1024;

/// What the events say of where they come from.
pub const SOURCE: &str = "pinwheel";

/// What the time of an event adds to its size.
const SIZE_OF_TIME: usize = 14;

/// The bus of this installation.
#[derive(Debug, Clone)]
pub struct EventBus {
    client: Client,
    name: String,
}

/// An event as it is put on a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEntry {
    /// What kind of thing happened.
    pub kind: String,
    /// The event as JSON.
    pub detail: String,
    /// When it happened.
    pub at: Timestamp,
}

/// EventBridge did not take an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("EventBridge did not take an event: {0}")]
pub struct NotPut(pub String);

impl BusEntry {
    /// Its size as EventBridge counts it.
    pub fn size(&self) -> usize {
        SIZE_OF_TIME + SOURCE.len() + self.kind.len() + self.detail.len()
    }
}

impl EventBus {
    /// The bus of that name, which `client` reaches.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.to_owned() }
    }

    /// Puts up to [`MOST_ENTRIES`] events on the bus; answers what became of each, in their order.
    pub async fn put(&self, entries: Vec<BusEntry>) -> Vec<Result<(), NotPut>> {
        let count = entries.len();
        let entries = entries.into_iter().map(|entry| self.entry(entry)).collect();
        let answer = match self.client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => answer,
            Err(error) => return vec![Err(NotPut(aws::code(&error))); count],
        };
        // One answer for each event, in their order; what has none is not known to be there.
        let mut outcomes: Vec<_> = answer.entries().iter().map(outcome).collect();
        outcomes.resize(count, Err(NotPut("no answer".to_owned())));
        outcomes
    }

    fn entry(&self, BusEntry { kind, detail, at }: BusEntry) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(kind)
            .detail(detail)
            .time(DateTime::from_secs(at.as_second()))
            .build()
    }
}

fn outcome(entry: &PutEventsResultEntry) -> Result<(), NotPut> {
    entry.error_code().map_or(Ok(()), |code| Err(NotPut(code.to_owned())))
}
