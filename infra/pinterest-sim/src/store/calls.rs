//! The log of API calls.

use jiff::Timestamp;
use rusqlite::{Result, params};

use crate::mode::Mode;
use crate::moment::{from_millis, to_millis};
use crate::operation::Operation;
use crate::simulator::World;

/// The log keeps this many calls; older ones are forgotten.
const KEPT: i64 = 100_000;

/// One call of the API, in the order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When it arrived.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path from `/v5` on, with its query; `/media-upload/` for the upload of a file.
    pub path: String,
    /// The host.
    pub mode: Mode,
    /// What it asked for.
    pub operation: Operation,
    /// The username of the person whose token or grant it carried, where that is known.
    pub person: Option<String>,
    /// The HTTP status of the answer; `None` when none was given (yet).
    pub status: Option<u16>,
    /// The answer's `x-pinterest-rid`, or its `x-amz-request-id` where a file was uploaded.
    pub request_id: String,
}

/// A call that has just arrived.
pub(crate) struct NewCall<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) mode: Mode,
    pub(crate) operation: Operation,
    pub(crate) person: Option<&'a str>,
    pub(crate) request_id: &'a str,
}

impl World<'_> {
    /// Notes that a call arrived; the number to give to [`Self::note_status`].
    pub(crate) fn note_call(&self, call: &NewCall<'_>) -> Result<i64> {
        let mut insert = self.db.prepare_cached(
            "INSERT INTO call (at, method, path, mode, operation, person, request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let seq = insert.insert(params![
            to_millis(self.now),
            call.method,
            call.path,
            call.mode.as_str(),
            call.operation.as_str(),
            call.person,
            call.request_id,
        ])?;
        self.db.prepare_cached("DELETE FROM call WHERE seq <= ?1")?.execute([seq - KEPT])?;
        Ok(seq)
    }

    pub(crate) fn note_status(&self, seq: i64, status: u16) -> Result<()> {
        self.db.prepare_cached("UPDATE call SET status = ?2 WHERE seq = ?1")?.execute(params![seq, status])?;
        Ok(())
    }

    pub(crate) fn calls(&self) -> Result<Vec<Call>> {
        let mut query = self.db.prepare_cached(
            "SELECT at, method, path, mode, operation, person, status, request_id FROM call ORDER BY seq",
        )?;
        let rows = query.query_map([], |row| {
            let mode: String = row.get(3)?;
            let operation: String = row.get(4)?;
            Ok(Call {
                at: from_millis(row.get(0)?),
                method: row.get(1)?,
                path: row.get(2)?,
                mode: Mode::parse(&mode).unwrap_or(Mode::Live),
                operation: Operation::parse(&operation).unwrap_or(Operation::Token),
                person: row.get(5)?,
                status: row.get(6)?,
                request_id: row.get(7)?,
            })
        })?;
        rows.collect()
    }
}
