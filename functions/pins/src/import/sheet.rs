//! A file as rows, each read by itself.

use shared::domain::{FieldError, RowNote};

use super::columns::{Column, Columns};
use super::csv::{self, Unclosed};
use super::options::Options;
use super::row::Row;
use super::separator::{self, Separated};
use super::{notes, text};
use crate::desk::Desk;

/// How many rows a file may have.
pub const MOST_ROWS: usize = 10_000;

/// A file that can be read as a table.
#[derive(Debug)]
pub struct Sheet {
    /// In which encoding it was.
    pub encoding: &'static str,
    /// Its rows, the header left out.
    pub rows: Vec<Row>,
    /// What is worth knowing of the file as a whole.
    pub notes: Vec<RowNote>,
    /// Whether rows can name their account.
    pub names_accounts: bool,
}

impl Sheet {
    /// Reads a file; answers what keeps it from being read at all.
    pub fn read(desk: &Desk, options: &Options, file: &[u8]) -> Result<Self, Vec<FieldError>> {
        let text = text::decode(file).map_err(|error| vec![error])?;
        let Separated { separator, text: table, line } = separator::find(&text.text).map_err(|error| vec![error])?;
        let records = csv::read(table, line, separator);
        let mut records = records.map(|record| record.map_err(|unclosed| vec![never_closed(&unclosed)]));
        let Some(header) = records.next().transpose()? else {
            return Err(vec![FieldError::new("body", "empty", "The file is empty. Send a CSV file.")]);
        };
        let (columns, mut notes) = Columns::read(&header, separator)?;
        notes.extend(notes::of_encoding(&text));
        let (mut rows, mut count) = (Vec::new(), 0);
        // One record at a time: a file and all its records at once would be several times its size.
        for record in records {
            let record = record?;
            count += 1;
            if count <= MOST_ROWS {
                rows.push(Row::read(&record, &columns, options, desk.now));
            }
        }
        if count == 0 {
            let message = "The file has a header but no rows. Add a row for each pin.";
            return Err(vec![FieldError::new("body", "no_rows", message)]);
        }
        if count > MOST_ROWS {
            return Err(vec![too_many(count)]);
        }
        Ok(Self { encoding: text.encoding, rows, notes, names_accounts: columns.has(Column::Account) })
    }
}

fn never_closed(Unclosed(line): &Unclosed) -> FieldError {
    let message = format!(
        "The quote that opens in line {line} is never closed, so nothing after it can be read. Close it, or double \
         it if it is part of the text."
    );
    FieldError::new("body", "bad_quoting", message)
}

fn too_many(rows: usize) -> FieldError {
    let message = format!("The file has {rows} rows. The limit is {MOST_ROWS}; split the file.");
    FieldError::new("body", "too_many_rows", message)
}
