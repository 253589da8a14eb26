//! The event item.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::PinItem;
use super::pin::Incomplete;
use crate::domain::{
    AccountId, AccountState, Event, EventType, Happening, Hold, ImportId, ImportState, Mode, PinterestUserId,
    ReconnectReason, Subject,
};
use crate::store::key::owner_of_events;

/// An event as it lies in the table. One of the four subjects is there.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct EventItem {
    /// Where it is: whose it is, and its id. They are the keys, which are set when the item is written.
    #[serde(skip_serializing, default)]
    pk: String,
    #[serde(skip_serializing, default)]
    sk: String,
    /// What kind of thing happened.
    kind: String,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pin: Option<PinItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    account: Option<AccountStateItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    import: Option<ImportStateItem>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    publishing: Option<PublishingItem>,
    /// Where it is among all events; see [`super::super::events`].
    due_shard: String,
    #[serde(with = "millisecond::required")]
    due_at: Timestamp,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct AccountStateItem {
    id: AccountId,
    mode: Mode,
    user_id: PinterestUserId,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ImportStateItem {
    id: ImportId,
    rows: u32,
    stored: u32,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct PublishingItem {
    mode: Mode,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<String>,
}

impl EventItem {
    /// The item of what happened, in the partition `shard` of all events, until `expires_at`.
    pub(in crate::store) fn new(event: &Event, shard: String, expires_at: Timestamp) -> Self {
        let Happening { kind, sequence, subject, owner: _ } = &event.happening;
        let mut item = Self {
            pk: String::new(),
            sk: String::new(),
            kind: kind.code().to_owned(),
            sequence: *sequence,
            pin: None,
            account: None,
            import: None,
            publishing: None,
            due_shard: shard,
            due_at: event.id.at(),
            expires_at: expires_at.as_second(),
        };
        match subject {
            Subject::Pin(pin) => item.pin = Some(PinItem::from(&**pin)),
            Subject::Account(account) => item.account = Some(account.into()),
            Subject::Import(import) => item.import = Some(import.into()),
            Subject::Publishing { mode, reason } => {
                let reason = reason.map(|reason| reason.stored().to_owned());
                item.publishing = Some(PublishingItem { mode: *mode, reason });
            }
        }
        item
    }

    /// The event.
    pub(in crate::store) fn event(self) -> Result<Event, Incomplete> {
        let id = self.sk.parse().map_err(|_| Incomplete("event"))?;
        let owner = owner_of_events(&self.pk);
        let kind = EventType::from_code(&self.kind).ok_or(Incomplete("event"))?;
        let subject = match (self.pin, self.account, self.import, self.publishing) {
            (Some(pin), ..) => Subject::Pin(Box::new(pin.try_into()?)),
            (_, Some(account), ..) => Subject::Account(account.into()),
            (_, _, Some(import), _) => Subject::Import(import.into()),
            (_, _, _, Some(PublishingItem { mode, reason })) => {
                Subject::Publishing { mode, reason: reason.as_deref().map(Hold::from_stored) }
            }
            _ => return Err(Incomplete("event")),
        };
        Ok(Event { id, happening: Happening { kind, owner, sequence: self.sequence, subject } })
    }
}

impl From<&AccountState> for AccountStateItem {
    fn from(account: &AccountState) -> Self {
        Self {
            id: account.id.clone(),
            mode: account.mode,
            user_id: account.user_id.clone(),
            username: account.username.clone(),
            reason: account.reason.map(|reason| reason.stored().to_owned()),
        }
    }
}

impl From<AccountStateItem> for AccountState {
    fn from(item: AccountStateItem) -> Self {
        let reason = item.reason.as_deref().map(ReconnectReason::from_stored);
        Self { id: item.id, mode: item.mode, user_id: item.user_id, username: item.username, reason }
    }
}

impl From<&ImportState> for ImportStateItem {
    fn from(import: &ImportState) -> Self {
        Self { id: import.id.clone(), rows: import.rows, stored: import.stored, created_at: import.created_at }
    }
}

impl From<ImportStateItem> for ImportState {
    fn from(item: ImportStateItem) -> Self {
        Self { id: item.id, rows: item.rows, stored: item.stored, created_at: item.created_at }
    }
}
