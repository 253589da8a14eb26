//! New secrets: what `template.yaml` creates on AWS and the local stack creates here.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::create_secret::CreateSecretError;
use secrecy::{ExposeSecret, SecretString};

use super::VaultError;

/// Creates a secret unless it exists; answers whether it did.
pub(super) async fn create(client: &Client, id: &str, value: Option<SecretString>) -> Result<bool, VaultError> {
    let value = value.map(|value| value.expose_secret().to_owned());
    match client.create_secret().name(id).set_secret_string(value).send().await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(CreateSecretError::is_resource_exists_exception) => {
            Ok(false)
        }
        Err(error) => Err(VaultError::from_sdk("create a secret", error)),
    }
}
