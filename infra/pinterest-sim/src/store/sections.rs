//! Sections of boards.

use rusqlite::{OptionalExtension, Result, Row, params};

use super::Slice;
use crate::simulator::World;

/// A part of a board with a name of its own.
pub(crate) struct Section {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) name: String,
}

fn section(row: &Row<'_>) -> Result<Section> {
    Ok(Section { seq: row.get(0)?, id: row.get(1)?, name: row.get(2)? })
}

impl World<'_> {
    pub(crate) fn insert_section(&self, board_id: &str, id: &str, name: &str) -> Result<()> {
        let mut insert = self.db.prepare_cached("INSERT INTO section (id, board_id, name) VALUES (?1, ?2, ?3)")?;
        insert.execute([id, board_id, name])?;
        Ok(())
    }

    pub(crate) fn find_section(&self, board_id: &str, id: &str) -> Result<Option<Section>> {
        let mut query = self.db.prepare_cached("SELECT seq, id, name FROM section WHERE board_id = ?1 AND id = ?2")?;
        query.query_row([board_id, id], section).optional()
    }

    /// The board's sections, newest first.
    pub(crate) fn sections(&self, board_id: &str, slice: Slice) -> Result<Vec<Section>> {
        let mut query = self.db.prepare_cached(
            "SELECT seq, id, name FROM section WHERE board_id = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
        )?;
        query.query_map(params![board_id, slice.before, slice.sql_limit()], section)?.collect()
    }
}
