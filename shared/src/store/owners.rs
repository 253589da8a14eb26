//! Everything that an owner has in the table, for an export.

use serde_json::{Map, Value};

use super::key::{self, event_partition, owner_partition};
use super::table::{decode, text};
use super::{StoreError, Table};
use crate::domain::OwnerId;

/// How many items are read at once.
const PAGE: i32 = 100;

/// The kinds of items that are exported, by what their sort keys begin with. Any other kind may have secrets of its own.
const KINDS: [&str; 9] =
    [key::ACCOUNT, key::PIN, key::MEDIA, key::COUNT, key::TEMPLATE, key::DAY, key::LATE, key::USE, key::IMPORT];

/// What is left out: keys, the places in the due index, and sealed tokens.
const LEFT_OUT: [&str; 6] = ["pk", "sk", "due_shard", "due_at", "access_token", "refresh_token"];

/// What owners have.
#[derive(Debug, Clone)]
pub struct OwnerStore {
    table: Table,
}

/// An item as it is stored, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedItem {
    /// What it is: `pin`, `account`, `event` and so on.
    pub kind: String,
    /// By what it is told from others of its kind.
    pub key: String,
    /// Its attributes.
    pub data: Map<String, Value>,
}

/// Where an export goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPlace {
    /// Whether it has come to the events.
    pub in_events: bool,
    /// The sort key after which it goes on; empty for the first.
    pub after: String,
}

impl OwnerStore {
    /// The owners in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Reads up to a hundred items from `place` on; answers where to go on, where there may be more.
    pub async fn items(
        &self,
        owner: &OwnerId,
        place: &OwnedPlace,
    ) -> Result<(Vec<OwnedItem>, Option<OwnedPlace>), StoreError> {
        let pk = if place.in_events { event_partition(Some(owner)) } else { owner_partition(owner) };
        // DynamoDB takes no empty text as a sort key, and nothing sorts before a blank that we write.
        let after = if place.after.is_empty() { " " } else { &place.after };
        let answer = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND sk > :after")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":after", text(after))
            .consistent_read(true)
            .limit(PAGE)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("list what an owner has", error))?;
        let last = answer.last_evaluated_key.as_ref().and_then(|key| key.get("sk")?.as_s().ok().cloned());
        let next = match (last, place.in_events) {
            (Some(after), in_events) => Some(OwnedPlace { in_events, after }),
            (None, false) => Some(OwnedPlace { in_events: true, after: String::new() }),
            (None, true) => None,
        };
        let items: Vec<Map<String, Value>> =
            answer.items.unwrap_or_default().into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok((items.into_iter().filter_map(|item| owned(item, place.in_events)).collect(), next))
    }
}

fn owned(mut item: Map<String, Value>, is_event: bool) -> Option<OwnedItem> {
    let sort = item.get("sk")?.as_str()?.to_owned();
    let (kind, key) = if is_event { ("event", sort.as_str()) } else { kind(&sort)? };
    let (kind, key) = (kind.to_owned(), key.to_owned());
    item.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
    Some(OwnedItem { kind, key, data: item })
}

/// The kind of an item and the rest of its sort key, where it is one that is exported.
fn kind(sort: &str) -> Option<(&str, &str)> {
    let prefix = KINDS.into_iter().find(|prefix| sort.starts_with(prefix))?;
    Some((prefix.trim_end_matches('#'), &sort[prefix.len()..]))
}
