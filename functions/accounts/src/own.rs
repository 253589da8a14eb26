//! The caller's own account, and its key to Pinterest.

use shared::api::Problem;
use shared::domain::{Account, Mode, OwnerId, Scope};
use shared::platform::Platform;
use shared::vault::AccessToken;

/// Reads the account `id` of `owner`; 404 where there is none, and where it belongs to somebody else.
pub async fn account(platform: &Platform, owner: &OwnerId, id: &str) -> Result<Account, Problem> {
    let missing = || Problem::not_found("account");
    let id = id.parse().map_err(|_| missing())?;
    platform.accounts.load(owner, &id).await?.ok_or_else(missing)
}

/// Opens the access token of `account`, with the mode it is for.
///
/// 403 while Pinterest is disabled; 409 where the account belongs to the other mode (`other_mode`), was not allowed to
/// list boards (`scope_missing`), or has no token that Pinterest is expected to take (`needs_reconnect`).
pub async fn key_to_boards(platform: &Platform, account: &Account) -> Result<(Mode, AccessToken), Problem> {
    let settings = platform.current_settings.get().await?;
    if !settings.enabled {
        return Err(Problem::disabled());
    }
    if account.mode != settings.mode {
        let detail = format!(
            "The account was connected in {} mode, and Pinwheel is in {} mode. Its boards can be read when an \
             administrator switches back.",
            account.mode, settings.mode
        );
        return Err(Problem::conflict("other_mode", detail));
    }
    let Some(tokens) = account.usable_tokens(platform.clock.now()) else {
        let detail = "Pinterest takes no permission of this account any more. Connect the account again.";
        return Err(Problem::conflict("needs_reconnect", detail));
    };
    if !account.scopes.contains(Scope::BOARDS_READ) {
        let detail = "The account was connected without boards:read. Connect it again and allow it.";
        return Err(Problem::conflict("scope_missing", detail));
    }
    Ok((account.mode, platform.tokens.open_access(account, &tokens.access).await?))
}
