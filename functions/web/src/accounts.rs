//! `GET /app/accounts`: where a person arrives after picking boards.

use axum::response::Response;
use maud::html;

use crate::page::page;

/// Shows that the boards are saved. Who asks is not known here, so the page says nothing of anyone.
pub async fn accounts() -> Response {
    page(
        "Connected accounts",
        &html! {
            p {
                "If you come from picking boards: they are saved, and your account is ready to publish. You can close "
                "this page and go back to the application that sent you here."
            }
            h2 { "Where to go on" }
            dl {
                dt { code { "GET /v1/accounts" } }
                dd { "lists your accounts with the boards that you picked." }
                dt { code { "PUT /v1/accounts/{id}/channels" } }
                dd { "changes the boards; connecting the account again does as well." }
                dt { code { "POST /v1/pins" } }
                dd { "plans a pin for one of the boards." }
                dt { code { "DELETE /v1/accounts/{id}" } }
                dd { "disconnects an account. To take the permission back for good, remove the app in Pinterest's own "
                     "settings as well." }
            }
            p { a href="/" { "What Pinwheel is" } }
        },
    )
}
