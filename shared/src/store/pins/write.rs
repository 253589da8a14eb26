//! Writes of whole pins. A pin that begins or ceases to need a person is written together with its account's counter,
//! in one transaction, and one to which something happens together with the event, where these are on. Every other write is a
//! plain one, so that a pin that goes well pays for none of this.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};

use super::super::StoreError;
use super::super::items::PinItem;
use super::super::key::Key;
use super::super::table::{Item, encode, number, text};
use super::PinStore;
use crate::domain::{Attention, Pin, Status};

/// The condition under which a write is right.
#[derive(Debug)]
pub(super) struct Condition {
    expression: &'static str,
    names: Option<HashMap<String, String>>,
    values: Option<HashMap<String, AttributeValue>>,
}

impl Condition {
    pub(super) fn new(expression: &'static str) -> Self {
        Self { expression, names: None, values: None }
    }

    /// The expression speaks of `#status`, whose name DynamoDB keeps for itself.
    pub(super) fn status(mut self) -> Self {
        self.names = Some(HashMap::from([("#status".to_owned(), "status".to_owned())]));
        self
    }

    pub(super) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.get_or_insert_default().insert(name.to_owned(), value);
        self
    }
}

impl PinStore {
    /// Writes `pin` under `condition`, which has to imply that the pin in the table is `before`; none stands for a new pin, and
    /// for one that is being published.
    pub(super) async fn write(
        &self,
        operation: &'static str,
        pin: &Pin,
        before: Option<&Pin>,
        condition: Condition,
    ) -> Result<(), StoreError> {
        self.write_all(operation, (pin, before), condition, Vec::new()).await
    }

    /// The same in one transaction with `others`.
    pub(super) async fn write_all(
        &self,
        operation: &'static str,
        (pin, before): (&Pin, Option<&Pin>),
        condition: Condition,
        others: Vec<TransactWriteItem>,
    ) -> Result<(), StoreError> {
        let item = encode(&Key::pin(&pin.owner, &pin.id), &PinItem::from(pin))?;
        let steps = steps(before.map(|pin| pin.state.status()), pin.state.status());
        let event = self.events.of_pin(before, pin).await?;
        if steps.is_empty() && others.is_empty() && event.is_none() {
            return self.put_alone(operation, item, condition).await;
        }
        let put = Put::builder()
            .table_name(self.table.name())
            .set_item(Some(item))
            .condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .build()
            .expect("table and item are set");
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        writes.extend((!steps.is_empty()).then(|| self.count(pin, &steps)));
        writes.extend(others);
        // The SDK repeats a transaction under one token, so that it counts once although its answer was lost.
        self.events.transact(operation, writes, (Some(&pin.owner), event)).await
    }

    async fn put_alone(&self, operation: &'static str, item: Item, condition: Condition) -> Result<(), StoreError> {
        self.table
            .put(item)
            .condition_expression(condition.expression)
            .set_expression_attribute_names(condition.names)
            .set_expression_attribute_values(condition.values)
            .send()
            .await
            .map_err(|error| StoreError::from_sdk(operation, error))?;
        Ok(())
    }

    /// Moves the counters of the pin's account.
    fn count(&self, pin: &Pin, steps: &[(Status, i64)]) -> TransactWriteItem {
        let key = Key::count(&pin.owner, &pin.account_id);
        let sums: Vec<_> = steps.iter().map(|(status, _)| format!("{0} :{0}", status.code())).collect();
        let values = steps.iter().map(|(status, by)| (format!(":{}", status.code()), number(by)));
        let update = Update::builder()
            .table_name(self.table.name())
            .key("pk", text(key.pk))
            .key("sk", text(key.sk))
            .update_expression(format!("ADD {}", sums.join(", ")))
            .set_expression_attribute_values(Some(values.collect()))
            .build()
            .expect("table, key and expression are set");
        TransactWriteItem::builder().update(update).build()
    }
}

/// By how much a move changes the counters, which are named like the statuses that they count.
fn steps(before: Option<Status>, after: Status) -> Vec<(Status, i64)> {
    if before == Some(after) {
        return Vec::new();
    }
    let left = before.map(|status| (status, -1));
    let entered = Some((after, 1));
    [left, entered].into_iter().flatten().filter(|(status, _)| Attention::counts(*status)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moves_into_and_out_of_what_needs_a_person_are_counted() {
        for before in Status::ALL {
            for after in Status::ALL {
                let steps = steps(Some(*before), *after);
                let by = |status: Status| i64::from(*after == status) - i64::from(*before == status);
                for status in Status::ALL {
                    let expected = if Attention::counts(*status) { by(*status) } else { 0 };
                    let found: i64 = steps.iter().filter(|(counted, _)| counted == status).map(|(_, by)| by).sum();
                    assert_eq!(found, expected, "{status:?} from {before:?} to {after:?}");
                }
                assert!(steps.iter().all(|(_, by)| *by != 0));
            }
        }
        assert_eq!(steps(None, Status::Failed), [(Status::Failed, 1)]);
        assert_eq!(steps(None, Status::Published), []);
    }
}
