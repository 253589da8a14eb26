//! The section of a board that a pin is to go to.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use shared::domain::{Account, AccountId, BoardId, BoardIndex, GivenBoard, GivenSection, SectionIndex, Suggestions};

use super::{Found, Objection, Placement, Spot, object, unasked};
use crate::boards::Known;
use crate::desk::Desk;

/// What is known of the sections of boards.
pub(super) type Sections = BTreeMap<(AccountId, BoardId), Known<SectionIndex>>;

/// Which section is wanted: the one that was given, or the one that the board's address names.
pub(super) fn wanted(
    spot: &Spot<'_>,
    board: &GivenBoard,
    known: &Known<BoardIndex>,
) -> Result<Option<GivenSection>, Objection> {
    let (Some(given), named) = (spot.section, board.section()) else { return Ok(board.section()) };
    if named.is_some_and(|named| named != *given) {
        let message =
            "The address of the board names a section already. Leave section_id out, or give the board alone.";
        return Err(object("section_id", "conflicting", message));
    }
    let Some(other) = given.board() else { return Ok(Some(given.clone())) };
    let meant = |board: &GivenBoard| board.find_one(&known.entries).map(|board| &board.id);
    if known.complete && meant(&other) != meant(board) {
        let message = "This is the address of a section of another board. Give a section of the board in board_id.";
        return Err(object("section_id", "other_board", message));
    }
    Ok(Some(given.clone()))
}

/// Looks up the sections that are wanted, each list once.
pub(super) async fn known(
    desk: &Desk,
    accounts: &BTreeMap<AccountId, Account>,
    spots: &[Spot<'_>],
    found: &[Result<Option<Found>, Objection>],
) -> Sections {
    let mut wanted: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (spot, found) in spots.iter().zip(found) {
        let (Some(account), Ok(Some(found))) = (spot.account_id, found) else { continue };
        if let Some(section) = &found.section {
            wanted.entry((account.clone(), found.placement.board_id.clone())).or_default().push(section);
        }
    }
    let looks = wanted.into_iter().filter_map(|(key, wanted)| Some((accounts.get(&key.0)?, key, wanted)));
    let looks = looks.map(async |(account, key, wanted)| {
        let known = desk.function.boards.sections(&desk.function.platform, account, &key.1, &wanted).await;
        (key, known)
    });
    join_all(looks).await.into_iter().collect()
}

/// The placement with its section.
pub(super) fn judge(
    spot: &Spot<'_>,
    found: Found,
    sections: &Sections,
    suggestions: &mut Suggestions,
) -> Result<Placement, Objection> {
    let Found { placement, section } = found;
    let (Some(given), Some(account)) = (section, spot.account_id) else { return Ok(placement) };
    let known = sections.get(&(account.clone(), placement.board_id.clone()));
    let known = known.expect("every list that is wanted was looked up");
    let section_id = match (given.find(&known.entries, suggestions), given.as_id()) {
        (Ok(section), _) => section.id.clone(),
        (Err(miss), _) if known.complete => {
            // The section may stand in the address of the board.
            let field = if spot.section.is_some() { "section_id" } else { "board_id" };
            let remedy = "GET /v1/accounts/{id}/boards/{board}/sections lists those it has.";
            return Err(object(field, miss.code(), miss.message("section", "The board", remedy)));
        }
        (Err(_), Some(id)) => id,
        (Err(_), None) => return Err(unasked("section_id", "section", known.denied)),
    };
    let unverifiable = placement.unverifiable || known.denied;
    Ok(Placement { section_id: Some(section_id), unverifiable, ..placement })
}
