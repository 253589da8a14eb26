//! The one document that all pages are: a frame that is there at once, and the scripts that fill it from the API.
//!
//! `GET /`, `GET /app/{page}` and `GET /app/pins/{id}` answer the same. Who asks is not known here, so it says nothing of
//! anyone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use shared::config::SignInConfig;
use shared::platform::Platform;

use crate::assets::{LOADING, LOADING_HASH, address};

const HEADERS: [(HeaderName, &str); 8] = [
    // For browsers that do not know `frame-ancestors`.
    (X_FRAME_OPTIONS, "DENY"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-cache"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Shows a page.
pub async fn page(State(platform): State<Arc<Platform>>) -> Response {
    let sign_in = platform.config.web.sign_in.as_ref();
    let mut response = (HEADERS, document(sign_in)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy(sign_in, &platform.config.upload_origin())) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Nothing that was not written here runs, in the document itself only what says that the page did not load; and data comes
/// from this installation and the sign-in only, and goes to the bucket besides. Pictures are those of pins and accounts, which
/// can be anywhere that nobody on the way can change, and files in the bucket.
fn policy(sign_in: Option<&SignInConfig>, uploads: &str) -> String {
    let origins =
        sign_in.iter().flat_map(|sign_in| sign_in.origins()).fold(String::new(), |all, origin| all + " " + &origin);
    format!(
        "default-src 'none'; script-src 'self' '{LOADING_HASH}'; style-src 'self'; img-src 'self' https: data: blob: {uploads}; \
         media-src blob: {uploads}; connect-src 'self' {uploads}{origins}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn document(sign_in: Option<&SignInConfig>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if let Some(sign_in) = sign_in {
                    meta name="sign-in-issuer" content=(sign_in.issuer);
                    meta name="sign-in-client" content=(sign_in.client_id);
                    meta name="sign-in-scope" content=(sign_in.scope);
                }
                title { "Pinwheel" }
                link rel="icon" href=(address("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(address("style.css"));
                script { (PreEscaped(LOADING)) }
                script type="module" src=(address("app.js")) {}
            }
            body {
                div id="app" {
                    header.bar { a.brand href="/" { "Pinwheel" } }
                    main id="main" {
                        p.quiet id="loading" role="status" { "Loading…" }
                        div.notice.bad id="not-loaded" role="alert" hidden {
                            p { "This page didn't load completely. Check your connection, then reload the page." }
                            p { a.button href="" { "Reload page" } }
                        }
                    }
                }
                noscript { p { "Pinwheel needs JavaScript. Allow it in your browser, then reload the page." } }
            }
        }
    }
}
