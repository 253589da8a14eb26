//! Sections of boards.

use super::fields::Fields;
use super::list::Page;
use super::{Answer, Caller, Incoming, Refusal, boards, shape};
use crate::draw;
use crate::simulator::World;
use crate::store::Section;

/// `BoardSection.name` in Pinterest's description.
const NAME_LENGTH: usize = 180;

/// The sections of a board.
pub(super) fn list(world: &World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = boards::readable(world, call, caller)?;
    let page = Page::of(call)?;
    let sections = world.sections(&board.id, page.slice())?;
    page.answer(world, sections, |section| section.seq, |section| Ok(shape::section(world, section)))
}

/// A new section on a board that the caller may save to.
pub(super) fn create(world: &mut World<'_>, call: &Incoming, caller: &Caller) -> Result<Answer, Refusal> {
    let board = boards::readable(world, call, caller)?;
    boards::may_write_secret(board.privacy, caller)?;
    let fields = Fields::of_body(call, &["name"])?;
    let name = fields.required_text("name", NAME_LENGTH).map_err(|_| invalid())?;
    let section = Section { seq: 0, id: draw::id(world.rng), name };
    world.insert_section(&board.id, &section.id, &section.name)?;
    Ok(Answer::created(shape::section(world, &section)))
}

fn invalid() -> Refusal {
    Refusal::bad_400("Invalid board section parameters.")
}
