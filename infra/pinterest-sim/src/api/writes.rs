//! Writes to one board that follow each other closely, which Pinterest may refuse.

use super::{Incoming, Refusal};
use crate::controls::BoardRefusal;
use crate::moment::after_millis;
use crate::operation::{Category, Operation};
use crate::simulator::World;

/// The board that a call is about to write to; refused while the board belongs to another write.
pub(super) fn admit(world: &World<'_>, call: &Incoming) -> Result<Option<String>, Refusal> {
    if world.controls.board_writes.hold_ms == 0 || call.operation.category() != Category::OrgWrite {
        return Ok(None);
    }
    let board = match call.operation {
        Operation::UpdatePin | Operation::DeletePin => {
            world.find_pin(call.mode, call.param("pin_id"))?.map(|pin| pin.board_id)
        }
        _ => call.board().map(str::to_owned),
    };
    let is_held = board.as_ref().and_then(|id| world.controls.holds.get(id)).is_some_and(|until| *until > world.now);
    match world.controls.board_writes.refusal {
        _ if !is_held => Ok(board),
        BoardRefusal::RateLimited => Err(Refusal::rate_limited()),
        BoardRefusal::Conflict => Err(Refusal::board_is_busy(call.operation)),
    }
}

/// Gives a board that was written to its moment.
pub(super) fn hold(world: &mut World<'_>, board: Option<String>) {
    let until = after_millis(world.now, world.controls.board_writes.hold_ms);
    if let Some(board) = board {
        world.controls.holds.insert(board, until);
    }
}
