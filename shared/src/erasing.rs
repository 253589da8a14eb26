//! The first step of erasing an owner, which keeps anything else from being published.

use crate::domain::pin::to_millisecond;
use crate::domain::{Account, AccountId, Connection, OwnerId};
use crate::platform::Platform;
use crate::store::StoreError;

/// How often the write is tried when something else, such as a renewal of the tokens, changes the account meanwhile.
const TRIES: usize = 4;

/// Disconnects every account of `owner`: their tokens are erased, so that nothing is posted with them any more.
pub async fn disconnect_all(platform: &Platform, owner: &OwnerId) -> Result<Vec<Account>, StoreError> {
    let accounts = platform.accounts.list(owner).await?;
    for account in &accounts {
        if account.connection != Connection::Disconnected {
            disconnect(platform, owner, &account.id).await?;
        }
    }
    Ok(accounts)
}

async fn disconnect(platform: &Platform, owner: &OwnerId, id: &AccountId) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let Some(mut account) = platform.accounts.load(owner, id).await? else { return Ok(()) };
        if account.connection == Connection::Disconnected {
            return Ok(());
        }
        let (version, now) = (account.version, to_millisecond(platform.clock.now()));
        account.disconnected(now);
        account.updated_at = now;
        match platform.accounts.disconnect(&mut account, version).await {
            Err(StoreError::Conflict) => {}
            written => return written,
        }
    }
    Err(StoreError::Conflict)
}
