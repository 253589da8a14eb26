//! Changes an account that others change at the same time.

use shared::domain::{Account, Connection};
use shared::store::StoreError;

use crate::Publisher;

/// How often a change is tried that others make at the same moment.
const TRIES: usize = 5;

/// Applies `apply` to the account and saves it, again to the account as it is by then if somebody else changed it.
pub async fn change(publisher: &Publisher, account: Account, apply: impl Fn(&mut Account)) -> Result<(), StoreError> {
    change_while(publisher, account, apply, |_, _| true).await
}

/// The same, as long as the account's tokens are those that it was read with.
pub async fn change_tokens(
    publisher: &Publisher,
    account: Account,
    apply: impl Fn(&mut Account),
) -> Result<(), StoreError> {
    change_while(publisher, account, apply, |before, now| before.token_version == now.token_version).await
}

fn is_refused(account: &Account) -> bool {
    matches!(account.connection, Connection::NeedsReconnect { .. })
}

async fn change_while(
    publisher: &Publisher,
    account: Account,
    apply: impl Fn(&mut Account),
    still: impl Fn(&Account, &Account) -> bool,
) -> Result<(), StoreError> {
    let accounts = &publisher.platform.accounts;
    let mut current = account;
    for _ in 0..TRIES {
        let version = current.version;
        let mut changed = current.clone();
        apply(&mut changed);
        let is_refused = is_refused(&changed) && !is_refused(&current);
        let saved = if is_refused {
            Box::pin(accounts.save_refused(&mut changed, version)).await
        } else {
            accounts.save(&mut changed, version).await
        };
        match saved {
            Err(StoreError::Conflict) => {}
            other => return other,
        }
        match accounts.load(&current.owner, &current.id).await? {
            Some(now) if still(&current, &now) => current = now,
            _ => return Ok(()),
        }
    }
    Err(StoreError::Conflict)
}
