//! The redirect URI: takes a person back from Pinterest's consent page and connects their account.
//!
//! Answers 200 with the page to pick boards on (Pinterest forbids a redirect URI that redirects), on every failure a
//! page that says what happened.

mod arrival;
mod exchange;
mod keep;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::api::{self, Origin, Problem, Query};
use shared::domain::Account;
use shared::platform::Platform;
use shared::store::{CallbackProof, Consent};
use shared::vault::AccessToken;

use crate::failure::{Failed, Failure};
use crate::link::DONE;
use crate::pick::{self, Connected};
use arrival::{Arrival, SETTLED};

/// `GET /app/pinterest/board`.
pub async fn callback(
    State(platform): State<Arc<Platform>>,
    origin: Result<Origin, Problem>,
    headers: HeaderMap,
    uri: Uri,
    query: Query,
) -> Response {
    let Ok(origin) = origin else { return Failed::from(Failure::AddressUnknown).into_response() };
    if let Some(own) = own_address(&origin, &headers, &uri) {
        return Redirect::to(&own).into_response();
    }
    match take_back(&platform, &origin, &headers, &query).await {
        Ok(connected) => pick::offer(&platform, &origin, connected).await,
        Err(failed) => failed.into_response(),
    }
}

/// The same page at our own address, where this machine was called by another of its names; cookies know one only.
fn own_address(origin: &Origin, headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let called = headers.get(header::HOST)?.to_str().ok()?;
    let name = called.rsplit_once(':').map_or(called, |(name, _)| name);
    let is_loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let ours = origin.as_str();
    let is_ours = ours.strip_prefix("http://").is_some_and(|own| own.split(':').next() == Some(name));
    let path = uri.path_and_query()?;
    (origin.is_plain_loopback() && is_loopback && !is_ours).then(|| format!("{ours}{path}"))
}

async fn take_back(
    platform: &Platform,
    origin: &Origin,
    headers: &HeaderMap,
    query: &Query,
) -> Result<Connected, Failed> {
    let since = platform.clock.now();
    let arrival = arrival::identify(platform, origin, headers, query).await?;
    api::record_actor(arrival.consent.by.as_deref());
    let return_to = arrival.consent.return_to.clone();
    let by = arrival.consent.by.clone();
    let by_link = arrival.consent.link.is_some();
    let connected = match &arrival.consent.account_id {
        Some(_) => connected_before(platform, &arrival).await,
        None => connect(platform, &arrival, query).await,
    };
    match connected {
        Ok((account, token)) => {
            // Whoever came by a link may have no sign-in, so the page with their accounts is not theirs.
            let return_to = return_to.or_else(|| by_link.then(|| format!("{}{DONE}", origin.as_str())));
            Ok(Connected { account, token, by, pick: arrival.pick, return_to, since })
        }
        Err(failure) => Err(Failed { failure, return_to, by_link }),
    }
}

/// Connects the account that the code stands for.
async fn connect(
    platform: &Platform,
    arrival: &Arrival,
    query: &Query,
) -> Result<(Account, Option<AccessToken>), Failure> {
    let Arrival { hash, consent, .. } = arrival;
    arrival::consume(platform, arrival).await?;
    let code = arrival::code(query)?;
    keep::check_link(platform, consent).await?;
    let exchanged = exchange::exchange(platform, consent, &code).await?;
    note_that_the_callback_works(platform, consent).await;
    keep::check_username(consent, &exchanged)?;
    let token = exchanged.tokens.access.clone();
    let account = keep::keep(platform, consent, exchanged).await?;
    let until = platform.clock.now() + SETTLED;
    if let Err(error) = platform.consents.complete(hash, &account.id, until).await {
        // Only a reload of the page misses it.
        api::log(&error);
    }
    Ok((account, Some(token)))
}

/// The account that came of this consent, for a page that is reloaded.
async fn connected_before(platform: &Platform, arrival: &Arrival) -> Result<(Account, Option<AccessToken>), Failure> {
    let consent = &arrival.consent;
    let account_id = arrival::account_of_reload(platform, arrival)?;
    let pick = platform.consents.load_pick(&arrival.pick.hash()).await?;
    // Whoever sits at this browser by now has no business with the boards of the person who saved theirs.
    if pick.is_some_and(|pick| pick.used_at.is_some()) {
        return Err(Failure::GrantUsed);
    }
    exchange::permitted(platform, consent).await?;
    let account = platform.accounts.load(&consent.owner, account_id).await?.ok_or(Failure::AccountGone)?;
    if account.tokens().is_none() {
        return Err(Failure::AccountGone);
    }
    let token = match account.usable_tokens(platform.clock.now()) {
        Some(tokens) => Some(platform.tokens.open_access(&account, &tokens.access).await?),
        None => None,
    };
    Ok((account, token))
}

/// Pinterest sends people to registered addresses only, so this one is; a check of the settings says so.
async fn note_that_the_callback_works(platform: &Platform, consent: &Consent) {
    let proof = CallbackProof {
        callback_url: consent.redirect_uri.clone(),
        app_id: consent.app_id.clone(),
        at: platform.clock.now(),
    };
    if let Err(error) = platform.settings.save_callback_proof(&proof).await {
        api::log(&error);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::new(url.parse().unwrap())
    }

    #[test]
    fn another_name_of_this_machine_leads_to_its_own() {
        for (url, host, own) in [
            ("http://localhost:7878", "127.0.0.1:7878", Some("http://localhost:7878/app/pinterest/board?state=s")),
            ("http://localhost:7878", "[::1]:7878", Some("http://localhost:7878/app/pinterest/board?state=s")),
            ("http://localhost:7878", "localhost:7878", None),
            ("http://127.0.0.1:7878", "localhost:7878", Some("http://127.0.0.1:7878/app/pinterest/board?state=s")),
            ("http://localhost:7878", "evil.example", None),
            ("https://pins.example.com", "127.0.0.1", None),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            // Behind API Gateway addresses are absolute.
            for address in ["/app/pinterest/board?state=s", &format!("http://{host}/app/pinterest/board?state=s")] {
                let uri = address.parse().unwrap();
                assert_eq!(own_address(&origin(url), &headers, &uri).as_deref(), own, "{url} {address}");
            }
        }
    }
}
