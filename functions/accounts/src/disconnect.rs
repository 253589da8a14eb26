//! `DELETE /v1/accounts/{id}`: erase the tokens and let the Pinterest account be connected by anybody again.

use std::sync::Arc;

use axum::extract::{Path, State};
use shared::api::{Json, Problem, User};
use shared::domain::pin::to_millisecond;
use shared::domain::{Account, AccountId, Connection, OwnerId};
use shared::platform::Platform;
use shared::store::StoreError;

use crate::body::AccountBody;
use crate::description::Disconnect;
use crate::own;

/// How often the write is tried when something else, such as a renewal of the tokens, changes the account meanwhile.
const TRIES: usize = 4;

/// Disconnects an account and erases its tokens, even while Pinterest is disabled. Disconnecting twice is harmless.
///
/// The row stays, so that the account's pins keep a name. They are held when they come due.
#[utoipa::path(
    delete,
    path = "/v1/accounts/{id}",
    operation_id = "disconnect_account",
    tag = "accounts",
    params(("id" = AccountId, Path, description = "The account.")),
    responses((status = 200, description = "The account, disconnected.", body = AccountBody), Disconnect)
)]
pub async fn disconnect(
    State(platform): State<Arc<Platform>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Json<AccountBody>, Problem> {
    let account = erase(&platform, &user.owner, &id).await?;
    Ok(Json(AccountBody::of(&platform, account).await?))
}

async fn erase(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Account, Problem> {
    for _ in 0..TRIES {
        let mut account = own::account(platform, owner, id).await?;
        if account.connection == Connection::Disconnected {
            return Ok(account);
        }
        let version = account.version;
        let now = to_millisecond(platform.clock.now());
        account.disconnected(now);
        account.updated_at = now;
        match platform.accounts.disconnect(&mut account, version).await {
            Ok(()) => return Ok(account),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}
