//! What is answered about a file and its rows.

use jiff::Timestamp;
use serde::Serialize;
use shared::api::MOST_ERRORS;
use shared::domain::{Import, ImportId, ImportedRow, PinId, RowNote};
use utoipa::ToSchema;

use super::judge::Judged;

/// A file that was taken, and how far its pins are stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportBody {
    id: ImportId,
    #[schema(schema_with = crate::description::import_statuses)]
    status: &'static str,
    /// In which encoding the file was: `utf-8`, `utf-16` or `windows-1252`.
    encoding: String,
    /// How many rows the file has, without its header.
    rows: u32,
    /// How many of them become pins.
    total: u32,
    /// How many pins are stored.
    stored: u32,
    /// How many rows are wrong, and left out.
    refused: u32,
    /// How many rows become pins and have something worth knowing.
    warned: u32,
    /// What is worth knowing of the file as a whole: what many rows have in common, and columns that are passed over.
    notes: Vec<CellNote>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
}

/// What would become of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportCheck {
    /// In which encoding the file is: `utf-8`, `utf-16` or `windows-1252`.
    encoding: &'static str,
    /// Whether the file would be taken; otherwise nothing of it would be stored.
    accepted: bool,
    /// How many rows the file has, without its header.
    row_count: usize,
    /// How many of them are right.
    good: usize,
    /// How many of them are wrong.
    refused: usize,
    /// How many are right and have something worth knowing.
    warned: usize,
    /// What is worth knowing of the file as a whole: what many rows have in common, and columns that are passed over.
    notes: Vec<CellNote>,
    /// The rows that have something wrong, then those that have something worth knowing, each in the order of the file; at
    /// most 100.
    #[schema(max_items = 100)]
    rows: Vec<ImportRow>,
    /// How many such rows are left out of `rows`.
    rows_left_out: usize,
}

/// A row of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// The line of the file in which it begins, as an editor counts them.
    line: u32,
    #[schema(schema_with = crate::description::row_statuses)]
    status: &'static str,
    /// The pin that it becomes; `null` where something is wrong with it, and in a dry run.
    #[schema(required)]
    pin_id: Option<PinId>,
    errors: Vec<CellNote>,
    warnings: Vec<CellNote>,
}

/// What is wrong with a cell, or worth knowing about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CellNote {
    /// The name of the column, `row` for the whole of it, or `file`.
    field: String,
    /// A stable word for programs.
    code: String,
    /// A sentence for people.
    message: String,
}

impl From<Import> for ImportBody {
    fn from(import: Import) -> Self {
        Self {
            status: if import.is_done() { "done" } else { "storing" },
            id: import.id,
            encoding: import.encoding,
            rows: import.rows,
            total: import.total,
            stored: import.stored,
            refused: import.rows - import.total,
            warned: import.warned,
            notes: cell_notes(import.notes),
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

impl ImportCheck {
    /// What would become of a file.
    pub fn new(judged: Judged, only_good: bool) -> Self {
        let Judged { encoding, notes, mut rows } = judged;
        let (row_count, good) = (rows.len(), rows.iter().filter(|row| row.pin.is_some()).count());
        let warned = rows.iter().filter(|row| is_warned(row)).count();
        // What keeps the file out comes first, however many warnings there are before it.
        rows.sort_by_key(|row| row.pin.is_some());
        let told = rows.into_iter().filter(|row| status(row) != "ok").take(MOST_ERRORS);
        let rows: Vec<_> = told.map(|row| ImportRow::new(None, row)).collect();
        let refused = row_count - good;
        Self {
            encoding,
            accepted: refused == 0 || (only_good && good > 0),
            row_count,
            good,
            refused,
            warned,
            notes: cell_notes(notes),
            rows_left_out: refused + warned - rows.len(),
            rows,
        }
    }
}

impl ImportRow {
    /// A row with the pin that it becomes.
    pub fn new(pin_id: Option<PinId>, row: ImportedRow) -> Self {
        let (status, line) = (status(&row), row.line);
        Self { line, status, pin_id, errors: cell_notes(row.errors), warnings: cell_notes(row.warnings) }
    }
}

fn cell_notes(notes: Vec<RowNote>) -> Vec<CellNote> {
    let note = |RowNote { column, code, message }| CellNote { field: column, code: code.into_owned(), message };
    notes.into_iter().map(note).collect()
}

/// Whether a row becomes a pin and has something worth knowing.
pub fn is_warned(row: &ImportedRow) -> bool {
    row.pin.is_some() && !row.warnings.is_empty()
}

/// How a row stands: `ok`, `warning` or `error`.
pub fn status(row: &ImportedRow) -> &'static str {
    match (&row.pin, row.warnings.is_empty()) {
        (None, _) => "error",
        (Some(_), false) => "warning",
        (Some(_), true) => "ok",
    }
}
