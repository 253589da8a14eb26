//! What is answered about a file and its rows.

use jiff::Timestamp;
use serde::Serialize;
use shared::api::MOST_ERRORS;
use shared::domain::{Import, ImportId, ImportedRow, PinId, RowNote};
use utoipa::ToSchema;

use super::day::TIME_CHOSEN;
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
    /// How many rows are pins already, or equal to an earlier row, and left out.
    already_planned: u32,
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
    /// How many of them become pins.
    good: usize,
    /// How many of them are pins already, or equal to an earlier row, and are left out.
    already_planned: usize,
    /// How many of them are wrong.
    refused: usize,
    /// How many are right and have something worth knowing.
    warned: usize,
    /// What is worth knowing of the file as a whole: what many rows have in common, and columns that are passed over.
    notes: Vec<CellNote>,
    /// The rows that have something wrong, then those that have something worth knowing, then those that are left out, each
    /// in the order of the file; at most 100.
    #[schema(max_items = 100)]
    rows: Vec<ImportRow>,
    /// How many such rows are left out of `rows`.
    rows_left_out: usize,
    /// The rows that name a day alone, each with the time that was chosen for it.
    chosen_times: Vec<ChosenTime>,
}

/// A time that was chosen for a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChosenTime {
    line: u32,
    #[schema(value_type = String, format = DateTime)]
    publish_at: Timestamp,
}

/// A row of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRow {
    /// The line of the file in which it begins, as an editor counts them.
    line: u32,
    #[schema(schema_with = crate::description::row_statuses)]
    status: &'static str,
    /// The pin that it becomes, or that it is already; `null` where something is wrong with it. In a dry run only the latter
    /// is known.
    #[schema(required)]
    pin_id: Option<PinId>,
    /// When that pin goes out; `null` for a row that becomes none.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    publish_at: Option<Timestamp>,
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
            already_planned: import.already_planned,
            refused: import.rows.saturating_sub(import.total + import.already_planned),
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
        let chosen_times = rows.iter().filter(|row| has_chosen_time(row));
        let chosen_times = chosen_times
            .filter_map(|row| Some(ChosenTime { line: row.line, publish_at: row.pin.as_ref()?.publish_at }));
        let chosen_times = chosen_times.collect();
        let already_planned = rows.iter().filter(|row| row.is_left_out()).count();
        // What keeps the file out comes first, however many warnings there are before it.
        rows.sort_by_key(|row| match status(row) {
            "error" => 0,
            "already_planned" => 2,
            _ if row.warnings.len() == 1 && has_chosen_time(row) => 3,
            _ => 1,
        });
        let told = rows.into_iter().filter(|row| status(row) != "ok").take(MOST_ERRORS);
        let rows: Vec<_> = told.map(|row| ImportRow::new(None, row)).collect();
        let refused = row_count - good - already_planned;
        Self {
            encoding,
            accepted: refused == 0 || (only_good && good > 0),
            row_count,
            good,
            already_planned,
            refused,
            warned,
            notes: cell_notes(notes),
            rows_left_out: refused + warned + already_planned - rows.len(),
            rows,
            chosen_times,
        }
    }
}

impl ImportRow {
    /// A row with the pin that it becomes.
    pub fn new(pin_id: Option<PinId>, row: ImportedRow) -> Self {
        let (status, line) = (status(&row), row.line);
        let publish_at = row.pin.as_ref().map(|pin| pin.publish_at);
        let pin_id = pin_id.or(row.planned_as);
        Self { line, status, pin_id, publish_at, errors: cell_notes(row.errors), warnings: cell_notes(row.warnings) }
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

fn has_chosen_time(row: &ImportedRow) -> bool {
    row.warnings.iter().any(|note| note.code == TIME_CHOSEN)
}

/// How a row stands: `ok`, `warning`, `already_planned` or `error`.
pub fn status(row: &ImportedRow) -> &'static str {
    match (&row.pin, row.warnings.is_empty()) {
        (None, _) if row.is_left_out() => "already_planned",
        (None, _) => "error",
        (Some(_), false) => "warning",
        (Some(_), true) => "ok",
    }
}
