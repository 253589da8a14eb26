//! Files of pins that were taken: their rows, and how far they are stored.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::items::{ImportItem, packed, unpacked};
use super::key::Key;
use super::table::{encode, number};
use super::uses::count_import;
use super::{EventStore, StoreError, Table};
use crate::domain::import::KEPT;
use crate::domain::{Happening, Import, ImportId, ImportedRow, OwnerId};

/// How many parts are written at a time.
const AT_ONCE: usize = 8;

/// The files in the table.
#[derive(Debug, Clone)]
pub struct ImportStore {
    table: Table,
    events: EventStore,
}

#[derive(Serialize, Deserialize)]
struct PartItem {
    /// `rows` is a word that DynamoDB keeps for itself.
    packed_rows: String,
    expires_at: i64,
}

impl ImportStore {
    /// The files in `table`; that one is stored is told to `events`.
    pub fn new(table: Table, events: EventStore) -> Self {
        Self { table, events }
    }

    /// Keeps a file with its rows; [`StoreError::Conflict`] where it was taken already, and nothing of it is changed then.
    ///
    /// The file itself is written last, so that there is none whose rows are not there, and together with the number of
    /// files of its day, of which there can be `most`; [`StoreError::Conflict`] also where there are as many.
    pub async fn create(&self, import: &mut Import, rows: &[ImportedRow], most: Option<u64>) -> Result<(), StoreError> {
        let expires_at = (import.created_at + KEPT).as_second();
        let (starts, parts): (Vec<_>, Vec<_>) = packed(rows).into_iter().unzip();
        import.starts = starts;
        let writes = parts.into_iter().enumerate().map(|(part, packed_rows)| {
            let key = Key::import_part(&import.owner, &import.id, &import.copy, part);
            async move {
                let put = self.table.put(encode(&key, &PartItem { packed_rows, expires_at })?).send().await;
                put.map(|_| ()).map_err(|error| StoreError::from_sdk("keep rows of a file", error))
            }
        });
        stream::iter(writes).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let item = encode(&Key::import(&import.owner, &import.id), &ImportItem::from(&*import))?;
        // DynamoDB deletes what has expired hours later, and by then it is nobody's file any more.
        let put = Put::builder()
            .table_name(self.table.name())
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
            .expression_attribute_values(":now", number(import.created_at.as_second()))
            .build()
            .expect("table and item are set");
        let put = TransactWriteItem::builder().put(put).build();
        let counted = most.map(|most| count_import(&self.table, &import.owner, import.created_at, most));
        self.table.transact("keep a file", [put].into_iter().chain(counted).collect()).await
    }

    /// Reads a file as it is now.
    pub async fn load(&self, owner: &OwnerId, id: &ImportId) -> Result<Option<Import>, StoreError> {
        let item: Option<ImportItem> = self.table.get(&Key::import(owner, id)).await?;
        Ok(item.map(|item| item.import(owner)))
    }

    /// The rows of a part.
    pub async fn rows(&self, import: &Import, part: usize) -> Result<Vec<ImportedRow>, StoreError> {
        let key = Key::import_part(&import.owner, &import.id, &import.copy, part);
        let item: Option<PartItem> = self.table.get(&key).await?;
        let item =
            item.ok_or_else(|| StoreError::unreadable("rows of a file", std::io::Error::other("they are gone")))?;
        unpacked(&item.packed_rows).map_err(|error| StoreError::unreadable("rows of a file", error))
    }

    /// Notes that the next part is stored, which makes `stored` pins in all. Somebody who is as far or further on is
    /// left alone.
    pub async fn advance(&self, import: &mut Import, stored: u32, now: Timestamp) -> Result<(), StoreError> {
        import.parts_stored += 1;
        import.stored = stored;
        import.beat_at = Some(now);
        import.finished_at = import.is_done().then_some(now);
        let operation = "note how far a file is";
        let event = if import.is_done() { self.events.of(|_| Some(Happening::finished(import))).await? } else { None };
        let Some(event) = event else {
            let written = self.advanced(import, now).send().await;
            return match written.map_err(|error| StoreError::from_sdk(operation, error)) {
                Ok(_) | Err(StoreError::Conflict) => Ok(()),
                Err(error) => Err(error),
            };
        };
        let update = self.advanced(import, now).as_input().clone().build().expect("the input is complete");
        let update = Update::builder()
            .table_name(self.table.name())
            .set_key(update.key)
            .set_update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values);
        let update = TransactWriteItem::builder().update(update.build().expect("table, key and expression are set"));
        match self.events.transact(operation, vec![update.build()], (Some(&import.owner), Some(event))).await {
            Err(StoreError::Conflict) => match self.load(&import.owner, &import.id).await? {
                Some(found) if !found.is_done() => Err(StoreError::busy(operation)),
                _ => Ok(()),
            },
            written => written,
        }
    }

    /// The write that notes how far `import` is, on condition that nobody is as far.
    fn advanced(&self, import: &Import, now: Timestamp) -> UpdateItemFluentBuilder {
        let update = self
            .table
            .update(&Key::import(&import.owner, &import.id))
            .condition_expression("attribute_exists(pk) AND parts_stored < :parts")
            .expression_attribute_values(":parts", number(import.parts_stored))
            .expression_attribute_values(":stored", number(import.stored))
            // DynamoDB keeps the word for itself.
            .expression_attribute_names("#stored", "stored")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        if import.is_done() {
            update.update_expression("SET parts_stored = :parts, #stored = :stored, beat_at = :now, finished_at = :now")
        } else {
            update.update_expression("SET parts_stored = :parts, #stored = :stored, beat_at = :now")
        }
    }

    /// Notes that an importer was called.
    pub async fn called(&self, import: &mut Import, now: Timestamp) -> Result<(), StoreError> {
        import.beat_at = Some(now);
        let update = self
            .table
            .update(&Key::import(&import.owner, &import.id))
            .update_expression("SET beat_at = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", number(now.as_millisecond()));
        match update.send().await.map_err(|error| StoreError::from_sdk("note that a file is being stored", error)) {
            Ok(_) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
