//! Files of pins in the description.

use shared::problems;
use utoipa::IntoParams;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};

use shared::api::description::words;

/// How a file is to be taken.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`import::options` reads them")]
pub struct ImportQuery {
    /// Whether to say only what would become of the rows; nothing is stored then.
    #[param(default = false)]
    dry_run: Option<bool>,
    /// What one wrong row means for the others.
    #[param(schema_with = import_modes)]
    mode: Option<String>,
    /// The account of rows that name none, by its id or its name.
    account_id: Option<String>,
    /// The time zone of dates without an offset, such as `Europe/Berlin`.
    #[param(default = "UTC")]
    time_zone: Option<String>,
}

/// Which rows are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`import::progress` reads it")]
pub struct ImportRowQuery {
    /// Rows that stand so; may be given several times.
    #[param(schema_with = some_row_statuses)]
    status: Option<Vec<String>>,
}

/// Which part of the pins goes into the file.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`export` reads them")]
pub struct ExportPageQuery {
    /// How many pins at most.
    #[param(minimum = 1, maximum = 500, default = 500)]
    limit: Option<u16>,
    /// Where the file before ended; the header `Link` has it.
    cursor: Option<String>,
}

problems!(
    /// Why a file is not taken.
    ImportFile: USER CHANGE, 403: "pinterest_disabled", 413: "too_large", 422: "invalid", 409: "changed_meanwhile" "imported_before",
        429: "limit_reached", 503: "importer_unavailable"
);
problems!(
    /// Why it is not told how far a file is.
    ShowImport: USER PATH, 503: "importer_unavailable"
);
problems!(
    /// Why the rows of a file are not listed.
    ListImportRows: USER PATH QUERY
);
problems!(
    /// Why pins are not exported.
    ExportPins: USER QUERY
);

/// How far a file is.
pub fn import_statuses() -> ObjectBuilder {
    words([("storing", "its pins are being stored, or will be."), ("done", "every valid row is stored.")])
}

/// How a row stands.
pub fn row_statuses() -> ObjectBuilder {
    words([
        ("ok", "it becomes a pin."),
        ("warning", "it becomes a pin; `warnings` says what to check."),
        ("already_planned", "it is already a pin, or repeats an earlier row, and is left out."),
        ("error", "it doesn't become a pin; `errors` says why and what to do."),
    ])
}

fn import_modes() -> ObjectBuilder {
    words([
        ("all", "one invalid row rejects the whole file; the default."),
        ("good", "valid rows are imported, and `errors` lists the others."),
    ])
}

fn some_row_statuses() -> ArrayBuilder {
    ArrayBuilder::new().items(row_statuses())
}
