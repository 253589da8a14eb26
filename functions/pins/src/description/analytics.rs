//! Figures in the description.

use shared::api::description::words;
use shared::domain::{AccountId, Metric};
use shared::problems;
use utoipa::IntoParams;
use utoipa::openapi::schema::ObjectBuilder;

/// Of which days figures are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`analytics::range` reads them")]
pub struct FiguresQuery {
    /// The first day, in UTC; 89 days ago where it is not given, which is the earliest there is.
    #[param(format = Date)]
    from: Option<String>,
    /// The last day; yesterday where it is not given, which is the latest there is.
    #[param(format = Date)]
    to: Option<String>,
}

/// Which pins are the best.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`analytics::top_pins` reads them")]
pub struct TopPinsQuery {
    /// The first day, in UTC; 89 days ago where it is not given, which is the earliest there is.
    #[param(format = Date)]
    from: Option<String>,
    /// The last day; yesterday where it is not given, which is the latest there is.
    #[param(format = Date)]
    to: Option<String>,
    /// What counts; `impressions` where it is not given.
    #[param(schema_with = metrics)]
    sort_by: Option<String>,
    /// How many pins.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u8>,
}

/// Which part of the list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`analytics::list` reads them")]
pub struct FiguresPageQuery {
    /// How many pins at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u16>,
    /// The `next_cursor` of the page before; leave the other parameters as they were.
    cursor: Option<String>,
}

/// Which published pins.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "`list::filter` reads them")]
pub struct PublishedQuery {
    /// Pins of this account; may be given several times.
    account_id: Option<Vec<AccountId>>,
    /// Pins that were to be published then or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Pins that were to be published before.
    #[param(format = DateTime)]
    to: Option<String>,
    /// Which end of the calendar comes first.
    #[param(schema_with = super::orders)]
    order: Option<String>,
}

problems!(
    /// Why a pin has no figures.
    ShowPinFigures: USER PATH QUERY PINTEREST,
        409: "sandbox_without_figures" "gone_from_pinterest" "taken_down" "board_busy"
            "draft" "scheduled" "publishing" "held" "failed" "needs_review" "cancelled" "checking"
);
problems!(
    /// Why an account has no figures.
    ShowAccountFigures: USER PATH QUERY PINTEREST, 409: "sandbox_without_figures" "board_busy"
);
problems!(
    /// Why the best pins are not told.
    ShowTopPins: USER PATH QUERY PINTEREST, 409: "sandbox_without_figures" "board_busy"
);
problems!(
    /// Why pins are not listed with their figures.
    ListPinFigures: USER QUERY
);
problems!(
    /// Why figures are not exported.
    ExportFigures: USER QUERY PINTEREST, 404: "not_found", 409: "sandbox_without_figures" "board_busy"
);

/// What is counted.
pub fn metrics() -> ObjectBuilder {
    words(Metric::ALL.map(|metric| (metric.code(), metric.meaning())))
}

/// What there can be to know about figures.
pub fn figures_notes() -> ObjectBuilder {
    words([
        ("no_figures_yet", "Pinterest has no figures for these days yet."),
        ("not_final", "Pinterest still revises the figures of the last days."),
    ])
}
