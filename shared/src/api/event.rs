//! An event as clients read it.

use std::borrow::Cow;

use crate::domain::event::{AccountState, ImportState};
use crate::domain::{
    AccountId, Event, EventId, Happening, ImportId, Mode, OwnerId, Pin, PinterestUserId, Settings, Subject,
};
use crate::store::PreviewAddresses;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{PinBody, Reason};

pub mod description;

/// The Event of the HTTP contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventBody {
    /// The same however often the event is read.
    id: EventId,
    /// What kind of thing happened.
    #[serde(rename = "type")]
    #[schema(schema_with = description::event_types)]
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    /// Rises from one event of the same pin, account, import or mode to the next; numbers are left out.
    sequence: u64,
    /// Whose it is; `null` for what concerns the whole installation.
    #[schema(required)]
    owner: Option<OwnerId>,
    data: Data,
}

/// What it happened to, as it was right after it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EventData)]
enum Data {
    /// A pin, without its `attempts` and `history`.
    Pin(PinThen),
    /// An account.
    Account(AccountBody),
    /// A file of pins.
    Import(ImportBody),
    /// Publishing in a mode.
    Publishing(PublishingBody),
}

/// A pin as clients read it, without its timeline.
#[derive(Debug, Serialize)]
struct PinThen(Value);

impl PartialSchema for PinThen {
    fn schema() -> RefOr<Schema> {
        description::event_pin()
    }
}

impl ToSchema for PinThen {
    fn name() -> Cow<'static, str> {
        "EventPin".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        PinBody::schemas(schemas);
    }
}

/// What an event says of an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventAccount)]
struct AccountBody {
    id: AccountId,
    mode: Mode,
    pinterest_user_id: PinterestUserId,
    username: String,
    /// Why it has to be connected again; `null` where it has not.
    #[schema(schema_with = description::reconnect_reason)]
    reason: Option<Reason>,
}

/// What an event says of a file of pins.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventImport)]
struct ImportBody {
    id: ImportId,
    /// How many rows the file has.
    rows: u32,
    /// How many pins it became.
    stored: u32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What an event says of publishing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventPublishing)]
struct PublishingBody {
    mode: Mode,
    /// Why it is paused; `null` where it goes on.
    #[schema(schema_with = description::pause_reason)]
    reason: Option<Reason>,
}

impl EventBody {
    /// The event; the picture of its pin is signed with `previews`.
    pub fn new(event: Event, previews: &PreviewAddresses<'_>) -> Self {
        let timestamp = event.id.at();
        let Happening { kind, owner, sequence, subject } = event.happening;
        let data = match subject {
            Subject::Pin(pin) => Data::Pin(without_timeline(*pin, previews)),
            Subject::Account(account) => Data::Account(account.into()),
            Subject::Import(import) => Data::Import(import.into()),
            Subject::Publishing { mode, reason } => {
                let reason = reason.map(|why| Reason { code: why.code(), message: why.message() });
                Data::Publishing(PublishingBody { mode, reason })
            }
        };
        Self { id: event.id, kind: kind.code(), timestamp, sequence, owner, data }
    }
}

/// What a pin has of its timeline, which no event tells.
pub(super) const TIMELINE: [&str; 2] = ["attempts", "history"];

/// The pin as it was, whatever the settings are by now.
fn without_timeline(pin: Pin, previews: &PreviewAddresses<'_>) -> PinThen {
    let settings = Settings { enabled: true, mode: pin.mode, ..Settings::default() };
    let mut body = serde_json::to_value(PinBody::new(pin, &settings, previews)).expect("a pin is a plain structure");
    if let Some(body) = body.as_object_mut() {
        for name in TIMELINE {
            body.remove(name);
        }
    }
    PinThen(body)
}

impl From<AccountState> for AccountBody {
    fn from(account: AccountState) -> Self {
        Self {
            id: account.id,
            mode: account.mode,
            pinterest_user_id: account.user_id,
            username: account.username,
            reason: account.reason.map(|why| Reason { code: why.code(), message: why.message() }),
        }
    }
}

impl From<ImportState> for ImportBody {
    fn from(import: ImportState) -> Self {
        Self { id: import.id, rows: import.rows, stored: import.stored, created_at: import.created_at }
    }
}
