//! Connect links: somebody without a sign-in connects an account for the owner who asked for it.
//!
//! A link opens a page that says who asks. The form on it starts the consent in the browser that sends it, so that nobody
//! ends up at Pinterest's consent page, and with their account at another owner, without having read who asks.

pub mod create;
pub mod list;
mod offer;
pub mod revoke;
mod start;

use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use shared::api::Origin;
use shared::domain::pin::to_millisecond;
use shared::platform::Platform;
use shared::store::{ConnectLink, ListedLink, StoreError};

pub use create::create;
pub use list::list;
pub use offer::offer;
pub use revoke::revoke;
pub use start::start;

use crate::failure::{Failed, Failure};
use crate::proof::Proof;

/// The name of the parameter and of the form's hidden field with the link's secret.
const LINK: &str = "link";

/// Where somebody goes who is done and has no other place to go to.
pub const DONE: &str = "/app/pinterest/connect?done=1";

/// Stores `link` under a new secret, and in the list of its owner where it has an id; answers its address.
pub async fn issue(platform: &Platform, origin: &Origin, link: &ConnectLink) -> Result<String, StoreError> {
    let secret = Proof::random(&*platform.random);
    match &link.id {
        Some(id) => {
            let listed = ListedLink::new(id.clone(), secret.hash(), link, to_millisecond(platform.clock.now()));
            platform.consents.save_listed_link(link, &listed).await?;
        }
        None => platform.consents.save_link(&secret.hash(), link).await?,
    }
    // In the query, which is in no log.
    Ok(format!("{}{}?{LINK}={}", origin.as_str(), crate::LINK_PAGE, secret.expose()))
}

/// A link that can be used, with its secret.
struct Found {
    secret: Proof,
    link: ConnectLink,
}

/// Finds the link with that secret, if it can still be used.
async fn find(platform: &Platform, secret: Option<Proof>) -> Result<Found, Failed> {
    let by_link = |failure: Failure| Failed { failure, return_to: None, by_link: true };
    let secret = secret.ok_or_else(|| by_link(Failure::LinkUnknown))?;
    let link = platform.consents.load_link(&secret.hash()).await.map_err(|error| by_link(error.into()))?;
    let link = link.ok_or_else(|| by_link(Failure::LinkUnknown))?;
    match still_good(&link, platform.clock.now()) {
        Ok(()) => Ok(Found { secret, link }),
        Err(failure) => Err(Failed { return_to: link.return_to, ..by_link(failure) }),
    }
}

/// Whether an account can still be connected by the link.
fn still_good(link: &ConnectLink, now: Timestamp) -> Result<(), Failure> {
    if link.used_at.is_some() {
        Err(Failure::LinkUsed)
    } else if link.revoked_at.is_some() {
        Err(Failure::LinkRevoked)
    } else if link.expires_at <= now {
        Err(Failure::LinkExpired)
    } else {
        Ok(())
    }
}

/// The page that says why an installation that does not know its own address can do nothing.
fn without_address() -> Response {
    Failed { failure: Failure::AddressUnknown, return_to: None, by_link: true }.into_response()
}
