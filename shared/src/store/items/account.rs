//! The account item.

use jiff::Timestamp;
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::plan::PlanItem;
use crate::domain::{
    Account, AccountHold, AccountId, AppId, BoardId, Connection, DoubtfulPin, Hold, Mode, OwnerId, PinId,
    PinterestUserId, ReconnectReason, Resuming, Scopes, SealedToken, SealedTokens,
};

/// An account as it lies in the table. `due_shard` and `due_at` put its own work into the due index.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct AccountItem {
    id: AccountId,
    // Not named `owner`: that is the hash key of the calendar index.
    owner_id: OwnerId,
    mode: Mode,
    app_id: AppId,
    user_id: PinterestUserId,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    profile_image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    account_type: Option<String>,
    scopes: String,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    refused_scopes: String,
    state: ConnectionWord,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reconnect_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    reconnect_from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    access_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    refresh_expires_at: Option<Timestamp>,
    token_version: u64,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    refresh_lease_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    refresh_lease_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    refresh_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    refresh_backoff_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    renewed_at: Option<Timestamp>,
    refresh_unknown: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    hold_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    hold_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    resume_steps: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    resume_pin: Option<PinId>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    release_at: Option<Timestamp>,
    releases_left: u8,
    channels: Vec<BoardId>,
    /// Pins that are looked for on their boards, with their fingerprints.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    doubts: Vec<(PinId, String)>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    plan: Option<PlanItem>,
    #[serde(with = "millisecond::required")]
    created_at: Timestamp,
    #[serde(with = "millisecond::required")]
    updated_at: Timestamp,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default, with = "millisecond::optional")]
    due_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConnectionWord {
    Connected,
    NeedsReconnect,
    Disconnected,
}

/// What an account item that cannot be read lacks.
#[derive(Debug, thiserror::Error)]
#[error("the account has no {0}")]
pub(in crate::store) struct Incomplete(pub(super) &'static str);

impl From<&Account> for AccountItem {
    fn from(account: &Account) -> Self {
        let tokens = account.tokens();
        let due = account.due();
        let (state, reconnect_reason, reconnect_from) = match &account.connection {
            Connection::Connected(_) => (ConnectionWord::Connected, None, None),
            Connection::NeedsReconnect { reason, from, .. } => {
                (ConnectionWord::NeedsReconnect, Some(reason.stored().to_owned()), Some(*from))
            }
            Connection::Disconnected => (ConnectionWord::Disconnected, None, None),
        };
        Self {
            id: account.id.clone(),
            owner_id: account.owner.clone(),
            mode: account.mode,
            app_id: account.app_id.clone(),
            user_id: account.user_id.clone(),
            username: account.username.clone(),
            profile_image: account.profile_image.clone(),
            account_type: account.account_type.clone(),
            scopes: account.scopes.to_string(),
            refused_scopes: account.refused_scopes.to_string(),
            state,
            reconnect_reason,
            reconnect_from,
            access_token: tokens.map(|tokens| tokens.access.0.clone()),
            access_expires_at: tokens.map(|tokens| tokens.access_expires_at),
            refresh_token: tokens.and_then(|tokens| tokens.refresh.as_ref()).map(|sealed| sealed.0.clone()),
            refresh_expires_at: tokens.and_then(|tokens| tokens.refresh_expires_at),
            token_version: account.token_version,
            refresh_lease_until: account.refresh_lease_until,
            refresh_lease_by: account.refresh_lease_until.and(account.refresh_lease_by.clone()),
            refresh_at: account.refresh_at,
            refresh_backoff_until: account.refresh_backoff_until,
            renewed_at: account.renewed_at,
            refresh_unknown: account.refresh_unknown,
            hold_reason: account.hold.map(|hold| hold.reason.stored().to_owned()),
            hold_until: account.hold.map(|hold| hold.until),
            resume_steps: account.resuming.as_ref().map(|resuming| resuming.left),
            resume_pin: account.resuming.as_ref().and_then(|resuming| resuming.pin.clone()),
            release_at: account.release_at,
            releases_left: account.releases_left,
            channels: account.channels.clone(),
            plan: account.plan.as_deref().map(PlanItem::from),
            doubts: account.doubts.iter().map(|doubt| (doubt.pin.clone(), doubt.fingerprint.clone())).collect(),
            created_at: account.created_at,
            updated_at: account.updated_at,
            version: account.version,
            due_shard: due.as_ref().map(|due| due.partition.to_string()),
            due_at: due.map(|due| due.at),
        }
    }
}

impl TryFrom<AccountItem> for Account {
    type Error = Incomplete;

    fn try_from(item: AccountItem) -> Result<Self, Incomplete> {
        Ok(Self {
            connection: connection(&item)?,
            hold: hold(&item),
            resuming: item.resume_steps.map(|left| Resuming { left, pin: item.resume_pin }),
            id: item.id,
            owner: item.owner_id,
            mode: item.mode,
            app_id: item.app_id,
            user_id: item.user_id,
            username: item.username,
            profile_image: item.profile_image,
            account_type: item.account_type,
            scopes: Scopes::parse_known(&item.scopes),
            refused_scopes: Scopes::parse_known(&item.refused_scopes),
            token_version: item.token_version,
            refresh_lease_until: item.refresh_lease_until,
            refresh_lease_by: item.refresh_lease_by,
            refresh_at: item.refresh_at,
            refresh_backoff_until: item.refresh_backoff_until,
            renewed_at: item.renewed_at,
            refresh_unknown: item.refresh_unknown,
            release_at: item.release_at,
            releases_left: item.releases_left,
            channels: item.channels,
            plan: item.plan.map(PlanItem::plan).transpose()?.map(Box::new),
            doubts: item.doubts.into_iter().map(|(pin, fingerprint)| DoubtfulPin { pin, fingerprint }).collect(),
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        })
    }
}

fn hold(item: &AccountItem) -> Option<AccountHold> {
    let reason = item.hold_reason.as_deref().map(Hold::from_stored)?;
    Some(AccountHold { reason, until: item.hold_until? })
}

fn connection(item: &AccountItem) -> Result<Connection, Incomplete> {
    if matches!(item.state, ConnectionWord::Disconnected) {
        return Ok(Connection::Disconnected);
    }
    let tokens = SealedTokens {
        access: SealedToken(item.access_token.clone().ok_or(Incomplete("access token"))?),
        access_expires_at: item.access_expires_at.ok_or(Incomplete("end of the access token"))?,
        refresh: item.refresh_token.clone().map(SealedToken),
        refresh_expires_at: item.refresh_expires_at,
    };
    if matches!(item.state, ConnectionWord::Connected) {
        return Ok(Connection::Connected(tokens));
    }
    let reason = item.reconnect_reason.as_deref().map(ReconnectReason::from_stored);
    Ok(Connection::NeedsReconnect {
        reason: reason.ok_or(Incomplete("reason to reconnect"))?,
        from: item.reconnect_from.ok_or(Incomplete("moment to reconnect"))?,
        tokens,
    })
}
