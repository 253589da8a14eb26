//! The section of a board that a pin is to go to.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use shared::domain::fields::shortened;
use shared::domain::{
    Account, AccountId, BoardId, BoardIndex, GivenBoard, GivenSection, SectionId, SectionIndex, Suggestions,
};

use super::{Found, MOST_SHOWN, Objection, Placement, Spot, object, unasked};
use crate::boards::{Known, Unread};
use crate::desk::Desk;

/// What is known of the sections of boards.
pub(super) type Sections = BTreeMap<(AccountId, BoardId), Known<SectionIndex>>;

/// Which section is wanted: the one that was given, or the one that the board's name or address says; and beside the former
/// the latter, where only a look at both shows whether they are the same.
pub(super) fn wanted(
    spot: &Spot<'_>,
    (board, id): (&GivenBoard, &BoardId),
    named: Option<GivenSection>,
    known: &Known<BoardIndex>,
) -> Result<(Option<GivenSection>, Option<GivenSection>), Objection> {
    let Some(given) = spot.section else { return Ok((named, None)) };
    let named = named.filter(|named| !named.is_alike(given));
    if named.is_some() && board.section().is_some() {
        return Err(conflicting("address"));
    }
    let Some(other) = given.board() else { return Ok((Some(given.clone()), named)) };
    if known.unread.is_none() && other.find_one(&known.entries).map(|board| &board.id) != Some(id) {
        let message = "This section belongs to another board. Choose a section of the board in board_id.";
        return Err(object("section_id", "other_board", message));
    }
    Ok((Some(given.clone()), named))
}

fn conflicting(what: &str) -> Objection {
    let message =
        format!("The {what} of the board already names another section. Remove section_id, or give only the board.");
    object("section_id", "conflicting", message)
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
        for section in found.section.iter().chain(&found.other) {
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
    let Found { placement, board, section, other } = found;
    let (Some(given), Some(account)) = (section, spot.account_id) else { return Ok(placement) };
    let known = sections.get(&(account.clone(), placement.board_id.clone()));
    let known = known.expect("every list that is wanted was looked up");
    // The section may stand in the name or the address of the board.
    let field = if spot.section.is_some() { "section_id" } else { "board_id" };
    let board = board.map_or_else(|| "The board".to_owned(), |name| format!("The board {name:?}"));
    let section_id = find(&given, known, (field, &board), suggestions)?;
    if let Some(other) = other
        && find(&other, known, ("board_id", &board), suggestions)? != section_id
    {
        return Err(conflicting("name"));
    }
    let unverifiable = placement.unverifiable || known.unread == Some(Unread::Denied);
    Ok(Placement { section_id: Some(section_id), unverifiable, ..placement })
}

fn find(
    given: &GivenSection,
    known: &Known<SectionIndex>,
    (field, board): (&'static str, &str),
    suggestions: &mut Suggestions,
) -> Result<SectionId, Objection> {
    let miss = match given.find(&known.entries, suggestions) {
        Ok(section) => return Ok(section.id.clone()),
        Err(miss) => miss,
    };
    match (known.unread, given.as_id()) {
        (None, _) => {
            let missing = format!("section {:?}", shortened(given.as_str(), MOST_SHOWN));
            let remedy = "Choose one of the board's sections, or create it.";
            Err(object(field, miss.code(), miss.message_of("section", &missing, board, remedy)))
        }
        (Some(_), Some(id)) => Ok(id),
        (Some(why), None) => Err(unasked(field, "section", why)),
    }
}
