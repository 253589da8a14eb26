//! Whether an account may publish, and whether a board is one of its boards.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join_all, try_join_all};
use shared::api::Problem;
use shared::domain::{Account, AccountId, BoardId, Connection, FieldError, Mode, Scope, Settings};
use shared::store::StoreError;

use crate::boards::{Known, Sight};
use crate::desk::Desk;

/// Where a pin will wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The mode of the account.
    pub mode: Mode,
    /// Whether the board was seen in the account.
    pub verified: bool,
}

/// What speaks against a spot.
#[derive(Debug)]
struct Objection {
    field: &'static str,
    code: &'static str,
    message: String,
}

/// An account and a board of it that a pin is to go to; what is absent was wrong already.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// What the names of its fields begin with.
    pub path: &'a str,
    /// The account.
    pub account_id: Option<&'a AccountId>,
    /// The board.
    pub board_id: Option<&'a BoardId>,
}

/// Judges every spot; what speaks against one is noted, and its placement is absent.
///
/// Accounts that need to be reconnected pass: their pins wait, visibly. Where Pinterest does not answer, a board
/// passes unverified.
pub async fn check(
    desk: &Desk,
    spots: &[Spot<'_>],
    errors: &mut Vec<FieldError>,
) -> Result<Vec<Option<Placement>>, Problem> {
    let accounts = accounts(desk, spots).await?;
    let known = known(desk, &accounts, spots).await;
    let mut placements = Vec::new();
    for spot in spots {
        let placement = judge(spot, &accounts, &known, &desk.settings).unwrap_or_else(|objection| {
            let field = format!("{}{}", spot.path, objection.field);
            errors.push(FieldError::new(field, objection.code, objection.message));
            None
        });
        placements.push(placement);
    }
    Ok(placements)
}

/// The same for the one spot at which a pin is, or is to be.
pub async fn check_one(
    desk: &Desk,
    account_id: &AccountId,
    board_id: Option<&BoardId>,
    errors: &mut Vec<FieldError>,
) -> Result<Option<Placement>, Problem> {
    let spot = Spot { path: "", account_id: Some(account_id), board_id };
    let placements = check(desk, &[spot], errors).await?;
    Ok(placements.into_iter().next().flatten())
}

/// The owner's accounts among those that the spots name.
async fn accounts(desk: &Desk, spots: &[Spot<'_>]) -> Result<BTreeMap<AccountId, Account>, StoreError> {
    let named: BTreeSet<_> = spots.iter().filter_map(|spot| spot.account_id).collect();
    let store = &desk.function.platform.accounts;
    let loads = named.into_iter().map(|id| store.load(&desk.owner, id));
    let found = try_join_all(loads).await?.into_iter().flatten();
    Ok(found.map(|account| (account.id.clone(), account)).collect())
}

/// What is known of the boards of those accounts that may publish.
async fn known(desk: &Desk, accounts: &BTreeMap<AccountId, Account>, spots: &[Spot<'_>]) -> BTreeMap<AccountId, Known> {
    let able = accounts.values().filter(|account| obstacle(account, &desk.settings).is_none());
    let looks = able.map(async |account| {
        let of_account = spots.iter().filter(|spot| spot.account_id == Some(&account.id));
        let wanted: BTreeSet<BoardId> = of_account.filter_map(|spot| spot.board_id.cloned()).collect();
        let known = desk.function.boards.look(&desk.function.platform, account, &wanted).await;
        (account.id.clone(), known)
    });
    join_all(looks).await.into_iter().collect()
}

fn judge(
    spot: &Spot<'_>,
    accounts: &BTreeMap<AccountId, Account>,
    known: &BTreeMap<AccountId, Known>,
    settings: &Settings,
) -> Result<Option<Placement>, Objection> {
    let Some(id) = spot.account_id else { return Ok(None) };
    let account = accounts.get(id).ok_or_else(|| object("account_id", "not_found", "You have no such account."))?;
    if let Some(objection) = obstacle(account, settings) {
        return Err(objection);
    }
    let (Some(board), Some(known)) = (spot.board_id, known.get(id)) else { return Ok(None) };
    let verified = match known.sight(board) {
        Sight::Absent => {
            let message = "The account has no such board. GET /v1/accounts/{id}/boards lists those it has.";
            return Err(object("board_id", "not_found", message));
        }
        Sight::Seen { secret: true } if !account.scopes.contains(Scope::PINS_WRITE_SECRET) => {
            let message = "The board is secret, and the account was connected without pins:write_secret. Connect it \
                           again and allow it.";
            return Err(object("board_id", "scope_missing", message));
        }
        Sight::Seen { .. } => true,
        Sight::Unknown => false,
    };
    Ok(Some(Placement { mode: account.mode, verified }))
}

/// Why the account may not publish whatever the board.
fn obstacle(account: &Account, settings: &Settings) -> Option<Objection> {
    if account.connection == Connection::Disconnected {
        return Some(object("account_id", "account_disconnected", "The account was disconnected. Connect it again."));
    }
    if account.mode != settings.mode {
        let (own, current) = (account.mode, settings.mode);
        let message = format!("The account belongs to {own} mode; Pinwheel is in {current} mode.");
        return Some(object("account_id", "other_mode", message));
    }
    // The name of the account can be missing for publishing; everything else cannot.
    let missing = account.scopes.missing_for_publishing();
    let missing: Vec<_> = missing.iter().filter(|scope| *scope != Scope::USER_ACCOUNTS_READ).collect();
    let names: Vec<_> = missing.iter().map(|scope| scope.as_str()).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        let message = format!("Publishing (POST /pins) needs {names}. Connect the account again and allow it.");
        object("account_id", "scope_missing", message)
    })
}

fn object(field: &'static str, code: &'static str, message: impl Into<String>) -> Objection {
    Objection { field, code, message: message.into() }
}
