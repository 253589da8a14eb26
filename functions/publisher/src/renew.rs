//! Renews an account's tokens: one worker at a time, never blindly twice.

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, Attempt, Connection, Pin, ReconnectReason, Scopes, SealedTokens, Settings};
use shared::pinterest::{CallError, Refusal, RefusalKind, TokenGrant};
use shared::random::{self, fraction};
use shared::store::StoreError;
use shared::vault::{AppCredentials, Place, Purpose, SealError};

use crate::Publisher;
use crate::change::change_tokens;
use crate::rules::Rule;

/// How long one worker has an account's tokens to itself; longer than the call may take.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How often at least it is looked whether the settings name the app of an account again.
const OTHER_APP: SignedDuration = SignedDuration::from_hours(6);

/// How long storing a new pair is tried; a renewal begins at least half a minute before the invocation ends.
const STORE_WITHIN: SignedDuration = SignedDuration::from_secs(15);

/// How many refusals in a row, with a renewal in between, show that renewing does not help.
const REFUSALS: usize = 2;

/// What came of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// There is a new pair, of this worker's making or of another's.
    Renewed,
    /// Not now; it is tried again.
    Later,
    /// A person has to connect the account again.
    NeedsReconnect,
}

/// Renews the tokens of `account`, which has come due for it, unless another worker does.
pub async fn renew(publisher: &Publisher, account: Account) -> Result<Renewal, StoreError> {
    Box::pin(try_renewing(publisher, account, false)).await
}

/// Renews the tokens of `account` as it was read a moment ago; `refused` where Pinterest does not take the present ones.
async fn try_renewing(publisher: &Publisher, mut account: Account, refused: bool) -> Result<Renewal, StoreError> {
    let platform = &publisher.platform;
    let now = platform.clock.now();
    let settings = platform.settings.load().await?;
    let Some(tokens) = account.tokens().filter(|tokens| tokens.refresh.is_some()).cloned() else {
        return postpone_for_good(publisher, account).await;
    };
    if settings.app_id.as_ref() != Some(&account.app_id) {
        // Only the app that a token was issued to can renew it; the settings may name that one again.
        if account.usable_tokens(now).is_some() && !refused {
            // More often towards the end, so that it is noticed when it comes.
            let pause = tokens.access_expires_at.duration_since(now) / 2;
            return later(publisher, account, pause.clamp(SignedDuration::from_mins(1), OTHER_APP), false).await;
        }
        return give_up(publisher, account, ReconnectReason::AppChanged, None).await;
    }
    let busy_until = account.refresh_lease_until.max(account.refresh_backoff_until);
    if busy_until.is_some_and(|until| now < until) && publisher.rules.keep(Rule::RenewAlone) {
        return Ok(Renewal::Later);
    }
    let version = account.version;
    // A lease that was never given back is a worker that died, perhaps after Pinterest spent the token.
    account.refresh_unknown |= account.refresh_lease_until.is_some();
    account.refresh_lease_until = Some(now + LEASE);
    // Another worker may write the same at the same moment; only one of them has the lease.
    account.refresh_lease_by = Some(random::token(&*platform.random));
    // Should this worker die, the next one finds the account due when the lease is over.
    account.refresh_at = Some(now + LEASE);
    match platform.accounts.save(&mut account, version).await {
        Ok(()) => Box::pin(exchange(publisher, account, tokens, &settings, refused)).await,
        Err(StoreError::Conflict) => Ok(Renewal::Later),
        Err(error) => Err(error),
    }
}

/// What to do after Pinterest refused the access token of `account` for `pin`.
pub async fn after_refusal(publisher: &Publisher, account: &Account, pin: &Pin) -> Renewal {
    let result = Box::pin(refused(publisher, account, pin)).await;
    result.unwrap_or_else(|error| {
        tracing::warn!(%error, account = %account.id, "the tokens could not be renewed after a refusal");
        Renewal::Later
    })
}

/// Notes that the tokens of `account` lack scopes, those of `missing` where Pinterest listed them: only connecting it
/// again changes that.
pub async fn scopes_refused(publisher: &Publisher, account: &Account, missing: &Scopes) {
    let now = publisher.platform.clock.now();
    let id = &account.id;
    tracing::warn!(account = %id, %missing, "an account lacks scopes and has to be reconnected");
    match change_tokens(publisher, account.clone(), |account| account.lacks_scopes(missing, now)).await {
        Ok(()) => publisher.figures.note_lost(id, now),
        Err(error) => tracing::warn!(%error, account = %id, "an account could not be marked; its next pin marks it"),
    }
    let _ = publisher.sessions.reload(&account.owner, &account.id).await;
}

async fn refused(publisher: &Publisher, used: &Account, pin: &Pin) -> Result<Renewal, StoreError> {
    let Some(account) = publisher.platform.accounts.load(&used.owner, &used.id).await? else {
        return Ok(Renewal::NeedsReconnect);
    };
    if account.token_version != used.token_version {
        // Somebody renewed or reconnected it since this session was read.
        let _ = publisher.sessions.reload(&used.owner, &used.id).await;
        return Ok(Renewal::Renewed);
    }
    if let Connection::NeedsReconnect { .. } = account.connection {
        // The refresh token was refused as well, and an access token that went on without it has now come to its end.
        end_access(publisher, used).await?;
        let _ = publisher.sessions.reload(&used.owner, &used.id).await;
        return Ok(Renewal::NeedsReconnect);
    }
    // What has no code is not Pinterest's word on the token.
    let is_refusal = |attempt: &&Attempt| attempt.http_status == Some(401) && attempt.code.is_some();
    let refusals: Vec<_> = pin.attempts.iter().rev().take_while(is_refusal).collect();
    // Only where a renewal came in between do refusals say that renewing does not help.
    let renewed = refusals.last().zip(account.renewed_at).is_some_and(|(first, at)| first.at < at);
    let renewable = account.tokens().is_some_and(|tokens| tokens.refresh.is_some());
    if (refusals.len() >= REFUSALS && renewed) || !renewable {
        return give_up(publisher, account, ReconnectReason::AccessRefused, None).await;
    }
    let renewal = Box::pin(try_renewing(publisher, account, true)).await?;
    if renewal == Renewal::NeedsReconnect {
        end_access(publisher, used).await?;
    }
    let _ = publisher.sessions.reload(&used.owner, &used.id).await;
    Ok(renewal)
}

/// Ends the use of an access token that Pinterest refused and that nothing can renew: a renewal that was given up may
/// have left it in use until its end.
async fn end_access(publisher: &Publisher, used: &Account) -> Result<(), StoreError> {
    let Some(account) = publisher.platform.accounts.load(&used.owner, &used.id).await? else { return Ok(()) };
    let now = publisher.platform.clock.now();
    let Connection::NeedsReconnect { reason, from, .. } = account.connection else { return Ok(()) };
    if account.token_version != used.token_version || from <= now {
        return Ok(());
    }
    change_tokens(publisher, account, |account| account.needs_reconnect(reason, now)).await
}

async fn exchange(
    publisher: &Publisher,
    account: Account,
    tokens: SealedTokens,
    settings: &Settings,
    refused: bool,
) -> Result<Renewal, StoreError> {
    let platform = &publisher.platform;
    let (Some(sealed), Some(secret)) = (&tokens.refresh, &settings.secret) else {
        return later(publisher, account, SignedDuration::from_hours(1), false).await;
    };
    let opened = platform.tokens.open_refresh(&account, sealed).await;
    let app = platform.credentials.load(&secret.version_id).await;
    let (Ok(token), Ok(Some(app))) = (opened, app) else {
        tracing::error!(account = %account.id, "the tokens can't be renewed: the app secret or a token key is unreadable");
        return later(publisher, account, SignedDuration::from_mins(10), false).await;
    };
    match platform.pinterest.refresh(account.mode, &app, &token).await {
        Ok(grant) => store(publisher, account, &tokens, grant).await,
        Err(CallError::Refused(refusal)) => judge(publisher, account, &app, refusal, refused).await,
        Err(CallError::NotSent(_)) => later(publisher, account, SignedDuration::from_mins(5), false).await,
        Err(CallError::Unknown(_) | CallError::Unreadable { .. }) => {
            later(publisher, account, SignedDuration::from_mins(1), true).await
        }
    }
}

/// Judges a refusal of the token endpoint: it is the grant's fault, the app's fault, or nobody's; `refused` where the
/// access token is refused too.
async fn judge(
    publisher: &Publisher,
    account: Account,
    app: &AppCredentials,
    refusal: Refusal,
    refused: bool,
) -> Result<Renewal, StoreError> {
    tracing::warn!(
        account = %account.id, status = refusal.status, code = refusal.code, rid = refusal.request_id,
        "Pinterest refused to renew the tokens",
    );
    let blame = match refusal.kind {
        RefusalKind::GrantInvalid => Blame::Grant,
        RefusalKind::AppNotApproved | RefusalKind::TrialAccess => Blame::App,
        RefusalKind::AuthenticationFailed | RefusalKind::Unauthorized => blame(publisher, &account, app).await,
        // Trouble over there may have come after the old token was spent.
        RefusalKind::NoVerdict | RefusalKind::Trouble => {
            return later(publisher, account, SignedDuration::from_mins(5), true).await;
        }
        // Words that nobody knows end an account only where nothing else of it works.
        RefusalKind::Invalid if refused || account.usable_tokens(publisher.platform.clock.now()).is_none() => {
            Blame::Grant
        }
        _ => Blame::Nobody,
    };
    match blame {
        Blame::Grant => refused_for_good(publisher, account).await,
        Blame::App => {
            // The app's secret is wrong or the app is not approved: no fault of the account's.
            publisher.platform.credentials.forget();
            later(publisher, account, SignedDuration::from_hours(1), false).await
        }
        Blame::Nobody => later(publisher, account, SignedDuration::from_mins(10), false).await,
    }
}

/// What a refusal is to be put down to.
enum Blame {
    Grant,
    App,
    Nobody,
}

/// Asks for a token that needs no grant: where Pinterest gives one, it was the grant that it refused.
async fn blame(publisher: &Publisher, account: &Account, app: &AppCredentials) -> Blame {
    let refusal = match publisher.platform.pinterest.client_credentials(account.mode, app).await {
        Ok(_) => return Blame::Grant,
        Err(CallError::Refused(refusal)) => refusal,
        Err(_) => return Blame::Nobody,
    };
    match refusal.kind {
        RefusalKind::AuthenticationFailed | RefusalKind::GrantInvalid | RefusalKind::AppNotApproved => Blame::App,
        RefusalKind::NoVerdict | RefusalKind::Trouble | RefusalKind::RateLimited | RefusalKind::SpamBlock => {
            Blame::Nobody
        }
        // An owner without two-factor authentication is refused otherwise, and their app is accepted all the same.
        _ => Blame::Grant,
    }
}

async fn refused_for_good(publisher: &Publisher, account: Account) -> Result<Renewal, StoreError> {
    if !account.refresh_unknown {
        return give_up(publisher, account, ReconnectReason::RefreshRefused, None).await;
    }
    // The refusal may only mean that the lost answer had spent the token; the access token goes on until its end.
    let to_its_end = publisher.rules.keep(Rule::UseAccessToItsEnd);
    let from = account.tokens().map(|tokens| tokens.access_expires_at).filter(|_| to_its_end);
    give_up(publisher, account, ReconnectReason::RefreshLost, from).await
}

/// Stores the new pair before anybody uses it, however often the account changes meanwhile.
async fn store(
    publisher: &Publisher,
    account: Account,
    old: &SealedTokens,
    grant: TokenGrant,
) -> Result<Renewal, StoreError> {
    let tokens = match seal(publisher, &account, old, &grant).await {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(%error, account = %account.id, "new tokens could not be sealed");
            return later(publisher, account, SignedDuration::from_mins(1), true).await;
        }
    };
    let clock = &publisher.platform.clock;
    let now = clock.now();
    if !publisher.rules.keep(Rule::StoreNewPair) {
        return later(publisher, account, SignedDuration::from_mins(1), false).await;
    }
    let apply = |account: &mut Account| {
        let was_usable = account.usable_tokens(now).is_some();
        account.renewed(tokens.clone(), now);
        if !was_usable {
            account.plan_release(now);
        }
    };
    // This is the only copy of the pair, so a table that does not answer for a moment must not cost the connection.
    let mut pause = SignedDuration::from_millis(250);
    loop {
        match change_tokens(publisher, account.clone(), apply).await {
            Err(StoreError::Unavailable { code, .. }) if clock.now() + pause < now + STORE_WITHIN => {
                tracing::warn!(code, account = %account.id, "new tokens could not be stored; trying again");
                clock.sleep_until(clock.now() + pause).await;
                pause = (pause * 2).min(SignedDuration::from_secs(2));
            }
            result => return result.map(|()| Renewal::Renewed),
        }
    }
}

async fn seal(
    publisher: &Publisher,
    account: &Account,
    old: &SealedTokens,
    grant: &TokenGrant,
) -> Result<SealedTokens, SealError> {
    let (vault, now) = (&publisher.platform.tokens, publisher.platform.clock.now());
    let place = |purpose| Place { owner: &account.owner, account: &account.id, purpose };
    let refresh = match &grant.refresh {
        Some(token) => Some(vault.seal(token.expose(), place(Purpose::Refresh)).await?),
        // Left under an old key, it would be lost with that key.
        None => match old.refresh.as_ref().filter(|_| publisher.rules.keep(Rule::KeepRefreshToken)) {
            Some(sealed) => Some(vault.reseal(sealed, place(Purpose::Refresh)).await?),
            None => None,
        },
    };
    let after = |seconds: u32| now + SignedDuration::from_secs(i64::from(seconds));
    Ok(SealedTokens {
        access: vault.seal(grant.access.expose(), place(Purpose::Access)).await?,
        access_expires_at: after(grant.expires_in_s),
        refresh,
        refresh_expires_at: grant.refresh_expires_in_s.map(after).or(old.refresh_expires_at),
    })
}

/// Tries again after `pause` and up to as much again; `unknown` where the old refresh token may be spent.
async fn later(
    publisher: &Publisher,
    account: Account,
    pause: SignedDuration,
    unknown: bool,
) -> Result<Renewal, StoreError> {
    let jitter = SignedDuration::from_secs_f64(pause.as_secs_f64() * fraction(&*publisher.platform.random));
    let at: Timestamp = publisher.platform.clock.now() + pause + jitter;
    change_tokens(publisher, account, |account| {
        account.refresh_lease_until = None;
        account.refresh_at = Some(at);
        account.refresh_backoff_until = Some(at);
        account.refresh_unknown |= unknown;
    })
    .await?;
    Ok(Renewal::Later)
}

async fn give_up(
    publisher: &Publisher,
    account: Account,
    reason: ReconnectReason,
    from: Option<Timestamp>,
) -> Result<Renewal, StoreError> {
    let from = from.unwrap_or_else(|| publisher.platform.clock.now());
    tracing::warn!(account = %account.id, reason = reason.code(), %from, "an account has to be reconnected");
    let id = account.id.clone();
    change_tokens(publisher, account, |account| account.needs_reconnect(reason, from)).await?;
    publisher.figures.note_lost(&id, publisher.platform.clock.now());
    Ok(Renewal::NeedsReconnect)
}

/// No renewal is possible; the account goes on with its access token until that ends.
async fn postpone_for_good(publisher: &Publisher, account: Account) -> Result<Renewal, StoreError> {
    let gone = account.connection == Connection::Disconnected;
    change_tokens(publisher, account, |account| account.refresh_at = None).await?;
    Ok(if gone { Renewal::NeedsReconnect } else { Renewal::Later })
}
