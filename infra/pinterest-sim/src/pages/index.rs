//! The index page.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use maud::html;

use super::{shell, shown};
use crate::mode::Mode;
use crate::simulator::Simulator;

/// Says what this is, what it accepts, and where to look.
pub(super) async fn show(State(simulator): State<Simulator>) -> Response {
    let base = simulator.base_path();
    let app = simulator.app();
    let body = html! {
        h1 { "A Pinterest to develop against" }
        p { "Nothing here reaches the real Pinterest. It knows one app:" }
        table {
            tr { th { "App ID" } td { code { (app.id) } } }
            tr { th { "App secret" } td { code { (app.secret) } } }
            tr { th { "Access tier" } td { code { (format!("{:?}", simulator.tier()).to_lowercase()) } } }
            tr { th { "Redirect URIs" } td { @for uri in &app.redirect_uris { code { (uri) } br; } } }
            tr { th { "Authorize URL" } td { code { (base) "/oauth/" } } }
            @for mode in Mode::ALL { tr { th { "API, " (mode) } td { code { (base) "/" (mode) "/v5" } } } }
        }
        h2 { "People" }
        ul {
            @for person in simulator.people() {
                li { a href={ (base) "/boards/" (person.username) } { (person.username) } " " span.quiet { (person.about) } }
            }
        }
        h2 { "Control" }
        ul {
            @for path in ["calls", "faults", "tier", "rotation", "links", "limits", "answers", "media", "uploads"] {
                li { a href={ (base) "/control/" (path) } { code { (base) "/control/" (path) } } }
            }
            li { code { (base) "/control/pins?board=…" } }
        }
    };
    shown(StatusCode::OK, &shell(base, "Start", &body), None)
}
