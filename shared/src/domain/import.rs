//! A file of pins that was taken, on its way into the table.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::{Content, Destination, ImportId, OwnerId, Picture, Pin, PinId};

/// An importer that wrote nothing for so long is taken for dead.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// How long a file and what became of its rows can be read.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A file of pins whose rows are in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Our id of it.
    pub id: ImportId,
    /// Whose it is.
    pub owner: OwnerId,
    /// Who sent it, as the log names them.
    pub by: Option<String>,
    /// In which encoding its text was.
    pub encoding: String,
    /// How many rows it has.
    pub rows: u32,
    /// How many of them become pins.
    pub total: u32,
    /// How many of them have something worth knowing.
    pub warned: u32,
    /// How many rows are left out, since they are pins already.
    pub already_planned: u32,
    /// What is worth knowing of the file as a whole.
    pub notes: Vec<RowNote>,
    /// How many pins are stored at least.
    pub stored: u32,
    /// Which copy of the rows in the table is meant.
    pub copy: String,
    /// With which row each part of the rows begins.
    pub starts: Vec<u32>,
    /// How many parts are stored.
    pub parts_stored: u32,
    /// When it was taken.
    pub created_at: Timestamp,
    /// When an importer was called or wrote something.
    pub beat_at: Option<Timestamp>,
    /// When its last pin was stored.
    pub finished_at: Option<Timestamp>,
}

/// A row and what was found about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRow {
    /// The line of the file in which it begins, the first one being 1.
    pub line: u32,
    /// What becomes of it; absent where something is wrong with it, or where it is a pin already.
    pub pin: Option<PlannedPin>,
    /// The pin that it is already.
    pub planned_as: Option<PinId>,
    /// What is wrong with it.
    pub errors: Vec<RowNote>,
    /// What is worth knowing about it.
    pub warnings: Vec<RowNote>,
}

impl ImportedRow {
    /// Whether something is wrong with it.
    pub fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether it becomes no pin since it is one already, or since an earlier row becomes the same.
    pub fn is_left_out(&self) -> bool {
        self.pin.is_none() && !self.is_wrong()
    }
}

/// A pin as a row asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPin {
    /// Where it goes.
    pub to: Destination,
    /// What it shows.
    pub content: Content,
    /// What is known of the picture of the first file that it shows.
    pub picture: Option<Box<Picture>>,
    /// When it goes out.
    pub publish_at: Timestamp,
}

/// Something about a cell, or about a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowNote {
    /// The name of the column, `row` for the whole of it, or `file`.
    pub column: String,
    /// A stable word for programs.
    pub code: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

impl Import {
    /// Whether everything is stored.
    pub fn is_done(&self) -> bool {
        self.next_part().is_none()
    }

    /// Whether it and its rows may be gone from the table at any moment, so that nobody is shown them any more.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.created_at) >= KEPT
    }

    /// The part that is to be stored next.
    pub fn next_part(&self) -> Option<usize> {
        let next = usize::try_from(self.parts_stored).unwrap_or(usize::MAX);
        (next < self.starts.len()).then_some(next)
    }

    /// How many of its pins are certainly not stored yet: those of the part that is next may be.
    pub fn unstored(&self) -> u32 {
        let Some(next) = self.next_part() else { return 0 };
        let end = self.starts.get(next + 1).copied().unwrap_or(self.rows);
        self.total.saturating_sub(self.stored).saturating_sub(end - self.starts[next])
    }

    /// The part that has the row at `position`.
    pub fn part_of(&self, position: u32) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= position);
        (position < self.rows).then(|| after.checked_sub(1)).flatten()
    }

    /// Whether nobody seems to be at work on it.
    pub fn is_stalled(&self, now: Timestamp) -> bool {
        !self.is_done() && self.beat_at.is_none_or(|beat| now.duration_since(beat) >= PATIENCE)
    }

    /// The id of the pin that a row becomes.
    pub fn pin_id(&self, row: &ImportedRow) -> Option<PinId> {
        row.pin.as_ref().map(|_| PinId::of_import(&self.owner, &self.id, row.line))
    }

    /// The pin that a row becomes, the same whoever makes it.
    pub fn pin(&self, row: ImportedRow) -> Option<Pin> {
        let id = self.pin_id(&row)?;
        let PlannedPin { to, content, picture, publish_at } = row.pin?;
        let mut pin = Pin::draft(id, self.owner.clone(), to, content, self.created_at);
        pin.picture = picture;
        pin.created_by.clone_from(&self.by);
        pin.schedule(publish_at, self.created_at).expect("a draft can be scheduled");
        Some(pin)
    }
}

impl RowNote {
    /// Says something about a cell of `column`.
    pub fn new(column: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { column: column.into(), code: code.into(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn import() -> Import {
        let owner: OwnerId = "alice".parse().unwrap();
        Import {
            id: ImportId::derived(&owner, &[b"file"]),
            owner,
            by: None,
            encoding: "utf-8".into(),
            rows: 25,
            total: 25,
            warned: 0,
            already_planned: 0,
            notes: Vec::new(),
            stored: 0,
            copy: "c".into(),
            starts: vec![0, 10, 20],
            parts_stored: 0,
            created_at: Timestamp::UNIX_EPOCH,
            beat_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn every_row_is_in_one_part() {
        for (position, part) in [(0, Some(0)), (9, Some(0)), (10, Some(1)), (20, Some(2)), (24, Some(2)), (25, None)] {
            assert_eq!(import().part_of(position), part, "{position}");
        }
    }

    #[test]
    fn an_import_stalls_when_nothing_was_heard_of_it_until_it_is_done() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (beat, now, parts_stored, stalled) in
            [(None, 0, 0, true), (Some(10), 39, 0, false), (Some(10), 40, 2, true), (Some(10), 40, 3, false)]
        {
            let import = Import { beat_at: beat.map(at), parts_stored, ..import() };
            assert_eq!(import.is_stalled(at(now)), stalled, "{beat:?} {now} {parts_stored}");
        }
    }
}
