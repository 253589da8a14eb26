//! Boards, and which of them a caller may see and use.

use super::fields::Fields;
use super::list::Page;
use super::{Answer, Caller, Incoming, Refusal, shape};
use crate::draw;
use crate::simulator::World;
use crate::store::{Board, BoardFilter, Privacy};

/// Often quoted; Pinterest's description names no limits. Invented as a refusal.
const NAME_LENGTH: usize = 50;
const DESCRIPTION_LENGTH: usize = 500;

/// The caller's boards and those they collaborate on.
pub(super) fn list(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let sees_secret = caller.scopes.has("boards:read_secret");
    let (public, protected, secret) = match call.query("privacy") {
        None | Some("ALL") => (true, true, sees_secret),
        Some("PUBLIC") => (true, false, false),
        Some("PROTECTED") => (false, true, false),
        Some("SECRET") => (false, false, sees_secret),
        Some("PUBLIC_AND_SECRET") => (true, false, sees_secret),
        Some(other) => {
            return Err(Refusal::invalid(format!("'{other}' is not a privacy for parameter 'privacy'")));
        }
    };
    let page = Page::of(call)?;
    let boards = world.boards(call.mode, &caller.person_id, BoardFilter { public, protected, secret }, page.slice())?;
    page.answer(world, boards, |board| board.seq, |board| shape::board(world, board))
}

/// A new board of the caller's.
pub(super) fn create(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let fields = Fields::of_body(call, &["name", "description", "privacy", "is_ads_only"])?;
    let mut name = name(&fields)?.ok_or_else(invalid_name)?;
    let mut privacy = privacy(&fields, &["PUBLIC", "PROTECTED", "SECRET"])?.unwrap_or_default();
    let is_ads_only = fields.flag("is_ads_only")?.unwrap_or(false);
    if is_ads_only {
        "Ad-only Pins".clone_into(&mut name);
        privacy = Privacy::Protected;
    }
    may_write_secret(privacy, caller)?;
    if world.has_board_named(call.mode, &caller.person_id, &name, "")? {
        return Err(invalid_name());
    }
    let board = Board {
        seq: 0,
        id: draw::id(world.rng),
        mode: call.mode,
        owner_id: caller.person_id.clone(),
        owner: caller.username.clone(),
        name,
        description: fields.text("description", DESCRIPTION_LENGTH)?.unwrap_or_default(),
        privacy,
        is_ads_only,
        collaborators: 0,
        created_at: world.now,
        pins_modified_at: world.now,
    };
    world.insert_board(&board)?;
    Ok(Answer::created(shape::board(world, &board)?))
}

/// One board.
pub(super) fn get(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = readable(world, call, caller)?;
    Ok(Answer::ok(shape::board(world, &board)?))
}

/// Changes a board of the caller's own.
pub(super) fn update(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let mut board = owned(world, call, caller)?;
    let fields = Fields::of_body(call, &["name", "description", "privacy"])?;
    if let Some(name) = name(&fields)? {
        board.name = name;
    }
    if let Some(description) = fields.text("description", DESCRIPTION_LENGTH)? {
        board.description = description;
    }
    if let Some(privacy) = privacy(&fields, &["PUBLIC", "SECRET"])? {
        board.privacy = privacy;
    }
    may_write_secret(board.privacy, caller)?;
    if world.has_board_named(call.mode, &caller.person_id, &board.name, &board.id)? {
        return Err(invalid_name());
    }
    world.update_board(&board)?;
    Ok(Answer::ok(shape::board(world, &board)?))
}

/// Removes a board of the caller's own with everything on it.
pub(super) fn delete(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = owned(world, call, caller)?;
    world.delete_board(&board.id)?;
    Ok(Answer::no_content())
}

/// The board of the path, if the caller may see it.
pub(super) fn readable(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Board, Refusal> {
    let id = id_in_path(call, "board_id")?;
    let board = world.find_board(call.mode, id)?.ok_or_else(Refusal::board_not_found)?;
    let is_shared = world.may_save_to(&board, &caller.person_id)?;
    // Invented: that somebody else's secret board is not there, and one's own is not permitted.
    match board.privacy {
        Privacy::Secret if !is_shared => Err(Refusal::board_not_found()),
        Privacy::Secret if !caller.scopes.has("boards:read_secret") => Err(Refusal::not_permitted()),
        _ if !is_shared => Err(Refusal::not_permitted()),
        _ => Ok(board),
    }
}

/// The board with this id, if the caller may save pins to it.
pub(super) fn writable(world: &World<'_>, call: &Incoming, caller: &Caller, id: &str) -> Result<Board, Refusal> {
    let board = world.find_board(call.mode, id)?.ok_or_else(Refusal::board_not_found)?;
    match (world.may_save_to(&board, &caller.person_id)?, board.privacy) {
        (true, Privacy::Secret) if !caller.scopes.has("pins:write_secret") => Err(Refusal::not_permitted()),
        (true, _) => Ok(board),
        (false, Privacy::Secret) => Err(Refusal::board_not_found()),
        (false, _) => Err(Refusal::not_permitted()),
    }
}

/// An id of the path, which is digits.
pub(super) fn id_in_path<'a>(call: &'a Incoming, name: &str) -> Result<&'a str, Refusal> {
    let id = call.param(name);
    if id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(id);
    }
    Err(Refusal::invalid(format!("'{id}' does not match '^\\d+$' for parameter '{name}'")))
}

fn owned(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Board, Refusal> {
    let board = readable(world, call, caller)?;
    if board.owner_id != caller.person_id {
        return Err(Refusal::not_permitted());
    }
    may_write_secret(board.privacy, caller)?;
    Ok(board)
}

/// Whether the caller may change a board of this privacy.
pub(super) fn may_write_secret(privacy: Privacy, caller: &Caller) -> Result<(), Refusal> {
    if privacy == Privacy::Secret && !caller.scopes.has("boards:write_secret") {
        return Err(Refusal::scopes_missing(["boards:write_secret"]));
    }
    Ok(())
}

fn name(fields: &Fields<'_>) -> Result<Option<String>, Refusal> {
    let Some(name) = fields.text("name", 10_000)? else {
        return Ok(None);
    };
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH { Err(invalid_name()) } else { Ok(Some(name)) }
}

fn privacy(fields: &Fields<'_>, words: &[&str]) -> Result<Option<Privacy>, Refusal> {
    Ok(fields.word("privacy", words)?.and_then(Privacy::parse))
}

fn invalid_name() -> Refusal {
    Refusal::bad_400("The board name is invalid or duplicated.")
}
