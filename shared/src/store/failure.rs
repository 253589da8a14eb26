//! What can go wrong with the table, by what the caller can do about it.

use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

use crate::aws;

/// A table operation that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of a write was not met, or another write was at the item: it changed under the caller.
    #[error("the item changed in the meantime")]
    Conflict,
    /// DynamoDB did not answer, or answered that it cannot now.
    #[error("could not {operation} in DynamoDB ({code})")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// DynamoDB's error code, or what happened to the request.
        code: String,
        /// The SDK's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An item does not have the shape that this version reads.
    #[error("the item {key} is not readable")]
    Unreadable {
        /// The item's keys.
        key: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// Turns an SDK error into [`StoreError::Conflict`] where a condition failed, else [`StoreError::Unavailable`].
    pub(super) fn from_sdk<E, R>(operation: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = aws::code(&error);
        match code.as_str() {
            // The second is a write that met a transaction of the same item.
            "ConditionalCheckFailedException" | "TransactionConflictException" => Self::Conflict,
            _ => Self::Unavailable { operation, code, source: Box::new(error) },
        }
    }

    /// Another transaction was at the same items, and the SDK's tries are used up.
    pub(super) fn busy(operation: &'static str) -> Self {
        let code = "TransactionConflict".to_owned();
        Self::Unavailable { operation, code, source: "another transaction was at the same items".into() }
    }

    pub(super) fn unreadable(key: impl Into<String>, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unreadable { key: key.into(), source: Box::new(source) }
    }
}
