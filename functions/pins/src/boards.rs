//! The boards of accounts as they were a few minutes ago.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use shared::boards::all_boards;
use shared::clock::SharedClock;
use shared::domain::{Account, AccountId, BoardId};
use shared::pinterest::CallError;
use shared::platform::Platform;
use shared::vault::SealError;
use tokio::time::error::Elapsed;

/// How long a list is believed. Pinterest's guidelines ask not to keep what it tells for longer than needed.
const KEEP: SignedDuration = SignedDuration::from_mins(10);

/// How long a client is kept waiting for Pinterest's list; after that the pin is taken unverified.
const PATIENCE: Duration = Duration::from_secs(8);

/// The boards of an account: their ids, and whether each is secret.
type Boards = Arc<BTreeMap<BoardId, bool>>;

/// Remembers the boards of accounts for ten minutes.
#[derive(Debug)]
pub struct KnownBoards {
    clock: SharedClock,
    kept: Mutex<HashMap<AccountId, (Timestamp, Boards)>>,
}

/// What is known of an account's boards.
#[derive(Debug, Clone)]
pub struct Known {
    boards: Boards,
    /// Whether a board that is not among them does not exist; otherwise Pinterest could not be asked.
    complete: bool,
}

/// What is known of one board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// It is there.
    Seen {
        /// Whether only its members see it.
        secret: bool,
    },
    /// It is not there.
    Absent,
    /// Pinterest could not be asked.
    Unknown,
}

/// Why the boards could not be read.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("the account has no usable token")]
    NoToken,
    #[error("could not open the access token")]
    Sealed(#[from] SealError),
    #[error("could not list the boards")]
    Refused(#[from] CallError),
    #[error("listing the boards took too long")]
    TooSlow(#[from] Elapsed),
}

impl Known {
    /// What is known of `board`.
    pub fn sight(&self, board: &BoardId) -> Sight {
        match (self.boards.get(board), self.complete) {
            (Some(secret), _) => Sight::Seen { secret: *secret },
            (None, true) => Sight::Absent,
            (None, false) => Sight::Unknown,
        }
    }
}

impl KnownBoards {
    /// Nothing is known yet.
    pub fn new(clock: SharedClock) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// Looks `wanted` up among the boards of `account`; Pinterest is asked unless all of them are known.
    pub async fn look(&self, platform: &Platform, account: &Account, wanted: &BTreeSet<BoardId>) -> Known {
        let kept = self.kept(&account.id);
        if let Some(boards) = &kept
            && wanted.iter().all(|board| boards.contains_key(board))
        {
            return Known { boards: boards.clone(), complete: true };
        }
        match ask(platform, account).await {
            Ok(boards) => {
                self.keep(&account.id, &boards);
                Known { boards, complete: true }
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(account = %account.id, error, "the boards are unknown; pins are taken unverified");
                Known { boards: kept.unwrap_or_default(), complete: false }
            }
        }
    }

    fn kept(&self, account: &AccountId) -> Option<Boards> {
        let now = self.clock.now();
        let fresh = |at: &Timestamp| now.duration_since(*at) < KEEP;
        self.lock().get(account).filter(|(at, _)| fresh(at)).map(|(_, boards)| boards.clone())
    }

    fn keep(&self, account: &AccountId, boards: &Boards) {
        let now = self.clock.now();
        let mut kept = self.lock();
        kept.retain(|_, (at, _)| now.duration_since(*at) < KEEP);
        kept.insert(account.clone(), (now, boards.clone()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, (Timestamp, Boards)>> {
        self.kept.lock().expect("nothing panics while it holds this lock")
    }
}

async fn ask(platform: &Platform, account: &Account) -> Result<Boards, Unreadable> {
    let tokens = account.usable_tokens(platform.clock.now()).ok_or(Unreadable::NoToken)?;
    let token = platform.tokens.open_access(account, &tokens.access).await?;
    let boards = tokio::time::timeout(PATIENCE, all_boards(&platform.pinterest, account.mode, &token)).await??;
    Ok(Arc::new(boards.into_iter().map(|board| (board.id.clone(), board.is_secret())).collect()))
}
