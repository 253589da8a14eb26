//! Who comes back, from which consent, and whether it may still be used.

use axum::http::HeaderMap;
use jiff::SignedDuration;
use shared::api::{Origin, Query};
use shared::domain::AccountId;
use shared::platform::Platform;
use shared::store::{Consent, StoreError};
use shared::vault::AuthorizationCode;

use crate::cookie::BROWSER;
use crate::failure::{Failed, Failure};
use crate::proof::Proof;

/// How long after it was used a consent shows the account that came of it again.
pub const SETTLED: SignedDuration = SignedDuration::from_mins(10);

/// Somebody in the browser in which the consent began.
pub struct Arrival {
    /// The hash of the state, under which the consent is stored.
    pub hash: String,
    /// The consent.
    pub consent: Consent,
    /// The permission to pick boards afterwards.
    pub pick: Proof,
}

/// What Pinterest may send along (RFC 6749 §4.1.2); no parameter may come more than once (§3.1).
const PARAMETERS: [&str; 5] = ["state", "code", "error", "error_description", "error_uri"];

/// Finds the consent by the state, and checks that it began in this browser.
pub async fn identify(
    platform: &Platform,
    origin: &Origin,
    headers: &HeaderMap,
    query: &Query,
) -> Result<Arrival, Failed> {
    if PARAMETERS.iter().any(|name| query.all(name).nth(1).is_some()) {
        return Err(Failure::RepeatedParameter.into());
    }
    let state = query.one("state").and_then(Proof::parse).ok_or(Failure::UnknownState)?;
    let hash = state.hash();
    let consent = platform.consents.load(&hash).await.map_err(Failure::from)?.ok_or(Failure::UnknownState)?;
    let browser = BROWSER.read(headers, origin).filter(|browser| browser.hash() == consent.browser_hash);
    let Some(browser) = browser else {
        // Where the consent was to end is not for this browser to know.
        return Err(Failed { failure: Failure::OtherBrowser, return_to: None, by_link: consent.link.is_some() });
    };
    Ok(Arrival { hash, consent, pick: Proof::of_pick(&browser, &state) })
}

/// Uses the consent up, whatever comes of it.
pub async fn consume(platform: &Platform, arrival: &Arrival) -> Result<(), Failure> {
    let now = platform.clock.now();
    if arrival.consent.used_at.is_some() {
        return Err(Failure::UsedState);
    }
    if arrival.consent.expires_at <= now {
        return Err(Failure::ExpiredState);
    }
    match platform.consents.consume(&arrival.hash, now).await {
        Ok(()) => Ok(()),
        Err(StoreError::Conflict) => Err(Failure::UsedState),
        Err(error) => Err(error.into()),
    }
}

/// The account that came of a consent that was used a short time ago.
pub fn account_of_reload<'a>(platform: &Platform, arrival: &'a Arrival) -> Result<&'a AccountId, Failure> {
    // The end was moved when the account was stored.
    let is_recent = platform.clock.now() < arrival.consent.expires_at;
    arrival.consent.account_id.as_ref().filter(|_| is_recent).ok_or(Failure::UsedState)
}

/// The code that Pinterest sent along. What it sends on a refusal is not documented, so any error counts as one.
pub fn code(query: &Query) -> Result<AuthorizationCode, Failure> {
    if query.one("error").is_some() || query.one("error_description").is_some() {
        return Err(Failure::Denied);
    }
    query.one("code").map(AuthorizationCode::new).ok_or(Failure::NoCode)
}
