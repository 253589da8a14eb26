//! Boards and who may see them.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Result, Row, named_params, params};
use serde::{Deserialize, Serialize};

use super::Slice;
use crate::mode::Mode;
use crate::moment::{from_millis, to_millis};
use crate::simulator::World;

/// Who sees a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Privacy {
    /// Everybody.
    #[default]
    Public,
    /// Everybody with its address; it is for advertisements.
    Protected,
    /// Its owner and its collaborators.
    Secret,
}

impl Privacy {
    /// Pinterest's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "PUBLIC",
            Self::Protected => "PROTECTED",
            Self::Secret => "SECRET",
        }
    }

    /// The privacy of Pinterest's word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Public, Self::Protected, Self::Secret].into_iter().find(|privacy| privacy.as_str() == word)
    }
}

/// A board on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    pub(crate) seq: i64,
    /// Its id, digits.
    pub id: String,
    /// The host that it is on.
    pub mode: Mode,
    /// The id of the person whose board it is.
    pub owner_id: String,
    /// The username of the person whose board it is.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Who sees it.
    pub privacy: Privacy,
    /// Whether it is for advertisements only.
    pub is_ads_only: bool,
    /// How many people besides the owner may save to it: with one or more it is a group board.
    pub collaborators: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a pin was last put on it or taken from it.
    pub pins_modified_at: Timestamp,
}

/// Which boards of a person to list.
#[derive(Clone, Copy)]
pub(crate) struct BoardFilter {
    pub(crate) public: bool,
    pub(crate) protected: bool,
    pub(crate) secret: bool,
}

impl BoardFilter {
    /// Boards of every privacy.
    pub(crate) const ALL: Self = Self { public: true, protected: true, secret: true };
}

const SELECT: &str = "SELECT seq, id, mode, owner_id, (SELECT username FROM person WHERE person.id = owner_id), name,
    description, privacy, is_ads_only, (SELECT count(*) FROM collaborator WHERE board_id = board.id),
    created_at, pins_modified_at FROM board";

fn board(row: &Row<'_>) -> Result<Board> {
    let mode: String = row.get(2)?;
    let privacy: String = row.get(7)?;
    Ok(Board {
        seq: row.get(0)?,
        id: row.get(1)?,
        mode: Mode::parse(&mode).unwrap_or(Mode::Live),
        owner_id: row.get(3)?,
        owner: row.get(4)?,
        name: row.get(5)?,
        description: row.get(6)?,
        privacy: Privacy::parse(&privacy).unwrap_or_default(),
        is_ads_only: row.get(8)?,
        collaborators: row.get(9)?,
        created_at: from_millis(row.get(10)?),
        pins_modified_at: from_millis(row.get(11)?),
    })
}

impl World<'_> {
    /// Writes a new board; its `seq`, `owner` and `collaborators` are not read.
    pub(crate) fn insert_board(&self, board: &Board) -> Result<()> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO board (id, mode, owner_id, name, description, privacy, is_ads_only, created_at, pins_modified_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        insert.execute(params![
            board.id,
            board.mode.as_str(),
            board.owner_id,
            board.name,
            board.description,
            board.privacy.as_str(),
            board.is_ads_only,
            to_millis(board.created_at),
            to_millis(board.pins_modified_at),
        ])?;
        Ok(())
    }

    pub(crate) fn insert_collaborator(&self, board_id: &str, person_id: &str) -> Result<()> {
        let mut insert =
            self.db.prepare_cached("INSERT OR IGNORE INTO collaborator (board_id, person_id) VALUES (?1, ?2)")?;
        insert.execute([board_id, person_id])?;
        Ok(())
    }

    pub(crate) fn find_board(&self, mode: Mode, id: &str) -> Result<Option<Board>> {
        let mut query = self.db.prepare_cached(&format!("{SELECT} WHERE id = ?1 AND mode = ?2"))?;
        query.query_row([id, mode.as_str()], board).optional()
    }

    /// The username of the board's owner.
    pub(crate) fn board_owner(&self, id: &str) -> Result<Option<String>> {
        let mut query = self.db.prepare_cached(
            "SELECT username FROM board JOIN person ON person.id = board.owner_id WHERE board.id = ?1",
        )?;
        query.query_row([id], |row| row.get(0)).optional()
    }

    /// The person's own boards and those they collaborate on, newest first.
    pub(crate) fn boards(&self, mode: Mode, person_id: &str, filter: BoardFilter, slice: Slice) -> Result<Vec<Board>> {
        let mut query = self.db.prepare_cached(&format!(
            "{SELECT} WHERE seq < :before AND mode = :mode
               AND (owner_id = :person OR id IN (SELECT board_id FROM collaborator WHERE person_id = :person))
               AND ((privacy = 'PUBLIC' AND :public) OR (privacy = 'PROTECTED' AND :protected) OR (privacy = 'SECRET' AND :secret))
             ORDER BY seq DESC LIMIT :limit"
        ))?;
        let rows = query.query_map(
            named_params! {
                ":before": slice.before, ":mode": mode.as_str(), ":person": person_id, ":public": filter.public,
                ":protected": filter.protected, ":secret": filter.secret, ":limit": slice.sql_limit(),
            },
            board,
        )?;
        rows.collect()
    }

    /// Whether the person may save pins to the board: it is theirs, or they collaborate on it.
    pub(crate) fn may_save_to(&self, board: &Board, person_id: &str) -> Result<bool> {
        let mut query = self.db.prepare_cached("SELECT 1 FROM collaborator WHERE board_id = ?1 AND person_id = ?2")?;
        Ok(board.owner_id == person_id || query.exists([&board.id, person_id])?)
    }

    /// Whether the person has another board of this name, large and small letters alike.
    pub(crate) fn has_board_named(&self, mode: Mode, person_id: &str, name: &str, except: &str) -> Result<bool> {
        let mut query = self.db.prepare_cached(
            "SELECT 1 FROM board WHERE owner_id = ?1 AND mode = ?2 AND lower(name) = lower(?3) AND id <> ?4",
        )?;
        query.exists([person_id, mode.as_str(), name, except])
    }

    pub(crate) fn update_board(&self, board: &Board) -> Result<()> {
        let mut update =
            self.db.prepare_cached("UPDATE board SET name = ?2, description = ?3, privacy = ?4 WHERE id = ?1")?;
        update.execute([&board.id, &board.name, &board.description, board.privacy.as_str()])?;
        Ok(())
    }

    /// Removes a board with its sections and pins.
    pub(crate) fn delete_board(&self, id: &str) -> Result<()> {
        for table in ["pin", "section", "collaborator"] {
            self.db.execute(&format!("DELETE FROM {table} WHERE board_id = ?1"), [id])?;
        }
        self.db.execute("DELETE FROM board WHERE id = ?1", [id])?;
        Ok(())
    }

    pub(crate) fn touch_board(&self, id: &str) -> Result<()> {
        let mut update = self.db.prepare_cached("UPDATE board SET pins_modified_at = ?2 WHERE id = ?1")?;
        update.execute(params![id, to_millis(self.now)])?;
        Ok(())
    }
}
