//! An account with its opened token, as fresh as a post needs it.

use std::collections::HashMap;
use std::sync::Mutex;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use shared::domain::{Account, AccountId, OwnerId};
use shared::platform::Platform;
use shared::store::StoreError;
use shared::vault::{AccessToken, SealError};

/// How old a session may be; somebody who disconnects an account is heeded within this time.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// Beyond this many the oldest knowledge is dropped, so that memory stays bounded.
const MOST: usize = 2000;

/// An account as it was moments ago.
#[derive(Debug, Clone)]
pub struct Session {
    /// The account.
    pub account: Arc<Account>,
    /// Its access token; absent where the account cannot be used.
    pub token: Option<AccessToken>,
}

impl Session {
    /// Whether the account can post at `now`, as far as is known here.
    pub fn can_post(&self, now: Timestamp) -> bool {
        self.token.is_some() && self.account.held_at(now).is_none()
    }
}

/// An account that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The table.
    #[error("could not read the account")]
    Store(#[from] StoreError),
    /// The claim took so long that a post could outlive the invocation.
    #[error("the claim came too late in the invocation")]
    TooLate,
    /// The vault.
    #[error("could not open the account's token")]
    Seal(#[from] SealError),
}

/// The sessions of this process.
#[derive(Debug)]
pub struct Sessions {
    platform: Arc<Platform>,
    kept: Mutex<HashMap<AccountId, (Timestamp, Session)>>,
}

impl Sessions {
    pub fn new(platform: Arc<Platform>) -> Self {
        Self { platform, kept: Mutex::default() }
    }

    /// The session of an account; absent where the account does not exist.
    pub async fn get(&self, owner: &OwnerId, id: &AccountId) -> Result<Option<Session>, SessionError> {
        let now = self.platform.clock.now();
        if let Some((at, session)) = self.kept().get(id)
            && now.duration_since(*at) < FRESH
        {
            return Ok(Some(session.clone()));
        }
        self.reload(owner, id).await
    }

    /// Reads the account as it is now.
    pub async fn reload(&self, owner: &OwnerId, id: &AccountId) -> Result<Option<Session>, SessionError> {
        let Some(account) = self.platform.accounts.load(owner, id).await? else { return Ok(None) };
        let now = self.platform.clock.now();
        let token = match account.usable_tokens(now) {
            Some(tokens) => Some(self.platform.tokens.open_access(&account, &tokens.access).await?),
            None => None,
        };
        let session = Session { account: Arc::new(account), token };
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(id.clone(), (now, session.clone()));
        Ok(Some(session))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, (Timestamp, Session)>> {
        self.kept.lock().expect("nothing panics while it holds this lock")
    }
}
