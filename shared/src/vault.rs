//! Where secrets live: the app's credentials and the keys that seal tokens, both in Secrets Manager.

mod create;
mod credentials;
mod ring;
mod secret;
mod tokens;

pub use credentials::{AppCredentials, CredentialVault};
pub use ring::{InvalidRing, KeyRing};
pub use secret::{AccessToken, AppSecret, AuthorizationCode, RefreshToken};
pub use tokens::{Place, Purpose, SealError, TokenVault};

use aws_sdk_secretsmanager::error::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

use crate::aws;

/// A secret that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Secrets Manager did not answer, or answered that it cannot now.
    #[error("could not {operation} in Secrets Manager ({code})")]
    Unavailable {
        /// What was attempted.
        operation: &'static str,
        /// The error code, or what happened to the request.
        code: String,
        /// The SDK's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The secret does not have the shape that this version reads. What it contains is not said.
    #[error("the secret of the {0} is not readable")]
    Unreadable(&'static str),
}

impl VaultError {
    fn from_sdk<E, R>(operation: &'static str, error: SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let code = aws::code(&error);
        Self::Unavailable { operation, code, source: Box::new(error) }
    }
}
