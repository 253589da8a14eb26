//! The hourly sweep of pins that are too late and of files that nobody stores: when it ran, and where it has to look.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
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
    /// After which note of a file the next sweep goes on, where the last one did not see them all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    imports_after: Option<String>,
}

/// A sweep that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSweep {
    /// After which note of a file it begins; absent where it begins with the first.
    pub imports_after: Option<String>,
}

/// A part of the files that are being stored.
#[derive(Debug)]
pub struct OpenImportPage {
    /// The files.
    pub imports: Vec<OpenImport>,
    /// After which note the next part begins; absent where there is none.
    pub next: Option<String>,
}

/// How many notes of files are read at a time.
const IMPORT_PAGE: i32 = 100;

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

    /// Takes the sweep that is due at `now`, if one is, and plans the next one `pause` later. `by` is a word that nobody else
    /// takes sweeps by.
    pub async fn take(&self, now: Timestamp, pause: SignedDuration, by: &str) -> Result<Option<DueSweep>, StoreError> {
        let last: Option<SweepItem> = self.table.get(&Key::sweep()).await?;
        if last.as_ref().is_some_and(|sweep| now < sweep.next_at) {
            return Ok(None);
        }
        let put = self
            .table
            .put(encode(
                &Key::sweep(),
                &SweepItem { taken_by: by.to_owned(), next_at: now + pause, imports_after: None },
            )?)
            .condition_expression("attribute_not_exists(pk) OR next_at <= :now")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        match self.table.put_once("take the sweep", put).await {
            Ok(()) => Ok(Some(DueSweep { imports_after: last.and_then(|last| last.imports_after) })),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Plans the next sweep for `at`, since the last one left something.
    pub async fn hasten(&self, at: Timestamp) -> Result<(), StoreError> {
        self.go_on(at, None).await
    }

    /// The same; the next sweep begins with the files after that note.
    pub async fn go_on(&self, at: Timestamp, imports_after: Option<String>) -> Result<(), StoreError> {
        let put =
            self.table.put(encode(&Key::sweep(), &SweepItem { taken_by: String::new(), next_at: at, imports_after })?);
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

    /// A part of the files that are not known to be stored, from the first on or after the note `after`.
    pub async fn open_imports(&self, after: Option<&str>) -> Result<OpenImportPage, StoreError> {
        let start = after.map(|sk| Item::from([("pk".into(), text(SWEEP)), ("sk".into(), text(sk))]));
        let query = self.noted_query(OPEN_IMPORT).limit(IMPORT_PAGE).set_exclusive_start_key(start);
        let answer = query.send().await;
        let answer = answer.map_err(|error| StoreError::from_sdk("read which files are being stored", error))?;
        let next = answer.last_evaluated_key.and_then(|mut key| key.remove("sk")?.as_s().ok().cloned());
        let imports = answer.items.unwrap_or_default().into_iter().filter_map(open_import).collect();
        Ok(OpenImportPage { imports, next })
    }

    /// Forgets a file that is stored or is not there any more.
    pub async fn forget_import(&self, import: &ImportId) -> Result<(), StoreError> {
        let delete = self.table.delete(&Key::open_import(import));
        delete.send().await.map_err(|error| StoreError::from_sdk("forget a file that is stored", error))?;
        Ok(())
    }

    /// What is noted under keys that begin with `prefix`.
    async fn noted(&self, prefix: &str) -> Result<Vec<Item>, StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let answer = self
                .noted_query(prefix)
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

    fn noted_query(&self, prefix: &str) -> QueryFluentBuilder {
        self.table
            .query()
            .key_condition_expression("pk = :sweep AND begins_with(sk, :prefix)")
            .expression_attribute_values(":sweep", text(SWEEP))
            .expression_attribute_values(":prefix", text(prefix))
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
