//! The ways in which Secrets Manager refuses, in its own names.

use axum::http::StatusCode;
use thiserror::Error;

use crate::answer::Answer;

/// Why a request was refused; the names on the wire are AWS's.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The secret is not there.
    #[error("Secrets Manager can't find the specified secret.")]
    NoSecret,
    /// The secret has no such version or nothing carries the label.
    #[error("Secrets Manager can't find the specified secret value for {0}.")]
    NoValue(String),
    /// The name or the version id is taken by something else.
    #[error("{0}")]
    Exists(String),
    /// A parameter contradicts the state of the secret or the rules.
    #[error("{0}")]
    InvalidParameter(String),
    /// The request contradicts itself.
    #[error("{0}")]
    InvalidRequest(String),
    /// The operation is not one of the embedded part's.
    #[error("the operation {0} is not supported here")]
    UnknownOperation(String),
    /// The file of the secrets could not be written.
    #[error("the secrets could not be stored")]
    Storage(#[source] std::io::Error),
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let (status, kind) = match &refusal {
            Refusal::NoSecret | Refusal::NoValue(_) => (StatusCode::BAD_REQUEST, "ResourceNotFoundException"),
            Refusal::Exists(_) => (StatusCode::BAD_REQUEST, "ResourceExistsException"),
            Refusal::InvalidParameter(_) => (StatusCode::BAD_REQUEST, "InvalidParameterException"),
            Refusal::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "InvalidRequestException"),
            Refusal::UnknownOperation(_) => (StatusCode::BAD_REQUEST, "UnknownOperationException"),
            Refusal::Storage(_) => (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        };
        Answer::refused(status, kind, &refusal.to_string())
    }
}
