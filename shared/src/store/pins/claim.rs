//! The claim: the one write that decides which publisher posts a pin.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;

use super::super::StoreError;
use super::super::items::PinItem;
use super::super::key::Key;
use super::super::table::{Item, decode, number, text};
use super::{PinStore, readable};
use crate::domain::{AttemptId, Due, OwnerId, Pin, PinId, State};

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The pin is this attempt's, as it is now.
    Won(Box<Pin>),
    /// Another publisher claimed the pin and its lease has run out; it may have posted it.
    Abandoned(Box<Pin>),
    /// Another publisher claimed the pin at that moment, and may be posting it.
    Busy(Timestamp),
    /// The pin is not to be posted: moved, cancelled, or done.
    Lost,
}

impl PinStore {
    /// Claims a pin that the due index shows at `seen`, for `attempt`, until `lease_until`.
    ///
    /// One conditional update: the pin must still be due where and when the index said, and not later than `now`.
    /// It is the record of the intent to post, and touches no index key. A repeated call of the same attempt, after
    /// an answer lost on the way, wins again.
    pub async fn claim(
        &self,
        pin: (&OwnerId, &PinId),
        seen: &Due,
        attempt: &AttemptId,
        lease: Lease,
    ) -> Result<Claim, StoreError> {
        let answer = self
            .table
            .update(&Key::pin(pin.0, pin.1))
            .update_expression(
                "SET #status = :publishing, attempt_id = :attempt, lease_until = :lease, updated_at = :now, \
                 attempts_begun = attempts_begun + :one, version = version + :one REMOVE reason, held_until, ahead",
            )
            .condition_expression(
                "(due_at = :seen AND due_shard = :mine AND #status IN (:scheduled, :held) AND due_at <= :now) \
                 OR (attempt_id = :attempt AND #status = :publishing AND attribute_not_exists(in_check))",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":publishing", text("publishing"))
            .expression_attribute_values(":scheduled", text("scheduled"))
            .expression_attribute_values(":held", text("held"))
            .expression_attribute_values(":attempt", text(attempt.as_str()))
            .expression_attribute_values(":lease", number(lease.until.as_millisecond()))
            .expression_attribute_values(":now", number(lease.now.as_millisecond()))
            .expression_attribute_values(":seen", number(seen.at.as_millisecond()))
            .expression_attribute_values(":mine", text(seen.partition.to_string()))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Claim::Won(Box::new(read(answer.attributes.unwrap_or_default())?))),
            Err(error) => match refused(&error) {
                Some(old) => verdict(old, lease.now),
                None => Err(StoreError::from_sdk("claim a pin", error)),
            },
        }
    }
}

/// How long a claim holds.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// The moment of the claim.
    pub now: Timestamp,
    /// After this moment the claimant is taken for dead.
    pub until: Timestamp,
}

/// The item that a failed condition brought back, empty where there is none; nothing for any other error.
fn refused<R>(error: &SdkError<UpdateItemError, R>) -> Option<Item> {
    match error.as_service_error()? {
        UpdateItemError::ConditionalCheckFailedException(refused) => Some(refused.item().cloned().unwrap_or_default()),
        _ => None,
    }
}

fn verdict(old: Item, now: Timestamp) -> Result<Claim, StoreError> {
    if old.is_empty() {
        return Ok(Claim::Lost);
    }
    let pin = read(old)?;
    match pin.state {
        State::Publishing { lease_until, .. } if lease_until < now => Ok(Claim::Abandoned(Box::new(pin))),
        State::Publishing { .. } if pin.in_check().is_none() => Ok(Claim::Busy(pin.updated_at)),
        _ => Ok(Claim::Lost),
    }
}

fn read(item: Item) -> Result<Pin, StoreError> {
    readable(decode::<PinItem>(item)?)
}
