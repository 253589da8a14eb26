//! Whether an account may publish, and whether a board is one of its boards.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join_all, try_join_all};
use shared::api::{Note, Problem};
use shared::boards::remedy;
use shared::domain::fields::shortened;
use shared::domain::{
    Account, AccountId, BoardId, BoardIndex, Connection, Destination, FieldError, FoundBoard, GivenBoard, GivenSection,
    MissedBoard, Mode, Plan, Scope, SectionId, Settings, Suggestions,
};
use shared::store::StoreError;

use crate::boards::{Known, Unread};
use crate::desk::Desk;

mod section;

/// How much of a name is shown, in characters.
const MOST_SHOWN: usize = 100;

/// Where a pin will wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The mode of the account.
    pub mode: Mode,
    /// The board that was meant.
    pub board_id: BoardId,
    /// The section that was meant.
    pub section_id: Option<SectionId>,
    /// Whether the board was seen in the account.
    pub verified: bool,
    /// Whether Pinterest does not let the app see the board or its section.
    pub unverifiable: bool,
    /// The plan of the account.
    pub plan: Option<Plan>,
}

impl Placement {
    /// The place as a pin has it.
    pub fn destination(&self, account_id: AccountId) -> Destination {
        Destination {
            account_id,
            mode: self.mode,
            board_id: self.board_id.clone(),
            section_id: self.section_id.clone(),
            board_verified: self.verified,
        }
    }

    /// What there is to say of it.
    pub fn note(&self) -> Option<Note> {
        self.unverifiable.then_some(Note::UNVERIFIABLE)
    }
}

/// What speaks against a spot.
#[derive(Debug, Clone)]
pub struct Objection {
    /// The field of the spot, such as `board_id`.
    pub field: &'static str,
    /// A stable word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
}

/// An account and a place in it that a pin is to go to; what is absent was wrong already.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// What the names of its fields begin with.
    pub path: &'a str,
    /// The account.
    pub account_id: Option<&'a AccountId>,
    /// The board.
    pub board: Option<&'a GivenBoard>,
    /// The section, where one was given.
    pub section: Option<&'a GivenSection>,
}

/// A spot whose board was found, and what is left to be found.
#[derive(Debug)]
struct Found {
    placement: Placement,
    /// The name of the board, where it was seen.
    board: Option<String>,
    section: Option<GivenSection>,
    /// The section that the board's name says, where another one is given beside it that may be the same.
    other: Option<GivenSection>,
}

/// Judges every spot; what speaks against one is noted, and its placement is absent.
///
/// Accounts that need to be reconnected pass: their pins wait, visibly. Where Pinterest does not answer, an id passes
/// unverified, and a name does not.
pub async fn check(
    desk: &Desk,
    spots: &[Spot<'_>],
    errors: &mut Vec<FieldError>,
) -> Result<Vec<Option<Placement>>, Problem> {
    let mut placements = Vec::new();
    for (spot, placed) in spots.iter().zip(check_each(desk, spots).await?) {
        placements.push(placed.unwrap_or_else(|objection| {
            let field = format!("{}{}", spot.path, objection.field);
            errors.push(FieldError::new(field, objection.code, objection.message));
            None
        }));
    }
    Ok(placements)
}

/// The same, with what speaks against each spot in its place.
pub async fn check_each(desk: &Desk, spots: &[Spot<'_>]) -> Result<Vec<Result<Option<Placement>, Objection>>, Problem> {
    let accounts = accounts(desk, spots).await?;
    let known = known(desk, &accounts, spots).await;
    let mut suggestions = Suggestions::default();
    let found = spots.iter().map(|spot| judge(spot, (&accounts, &known), &desk.settings, &mut suggestions));
    let found: Vec<_> = found.collect();
    let sections = section::known(desk, &accounts, spots, &found).await;
    let placed = spots.iter().zip(found).map(|(spot, found)| {
        found.and_then(|found| found.map(|found| section::judge(spot, found, &sections, &mut suggestions)).transpose())
    });
    Ok(placed.collect())
}

/// The same for the one spot at which a pin is, or is to be.
pub async fn check_one(
    desk: &Desk,
    account_id: &AccountId,
    (board, section): (Option<&GivenBoard>, Option<&GivenSection>),
    errors: &mut Vec<FieldError>,
) -> Result<Option<Placement>, Problem> {
    let spot = Spot { path: "", account_id: Some(account_id), board, section };
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
async fn known(
    desk: &Desk,
    accounts: &BTreeMap<AccountId, Account>,
    spots: &[Spot<'_>],
) -> BTreeMap<AccountId, Known<BoardIndex>> {
    let able = accounts.values().filter(|account| obstacle(account, &desk.settings).is_none());
    let looks = able.map(async |account| {
        let of_account = spots.iter().filter(|spot| spot.account_id == Some(&account.id));
        let wanted: Vec<_> = of_account.filter_map(|spot| spot.board).collect();
        let known = desk.function.boards.boards(&desk.function.platform, account, &wanted).await;
        (account.id.clone(), known)
    });
    join_all(looks).await.into_iter().collect()
}

fn judge(
    spot: &Spot<'_>,
    (accounts, known): (&BTreeMap<AccountId, Account>, &BTreeMap<AccountId, Known<BoardIndex>>),
    settings: &Settings,
    suggestions: &mut Suggestions,
) -> Result<Option<Found>, Objection> {
    let Some(id) = spot.account_id else { return Ok(None) };
    let account = accounts.get(id).ok_or_else(|| object("account_id", "not_found", "You don't have this account."))?;
    if let Some(objection) = obstacle(account, settings) {
        return Err(objection);
    }
    let (Some(given), Some(known)) = (spot.board, known.get(id)) else { return Ok(None) };
    let place = |board_id, verified| Placement {
        mode: account.mode,
        board_id,
        section_id: None,
        verified,
        unverifiable: known.unread == Some(Unread::Denied),
        plan: account.plan.as_deref().cloned(),
    };
    let (placement, board, named) = match (given.find_place(&known.entries, suggestions), given.as_id()) {
        (Ok(FoundBoard { board, section }), _) => {
            if board.is_secret && !account.scopes.contains(Scope::PINS_WRITE_SECRET) {
                let message = "The board is secret, and the account was connected without pins:write_secret. \
                               Reconnect it and allow everything that Pinterest asks for.";
                return Err(object("board_id", "scope_missing", message));
            }
            (place(board.id.clone(), true), Some(board.name.clone()), section)
        }
        (Err(missed), id) => match (known.unread, id) {
            (None, _) => return Err(missing_board(account, given, &missed)),
            (Some(_), Some(id)) => (place(id, false), None, None),
            (Some(why), None) => return Err(unasked("board_id", "board", why)),
        },
    };
    let (section, other) = section::wanted(spot, (given, &placement.board_id), named, known)?;
    Ok(Some(Found { placement, board, section, other }))
}

/// Says which board is missing, and how to make it.
fn missing_board(account: &Account, given: &GivenBoard, MissedBoard { miss, name }: &MissedBoard) -> Objection {
    let shown = |text: &str| format!("{:?}", shortened(text, MOST_SHOWN));
    let missing = match given.as_str() {
        whole if whole == name => format!("board {}", shown(name)),
        whole => format!("board {}, and none {} before a section either", shown(whole), shown(name)),
    };
    object("board_id", miss.code(), miss.message_of("board", &missing, "The account", &remedy(account)))
}

/// Says that Pinterest could not be asked what a name means.
fn unasked(field: &'static str, kind: &str, why: Unread) -> Objection {
    let (code, message) = match why {
        Unread::Denied => (
            "data_access_denied",
            format!(
                "Pinterest doesn't let this app read the boards of personal accounts, so this name couldn't be \
                 looked up. Use the {kind}'s ID, which isn't verified, or convert the account to a free business \
                 account on Pinterest."
            ),
        ),
        Unread::NeedsReconnect => (
            "needs_reconnect",
            format!(
                "Pinterest no longer accepts this account's authorization, so this name couldn't be looked up. \
                 Reconnect the account, or use the {kind}'s ID, which isn't verified."
            ),
        ),
        Unread::NoAnswer => (
            "pinterest_unavailable",
            format!(
                "Pinterest isn't responding, so this name couldn't be looked up. Try again in a minute, or use the \
                 {kind}'s ID, which isn't verified."
            ),
        ),
    };
    object(field, code, message)
}

/// Why the account may not publish whatever the board.
fn obstacle(account: &Account, settings: &Settings) -> Option<Objection> {
    if account.connection == Connection::Disconnected {
        return Some(object("account_id", "account_disconnected", "The account was disconnected. Reconnect it."));
    }
    if account.mode != settings.mode {
        let (own, current) = (account.mode, settings.mode);
        let message = format!("The account is for {own} mode, but Pinwheel is in {current} mode.");
        return Some(object("account_id", "other_mode", message));
    }
    // The name of the account can be missing for publishing; everything else cannot.
    let missing = account.scopes.missing_for_publishing();
    let missing: Vec<_> = missing.iter().filter(|scope| *scope != Scope::USER_ACCOUNTS_READ).collect();
    let names: Vec<_> = missing.iter().map(|scope| scope.as_str()).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        let message = format!(
            "Publishing needs {names}. Reconnect the account and allow everything that Pinterest \
                               asks for."
        );
        object("account_id", "scope_missing", message)
    })
}

fn object(field: &'static str, code: &'static str, message: impl Into<String>) -> Objection {
    Objection { field, code, message: message.into() }
}
