//! Media: files of people's own, announced, uploaded straight to S3, checked, listed and deleted.

mod announce;
mod body;
mod check;
mod complete;
mod delete;
mod description;
mod list;
mod own;
mod show;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

pub use description::description;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/media", Access::User),
    Route::new("GET", "/v1/media", Access::User),
    Route::new("GET", "/v1/media/{id}", Access::User),
    Route::new("DELETE", "/v1/media/{id}", Access::User),
    Route::new("POST", "/v1/media/{id}/complete", Access::User),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let clock = platform.clock.clone();
    let router = Router::new()
        .route("/v1/media", get(list::list).post(announce::announce))
        .route("/v1/media/{id}", get(show::show).delete(delete::delete))
        .route("/v1/media/{id}/complete", post(complete::complete));
    finish(router.with_state(platform), &clock)
}
