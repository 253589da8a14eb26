//! The world in `SQLite`: people, consents, tokens, boards, pins, videos, quotas and the log of calls.
//! The files below add the reading and writing of each to [`crate::simulator::World`].

mod boards;
mod calls;
mod content;
mod media;
mod people;
mod pins;
mod sections;
mod tokens;

use std::time::Duration;

use rusqlite::Connection;

pub use boards::{Board, Privacy};
pub use calls::Call;
pub use content::{Content, Cover, Media, MediaItem, Picture, Video};
pub use media::{MediaFile, MediaStatus, MediaUpload};
pub use people::Person;
pub use pins::Pin;

pub(crate) use boards::BoardFilter;
pub(crate) use calls::NewCall;
pub(crate) use media::{Processed, Registration};
pub(crate) use pins::PinFilter;
pub(crate) use sections::Section;
pub(crate) use tokens::{Grant, Kind, Token};

use crate::options::{OpenError, Storage};

const SCHEMA: &str = include_str!("store/schema.sql");

/// A page of rows, newest first, before which row to begin and how many to give.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) before: i64,
    pub(crate) limit: usize,
}

impl Slice {
    /// Everything there is.
    pub(crate) const ALL: Self = Self { before: i64::MAX, limit: 1_000_000 };

    fn sql_limit(self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }
}

/// Opens the database, prepares its tables, and counts how often it was opened.
pub(crate) fn open(storage: &Storage) -> Result<(Connection, u64), OpenError> {
    let db = match storage {
        Storage::Memory => Connection::open_in_memory()?,
        Storage::Folder(path) => {
            let writable = std::fs::create_dir_all(path).and_then(|()| {
                std::fs::OpenOptions::new().create(true).append(true).open(path.join("pinterest.sqlite"))
            });
            writable.map_err(|source| OpenError::Folder { path: path.clone(), source })?;
            let db = Connection::open(path.join("pinterest.sqlite"))?;
            // In WAL mode NORMAL loses nothing to a killed process, only to a power cut.
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "NORMAL")?;
            db
        }
    };
    db.busy_timeout(Duration::from_secs(5))?;
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch(SCHEMA)?;
    let openings: i64 = db.query_row(
        "INSERT INTO meta (key, value) VALUES ('openings', 1)
         ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value",
        [],
        |row| row.get(0),
    )?;
    Ok((db, openings.unsigned_abs()))
}
