//! Writes that met another transaction on the same item: DynamoDB did nothing and asks to try again.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_runtime_api::client::interceptors::context::{Error, InterceptorContext};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

/// Lets the SDK repeat such writes with its own pauses, which it does not do by itself.
///
/// Source: the `DynamoDB` developer guide, "Transaction conflict handling".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Busy;

impl ClassifyRetry for Busy {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.output_or_error().and_then(Result::err);
        match failed.and_then(|error| error.as_operation_error()) {
            Some(error) if is_busy(error) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "a transaction on the same item"
    }
}

fn is_busy(error: &Error) -> bool {
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.downcast_ref() {
        // A condition that failed besides would fail again.
        let mut codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
        return codes.clone().any(|code| code == "TransactionConflict")
            && !codes.any(|code| code == "ConditionalCheckFailed");
    }
    matches!(error.downcast_ref(), Some(PutItemError::TransactionConflictException(_)))
        || matches!(error.downcast_ref(), Some(UpdateItemError::TransactionConflictException(_)))
}
