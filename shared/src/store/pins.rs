//! Pins: their items, the claim, the due index, the calendar, and how many need a person.

mod calendar;
mod claim;
mod counts;
mod due;
mod late;
mod late_posts;
mod slots;
mod waiting;
mod write;

pub use calendar::{CalendarPage, CalendarQuery, Order};
pub use claim::{Claim, Lease};
pub use due::{DueEntry, DuePage, DuePosition, DueWork};
pub use slots::{Day, SlotClaim};

use super::accounts::replacement;
use super::items::PinItem;
use super::key::{Key, PIN, owner_partition};
use super::table::{Item, decode, encode, number, text};
use super::{EventStore, StoreError, Table};
use crate::domain::{Account, AttemptId, MediaId, OwnerId, Pin, PinId, PinterestPinId, State, Status};
use late::Late;
use write::Condition;

/// How many pages of a megabyte are read of all pins of an owner: some 200,000 pins, in a few seconds.
const MOST_PAGES_OF_OWNER: usize = 200;

/// The pins in the table.
#[derive(Debug, Clone)]
pub struct PinStore {
    table: Table,
    events: EventStore,
}

impl PinStore {
    /// The pins in `table`; what happens to them goes to `events`.
    pub fn new(table: Table, events: EventStore) -> Self {
        Self { table, events }
    }

    /// The table that the pins are in.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Stores a new pin; [`StoreError::Conflict`] where one with its id exists.
    pub async fn create(&self, pin: &Pin) -> Result<(), StoreError> {
        self.write("store a pin", pin, None, Condition::new("attribute_not_exists(pk)")).await
    }

    /// Reads one pin as it is now.
    pub async fn load(&self, owner: &OwnerId, id: &PinId) -> Result<Option<Pin>, StoreError> {
        let key = Key::pin(owner, id);
        self.table.get(&key).await?.map(readable).transpose()
    }

    /// Reads up to 100 pins as they are now, in the order of `ids`; those that do not exist are left out.
    pub async fn load_many(&self, owner: &OwnerId, ids: &[PinId]) -> Result<Vec<Pin>, StoreError> {
        let mut pins = self.load_all(ids.iter().map(|id| (owner, id))).await?;
        pins.sort_by_key(|pin| ids.iter().position(|id| *id == pin.id));
        Ok(pins)
    }

    /// Reads up to 100 pins of any owners as they are now; those that do not exist are left out, the order is not kept.
    pub async fn load_all(&self, pins: impl Iterator<Item = (&OwnerId, &PinId)>) -> Result<Vec<Pin>, StoreError> {
        let keys: Vec<_> = pins.map(|(owner, id)| Key::pin(owner, id)).collect();
        let items: Vec<PinItem> = self.table.get_many(&keys).await?;
        let passed_over = |error: &StoreError| tracing::error!(%error, "a pin was skipped");
        Ok(items.into_iter().filter_map(|item| readable(item).inspect_err(passed_over).ok()).collect())
    }

    /// A pin of `owner`'s that is still to go out with that file, where there is one. It reads all pins of the owner, which
    /// is for what is done rarely.
    pub async fn waiting_with(&self, owner: &OwnerId, media: &MediaId) -> Result<Option<PinId>, StoreError> {
        let waits = [Status::Draft, Status::Scheduled, Status::Publishing, Status::Held];
        let mut query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :pin)")
            .filter_expression(
                "(media_id = :media OR cover_id = :media OR contains(slide_ids, :media)) \
                 AND #status IN (:draft, :scheduled, :publishing, :held)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pk", text(owner_partition(owner)))
            .expression_attribute_values(":pin", text(PIN))
            .expression_attribute_values(":media", text(media.as_str()))
            .consistent_read(true);
        for status in waits {
            query = query.expression_attribute_values(format!(":{}", status.code()), text(status.code()));
        }
        let mut place = None;
        loop {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("look for pins with a file", error))?;
            if let Some(item) = answer.items.unwrap_or_default().into_iter().next() {
                return Ok(Some(readable(decode(item)?)?.id));
            }
            match answer.last_evaluated_key {
                None => return Ok(None),
                more => place = more,
            }
        }
    }

    /// The pins of `owner` that were published under Pinterest's id `published_as`, as the table itself has them at this
    /// moment; nothing where there are too many pins to tell.
    ///
    /// It reads all pins of the owner, which is for what is done rarely: an index may not show yet what was written.
    pub async fn published_as(
        &self,
        owner: &OwnerId,
        published_as: &PinterestPinId,
    ) -> Result<Option<Vec<PinId>>, StoreError> {
        let query = self
            .table
            .query()
            .key_condition_expression("pk = :pk AND begins_with(sk, :pin)")
            .filter_expression("pinterest_id = :published_as")
            .expression_attribute_values(":pk", text(owner_partition(owner)))
            .expression_attribute_values(":pin", text(PIN))
            .expression_attribute_values(":published_as", text(published_as.as_str()))
            .consistent_read(true);
        let (mut found, mut place) = (Vec::new(), None);
        for _ in 0..MOST_PAGES_OF_OWNER {
            let answer = query.clone().set_exclusive_start_key(place).send().await;
            let answer = answer.map_err(|error| StoreError::from_sdk("look for pins published as one", error))?;
            let id = |item: &Item| item.get("sk")?.as_s().ok()?.strip_prefix(PIN)?.parse().ok();
            found.extend(answer.items.unwrap_or_default().iter().filter_map(id));
            place = answer.last_evaluated_key;
            if place.is_none() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Replaces a pin that was read at `version` for the move by which somebody takes it that others may be taking, and
    /// which leaves its state as it is: it is recognized where its answer was lost. Whoever takes it writes something that no
    /// other does.
    pub async fn save_once(&self, pin: &Pin, version: u64) -> Result<(), StoreError> {
        let put = self
            .table
            .put(encode(&Key::pin(&pin.owner, &pin.id), &PinItem::from(pin))?)
            .condition_expression("version = :version AND #status = :status")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":version", number(version))
            .expression_attribute_values(":status", text(pin.state.status().code()));
        self.table.put_once("take a pin", put).await
    }

    /// Replaces the pin that was read as `before` by what became of it.
    ///
    /// [`StoreError::Conflict`] where it changed in between.
    pub async fn replace(&self, before: &Pin, pin: &Pin) -> Result<(), StoreError> {
        let condition = Condition::new("version = :version").value(":version", number(before.version));
        self.write("replace a pin", pin, Some(before), condition).await
    }

    /// Replaces the pin that was read as `before` by what became of it, together with its account, read at `version`.
    ///
    /// [`StoreError::Conflict`] where one of the two changed in between.
    pub async fn replace_with_account(
        &self,
        before: &Pin,
        pin: &Pin,
        account: &mut Account,
        version: u64,
    ) -> Result<(), StoreError> {
        let account = replacement(&self.table, account, version)?;
        let condition = Condition::new("version = :version").value(":version", number(before.version));
        self.write_all("settle a pin in doubt", (pin, Some(before)), condition, vec![account]).await
    }

    /// Writes what came of the attempt `attempt`, on condition that the pin is still claimed by it.
    ///
    /// Repeating the same write is harmless, so that an answer lost on the way does not read as a conflict. What comes
    /// of an attempt also stands where the pin was given to a check or to review meanwhile, since it is known now.
    pub async fn record(&self, pin: &Pin, attempt: &AttemptId) -> Result<(), StoreError> {
        let operation = "record what came of an attempt";
        let claimed =
            Condition::new("attempt_id = :attempt AND #status = :publishing AND attribute_not_exists(in_check)")
                .status()
                .value(":attempt", text(attempt.as_str()))
                .value(":publishing", text(Status::Publishing.code()));
        match self.write(operation, pin, None, claimed).await {
            Err(StoreError::Conflict) => {}
            result => return result,
        }
        let Some(found) = self.load(&pin.owner, &pin.id).await? else { return Err(StoreError::Conflict) };
        if matches!(&found.state, State::Publishing { attempt: held, .. } if held == attempt) {
            // The claim stands, so it was another transaction, such as one of the account's counter, that was in the way.
            return Err(StoreError::busy(operation));
        }
        let late = match late::outcome(pin, &found, attempt) {
            Late::Write(late) => late,
            Late::Written => return Ok(()),
            Late::Stands => return Err(StoreError::Conflict),
        };
        let unmoved = Condition::new("attempt_id = :attempt AND version = :found AND #status = :status")
            .status()
            .value(":attempt", text(attempt.as_str()))
            .value(":found", number(found.version))
            .value(":status", text(found.state.status().code()));
        self.write(operation, &late, Some(&found), unmoved).await
    }
}

pub(super) fn readable(item: PinItem) -> Result<Pin, StoreError> {
    Pin::try_from(item).map_err(|error| StoreError::unreadable("a pin", error))
}
