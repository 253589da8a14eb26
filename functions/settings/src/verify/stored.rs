//! Checks of the table and of the secrets.

use shared::api;
use shared::domain::Settings;
use shared::platform::Platform;
use shared::store::StoreError;
use shared::vault::{AppCredentials, VaultError};

use super::Check;

const PERMISSION: &str =
    "Check that the secret exists in Secrets Manager and that this function can read it, then try again.";
const ENTER_AGAIN: &str = "Enter the app secret in the settings again.";

/// The table answered, or there would be no settings to check.
pub fn table_answers() -> Check {
    Check::ok("table", "The table is available.")
}

/// The table did not answer, so that nothing else is known either.
pub fn table_fails(error: &StoreError) -> Check {
    let remedy = "Check that the table exists and that this function can read it, then try again.";
    Check::failed("table", format!("The settings can't be read: {error}."), remedy)
}

/// Whether the credentials that the settings name can be read; answers them as well.
pub async fn secret_readable(platform: &Platform, settings: &Settings) -> (Check, Option<AppCredentials>) {
    const NAME: &str = "secret_readable";
    let Some(secret) = &settings.secret else {
        return (Check::unknown(NAME, "There is no app secret yet.", "Enter the app secret in the settings."), None);
    };
    platform.credentials.forget();
    match platform.credentials.load(&secret.version_id).await {
        Ok(Some(pair)) if Some(&pair.app_id) == settings.app_id.as_ref() => {
            (Check::ok(NAME, "The stored secret can be read and belongs to the app ID."), Some(pair))
        }
        Ok(Some(_)) => (Check::failed(NAME, "The stored secret belongs to another app ID.", ENTER_AGAIN), None),
        Ok(None) => (Check::failed(NAME, "The stored secret no longer exists in Secrets Manager.", ENTER_AGAIN), None),
        Err(error) => (unreadable(NAME, &error), None),
    }
}

/// Whether the version that the settings name is the one that people and tools see as the current one.
pub async fn secret_current(platform: &Platform, settings: &Settings) -> Check {
    const NAME: &str = "secret_current";
    let Some(secret) = &settings.secret else {
        return Check::unknown(NAME, "There is no app secret yet.", "Enter the app secret in the settings.");
    };
    match platform.credentials.current_version().await {
        Ok(Some(version)) if version == secret.version_id => {
            Check::ok(NAME, "Secrets Manager shows the version in use as the current one.")
        }
        Ok(Some(_)) => Check::failed(
            NAME,
            "The current version of the secret in Secrets Manager isn't the one that the settings use.",
            "If someone changed the secret there by hand, enter it in the settings instead. Otherwise, save the \
             settings again.",
        ),
        Ok(None) => Check::failed(NAME, "The secret doesn't exist in Secrets Manager.", PERMISSION),
        Err(error) => unreadable(NAME, &error),
    }
}

/// Whether the keys that seal tokens can be read.
pub async fn token_keys(platform: &Platform) -> Check {
    match platform.tokens.check().await {
        Ok(()) => Check::ok("token_keys", "The keys that seal tokens are available."),
        Err(error) => unreadable("token_keys", &error),
    }
}

/// An outage proves nothing; what was read and makes no sense does.
fn unreadable(check: &'static str, error: &VaultError) -> Check {
    api::log(error);
    let detail = format!("{}.", capitalized(&error.to_string()));
    match error {
        VaultError::Unreadable(_) => {
            Check::failed(check, detail, "Compare the secret's content with the documentation, or restore it.")
        }
        VaultError::Unavailable { .. } => Check::unknown(check, detail, PERMISSION),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
