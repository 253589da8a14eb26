//! The slots of an account's plan: each is given to one pin, however many ask for the next free one at a time.
//!
//! An item a day holds who has which slot. A pin takes its slot in the transaction that stores it, so that a slot is never
//! taken for a pin that is not there. Nobody gives a slot back: who finds it taken by a pin that does not go out then may
//! take it over.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::StoreError;
use super::super::key::{DAY, Key};
use super::super::table::{number, text};
use super::PinStore;
use super::write::Condition;
use crate::domain::{AccountId, OwnerId, Pin, PinId};

/// A day is kept for so long after it.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// The name of a slot's attribute begins with this; the moment in milliseconds follows.
const SLOT: &str = "s";

/// A day as it lies in the table: an attribute for each slot that is taken, and how many there are.
type DayItem = HashMap<String, Value>;

/// Who has which slot of a day.
pub type Day = BTreeMap<Timestamp, PinId>;

/// A slot that a pin is to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotClaim {
    /// The day of the slot in the account's zone.
    pub date: Date,
    /// The slot.
    pub slot: Timestamp,
    /// The pin that has it and does not go out then; otherwise the slot is to be free.
    pub over: Option<PinId>,
    /// How many slots of the day may be taken before this one; only a slot that is free counts as one more.
    pub room: Option<usize>,
}

impl PinStore {
    /// Who has which slots of the account on those dates, at most a hundred, as it is now.
    pub async fn days(
        &self,
        owner: &OwnerId,
        account: &AccountId,
        dates: &[Date],
    ) -> Result<BTreeMap<Date, Day>, StoreError> {
        let keys: Vec<_> = dates.iter().map(|date| Key::day(owner, account, *date)).collect();
        let items: Vec<DayItem> = self.table.get_many(&keys).await?;
        let date = |item: &DayItem| item.get("sk")?.as_str()?.strip_prefix(DAY)?.rsplit_once('#')?.1.parse().ok();
        Ok(items.iter().filter_map(|item| Some((date(item)?, day(item)))).collect())
    }

    /// Stores a new pin in its slot; [`StoreError::Conflict`] where a pin with its id exists, or the slot was taken.
    pub async fn create_in(&self, pin: &Pin, claim: &SlotClaim) -> Result<(), StoreError> {
        let condition = Condition::new("attribute_not_exists(pk)");
        self.write_all("store a pin in a slot", (pin, None), condition, vec![self.take(pin, claim)]).await
    }

    /// Replaces the pin that was read as `before` by the same pin in a slot; [`StoreError::Conflict`] where it changed in
    /// between, or the slot was taken.
    pub async fn replace_in(&self, before: &Pin, pin: &Pin, claim: &SlotClaim) -> Result<(), StoreError> {
        let condition = Condition::new("version = :version").value(":version", number(before.version));
        let taking = vec![self.take(pin, claim)];
        self.write_all("move a pin to a slot", (pin, Some(before)), condition, taking).await
    }

    fn take(&self, pin: &Pin, claim: &SlotClaim) -> TransactWriteItem {
        let key = Key::day(&pin.owner, &pin.account_id, claim.date);
        let ends = claim.slot + KEPT;
        let update = Update::builder()
            .table_name(self.table.name())
            .key("pk", text(key.pk))
            .key("sk", text(key.sk))
            .expression_attribute_names("#slot", attribute(claim.slot))
            .expression_attribute_values(":pin", text(pin.id.as_str()))
            .expression_attribute_values(":ends", number(ends.as_second()));
        let update = match (&claim.over, claim.room) {
            (Some(over), _) => update
                .update_expression("SET #slot = :pin, expires_at = :ends")
                .condition_expression("#slot = :over")
                .expression_attribute_values(":over", text(over.as_str())),
            (None, Some(room)) => update
                .update_expression("SET #slot = :pin, expires_at = :ends ADD taken :one")
                .condition_expression("attribute_not_exists(#slot) AND (attribute_not_exists(taken) OR taken < :room)")
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":room", number(room)),
            (None, None) => update
                .update_expression("SET #slot = :pin, expires_at = :ends ADD taken :one")
                .condition_expression("attribute_not_exists(#slot)")
                .expression_attribute_values(":one", number(1)),
        };
        let update = update.build().expect("table, key and expression are set");
        TransactWriteItem::builder().update(update).build()
    }
}

fn attribute(slot: Timestamp) -> String {
    format!("{SLOT}{}", slot.as_millisecond())
}

fn day(item: &DayItem) -> Day {
    let taken = item.iter().filter_map(|(name, pin)| {
        let slot = Timestamp::from_millisecond(name.strip_prefix(SLOT)?.parse().ok()?).ok()?;
        Some((slot, pin.as_str()?.parse().ok()?))
    });
    taken.collect()
}
