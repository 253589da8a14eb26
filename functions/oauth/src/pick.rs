//! Picking boards: the page after the consent, and the form on it.

mod form;
mod groups;
mod offer;
mod permission;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::api::{self, Origin, Problem};
use shared::domain::BoardId;
use shared::platform::Platform;
use shared::store::{PickGrant, StoreError};

use crate::cookie::PICK;
use crate::failure::{Failed, Failure};
use crate::return_to::ACCOUNTS;
use form::Form;
pub use offer::{Connected, offer};
pub use permission::is_own_form;

/// How often the account is read again after somebody else changed it.
const TRIES: usize = 5;

/// `POST /app/pinterest/board`.
pub async fn pick(
    State(platform): State<Arc<Platform>>,
    origin: Result<Origin, Problem>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(origin) = origin else { return Failed::from(Failure::AddressUnknown).into_response() };
    match save(&platform, &origin, &headers, body.ok().as_deref()).await {
        Ok(return_to) => {
            let to = Redirect::to(return_to.as_deref().unwrap_or(ACCOUNTS));
            ([(header::SET_COOKIE, PICK.clear(&origin))], to).into_response()
        }
        Err(failed) => failed.into_response(),
    }
}

/// Stores the picked boards; answers where the person goes on.
async fn save(
    platform: &Platform,
    origin: &Origin,
    headers: &HeaderMap,
    body: Option<&[u8]>,
) -> Result<Option<String>, Failed> {
    if !is_own_form(headers, origin) {
        return Err(Failure::ForeignForm.into());
    }
    let form = Form::parse(body.ok_or(Failure::FormUnreadable)?)?;
    let (hash, grant) = permission::find(platform, origin, headers, &form).await?;
    api::record_actor(grant.by.as_deref());
    let stored = store(platform, &hash, &grant, form.boards).await;
    let failed = |failure| Failed { failure, return_to: grant.return_to.clone(), by_link: false };
    stored.map(|()| grant.return_to.clone()).map_err(failed)
}

async fn store(platform: &Platform, hash: &str, grant: &PickGrant, boards: Vec<BoardId>) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let account = platform.accounts.load(&grant.owner, &grant.account_id).await?;
        let mut account = account.filter(|account| account.tokens().is_some()).ok_or(Failure::AccountGone)?;
        let (version, now) = (account.version, platform.clock.now());
        account.channels.clone_from(&boards);
        account.updated_at = now;
        match platform.accounts.save_picked(&mut account, version, hash, now).await {
            Ok(()) => {
                tracing::info!(account = %account.id, boards = boards.len(), "boards were picked");
                return Ok(());
            }
            // Either the account changed, or the same form was sent twice.
            Err(StoreError::Conflict) => permission::still_good(platform, hash).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}
