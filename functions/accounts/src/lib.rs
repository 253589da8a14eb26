//! Connected Pinterest accounts: list, show and disconnect them, connect one by a pasted token; their boards and sections,
//! listed and created; the boards to post to; the plan of each.

mod boards;
mod body;
mod channels;
mod create_board;
mod create_section;
mod description;
mod disconnect;
mod list;
mod own;
mod paste;
mod plan;
mod sections;
mod show;
mod uncreated;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

pub use description::description;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/accounts", Access::User),
    Route::new("GET", "/v1/accounts/{id}", Access::User),
    Route::new("DELETE", "/v1/accounts/{id}", Access::User),
    Route::new("POST", "/v1/accounts/token", Access::User),
    Route::new("GET", "/v1/accounts/{id}/boards", Access::User),
    Route::new("POST", "/v1/accounts/{id}/boards", Access::User),
    Route::new("GET", "/v1/accounts/{id}/boards/{board}/sections", Access::User),
    Route::new("POST", "/v1/accounts/{id}/boards/{board}/sections", Access::User),
    Route::new("PUT", "/v1/accounts/{id}/channels", Access::User),
    Route::new("GET", "/v1/accounts/{id}/plan", Access::User),
    Route::new("PUT", "/v1/accounts/{id}/plan", Access::User),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let router = Router::new()
        .route("/v1/accounts", get(list::list))
        .route("/v1/accounts/{id}", get(show::show).delete(disconnect::disconnect))
        .route("/v1/accounts/token", post(paste::paste))
        .route("/v1/accounts/{id}/boards", get(boards::boards).post(create_board::create))
        .route("/v1/accounts/{id}/boards/{board}/sections", get(sections::sections).post(create_section::create))
        .route("/v1/accounts/{id}/channels", put(channels::choose))
        .route("/v1/accounts/{id}/plan", get(plan::show).put(plan::save));
    let clock = platform.clock.clone();
    finish(router.with_state(platform), &clock)
}
