//! The due index: what is to be done, in the order of time.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use jiff::Timestamp;

use super::super::StoreError;
use super::super::key::{ACCOUNT, CIRCUIT, PIN, owner_of};
use super::super::schema::DUE;
use super::super::table::{Item, number, text};
use super::PinStore;
use crate::domain::{AccountId, CircuitKind, Due, Mode, OwnerId, Partition, PinId};

/// How much of a partition one look takes at most.
const MOST: i32 = 2000;

/// How many pages of a megabyte are counted, some 50,000 entries.
const MOST_COUNTED: usize = 10;

/// One entry of the due index. The index may lag behind the items, so an entry is a hint and the claim decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueEntry {
    /// What is to be done.
    pub work: DueWork,
    /// Where and when.
    pub due: Due,
}

/// A piece of due work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DueWork {
    /// Publish a pin.
    Pin(OwnerId, PinId),
    /// Renew the tokens of an account, or release its pins.
    Account(OwnerId, AccountId),
    /// The next step of a circuit.
    Circuit(Mode, CircuitKind),
}

/// Some entries of a partition.
#[derive(Debug, Clone)]
pub struct DuePage {
    /// The entries, soonest first.
    pub entries: Vec<DueEntry>,
    /// Where the next ones begin, if there may be any.
    pub next: Option<DuePosition>,
}

/// A place between two entries of a partition.
#[derive(Debug, Clone)]
pub struct DuePosition(Item);

impl PinStore {
    /// Reads what is due in `partition` up to `until`, soonest first, at most 2000 entries.
    pub async fn due(&self, partition: &Partition, until: Timestamp) -> Result<Vec<DueEntry>, StoreError> {
        self.due_page(partition, until, None, MOST).await.map(|page| page.entries)
    }

    /// Reads the next `most` entries of what is due in `partition` up to `until`, soonest first: those behind `from`,
    /// or the first ones.
    pub async fn due_page(
        &self,
        partition: &Partition,
        until: Timestamp,
        from: Option<DuePosition>,
        most: i32,
    ) -> Result<DuePage, StoreError> {
        let answer = self
            .in_partition(partition, "AND due_at <= :until")
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .limit(most)
            .set_exclusive_start_key(from.map(|position| position.0))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read what is due", error))?;
        let items = answer.items.unwrap_or_default();
        Ok(DuePage {
            entries: items.iter().filter_map(|item| entry(partition, item)).collect(),
            next: answer.last_evaluated_key.map(DuePosition),
        })
    }

    /// Reads what is due in `partition` from `from` on and up to `until`, soonest first, at most `most` entries.
    pub async fn due_between(
        &self,
        partition: &Partition,
        (from, until): (Timestamp, Timestamp),
        most: i32,
    ) -> Result<Vec<DueEntry>, StoreError> {
        let answer = self
            .in_partition(partition, "AND due_at BETWEEN :from AND :until")
            .expression_attribute_values(":from", number(from.as_millisecond()))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .limit(most)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read what is due from a moment on", error))?;
        Ok(answer.items.unwrap_or_default().iter().filter_map(|item| entry(partition, item)).collect())
    }

    /// How many entries of `partition` are due before `before`; a very long one is not counted to its end.
    pub async fn count_due(&self, partition: &Partition, before: Timestamp) -> Result<usize, StoreError> {
        let query = self
            .in_partition(partition, "AND due_at < :before")
            .select(Select::Count)
            .expression_attribute_values(":before", number(before.as_millisecond()));
        let (mut count, mut from) = (0, None);
        for _ in 0..MOST_COUNTED {
            let answer = query.clone().set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("count what is due", error))?;
            count += usize::try_from(answer.count).unwrap_or_default();
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(count)
    }

    /// Reads the earliest moment at which something is due in `partition`.
    pub async fn earliest_due(&self, partition: &Partition) -> Result<Option<Timestamp>, StoreError> {
        let answer = self
            .in_partition(partition, "")
            .limit(1)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("read what is due first", error))?;
        Ok(answer.items.unwrap_or_default().first().and_then(moment))
    }
}

impl PinStore {
    /// A query for the entries of `partition` to which `condition` applies, soonest first.
    fn in_partition(&self, partition: &Partition, condition: &str) -> QueryFluentBuilder {
        self.table
            .query()
            .index_name(DUE)
            .key_condition_expression(format!("due_shard = :partition {condition}"))
            .expression_attribute_values(":partition", text(partition.to_string()))
    }
}

/// Entries that this version cannot read belong to a later one and are passed over.
fn entry(partition: &Partition, item: &Item) -> Option<DueEntry> {
    let part = |name: &str| item.get(name)?.as_s().ok();
    let (pk, sk) = (part("pk")?, part("sk")?);
    let work = if let Some(mode) = pk.strip_prefix(CIRCUIT) {
        DueWork::Circuit(mode.parse().ok()?, CircuitKind::from_code(sk)?)
    } else if let Some(id) = sk.strip_prefix(PIN) {
        DueWork::Pin(owner_of(pk)?, id.parse().ok()?)
    } else {
        DueWork::Account(owner_of(pk)?, sk.strip_prefix(ACCOUNT)?.parse().ok()?)
    };
    Some(DueEntry { work, due: Due { partition: partition.clone(), at: moment(item)? } })
}

fn moment(item: &Item) -> Option<Timestamp> {
    Timestamp::from_millisecond(item.get("due_at")?.as_n().ok()?.parse().ok()?).ok()
}
