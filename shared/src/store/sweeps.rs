//! The hourly sweep of pins that are too late and of files that nobody stores: when it ran, and where it has to look.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::key::{Key, OPEN_IMPORT, SWEEP};
use super::table::{Item, decode, encode, number, text};
use super::{StoreError, Table};
use crate::domain::{Import, ImportId, OwnerId, Partition};

/// The sweeps in the table.
#[derive(Debug, Clone)]
pub struct SweepStore {
    table: Table,
}

#[derive(Serialize, Deserialize)]
struct SweepItem {
    /// Who took the last one.
    #[serde(default)]
    taken_by: String,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    next_at: Timestamp,
}

/// A partition in which pins were parked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parking {
    /// The partition.
    pub partition: Partition,
    /// When a pin was last about to be parked there.
    pub noted_at: Timestamp,
}

/// A file of pins that is being stored, or was when it was last looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenImport {
    /// Whose it is.
    pub owner: OwnerId,
    /// Which one.
    pub id: ImportId,
    /// When it was about to be taken.
    pub noted_at: Timestamp,
}

impl SweepStore {
    /// The sweeps in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// Takes the sweep that is due at `now`, if one is, and plans the next one `pause` later; answers whether it did. `by` is
    /// a word that nobody else takes sweeps by.
    pub async fn take(&self, now: Timestamp, pause: SignedDuration, by: &str) -> Result<bool, StoreError> {
        let last: Option<SweepItem> = self.table.get(&Key::sweep()).await?;
        if last.as_ref().is_some_and(|sweep| now < sweep.next_at) {
            return Ok(false);
        }
        let put = self
            .table
            .put(encode(&Key::sweep(), &SweepItem { taken_by: by.to_owned(), next_at: now + pause })?)
            .condition_expression("attribute_not_exists(pk) OR next_at <= :now")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        match self.table.put_once("take the sweep", put).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Plans the next sweep for `at`, since the last one left something.
    pub async fn hasten(&self, at: Timestamp) -> Result<(), StoreError> {
        let put = self.table.put(encode(&Key::sweep(), &SweepItem { taken_by: String::new(), next_at: at })?);
        put.send().await.map_err(|error| StoreError::from_sdk("plan the next sweep", error))?;
        Ok(())
    }

    /// Notes that a pin is about to be parked in `partition`, so that a sweep looks there.
    pub async fn note(&self, partition: &Partition, now: Timestamp) -> Result<(), StoreError> {
        self.table
            .update(&Key::parking(partition))
            .update_expression("SET noted_at = :now")
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("note where a pin is parked", error))?;
        Ok(())
    }

    /// Every partition in which pins were parked and that was not found empty since.
    pub async fn parkings(&self) -> Result<Vec<Parking>, StoreError> {
        Ok(self.noted("held#").await?.into_iter().filter_map(parking).collect())
    }

    /// Notes that a file is about to be taken, so that sweeps see to its being stored.
    pub async fn note_import(&self, import: &Import) -> Result<(), StoreError> {
        let item =
            OpenImportItem { owner: import.owner.clone(), import: import.id.clone(), noted_at: import.created_at };
        let put = self.table.put(encode(&Key::open_import(&import.id), &item)?);
        put.send().await.map_err(|error| StoreError::from_sdk("note a file that is to be stored", error))?;
        Ok(())
    }

    /// Every file that was not found stored by a sweep.
    pub async fn open_imports(&self) -> Result<Vec<OpenImport>, StoreError> {
        Ok(self.noted(OPEN_IMPORT).await?.into_iter().filter_map(open_import).collect())
    }

    /// Forgets a file that is stored or is not there any more.
    pub async fn forget_import(&self, import: &OpenImport) -> Result<(), StoreError> {
        let delete = self.table.delete(&Key::open_import(&import.id));
        delete.send().await.map_err(|error| StoreError::from_sdk("forget a file that is stored", error))?;
        Ok(())
    }

    /// What is noted under keys that begin with `prefix`.
    async fn noted(&self, prefix: &str) -> Result<Vec<Item>, StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let answer = self
                .table
                .query()
                .key_condition_expression("pk = :sweep AND begins_with(sk, :prefix)")
                .expression_attribute_values(":sweep", text(SWEEP))
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| StoreError::from_sdk("read what a sweep has to look at", error))?;
            found.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// Forgets a partition that was found empty, unless a pin was about to be parked there since.
    pub async fn forget(&self, parking: &Parking) -> Result<(), StoreError> {
        let delete = self
            .table
            .delete(&Key::parking(&parking.partition))
            .condition_expression("noted_at = :noted")
            .expression_attribute_values(":noted", number(parking.noted_at.as_millisecond()));
        match delete.send().await.map_err(|error| StoreError::from_sdk("forget an empty parking", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn parking(item: Item) -> Option<Parking> {
    #[derive(Deserialize)]
    struct ParkingItem {
        sk: String,
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
        noted_at: Timestamp,
    }
    let ParkingItem { sk, noted_at } = decode(item).ok()?;
    Some(Parking { partition: sk.parse().ok()?, noted_at })
}

#[derive(Serialize, Deserialize)]
struct OpenImportItem {
    owner: OwnerId,
    import: ImportId,
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    noted_at: Timestamp,
}

fn open_import(item: Item) -> Option<OpenImport> {
    let OpenImportItem { owner, import, noted_at } = decode(item).ok()?;
    Some(OpenImport { owner, id: import, noted_at })
}
