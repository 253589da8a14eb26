//! An account as it is used on Pinterest: its token, and what Pinterest's refusals mean for it.

use crate::api::{self, Problem};
use crate::domain::{Account, Connection, Mode, ReconnectReason, Scope};
use crate::pinterest::{CallError, RefusalKind};
use crate::platform::Platform;
use crate::vault::AccessToken;

/// Opens the access token of `account` for what needs the scopes `needed`, with the mode it is for.
///
/// 403 while Pinterest is disabled; 409 where the account belongs to the other mode (`other_mode`), was not granted all
/// of `needed` (`scope_missing`), or has no token that Pinterest is expected to take (`needs_reconnect`).
pub async fn authorize(
    platform: &Platform,
    account: &Account,
    needed: &[Scope],
) -> Result<(Mode, AccessToken), Problem> {
    let settings = platform.current_settings.get().await?;
    if !settings.enabled {
        return Err(Problem::disabled());
    }
    if account.mode != settings.mode {
        let detail = format!(
            "The account was connected in {} mode, but Pinwheel is in {} mode. It can be used again when \
             an administrator switches back.",
            account.mode, settings.mode
        );
        return Err(Problem::conflict("other_mode", detail));
    }
    let Some(tokens) = account.usable_tokens(platform.clock.now()) else {
        let detail = "Pinterest no longer accepts this account's authorization. Reconnect it.";
        return Err(Problem::conflict("needs_reconnect", detail));
    };
    let missing = needed.iter().filter(|scope| !account.scopes.contains(**scope));
    let missing: Vec<_> = missing.map(|scope| scope.as_str()).collect();
    if !missing.is_empty() {
        let detail = format!(
            "The account was connected without {}. Reconnect it and allow everything that Pinterest asks for.",
            missing.join(", ")
        );
        return Err(Problem::conflict("scope_missing", detail));
    }
    Ok((account.mode, platform.tokens.open_access(account, &tokens.access).await?))
}

/// Passes on the answer of Pinterest to a call for `account`. Where Pinterest refused a token that nothing can renew, or
/// one without a scope that publishing needs, the account says from now on that it has to be connected again.
pub async fn mark_reconnect_if_revoked<T>(
    platform: &Platform,
    account: &Account,
    answer: Result<T, CallError>,
) -> Result<T, CallError> {
    if let Err(CallError::Refused(refusal)) = &answer {
        mark(platform, account, &refusal.kind).await;
    }
    answer
}

/// Notes in the account what a refusal means for all that it is used for.
async fn mark(platform: &Platform, account: &Account, kind: &RefusalKind) {
    let now = platform.clock.now();
    let is_final = account.tokens().is_some_and(|tokens| tokens.refresh.is_none());
    let mut refused = account.clone();
    match kind {
        kind if kind.is_of_the_token() && is_final => refused.needs_reconnect(ReconnectReason::AccessRefused, now),
        // What Pinterest does not list may be a scope that publishing can do without.
        RefusalKind::ScopesMissing(missing) if !missing.is_empty() && kind.missing_for_publishing().is_some() => {
            refused.lacks_scopes(missing, now);
        }
        _ => return,
    }
    refused.updated_at = now;
    // Where the account changed meanwhile, that may be new tokens, of which this says nothing.
    let saved = match account.connection {
        Connection::NeedsReconnect { .. } => platform.accounts.save(&mut refused, account.version).await,
        _ => platform.accounts.save_refused(&mut refused, account.version).await,
    };
    match saved {
        Ok(()) => tracing::warn!(account = %account.id, "Pinterest refused a token; the account has to be reconnected"),
        Err(error) => api::log(&error),
    }
}
