//! The pages that a person sees: one document that shows nothing of anyone, the scripts that fill it from the API, and the
//! description of the API.

mod assets;
mod openapi;
mod page;

#[cfg(test)]
#[path = "../build/bundle.rs"]
mod bundle;
#[cfg(test)]
mod bundle_tests;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/", Access::Open),
    Route::new("GET", "/app/{page}", Access::Open),
    Route::new("GET", "/app/pins/{id}", Access::Open),
    Route::new("GET", "/assets/{version}/{name}", Access::Open),
    Route::new("GET", "/v1/openapi.json", Access::Open),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let router = Router::new()
        .route("/", get(page::page))
        .route("/app/{page}", get(page::page))
        .route("/app/pins/{id}", get(page::page))
        .route("/assets/{version}/{name}", get(assets::asset))
        .route("/v1/openapi.json", get(openapi::openapi));
    let clock = platform.clock.clone();
    finish(router.with_state(platform), &clock)
}
