//! An account as clients read it.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::{
    Account, AccountHold, AccountId, Attention, BoardId, Connection, Mode, PinterestUserId, ReconnectReason, Settings,
};
use shared::platform::Platform;
use shared::store::StoreError;
use utoipa::ToSchema;

use crate::description;

/// The Account of the HTTP contract. It never has a token in it, sealed or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountBody {
    id: AccountId,
    pinterest_user_id: PinterestUserId,
    username: String,
    /// The address of the picture.
    #[schema(required)]
    profile_image: Option<String>,
    /// `BUSINESS` or `PINNER`, as Pinterest last told it; `null` where it did not.
    #[schema(required)]
    account_type: Option<String>,
    mode: Mode,
    #[schema(schema_with = description::states)]
    state: &'static str,
    /// Why the account has to be connected again; `null` where it has not.
    #[schema(schema_with = description::reconnect_reason)]
    reason: Option<ReconnectBody>,
    /// What keeps the whole account from posting for a time; `null` while nothing does.
    #[schema(required)]
    hold: Option<HoldBody>,
    /// What its person allowed.
    scopes: Vec<String>,
    /// What publishing needs besides, and what Pinterest says that the permission lacks.
    missing_scopes: Vec<String>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    access_token_expires_at: Option<Timestamp>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    refresh_token_expires_at: Option<Timestamp>,
    /// The boards that were picked.
    channels: Vec<BoardId>,
    attention: Attention,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What keeps a whole account from posting.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountHold)]
struct HoldBody {
    #[schema(schema_with = description::account_holds)]
    code: &'static str,
    message: &'static str,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

impl From<AccountHold> for HoldBody {
    fn from(hold: AccountHold) -> Self {
        Self { code: hold.reason.code(), message: hold.reason.message(), until: hold.until }
    }
}

/// Why an account has to be connected again.
#[derive(Debug, Serialize)]
struct ReconnectBody {
    code: &'static str,
    message: Cow<'static, str>,
}

impl ReconnectBody {
    fn new(reason: ReconnectReason, account: &Account) -> Self {
        let code = reason.code();
        if reason != ReconnectReason::ScopesRefused || account.refused_scopes.is_empty() {
            return Self { code, message: reason.message().into() };
        }
        let names = account.refused_scopes.names().join(", ");
        let message =
            format!("This account didn't grant {names}. Reconnect it and allow everything that Pinterest asks for.");
        Self { code, message: message.into() }
    }
}

impl AccountBody {
    /// The account as it stands under `settings` at `now`.
    pub fn new(account: Account, settings: &Settings, now: Timestamp) -> Self {
        let (state, reason) = standing(&account, settings, now);
        let tokens = account.tokens();
        Self {
            state,
            reason: reason.map(|reason| ReconnectBody::new(reason, &account)),
            hold: account.held_at(now).map(HoldBody::from),
            missing_scopes: account.missing_scopes().names(),
            scopes: account.scopes.names(),
            access_token_expires_at: tokens.map(|tokens| tokens.access_expires_at),
            refresh_token_expires_at: tokens.and_then(|tokens| tokens.refresh_expires_at),
            id: account.id,
            pinterest_user_id: account.user_id,
            username: account.username,
            profile_image: account.profile_image,
            account_type: account.account_type,
            mode: account.mode,
            channels: account.channels,
            attention: Attention::default(),
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }

    /// The same with how many of the account's pins need a person.
    #[must_use]
    pub fn with(self, attention: Attention) -> Self {
        Self { attention, ..self }
    }

    /// The account as it stands now.
    pub async fn of(platform: &Platform, account: Account) -> Result<Self, StoreError> {
        let settings = platform.current_settings.get().await?;
        let attention = platform.pins.attention(&account.owner, &account.id).await?;
        Ok(Self::new(account, &settings, platform.clock.now()).with(attention))
    }
}

/// The word for the account's state, and why it has to be connected again, if it has to.
fn standing(account: &Account, settings: &Settings, now: Timestamp) -> (&'static str, Option<ReconnectReason>) {
    if account.connection == Connection::Disconnected {
        return ("disconnected", None);
    }
    let other_app = settings.app_id.as_ref().is_some_and(|app| *app != account.app_id);
    let reason = account.reconnect_reason(now).or(other_app.then_some(ReconnectReason::AppChanged));
    match reason {
        Some(reason) => ("needs_reconnect", Some(reason)),
        None => ("connected", None),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use jiff::ToSpan;
    use shared::domain::{Person, Scope, SealedToken, SealedTokens};
    use shared::random::SystemRandom;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn tokens(expires_at: Timestamp) -> SealedTokens {
        SealedTokens {
            access: SealedToken("sealed-access".into()),
            access_expires_at: expires_at,
            refresh: Some(SealedToken("sealed-refresh".into())),
            refresh_expires_at: Some(expires_at),
        }
    }

    fn account(connection: Connection) -> Account {
        let person = Person {
            mode: Mode::Live,
            app_id: "1".parse().unwrap(),
            user_id: "77".parse().unwrap(),
            username: "alice_pins".into(),
        };
        let mut account = Account::new(AccountId::random(&SystemRandom), "alice".parse().unwrap(), person, NOW);
        account.scopes = [Scope::USER_ACCOUNTS_READ, Scope::BOARDS_READ, Scope::PINS_READ].into_iter().collect();
        account.connection = connection;
        account.channels = vec!["5".parse().unwrap()];
        account
    }

    #[test]
    fn the_state_follows_from_the_tokens_and_the_app_in_the_settings() {
        let good = tokens(NOW + 1.hour());
        let refused = ReconnectReason::RefreshRefused;
        let waiting = || Connection::NeedsReconnect { reason: refused, from: NOW + 1.hour(), tokens: good.clone() };
        for (connection, app, state, reason) in [
            (Connection::Connected(good.clone()), Some("1"), "connected", None),
            (Connection::Connected(good.clone()), None, "connected", None),
            (Connection::Connected(good.clone()), Some("2"), "needs_reconnect", Some("app_changed")),
            (Connection::Connected(tokens(NOW)), Some("1"), "needs_reconnect", Some("expired")),
            (waiting(), Some("1"), "needs_reconnect", Some("refresh_refused")),
            (waiting(), Some("2"), "needs_reconnect", Some("refresh_refused")),
            (Connection::Disconnected, Some("2"), "disconnected", None),
        ] {
            let settings = Settings { app_id: app.map(|app| app.parse().unwrap()), ..Settings::default() };
            let body = AccountBody::new(account(connection.clone()), &settings, NOW);
            assert_eq!((body.state, body.reason.map(|r| r.code)), (state, reason), "{connection:?} {app:?}");
        }
    }

    #[test]
    fn a_body_names_missing_scopes_and_no_token() {
        let connected = account(Connection::Connected(tokens(NOW + 1.hour())));
        let body = serde_json::to_string(&AccountBody::new(connected, &Settings::default(), NOW)).unwrap();
        assert!(body.contains(r#""missing_scopes":["pins:write","boards:write"]"#), "{body}");
        assert!(!body.contains("sealed"), "{body}");
    }
}
