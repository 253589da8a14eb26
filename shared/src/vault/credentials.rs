//! The Pinterest app's ID and secret, kept together as versions of one secret.
//!
//! The settings name the version that is in force; the stage `AWSCURRENT` follows for people and tools, and keeps the
//! version from being deleted.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::describe_secret::{DescribeSecretError, DescribeSecretOutput};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::{
    UpdateSecretVersionStageError, UpdateSecretVersionStageOutput,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{AppSecret, VaultError, create};
use crate::clock::SharedClock;
use crate::domain::AppId;

/// How long a version is kept in memory before it is read again.
const KEEP: SignedDuration = SignedDuration::from_secs(60);

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// An app ID with the secret that goes with it.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    /// The app.
    pub app_id: AppId,
    /// Its secret.
    pub secret: AppSecret,
}

/// The versions of the app's credentials.
#[derive(Debug)]
pub struct CredentialVault {
    client: Client,
    secret_id: String,
    clock: SharedClock,
    kept: Mutex<HashMap<String, (Timestamp, AppCredentials)>>,
}

#[derive(Serialize, Deserialize)]
struct Pair {
    app_id: AppId,
    app_secret: String,
}

impl CredentialVault {
    /// The vault whose pairs are versions of the secret `secret_id`.
    pub fn new(client: Client, secret_id: impl Into<String>, clock: SharedClock) -> Self {
        Self { client, secret_id: secret_id.into(), clock, kept: Mutex::default() }
    }

    /// Creates the secret, without a value yet, unless it exists; answers whether it did.
    pub async fn create(&self) -> Result<bool, VaultError> {
        create::create(&self.client, &self.secret_id, None).await
    }

    /// Reads one version; absent where it does not exist.
    ///
    /// A version is kept for a minute, and longer while Secrets Manager does not answer.
    pub async fn load(&self, version_id: &str) -> Result<Option<AppCredentials>, VaultError> {
        let kept = self.kept().get(version_id).cloned();
        let now = self.clock.now();
        if let Some((at, pair)) = &kept
            && now.duration_since(*at) < KEEP
        {
            return Ok(Some(pair.clone()));
        }
        match self.read(version_id).await {
            Ok(Some(pair)) => {
                self.kept().insert(version_id.to_owned(), (now, pair.clone()));
                Ok(Some(pair))
            }
            Err(VaultError::Unavailable { code, .. }) if kept.is_some() => {
                tracing::warn!(code, "Secrets Manager isn't responding; the last known app credentials stay in use");
                Ok(kept.map(|(_, pair)| pair))
            }
            other => other,
        }
    }

    /// Forgets what is kept, so that the next read asks Secrets Manager.
    pub fn forget(&self) {
        self.kept().clear();
    }

    /// Puts a pair as the version `version_id` (a UUID) that is not in force yet. Putting it twice is harmless.
    pub async fn put_pending(&self, version_id: &str, pair: &AppCredentials) -> Result<(), VaultError> {
        let body = Pair { app_id: pair.app_id.clone(), app_secret: pair.secret.expose().to_owned() };
        let body = serde_json::to_string(&body).map_err(|_| VaultError::Unreadable("Pinterest app"))?;
        self.client
            .put_secret_value()
            .secret_id(&self.secret_id)
            .client_request_token(version_id)
            .secret_string(body)
            .version_stages(PENDING)
            .send()
            .await
            .map_err(|error| VaultError::from_sdk("put the app secret", error))?;
        Ok(())
    }

    /// The version that carries `AWSCURRENT`, if any.
    pub async fn current_version(&self) -> Result<Option<String>, VaultError> {
        let answer = self.client.describe_secret().secret_id(&self.secret_id).send().await;
        match answer {
            Ok(answer) => Ok(staged(&answer, CURRENT)),
            Err(error)
                if error.as_service_error().is_some_and(DescribeSecretError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(VaultError::from_sdk("describe the app secret", error)),
        }
    }

    /// Gives `AWSCURRENT` to `version_id`, if another version or none has it; answers false where there is no such
    /// version.
    pub async fn make_current(&self, version_id: &str) -> Result<bool, VaultError> {
        const TRIES: usize = 3;
        let mut tries = 0;
        loop {
            tries += 1;
            let holder = self.current_version().await?;
            if holder.as_deref() == Some(version_id) {
                return Ok(true);
            }
            match self.move_current(version_id, holder).await {
                Ok(_) => return Ok(true),
                Err(error) if refused_as(&error, UpdateSecretVersionStageError::is_resource_not_found_exception) => {
                    return Ok(false);
                }
                // Somebody else moved it since it was looked up.
                Err(error)
                    if tries < TRIES
                        && refused_as(&error, UpdateSecretVersionStageError::is_invalid_parameter_exception) => {}
                Err(error) => return Err(VaultError::from_sdk("put the app secret into force", error)),
            }
        }
    }

    async fn move_current(
        &self,
        to: &str,
        from: Option<String>,
    ) -> Result<UpdateSecretVersionStageOutput, SdkError<UpdateSecretVersionStageError>> {
        self.client
            .update_secret_version_stage()
            .secret_id(&self.secret_id)
            .version_stage(CURRENT)
            .move_to_version_id(to)
            .set_remove_from_version_id(from)
            .send()
            .await
    }

    async fn read(&self, version_id: &str) -> Result<Option<AppCredentials>, VaultError> {
        let answer = self.client.get_secret_value().secret_id(&self.secret_id).version_id(version_id).send().await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error)
                if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(VaultError::from_sdk("read the app secret", error)),
        };
        let unreadable = VaultError::Unreadable("Pinterest app");
        let Some(text) = answer.secret_string() else { return Err(unreadable) };
        let pair: Pair = serde_json::from_str(text).map_err(|_| unreadable)?;
        Ok(Some(AppCredentials { app_id: pair.app_id, secret: AppSecret::new(pair.app_secret) }))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Timestamp, AppCredentials)>> {
        self.kept.lock().expect("nothing panics while it holds this lock")
    }
}

fn refused_as<E, R>(error: &SdkError<E, R>, is: impl Fn(&E) -> bool) -> bool {
    error.as_service_error().is_some_and(is)
}

fn staged(answer: &DescribeSecretOutput, stage: &str) -> Option<String> {
    answer
        .version_ids_to_stages()?
        .iter()
        .find(|(_, stages)| stages.iter().any(|held| held == stage))
        .map(|(version, _)| version.clone())
}
