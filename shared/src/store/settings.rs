//! The settings and the record of their changes.

use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use jiff::fmt::serde::timestamp::millisecond;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::{CHANGE, Key};
use super::table::{Item, encode, number, text};
use super::{EventStore, StoreError, Table};
use crate::clock::SharedClock;
use crate::domain::settings::{PINS_PER_DAY, Saved};
use crate::domain::{AppId, Happening, Limit, Limits, Mode, OwnerId, Scopes, SecretRef, Settings};

/// For how long what the settings say of events holds without being read again.
const EVENTS_KNOWN: SignedDuration = SignedDuration::from_secs(10);

/// The settings in the table.
#[derive(Debug, Clone)]
pub struct SettingsStore {
    table: Table,
    clock: SharedClock,
    /// Whether events are to be written, and when that was read; the clones of a store share it.
    events: Arc<Mutex<Option<(Timestamp, bool)>>>,
}

/// Who changed which fields, and when; never what a secret was or is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: OwnerId,
    /// The names of the changed fields.
    pub fields: Vec<String>,
}

/// That Pinterest sent somebody back to a callback URL, which it only does to registered ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackProof {
    /// The URL, as Pinterest was given it.
    pub callback_url: String,
    /// The app it is registered for.
    pub app_id: AppId,
    /// When that was last seen.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SettingsItem {
    enabled: bool,
    mode: Mode,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    app_id: Option<AppId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    secret_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    secret_last4: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    secret_at: Option<Timestamp>,
    scopes: String,
    #[serde(default)]
    carousels: bool,
    #[serde(default = "pins_per_day")]
    pins_per_day: u32,
    /// What one owner may have, by the names of the settings; where one is missing, its default counts.
    #[serde(default)]
    limits: Vec<(String, u32)>,
    #[serde(default)]
    events: bool,
    version: u64,
    saved_by: OwnerId,
    #[serde(with = "millisecond::required")]
    saved_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct ChangeItem {
    #[serde(with = "millisecond::required")]
    at: Timestamp,
    by: OwnerId,
    fields: Vec<String>,
}

impl SettingsStore {
    /// The settings in `table`.
    pub fn new(table: Table, clock: SharedClock) -> Self {
        Self { table, clock, events: Arc::default() }
    }

    /// Reads the settings as they are now; the defaults where nothing was saved.
    pub async fn load(&self) -> Result<Settings, StoreError> {
        let item: Option<SettingsItem> = self.table.get(&Key::settings()).await?;
        let settings = item.map(Settings::from).unwrap_or_default();
        *self.events() = Some((self.clock.now(), settings.events));
        Ok(settings)
    }

    /// Whether events are to be written, as the settings said at most ten seconds ago.
    pub(super) async fn has_events(&self) -> Result<bool, StoreError> {
        let now = self.clock.now();
        match *self.events() {
            Some((at, events)) if now.duration_since(at) < EVENTS_KNOWN => return Ok(events),
            _ => {}
        }
        // Seldom, so that what is written for a pin stays small.
        Ok(Box::pin(self.load()).await?.events)
    }

    fn events(&self) -> MutexGuard<'_, Option<(Timestamp, bool)>> {
        self.events.lock().expect("nothing panics while it holds this lock")
    }

    /// Replaces the settings with their next version and records the change, both or neither.
    ///
    /// `settings.version` is one more than the version that was read; [`StoreError::Conflict`] where somebody else
    /// saved in between.
    pub async fn save(&self, settings: &Settings, change: &Change) -> Result<(), StoreError> {
        let key = Key::settings();
        let put = Put::builder().table_name(self.table.name()).set_item(Some(encode(&key, &item(settings, change))?));
        let before = settings.version.saturating_sub(1);
        let put = if before == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
        };
        let order = format!("{:020}#{:010}", change.at.as_millisecond(), settings.version);
        let key = Key::change(&order);
        let body = ChangeItem { at: change.at, by: change.by.clone(), fields: change.fields.clone() };
        let log = Put::builder().table_name(self.table.name()).set_item(Some(encode(&key, &body)?));
        let writes = [put, log]
            .map(|put| TransactWriteItem::builder().put(put.build().expect("table and item are set")).build());
        let events = EventStore::new(self.table.clone(), self.clone(), self.clock.clone());
        let happened = if settings.events {
            Happening::by_settings(settings, &change.fields, self.clock.now())
        } else {
            Vec::new()
        };
        let told: Vec<_> = happened.into_iter().map(|happening| events.put(happening)).collect::<Result<_, _>>()?;
        self.table.transact("save the settings", writes.into_iter().chain(told).collect()).await
    }

    /// Notes that Pinterest takes a callback URL.
    pub async fn save_callback_proof(&self, proof: &CallbackProof) -> Result<(), StoreError> {
        let put = self.table.put(encode(&Key::callback_proof(), proof)?);
        put.send().await.map_err(|error| StoreError::from_sdk("note that the callback URL works", error))?;
        Ok(())
    }

    /// Reads which callback URL Pinterest last took.
    pub async fn load_callback_proof(&self) -> Result<Option<CallbackProof>, StoreError> {
        self.table.get(&Key::callback_proof()).await
    }

    /// Lists changes, newest first, from just before `before` (a cursor of an earlier page) on; answers the next cursor.
    pub async fn changes(&self, limit: i32, before: Option<&str>) -> Result<(Vec<Change>, Option<String>), StoreError> {
        let upper = before.map_or_else(|| format!("{CHANGE}~"), |order| format!("{CHANGE}{order}"));
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk BETWEEN :low AND :high")
            .expression_attribute_values(":pk", text(Key::settings().pk))
            .expression_attribute_values(":low", text(CHANGE))
            .expression_attribute_values(":high", text(upper.as_str()))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit.saturating_add(2))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list the changes of the settings", error))?;
        let mut items = answer.items.unwrap_or_default();
        // The bound itself belongs to the earlier page.
        items.retain(|item| item.get("sk") != Some(&text(upper.as_str())));
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(order_of);
        let changes: Result<Vec<ChangeItem>, _> = items.into_iter().map(super::table::decode).collect();
        let changes = changes?.into_iter().map(|item| Change { at: item.at, by: item.by, fields: item.fields });
        Ok((changes.collect(), next))
    }
}

/// What counts where an earlier version saved.
fn pins_per_day() -> u32 {
    PINS_PER_DAY
}

fn order_of(item: &Item) -> Option<String> {
    item.get("sk")?.as_s().ok()?.strip_prefix(CHANGE).map(str::to_owned)
}

fn item(settings: &Settings, change: &Change) -> SettingsItem {
    SettingsItem {
        enabled: settings.enabled,
        mode: settings.mode,
        app_id: settings.app_id.clone(),
        secret_version: settings.secret.as_ref().map(|secret| secret.version_id.clone()),
        secret_last4: settings.secret.as_ref().map(|secret| secret.last4.clone()),
        secret_at: settings.secret.as_ref().map(|secret| secret.updated_at),
        scopes: settings.scopes.to_string(),
        carousels: settings.carousels,
        pins_per_day: settings.pins_per_day,
        limits: Limit::ALL.map(|limit| (limit.setting().to_owned(), settings.limits.setting(limit))).into(),
        events: settings.events,
        version: settings.version,
        saved_by: change.by.clone(),
        saved_at: change.at,
    }
}

impl From<SettingsItem> for Settings {
    fn from(item: SettingsItem) -> Self {
        let secret = match (item.secret_version, item.secret_last4, item.secret_at) {
            (Some(version_id), Some(last4), Some(updated_at)) => Some(SecretRef { version_id, last4, updated_at }),
            _ => None,
        };
        let mut limits = Limits::default();
        for (name, most) in item.limits {
            Limit::ALL.into_iter().find(|limit| limit.setting() == name).inspect(|limit| limits.set(*limit, most));
        }
        Self {
            enabled: item.enabled,
            mode: item.mode,
            app_id: item.app_id,
            secret,
            scopes: Scopes::parse_known(&item.scopes),
            carousels: item.carousels,
            pins_per_day: item.pins_per_day,
            limits,
            events: item.events,
            version: item.version,
            saved: Some(Saved { by: item.saved_by, at: item.saved_at }),
        }
    }
}
