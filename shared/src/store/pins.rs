//! Pins: their items, the claim, the due index and the calendar.

mod calendar;
mod claim;
mod due;

pub use calendar::{CalendarPage, CalendarQuery, Order};
pub use claim::{Claim, Lease};
pub use due::{DueEntry, DueWork};

use super::items::PinItem;
use super::key::Key;
use super::table::{encode, number, text};
use super::{StoreError, Table};
use crate::domain::{AttemptId, OwnerId, Pin, PinId};

/// The pins in the table.
#[derive(Debug, Clone)]
pub struct PinStore {
    table: Table,
}

impl PinStore {
    /// The pins in `table`.
    pub fn new(table: Table) -> Self {
        Self { table }
    }

    /// The table that the pins are in.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Stores a new pin; [`StoreError::Conflict`] where one with its id exists.
    pub async fn create(&self, pin: &Pin) -> Result<(), StoreError> {
        self.table
            .put(encode(&Key::pin(&pin.owner, &pin.id), &PinItem::from(pin))?)
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("store a pin", error))?;
        Ok(())
    }

    /// Reads one pin as it is now.
    pub async fn load(&self, owner: &OwnerId, id: &PinId) -> Result<Option<Pin>, StoreError> {
        let key = Key::pin(owner, id);
        self.table.get(&key).await?.map(readable).transpose()
    }

    /// Reads up to 100 pins as they are now, in the order of `ids`; those that do not exist are left out.
    pub async fn load_many(&self, owner: &OwnerId, ids: &[PinId]) -> Result<Vec<Pin>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| Key::pin(owner, id)).collect();
        let items: Vec<PinItem> = self.table.get_many(&keys).await?;
        let passed_over = |error: &StoreError| tracing::error!(%error, "a pin is passed over");
        let mut pins: Vec<_> =
            items.into_iter().filter_map(|item| readable(item).inspect_err(passed_over).ok()).collect();
        pins.sort_by_key(|pin| ids.iter().position(|id| *id == pin.id));
        Ok(pins)
    }

    /// Replaces a pin that was read at `version` by the same pin after a move.
    ///
    /// [`StoreError::Conflict`] where it changed in between, for example because a publisher claimed it.
    pub async fn save(&self, pin: &Pin, version: u64) -> Result<(), StoreError> {
        self.table
            .put(encode(&Key::pin(&pin.owner, &pin.id), &PinItem::from(pin))?)
            .condition_expression("version = :version")
            .expression_attribute_values(":version", number(version))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("save a pin", error))?;
        Ok(())
    }

    /// Writes what came of the attempt `attempt`, on condition that the pin is still claimed by it.
    ///
    /// Repeating the same write is harmless, so that an answer lost on the way does not read as a conflict.
    pub async fn record(&self, pin: &Pin, attempt: &AttemptId) -> Result<(), StoreError> {
        self.table
            .put(encode(&Key::pin(&pin.owner, &pin.id), &PinItem::from(pin))?)
            .condition_expression("attempt_id = :attempt AND (#status = :publishing OR version = :written)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":attempt", text(attempt.as_str()))
            .expression_attribute_values(":publishing", text("publishing"))
            .expression_attribute_values(":written", number(pin.version))
            .send()
            .await
            .map_err(|error| StoreError::from_sdk("record what came of an attempt", error))?;
        Ok(())
    }
}

pub(super) fn readable(item: PinItem) -> Result<Pin, StoreError> {
    Pin::try_from(item).map_err(|error| StoreError::unreadable("a pin", error))
}
