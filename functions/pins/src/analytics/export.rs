//! `GET /v1/pins/analytics/export`: the figures of published pins as a file for reports.

use axum::extract::State;
use axum::response::Response;
use shared::api::{Problem, Query, User};
use shared::domain::{Pin, State as PinState};

use super::joined::Accounts;
use super::list::{Found, find, slot};
use crate::Function;
use crate::description::{ExportFigures, ExportPageQuery, PublishedQuery};
use crate::export::{self, Boards, date};
use crate::import::{cell, guard};

/// How many pins a file has where nothing is said.
const USUAL: usize = 500;

const HEADER: [&str; 19] = [
    "Published (UTC)",
    "Account",
    "Board",
    "Title",
    "Link",
    "Pin on Pinterest",
    "Slot",
    "Taken down (UTC)",
    "Impressions, 90 days",
    "Saves, 90 days",
    "Pin clicks, 90 days",
    "Outbound clicks, 90 days",
    "Impressions, all time",
    "Saves, all time",
    "Pin clicks, all time",
    "Outbound clicks, all time",
    "Comments, all time",
    "Reactions, all time",
    "Figures read at (UTC)",
];

/// Exports published pins with what Pinterest counted for them, as a CSV file that spreadsheets open.
///
/// A cell is empty where Pinterest gives no figure, which is not zero. If there are more pins, the header `Link` has the URL of
/// the next file.
#[utoipa::path(
    get,
    path = "/v1/pins/analytics/export",
    operation_id = "export_pin_analytics",
    tag = "analytics",
    params(ExportPageQuery, PublishedQuery),
    responses(
        (
            status = 200,
            description = "The file. Link: the address of the next one, as `<…>; rel=\"next\"`, where there is one.",
            body = String,
            content_type = "text/csv",
            headers(("Link" = Option<String>, description = "The next file, where there is one."))
        ),
        ExportFigures
    )
)]
pub async fn export(State(function): State<Function>, user: User, query: Query) -> Result<Response, Problem> {
    let Found { pins, accounts, next_cursor } = find(&function, &user, &query, USUAL).await?;
    // A report that lacks an account is taken for one of all of them.
    if let Some((_, problem)) = accounts.unread.first() {
        return Err(problem.clone());
    }
    let boards = export::boards(&function, &user.owner, &pins).await?;
    let next = next_cursor.map(|cursor| export::next("/v1/pins/analytics/export", &query, &cursor));
    Ok(export::file("pin-figures.csv", table(&pins, &accounts, &boards), next))
}

fn table(pins: &[Pin], accounts: &Accounts, boards: &Boards) -> String {
    let mut text = line(HEADER.map(str::to_owned));
    for pin in pins {
        text.push_str(&line(row(pin, accounts, boards).map(|text| guard(&text))));
    }
    text
}

fn line(cells: [String; HEADER.len()]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

fn row(pin: &Pin, accounts: &Accounts, boards: &Boards) -> [String; HEADER.len()] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let account = accounts.get(&pin.account_id);
    let figures = accounts.figures(pin);
    let (recent, lifetime) = figures.map(|figures| (figures.last_90_days, figures.lifetime)).unwrap_or_default();
    let published_at = match &pin.state {
        PinState::Published { at, .. } => date(super::body::to_second(*at)),
        _ => String::new(),
    };
    let slot = slot(pin, account).map(|slot| format!("{} {}", slot.day, slot.time));
    [
        published_at,
        text(account.map(|account| account.username.as_str())),
        board(pin, boards),
        text(pin.content.title()),
        text(pin.content.link()),
        pin.pinterest_url().unwrap_or_default(),
        slot.unwrap_or_default(),
        pin.taken_down_at.map(|at| date(super::body::to_second(at))).unwrap_or_default(),
        count(recent.impressions),
        count(recent.saves),
        count(recent.pin_clicks),
        count(recent.outbound_clicks),
        count(lifetime.impressions),
        count(lifetime.saves),
        count(lifetime.pin_clicks),
        count(lifetime.outbound_clicks),
        count(figures.and_then(|figures| figures.comments)),
        count(figures.and_then(|figures| figures.reactions)),
        accounts.read_at().map(date).unwrap_or_default(),
    ]
}

/// The name of the pin's board, or its id where the name is not known.
fn board(pin: &Pin, boards: &Boards) -> String {
    let named = boards.get(&pin.account_id).and_then(|boards| boards.get(&pin.board_id));
    named.map_or_else(|| pin.board_id.to_string(), |board| board.name.clone())
}
