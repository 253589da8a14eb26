//! `POST /v1/pins/import`: take the pins of a file as Pinterest's own bulk tool takes it.
//!
//! The rows are judged at once; those that become pins are kept in the table, and stored by the importer afterwards.

mod answer;
mod calendar;
mod columns;
mod csv;
mod date;
mod day;
mod formula;
mod judge;
mod limit;
mod notes;
mod options;
pub mod progress;
mod row;
mod sameness;
mod separator;
mod sheet;
mod spacing;
mod text;

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use shared::api::{Json, MOST_ERRORS, Problem, Query, User};
use shared::domain::{AccountId, FieldError, Import, ImportId, ImportedRow, Limit};
use shared::kick::{ImporterEvent, start_import};
use shared::limits::{self, Room};
use shared::store::{Stock, StoreError};

use crate::Function;
use crate::description::{IdempotencyKeyHeader, ImportFile, ImportQuery};
use crate::desk::Desk;
pub use answer::{ImportBody, ImportCheck, ImportRow};
pub use columns::Column;
pub use csv::cell;
pub use formula::guard;
use judge::Judged;
use options::Options;
pub use row::CAROUSEL;
use sheet::{MOST_ROWS, Sheet};

/// How long a file of text may be. With what API Gateway puts around it, more would not reach the function.
pub const LONGEST: usize = 5_000_000;

/// How long a file of bytes may be: API Gateway writes it in base64, and Lambda takes 6,291,456 bytes in all.
pub const LONGEST_BINARY: usize = 4_500_000;

/// How often it is tried to take a file while its owner sends others.
const TURNS: usize = 10;

/// The content types that API Gateway passes on as text.
const TEXTS: [&str; 3] = ["text/csv", "text/plain", "text/tab-separated-values"];

/// The content types of files of bytes; the second is what Windows says of a CSV file where Excel is installed.
const BINARIES: [&str; 2] = ["application/octet-stream", "application/vnd.ms-excel"];

/// Imports the pins of a CSV file, all of them or none. 422 names every invalid cell with its line.
///
/// The columns are those of Pinterest's bulk tool, plus `Account`, `Section`, `Alt text`, `AI` and `Time`. Common
/// alternative names work, and unknown columns are ignored with a note. Columns can be separated by commas, semicolons
/// or tabs; the file can be UTF-8, UTF-16 with a byte order mark, or Windows-1252.
///
/// Accepted files are stored in the background. The same file, sent in the same way, returns the import that it started
/// and creates no pin twice. A row that equals a waiting or published pin, or an earlier row, is skipped with a warning
/// (`already_planned`), so a changed file that is sent again creates only what is new in it. A different
/// `Idempotency-Key` imports the file once more, for pins that were cancelled. Rows beyond the limit of waiting pins
/// are refused by their line.
#[utoipa::path(
    post,
    path = "/v1/pins/import",
    operation_id = "import_pins",
    tag = "pins",
    params(ImportQuery, IdempotencyKeyHeader),
    request_body(content(
        (String = "text/csv"),
        (String = "text/plain"),
        (String = "text/tab-separated-values"),
        (String = "application/octet-stream"),
        (String = "application/vnd.ms-excel")
    )),
    responses(
        (status = 200, description = "What would become of the file; `dry_run` was asked for.", body = ImportCheck),
        (status = 202, description = "The file was taken, now or before.", body = ImportBody),
        ImportFile
    )
)]
pub async fn import(
    State(function): State<Function>,
    user: User,
    query: Query,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let desk = Desk::open(function, user).await?;
    let mut errors = Vec::new();
    let options = Options::read(&query, &headers, &mut errors);
    let kind = content_type(&headers);
    errors.extend(wrong_type(&kind));
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let file = body.map_err(|_| too_large(&kind))?;
    if BINARIES.contains(&&*kind) && file.len() > LONGEST_BINARY {
        return Err(too_large(&kind));
    }
    let id = options.import_id(&desk.owner, &file);
    if !options.dry_run
        && let Some(import) = present(&desk, &id).await?
    {
        return resumed(&desk, import).await;
    }
    if !desk.settings.enabled {
        return Err(Problem::disabled());
    }
    if !options.dry_run {
        limit::check_day(&desk).await?;
    }
    let sheet = Sheet::read(&desk, &options, &file).map_err(Problem::invalid)?;
    drop(file);
    let mut judged = judge::judge(&desk, &options, &id, sheet).await?;
    let room = limit::refuse_rows(&desk, &mut judged.rows).await?;
    if options.dry_run {
        return Ok(Json(ImportCheck::new(judged, options.only_good)).into_response());
    }
    let rows = &judged.rows;
    let count = |is: fn(&ImportedRow) -> bool| rows.iter().filter(|row| is(row)).count();
    let (good, wrong) = (count(|row| row.pin.is_some()), count(ImportedRow::is_wrong));
    if wrong > 0 && (good == 0 || !options.only_good) {
        return Err(refused(rows, options.only_good));
    }
    take(&desk, id, judged, &room).await
}

/// Keeps the rows and lets them be stored.
async fn take(desk: &Desk, id: ImportId, judged: Judged, room: &Room) -> Result<Response, Problem> {
    let Judged { encoding, notes, mut rows } = judged;
    let count = |number: usize| u32::try_from(number).expect("a file has at most 10,000 rows");
    let platform = &desk.function.platform;
    let mut import = Import {
        id,
        owner: desk.owner.clone(),
        by: desk.by.clone(),
        encoding: encoding.to_owned(),
        rows: count(rows.len()),
        total: count(rows.iter().filter(|row| row.pin.is_some()).count()),
        already_planned: count(rows.iter().filter(|row| row.is_left_out()).count()),
        warned: count(rows.iter().filter(|row| answer::is_warned(row)).count()),
        notes,
        stored: 0,
        // Any name that no other request has will do.
        copy: AccountId::random(&*platform.random).as_str().trim_start_matches("acc_").to_owned(),
        starts: Vec::new(),
        parts_stored: 0,
        created_at: desk.now,
        beat_at: None,
        finished_at: None,
    };
    if was_taken_before(&import, desk, &rows).await? {
        return match present(desk, &import.id).await? {
            Some(first) => resumed(desk, first).await,
            None => Err(taken_before()),
        };
    }
    judge::keep_uploads(desk, &mut rows).await?;
    // Before the file: whatever dies from here on, what was taken is stored though nobody asks for it again.
    platform.sweeps.note_import(&import).await?;
    let most = desk.settings.limits.most(Limit::ImportsPerDay);
    for _ in 0..TURNS {
        match platform.imports.create(&mut import, &rows, most).await {
            Ok(()) => {
                limits::taken(platform, (&desk.owner, Stock::WaitingPins), room, import.total.into()).await;
                return resumed(desk, import).await;
            }
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(first) = present(desk, &import.id).await? {
            return resumed(desk, first).await;
        }
        // Other files were taken at the same moment: as many as may be, or there is room for this one still.
        limit::check_day(desk).await?;
    }
    Err(StoreError::Conflict.into())
}

async fn resumed(desk: &Desk, mut import: Import) -> Result<Response, Problem> {
    go_on(desk, &mut import).await?;
    Ok((StatusCode::ACCEPTED, Json(ImportBody::from(import))).into_response())
}

/// Calls the importer where nobody is at work on the file.
async fn go_on(desk: &Desk, import: &mut Import) -> Result<(), Problem> {
    if !import.is_stalled(desk.now) {
        return Ok(());
    }
    let platform = &desk.function.platform;
    let event = ImporterEvent { owner: import.owner.clone(), import: import.id.clone() };
    start_import(platform, &event).await.map_err(|error| {
        tracing::error!(%error, import = %import.id, "the importer could not be invoked; the next sweep tries again");
        let detail = "The file was accepted, but AWS can't start storing its pins right now. Send it again to \
                      continue; nothing is stored twice.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "importer_unavailable", detail)
    })?;
    Ok(platform.imports.called(import, desk.now).await?)
}

/// The file, if it was taken and can still be read.
async fn present(desk: &Desk, id: &ImportId) -> Result<Option<Import>, StoreError> {
    let import = desk.function.platform.imports.load(&desk.owner, id).await?;
    Ok(import.filter(|import| !import.is_expired(desk.now)))
}

/// Whether pins of an earlier import of the same file exist, which would be taken for those of this one.
async fn was_taken_before(import: &Import, desk: &Desk, rows: &[ImportedRow]) -> Result<bool, StoreError> {
    let mut ids = rows.iter().filter_map(|row| import.pin_id(row));
    let ends: Vec<_> = [ids.next(), ids.next_back()].into_iter().flatten().collect();
    Ok(!desk.function.platform.pins.load_many(&desk.owner, &ends).await?.is_empty())
}

fn taken_before() -> Problem {
    let detail = "This file was imported more than 30 days ago, and some of its pins were cancelled or changed \
                  since, so nothing was saved. To create those again, send the file with a new Idempotency-Key.";
    Problem::conflict("imported_before", detail)
}

fn content_type(headers: &HeaderMap) -> String {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn wrong_type(kind: &str) -> Option<FieldError> {
    let message = "Send the file itself, with Content-Type text/csv, or application/octet-stream if it isn't UTF-8. \
                   text/plain, text/tab-separated-values and application/vnd.ms-excel work too.";
    let is_known = TEXTS.contains(&kind) || BINARIES.contains(&kind);
    (!is_known).then(|| FieldError::new("Content-Type", "unsupported", message))
}

fn too_large(kind: &str) -> Problem {
    let longest = if BINARIES.contains(&kind) { format!("4.5 MB, the most for {kind}") } else { "5 MB".to_owned() };
    let detail = format!("The file is larger than {longest}. Split it. A file can have at most {MOST_ROWS} rows.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// 422 with the wrong cells, each named by its line.
fn refused(rows: &[ImportedRow], only_good: bool) -> Problem {
    let wrong = rows.iter().filter(|row| row.is_wrong());
    let named = |row: &ImportedRow| {
        let line = row.line;
        let errors = row.errors.iter();
        let error = |note: &shared::domain::RowNote| (format!("line {line}: {}", note.column), note.clone());
        errors.map(error).collect::<Vec<_>>()
    };
    let all = wrong.clone().flat_map(named);
    let (bad, count) = (wrong.clone().count(), wrong.map(|row| row.errors.len()).sum::<usize>());
    let told = if count > MOST_ERRORS {
        format!(" The first {MOST_ERRORS} of {count} wrong cells are named.")
    } else {
        String::new()
    };
    let remedy = if only_good { "" } else { ", or send ?mode=good to store the others" };
    let detail = format!("{bad} of {} rows are invalid; nothing was saved. Correct them{remedy}.{told}", rows.len());
    let errors = all.take(MOST_ERRORS).map(|(field, note)| {
        let code = match note.code {
            Cow::Borrowed(code) => code,
            // Only notes that were read from the table own their code.
            Cow::Owned(_) => "invalid",
        };
        FieldError::new(field, code, note.message)
    });
    Problem { detail, ..Problem::invalid(errors.collect()) }
}
