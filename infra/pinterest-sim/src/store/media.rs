//! Media uploads: what was registered, what file came, and what has become of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Error, OptionalExtension, Result, Row, params};

use crate::mode::Mode;
use crate::moment::{from_millis, to_millis};
use crate::simulator::World;

/// How far a media upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaStatus {
    /// No file has come.
    Registered,
    /// The file is looked at.
    Processing,
    /// The video can be put on a pin.
    Succeeded,
    /// The file is of no use.
    Failed,
    /// It had succeeded, and Pinterest does not know it any more.
    Expired,
}

impl MediaStatus {
    /// Pinterest's word for it (`MediaUploadStatus`); `expired`, which it never says, for what it does not know any
    /// more.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

/// A file that was uploaded. Its bytes are not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// How many bytes it had.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A media upload on one host, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaUpload {
    /// Its id, digits.
    pub id: String,
    /// The host that it is on.
    pub mode: Mode,
    /// The username of the person who registered it.
    pub person: String,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// The file, once it has come.
    pub file: Option<MediaFile>,
    /// How far it is.
    pub status: MediaStatus,
}

/// What a form must bring so that its file is taken for an upload.
pub(crate) struct Registration {
    pub(crate) id: String,
    /// The username of the person who registered it.
    pub(crate) person: String,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) registered_at: Timestamp,
}

/// How the processing of a file ends.
pub(crate) struct Processed {
    /// When; `None` for never.
    pub(crate) at: Option<Timestamp>,
    pub(crate) succeeds: bool,
    /// From when on a success is unknown; `None` for never.
    pub(crate) expires_at: Option<Timestamp>,
}

const SELECT: &str =
    "SELECT media.id, media.mode, person.username, registered_at, size, sha256, processed_at, succeeds,
    expires_at FROM media JOIN person ON person.id = media.owner_id";

/// Whether the time in a column is there and over.
fn passed(row: &Row<'_>, column: usize, now: Timestamp) -> Result<bool> {
    let time: Option<i64> = row.get(column)?;
    Ok(time.is_some_and(|time| from_millis(time) <= now))
}

fn upload(row: &Row<'_>, now: Timestamp) -> Result<MediaUpload> {
    let mode: String = row.get(1)?;
    let size: Option<i64> = row.get(4)?;
    let file = match size {
        Some(size) => Some(MediaFile { size: size.unsigned_abs(), sha256: row.get(5)? }),
        None => None,
    };
    let succeeds = row.get::<_, Option<bool>>(7)?.unwrap_or_default();
    let status = match (&file, passed(row, 6, now)?, succeeds) {
        (None, ..) => MediaStatus::Registered,
        (Some(_), false, _) => MediaStatus::Processing,
        (Some(_), true, false) => MediaStatus::Failed,
        (Some(_), true, true) if passed(row, 8, now)? => MediaStatus::Expired,
        (Some(_), true, true) => MediaStatus::Succeeded,
    };
    Ok(MediaUpload {
        id: row.get(0)?,
        mode: Mode::parse(&mode).unwrap_or(Mode::Live),
        person: row.get(2)?,
        registered_at: from_millis(row.get(3)?),
        file,
        status,
    })
}

impl World<'_> {
    /// Writes a new media upload of a person, under the `key` that its form will bring.
    pub(crate) fn insert_media(&self, mode: Mode, owner_id: &str, key: &str, new: &Registration) -> Result<()> {
        let parameters = serde_json::to_string(&new.parameters);
        let parameters = parameters.map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))?;
        self.db.execute(
            "INSERT INTO media (id, mode, owner_id, key, parameters, registered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![new.id, mode.as_str(), owner_id, key, parameters, to_millis(new.registered_at)],
        )?;
        Ok(())
    }

    /// The media upload whose form brings this `key`.
    pub(crate) fn find_registration(&self, mode: Mode, key: &str) -> Result<Option<Registration>> {
        let mut query = self.db.prepare_cached(
            "SELECT media.id, person.username, parameters, registered_at
             FROM media JOIN person ON person.id = media.owner_id WHERE key = ?1 AND mode = ?2",
        )?;
        let found = query.query_row([key, mode.as_str()], |row| {
            let parameters: String = row.get(2)?;
            Ok(Registration {
                id: row.get(0)?,
                person: row.get(1)?,
                parameters: serde_json::from_str(&parameters)
                    .map_err(|error| Error::FromSqlConversionFailure(2, Type::Text, Box::new(error)))?,
                registered_at: from_millis(row.get(3)?),
            })
        });
        found.optional()
    }

    /// Writes down the file of a media upload and what becomes of it. The first file stays.
    pub(crate) fn receive_file(&self, id: &str, file: &MediaFile, processed: &Processed) -> Result<()> {
        let mut update = self.db.prepare_cached(
            "UPDATE media SET size = ?2, sha256 = ?3, processed_at = ?4, succeeds = ?5, expires_at = ?6
             WHERE id = ?1 AND size IS NULL",
        )?;
        update.execute(params![
            id,
            i64::try_from(file.size).unwrap_or(i64::MAX),
            file.sha256,
            processed.at.map(to_millis),
            processed.succeeds,
            processed.expires_at.map(to_millis),
        ])?;
        Ok(())
    }

    /// A person's media upload on one host, as long as Pinterest knows it.
    pub(crate) fn find_media(&self, mode: Mode, owner_id: &str, id: &str) -> Result<Option<MediaUpload>> {
        let mut query = self
            .db
            .prepare_cached(&format!("{SELECT} WHERE media.id = ?1 AND media.mode = ?2 AND media.owner_id = ?3"))?;
        let found = query.query_row([id, mode.as_str(), owner_id], |row| upload(row, self.now)).optional()?;
        Ok(found.filter(|upload| upload.status != MediaStatus::Expired))
    }

    /// Every media upload in the order of registration.
    pub(crate) fn list_media(&self) -> Result<Vec<MediaUpload>> {
        let mut query = self.db.prepare_cached(&format!("{SELECT} ORDER BY media.seq"))?;
        let rows = query.query_map([], |row| upload(row, self.now))?;
        rows.collect()
    }
}
