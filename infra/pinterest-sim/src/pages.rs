//! Pages for people: what this is, whose boards there are, and what is on them.

mod boards;
mod index;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, Markup, html};
use url::Url;

use crate::simulator::Simulator;

const STYLE: &str = include_str!("pages/style.css");

pub(crate) fn router() -> Router<Simulator> {
    Router::new()
        .route("/", get(index::show))
        .route("/boards/{username}", get(boards::of_person))
        .route("/boards/{username}/{board}", get(boards::one))
        .route("/pictures/{id}", get(picture))
        .route("/style.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
}

/// A whole page around `body`.
pub(crate) fn shell(base_path: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – simulated Pinterest" }
                link rel="stylesheet" href={ (base_path) "/style.css" };
            }
            body {
                header { a href={ (base_path) "/" } { "Simulated Pinterest" } }
                main { (body) }
            }
        }
    }
}

/// A page as a response. A form on it may lead to this origin and to that of `form_target`.
pub(crate) fn shown(status: StatusCode, page: &Markup, form_target: Option<&str>) -> Response {
    let target = form_target.and_then(|uri| Url::parse(uri).ok()).map(|url| url.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src * data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {}",
        target.unwrap_or_default()
    );
    let mut response = (status, page.clone()).into_response();
    if let Ok(policy) = HeaderValue::from_str(policy.trim()) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A picture that was uploaded with a pin.
async fn picture(State(simulator): State<Simulator>, Path(id): Path<String>) -> Response {
    match simulator.transact(|world| world.find_picture(&id)) {
        Ok(Some((content_type, data))) => {
            let nosniff = (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned());
            ([(CONTENT_TYPE, content_type), nosniff], data).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a picture cannot be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page that says that something is not there.
fn not_found(simulator: &Simulator, what: &str) -> Response {
    let body = html! { h1 { "Not found" } p { (what) } };
    shown(StatusCode::NOT_FOUND, &shell(simulator.base_path(), "Not found", &body), None)
}

/// A page that says that the database cannot be read.
fn unreadable(simulator: &Simulator, error: &rusqlite::Error) -> Response {
    tracing::error!(%error, "a page cannot be made");
    let body = html! { h1 { "The simulator cannot read its database" } p { (error) } };
    shown(StatusCode::INTERNAL_SERVER_ERROR, &shell(simulator.base_path(), "Broken", &body), None)
}
