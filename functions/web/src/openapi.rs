//! `GET /v1/openapi.json`: the HTTP API of all functions, described in OpenAPI 3.1.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// Written by `cargo run -p programs --bin openapi` from what the functions say of themselves; a test holds it there.
const DESCRIPTION: &str = include_str!("openapi.json");

/// The description; it is the same for every installation of this version.
pub async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DESCRIPTION).into_response()
}
