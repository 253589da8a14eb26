//! The pages that a person sees. They need no script and show nothing of anyone.

mod accounts;
mod home;
mod openapi;
mod page;
mod style;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/", Access::Open),
    Route::new("GET", "/app/accounts", Access::Open),
    Route::new("GET", "/app/style.css", Access::Open),
    Route::new("GET", "/v1/openapi.json", Access::Open),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let router = Router::new()
        .route("/", get(home::home))
        .route("/app/accounts", get(accounts::accounts))
        .route("/app/style.css", get(style::style))
        .route("/v1/openapi.json", get(openapi::openapi));
    let clock = platform.clock.clone();
    finish(router.with_state(platform), &clock)
}
