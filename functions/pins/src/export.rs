//! `GET /v1/pins/export`: pins as a file that Pinterest's own bulk tool reads, and `POST /v1/pins/import`.

mod table;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::future::{join_all, try_join_all};
use http::{HeaderValue, header};
use shared::api::{Page, Problem, Query, User, cursor};
use shared::domain::{Account, AccountId, FieldError, GivenBoard, OwnerId, Pin, Status};
use shared::store::StoreError;
use url::form_urlencoded::Serializer;

use crate::Function;
use crate::description::{ExportPageQuery, ExportPins, PinQuery};
use crate::list::{self, Filter};
use table::table;
pub use table::{Boards, date};

/// How many pins a file has at most. Each of them takes a few kilobytes at most, and an answer can have six megabytes.
const MOST_PINS: usize = 500;

/// Exports pins as a CSV file with the columns that `POST /v1/pins/import` reads, with times in UTC.
///
/// If there are more, the header `Link` has the URL of the next file. Drafts are left out, because they have no time
/// and an empty date means now.
#[utoipa::path(
    get,
    path = "/v1/pins/export",
    operation_id = "export_pins",
    tag = "pins",
    params(ExportPageQuery, PinQuery),
    responses(
        (
            status = 200,
            description = "The file. Link: the address of the next one, as `<…>; rel=\"next\"`, where there is one.",
            body = String,
            content_type = "text/csv",
            headers(("Link" = Option<String>, description = "The next file, where there is one."))
        ),
        ExportPins
    )
)]
pub async fn export(State(function): State<Function>, user: User, query: Query) -> Result<Response, Problem> {
    let mut errors = Vec::new();
    let limit = limit(&query, MOST_PINS, &mut errors);
    let page = Page { limit: 1, cursor: query.one("cursor").map(str::to_owned) };
    let filter = Filter::read(&query, &page, &mut errors);
    if query.all("status").any(|status| status == Status::Draft.code()) {
        let message = "Drafts can't be exported: they have no time, and an empty date means now. Remove draft from \
                       the statuses.";
        errors.push(FieldError::new("status", "no_time", message));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let platform = &function.platform;
    let settings = platform.current_settings.get().await?;
    let (mut pins, place) = list::find(platform, &user.owner, &filter, &settings, limit).await?;
    pins.retain(|pin| pin.publish_at.is_some());
    let boards = boards(&function, &user.owner, &pins).await?;
    let next = place.map(|place| next("/v1/pins/export", &query, &cursor(&filter.list(), &place)));
    Ok(file("pins.csv", table(&pins, &boards), next))
}

/// A CSV file as an answer, with the address of the next one where there is one.
pub fn file(name: &str, text: String, next: Option<String>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "text/csv")], text).into_response();
    let named = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_DISPOSITION, Some(named)), (header::LINK, next)];
    for (header, value) in headers {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(header, value);
        }
    }
    response
}

/// How many pins are asked for, 1 to [`MOST_PINS`]; `usual` where it is not said.
pub fn limit(query: &Query, usual: usize, errors: &mut Vec<FieldError>) -> usize {
    let expected = format!("a number from 1 to {MOST_PINS}");
    let limit = query.parsed("limit", &expected, errors).unwrap_or(usual);
    if !(1..=MOST_PINS).contains(&limit) {
        errors.push(FieldError::new("limit", "invalid", format!("Expected {expected}.")));
    }
    limit
}

/// The address of the next file at `path`, relative to this one's.
pub fn next(path: &str, query: &Query, cursor: &str) -> String {
    let mut address = Serializer::new(format!("{path}?"));
    let kept = ["account_id", "status", "from", "to", "order", "limit"];
    for name in kept {
        for value in query.all(name) {
            address.append_pair(name, value);
        }
    }
    let address = address.append_pair("cursor", cursor).finish();
    format!("<{}>; rel=\"next\"", address.replace("?&", "?"))
}

/// The boards of the accounts that the pins are of, as far as they can be known.
pub async fn boards(function: &Function, owner: &OwnerId, pins: &[Pin]) -> Result<Boards, StoreError> {
    let mut wanted: BTreeMap<&AccountId, Vec<GivenBoard>> = BTreeMap::new();
    for pin in pins {
        let of_account = wanted.entry(&pin.account_id).or_default();
        let board = GivenBoard::from(&pin.board_id);
        if !of_account.contains(&board) {
            of_account.push(board);
        }
    }
    let accounts = &function.platform.accounts;
    let loads = wanted.into_iter().map(async |(id, boards)| Ok((accounts.load(owner, id).await?, boards)));
    let found: Vec<(Option<Account>, _)> = try_join_all(loads).await?;
    let looks = found.into_iter().filter_map(|(account, boards)| Some((account?, boards)));
    let looks = looks.map(async |(account, boards)| {
        let given: Vec<_> = boards.iter().collect();
        let known = function.boards.boards(&function.platform, &account, &given).await;
        (account.id, known.entries)
    });
    Ok(join_all(looks).await.into_iter().collect())
}
