//! Rows for which their owner has no room, and the files that may be taken on a day.

use shared::api::{LIMIT_REACHED, Problem};
use shared::domain::{ImportedRow, Limit, RowNote};
use shared::limits::{self, Room};
use shared::store::{Stock, day};

use crate::desk::Desk;

/// Refuses the rows that would make more pins wait than their owner may have, the last ones of the file.
pub async fn refuse_rows(desk: &Desk, rows: &mut [ImportedRow]) -> Result<Room, Problem> {
    let wanted = rows.iter().filter(|row| row.pin.is_some()).count() as u64;
    let of = (&desk.owner, Stock::WaitingPins);
    let room = limits::room(&desk.function.platform, &desk.settings.limits, of, wanted).await?;
    let Err(reached) = room.admit(wanted) else { return Ok(room) };
    let message = format!(
        "{} The rows before this one fill the room there is. Send the file once more, with an Idempotency-Key that you have \
         not used, when there is room again: rows that are pins by then are left out.",
        reached.message()
    );
    let room_left = usize::try_from(room.left()).unwrap_or(usize::MAX);
    for row in rows.iter_mut().filter(|row| row.pin.is_some()).skip(room_left) {
        row.pin = None;
        row.errors.push(RowNote::new("row", LIMIT_REACHED, message.clone()));
    }
    Ok(room)
}

/// Refuses the file where as many as may be were taken today.
pub async fn check_day(desk: &Desk) -> Result<(), Problem> {
    let limits = &desk.settings.limits;
    if limits.most(Limit::ImportsPerDay).is_none() {
        return Ok(());
    }
    let taken = desk.function.platform.uses.imports(&desk.owner, desk.now).await?;
    let room = Room::counted(limits, Limit::ImportsPerDay, taken);
    let (_, end) = day(desk.now);
    // Rounded up, so that nobody comes too early.
    let seconds = (end.duration_since(desk.now).as_millis() + 999) / 1000;
    room.admit(1).map_err(|reached| Problem::limit_reached(reached, u64::try_from(seconds).ok()))
}
