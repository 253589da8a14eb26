//! `GET /`: what this is and where to go on.

use axum::response::Response;
use maud::html;

use crate::page::page;

/// Shows the entry page.
pub async fn home() -> Response {
    page(
        "Pins on time",
        &html! {
            p {
                "This is Pinwheel. It connects Pinterest accounts and publishes their pins at the second they were "
                "planned for, each once."
            }
            h2 { "Where to go on" }
            dl {
                dt { a href="/app/accounts" { "Connected accounts" } }
                dd { "Where you arrive after you have connected a Pinterest account." }
                dt { a href="/healthz" { "Health" } }
                dd { "Whether everything that is due gets published." }
            }
            h2 { "For programs" }
            p {
                "The API is under " code { "/v1" } " and asks for a token of your identity provider: "
                code { "POST /v1/accounts/connect" } " begins a connection, " code { "POST /v1/pins" }
                " plans a pin, " code { "GET /v1/pins" } " shows what became of it."
            }
        },
    )
}
