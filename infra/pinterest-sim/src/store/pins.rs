//! Pins and pictures.

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Error, OptionalExtension, Result, Row, named_params, params};

use super::{Content, Slice};
use crate::controls::BoardOrder;
use crate::mode::Mode;
use crate::moment::{from_millis, to_millis};
use crate::simulator::World;

/// A pin on one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    pub(crate) seq: i64,
    /// Its id, digits.
    pub id: String,
    /// The host that it is on.
    pub mode: Mode,
    /// The board that it is on.
    pub board_id: String,
    /// The section of the board that it is in.
    pub section_id: Option<String>,
    /// The id of the person who made it.
    pub owner_id: String,
    /// When it was made, to the millisecond.
    pub created_at: Timestamp,
    /// From when on lists and pages show it.
    pub visible_at: Timestamp,
    /// What is on it.
    pub content: Content,
}

/// Which pins to list. Fields that are `None` do not narrow it.
#[derive(Clone, Copy, Default)]
pub(crate) struct PinFilter<'a> {
    pub(crate) mode: Option<Mode>,
    pub(crate) board_id: Option<&'a str>,
    pub(crate) section_id: Option<&'a str>,
    pub(crate) owner_id: Option<&'a str>,
    pub(crate) visible_at: Option<Timestamp>,
    /// Whether pins on secret boards are left out.
    pub(crate) without_secret: bool,
    /// Pinterest's `pin_filter`; nothing is ever promoted here.
    pub(crate) kind: Option<&'a str>,
    /// In which order.
    pub(crate) order: BoardOrder,
}

impl BoardOrder {
    /// By what the pins are sorted, the greatest first, as SQL.
    fn rank(self) -> &'static str {
        match self {
            Self::NewestFirst => "seq",
            Self::OldestFirst => "-seq",
            // A permutation of every number below the modulus, which is prime; neighbours lie far apart.
            Self::Shuffled => "seq * 618034 % 1000003",
        }
    }

    /// What [`Self::rank`] makes of a pin.
    pub(crate) fn rank_of(self, pin: &Pin) -> i64 {
        match self {
            Self::NewestFirst => pin.seq,
            Self::OldestFirst => -pin.seq,
            Self::Shuffled => pin.seq * 618_034 % 1_000_003,
        }
    }
}

const SELECT: &str = "SELECT seq, id, mode, board_id, section_id, owner_id, created_at, visible_at, content FROM pin";

fn pin(row: &Row<'_>) -> Result<Pin> {
    let mode: String = row.get(2)?;
    let content: String = row.get(8)?;
    Ok(Pin {
        seq: row.get(0)?,
        id: row.get(1)?,
        mode: Mode::parse(&mode).unwrap_or(Mode::Live),
        board_id: row.get(3)?,
        section_id: row.get(4)?,
        owner_id: row.get(5)?,
        created_at: from_millis(row.get(6)?),
        visible_at: from_millis(row.get(7)?),
        content: serde_json::from_str(&content)
            .map_err(|error| Error::FromSqlConversionFailure(8, Type::Text, Box::new(error)))?,
    })
}

fn written(content: &Content) -> Result<String> {
    serde_json::to_string(content).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

impl World<'_> {
    /// Writes a new pin; its `seq` is not read.
    pub(crate) fn insert_pin(&self, pin: &Pin) -> Result<()> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO pin (id, mode, board_id, section_id, owner_id, created_at, visible_at, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            pin.id,
            pin.mode.as_str(),
            pin.board_id,
            pin.section_id,
            pin.owner_id,
            to_millis(pin.created_at),
            to_millis(pin.visible_at),
            written(&pin.content)?,
        ])?;
        self.touch_board(&pin.board_id)
    }

    pub(crate) fn find_pin(&self, mode: Mode, id: &str) -> Result<Option<Pin>> {
        let mut query = self.db.prepare_cached(&format!("{SELECT} WHERE id = ?1 AND mode = ?2"))?;
        query.query_row([id, mode.as_str()], pin).optional()
    }

    /// The pins that pass the filter, in its order.
    pub(crate) fn list_pins(&self, filter: PinFilter<'_>, slice: Slice) -> Result<Vec<Pin>> {
        let mut conditions = String::new();
        for (set, condition) in [
            (filter.mode.is_some(), " AND mode = :mode"),
            (filter.board_id.is_some(), " AND board_id = :board"),
            (filter.section_id.is_some(), " AND section_id = :section"),
            (filter.owner_id.is_some(), " AND owner_id = :owner"),
            (filter.visible_at.is_some(), " AND visible_at <= :visible"),
            (filter.without_secret, " AND board_id NOT IN (SELECT id FROM board WHERE privacy = 'SECRET')"),
            (filter.kind == Some("exclude_repins"), " AND json_extract(content, '$.parent_pin_id') IS NULL"),
            (filter.kind == Some("exclude_native"), " AND json_extract(content, '$.parent_pin_id') IS NOT NULL"),
            (filter.kind == Some("has_been_promoted"), " AND 0"),
        ] {
            if set {
                conditions.push_str(condition);
            }
        }
        let rank = filter.order.rank();
        let mut query = self.db.prepare_cached(&format!(
            "{SELECT} WHERE {rank} < :before{conditions} ORDER BY {rank} DESC LIMIT :limit"
        ))?;
        let wanted = named_params! {
            ":before": slice.before, ":limit": slice.sql_limit(), ":mode": filter.mode.map(Mode::as_str),
            ":board": filter.board_id, ":section": filter.section_id, ":owner": filter.owner_id,
            ":visible": filter.visible_at.map(to_millis),
        };
        for (name, value) in wanted {
            if let Some(index) = query.parameter_index(name)? {
                query.raw_bind_parameter(index, value)?;
            }
        }
        let mut rows = query.raw_query();
        let mut pins = Vec::new();
        while let Some(row) = rows.next()? {
            pins.push(pin(row)?);
        }
        Ok(pins)
    }

    pub(crate) fn count_pins(&self, board_id: &str) -> Result<i64> {
        let mut query = self.db.prepare_cached("SELECT count(*) FROM pin WHERE board_id = ?1 AND visible_at <= ?2")?;
        query.query_row(params![board_id, to_millis(self.now)], |row| row.get(0))
    }

    /// Writes what may change of a pin, which was on the board `previous`.
    pub(crate) fn update_pin(&self, pin: &Pin, previous: &str) -> Result<()> {
        let mut update =
            self.db.prepare_cached("UPDATE pin SET board_id = ?2, section_id = ?3, content = ?4 WHERE id = ?1")?;
        update.execute(params![pin.id, pin.board_id, pin.section_id, written(&pin.content)?])?;
        if pin.board_id != previous {
            self.touch_board(previous)?;
            self.touch_board(&pin.board_id)?;
        }
        Ok(())
    }

    pub(crate) fn delete_pin(&self, pin: &Pin) -> Result<()> {
        self.db.execute("DELETE FROM pin WHERE id = ?1", [&pin.id])?;
        self.touch_board(&pin.board_id)
    }

    pub(crate) fn insert_picture(&self, id: &str, content_type: &str, data: &[u8]) -> Result<()> {
        let mut insert = self.db.prepare_cached("INSERT INTO picture (id, content_type, data) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![id, content_type, data])?;
        Ok(())
    }

    pub(crate) fn find_picture(&self, id: &str) -> Result<Option<(String, Vec<u8>)>> {
        let mut query = self.db.prepare_cached("SELECT content_type, data FROM picture WHERE id = ?1")?;
        query.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }
}
