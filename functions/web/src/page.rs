//! The frame of every page, with the headers that keep it from doing anything but being read.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use maud::{DOCTYPE, Markup, html};

/// No script, nothing from elsewhere, no frame around it.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    // For browsers that do not know `frame-ancestors`.
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
];

/// The page with that title and content.
pub fn page(title: &str, content: &Markup) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Pinwheel" }
                link rel="stylesheet" href="/app/style.css";
            }
            body {
                header { a href="/" { "Pinwheel" } }
                main {
                    h1 { (title) }
                    (content)
                }
            }
        }
    };
    (HEADERS, document).into_response()
}
