//! Checks of what the administrator entered here and at Pinterest.

use shared::api::{self, Origin};
use shared::domain::Settings;
use shared::platform::Platform;

use super::Check;

/// Whether an app ID was entered.
pub fn app_id(settings: &Settings) -> Check {
    match &settings.app_id {
        Some(id) => Check::ok("app_id", format!("The app ID is {id}.")),
        None => Check::failed(
            "app_id",
            "There is no app ID yet.",
            "Create an app on https://developers.pinterest.com/apps/connect/ and enter its app ID in the settings.",
        ),
    }
}

/// Whether an app secret was entered.
pub fn app_secret(settings: &Settings) -> Check {
    match &settings.secret {
        Some(secret) => Check::ok("app_secret", format!("A secret that ends in {:?} is saved.", secret.last4)),
        None => Check::failed(
            "app_secret",
            "There is no app secret yet.",
            "Copy the app secret key from the app's page on Pinterest to the settings.",
        ),
    }
}

/// Whether the scopes include all that publishing needs.
pub fn scopes(settings: &Settings) -> Check {
    let missing = settings.scopes.missing_for_publishing();
    if missing.is_empty() {
        return Check::ok("scopes", "The scopes include everything that publishing needs.");
    }
    let lost: Vec<_> = missing
        .iter()
        .map(|scope| format!("without {scope} this fails: {}", scope.needed_for().unwrap_or("publishing")))
        .collect();
    let remedy = format!(
        "Add {} to the scopes in the settings. Accounts that are already connected have to reconnect.",
        missing.names().join(", ")
    );
    Check::failed("scopes", format!("Scopes are missing: {}.", lost.join("; ")), remedy)
}

/// Whether Pinterest takes the callback URL, which shows only when somebody comes back from the consent page.
pub async fn callback_url(platform: &Platform, settings: &Settings, origin: &Origin) -> Check {
    let url = origin.callback_url();
    let remedy = format!(
        "Register exactly this redirect URI for the app on https://developers.pinterest.com/apps/, then connect an \
         account: {url}"
    );
    match platform.settings.load_callback_proof().await {
        Ok(Some(proof)) if proof.callback_url == url && Some(&proof.app_id) == settings.app_id.as_ref() => {
            Check::ok("callback_url", format!("Pinterest returned someone to {url} at {:.0}.", proof.at))
        }
        Ok(_) => {
            let detail = "Nobody has connected an account through this URL with this app yet.";
            Check::unknown("callback_url", detail, remedy)
        }
        Err(error) => {
            api::log(&error);
            Check::unknown("callback_url", "Pinwheel couldn't read whether anyone came back from Pinterest.", remedy)
        }
    }
}
