//! The `settings` function: administrators read, save and verify the Pinterest app; users see whether it works.

mod answer;
mod changes;
mod description;
mod limits;
mod owners;
mod read;
mod save;
mod status;
mod verify;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

pub use description::description;

const SETTINGS: &str = "/v1/settings";
const VERIFY: &str = "/v1/settings/verify";
const CHANGES: &str = "/v1/settings/changes";
const STATUS: &str = "/v1/status";
const LIMITS: &str = "/v1/limits";
const OWNER: &str = "/v1/owners/{owner}";
const EXPORT: &str = "/v1/owners/{owner}/export";

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("GET", SETTINGS, Access::Admin),
    Route::new("PUT", SETTINGS, Access::Admin),
    Route::new("POST", VERIFY, Access::Admin),
    Route::new("GET", CHANGES, Access::Admin),
    Route::new("GET", STATUS, Access::User),
    Route::new("GET", LIMITS, Access::User),
    Route::new("GET", OWNER, Access::Admin),
    Route::new("DELETE", OWNER, Access::Admin),
    Route::new("GET", EXPORT, Access::Admin),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let routes = Router::new()
        .route(SETTINGS, get(read::read).put(save::save))
        .route(VERIFY, post(verify::verify))
        .route(CHANGES, get(changes::changes))
        .route(STATUS, get(status::status))
        .route(LIMITS, get(limits::read))
        .route(OWNER, get(owners::show).delete(owners::erase::erase))
        .route(EXPORT, get(owners::export::export));
    let clock = platform.clock.clone();
    finish(routes.with_state(platform), &clock)
}
