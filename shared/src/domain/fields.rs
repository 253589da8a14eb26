//! What is wrong with one field of a request.

use serde::Serialize;
use utoipa::ToSchema;

/// One wrong field: where, a stable code, and what to do in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The path of the field as the client wrote it, such as `targets[1].board_id`.
    pub field: String,
    /// A stable word for programs, such as `too_long`.
    pub code: &'static str,
    /// A sentence for people that names the remedy.
    pub message: String,
}

impl FieldError {
    /// Says that `field` is wrong.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}
