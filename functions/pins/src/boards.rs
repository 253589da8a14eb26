//! The boards of accounts and their sections, as they were a few minutes ago.

use std::sync::Arc;
use std::time::Duration;

use shared::boards::{all_boards, all_sections};
use shared::clock::SharedClock;
use shared::domain::{Account, AccountId, BoardId, BoardIndex, GivenBoard, GivenSection, SectionIndex};
use shared::pinterest::{CallError, RefusalKind};
use shared::platform::Platform;
use shared::vault::{AccessToken, SealError};
use tokio::time::error::Elapsed;

use crate::kept::Kept;

/// How long a client is kept waiting for each of Pinterest's lists; after that the pin is taken unverified.
const PATIENCE: Duration = Duration::from_secs(8);

/// Remembers boards and sections for ten minutes.
#[derive(Debug)]
pub struct KnownBoards {
    boards: Kept<AccountId, BoardIndex>,
    sections: Kept<(AccountId, BoardId), SectionIndex>,
}

/// What is known of an account's boards, or of a board's sections.
#[derive(Debug, Clone)]
pub struct Known<T> {
    /// Those that are known.
    pub entries: Arc<T>,
    /// Why there may be others; absent where what is not among them does not exist.
    pub unread: Option<Unread>,
}

/// Why boards or sections are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// Pinterest did not answer, or not with a list.
    NoAnswer,
    /// Pinterest does not let the app read them at all, which is neither that they exist nor that they do not.
    Denied,
    /// The account has to be connected again before Pinterest can be asked.
    NeedsReconnect,
}

/// Why a list could not be read.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("the account has no usable token")]
    NoToken,
    #[error("could not open the access token")]
    Sealed(#[from] SealError),
    #[error("could not read the list")]
    Refused(#[from] CallError),
    #[error("reading the list took too long")]
    TooSlow(#[from] Elapsed),
}

impl<T> Known<T> {
    /// Everything there is.
    fn all(entries: Arc<T>) -> Self {
        Self { entries, unread: None }
    }
}

impl Unreadable {
    fn unread(&self) -> Unread {
        match self {
            Self::NoToken => Unread::NeedsReconnect,
            Self::Refused(CallError::Refused(refusal)) => match &refusal.kind {
                RefusalKind::DataAccessDenied => Unread::Denied,
                RefusalKind::ScopesMissing(_) => Unread::NeedsReconnect,
                kind if kind.is_of_the_token() => Unread::NeedsReconnect,
                _ => Unread::NoAnswer,
            },
            Self::Sealed(_) | Self::Refused(_) | Self::TooSlow(_) => Unread::NoAnswer,
        }
    }
}

impl KnownBoards {
    /// Nothing is known yet.
    pub fn new(clock: SharedClock) -> Self {
        Self { boards: Kept::new(clock.clone()), sections: Kept::new(clock) }
    }

    /// Looks `wanted` up among the boards of `account`; Pinterest is asked unless all of them are known.
    pub async fn boards(&self, platform: &Platform, account: &Account, wanted: &[&GivenBoard]) -> Known<BoardIndex> {
        let kept = self.boards.get(&account.id);
        let is_known = |boards: &BoardIndex| wanted.iter().all(|board| board.is_found(boards));
        if let Some(entries) = kept.clone().filter(|boards| is_known(boards)) {
            return Known::all(entries);
        }
        let asked = async {
            let token = token(platform, account).await?;
            let boards = all_boards(&platform.pinterest, account.mode, &token);
            let boards = tokio::time::timeout(PATIENCE, boards).await??.into_iter().map(Into::into).collect();
            Ok(BoardIndex::new(boards, &account.username))
        };
        known(asked.await, kept, account, |boards| self.boards.put(account.id.clone(), boards))
    }

    /// Looks `wanted` up among the sections of `board`; Pinterest is asked unless all of them are known.
    pub async fn sections(
        &self,
        platform: &Platform,
        account: &Account,
        board: &BoardId,
        wanted: &[&GivenSection],
    ) -> Known<SectionIndex> {
        let key = (account.id.clone(), board.clone());
        let kept = self.sections.get(&key);
        let is_known = |sections: &SectionIndex| wanted.iter().all(|section| section.find_one(sections).is_some());
        if let Some(entries) = kept.clone().filter(|sections| is_known(sections)) {
            return Known::all(entries);
        }
        let asked = async {
            let token = token(platform, account).await?;
            let sections = all_sections(&platform.pinterest, (account.mode, &token), board);
            let sections = tokio::time::timeout(PATIENCE, sections).await??.into_iter().map(Into::into).collect();
            Ok(SectionIndex::new(sections))
        };
        known(asked.await, kept, account, |sections| self.sections.put(key, sections))
    }
}

async fn token(platform: &Platform, account: &Account) -> Result<AccessToken, Unreadable> {
    let tokens = account.usable_tokens(platform.clock.now()).ok_or(Unreadable::NoToken)?;
    Ok(platform.tokens.open_access(account, &tokens.access).await?)
}

/// What is known after Pinterest was asked; where it did not answer, what was known before.
fn known<T: Default>(
    asked: Result<T, Unreadable>,
    kept: Option<Arc<T>>,
    account: &Account,
    keep: impl FnOnce(&Arc<T>),
) -> Known<T> {
    match asked {
        Ok(entries) => {
            let entries = Arc::new(entries);
            keep(&entries);
            Known::all(entries)
        }
        Err(error) => {
            let unread = Some(error.unread());
            let error = &error as &dyn std::error::Error;
            tracing::warn!(account = %account.id, error, "boards or sections could not be listed; pins are accepted unverified");
            Known { entries: kept.unwrap_or_default(), unread }
        }
    }
}
