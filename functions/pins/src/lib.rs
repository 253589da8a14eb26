//! Pins: plan, schedule, list, show, change, retry, resolve and cancel them; take them from files and write them as such;
//! the events of all that; how they and their accounts do on Pinterest; and the health of the whole, which is what is
//! overdue.

mod analytics;
mod boards;
mod body;
mod cancel;
mod change;
mod content;
mod crowded;
mod description;
mod desk;
mod events;
mod export;
mod health;
mod import;
mod kept;
mod list;
mod media;
mod moment;
mod own;
mod placement;
mod planner;
mod refusal;
mod resolve;
mod retry;
mod schedule;
mod settlement;
mod shift;
mod show;
mod slots;
mod take_down;
mod templates;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

pub use description::description;

use analytics::KnownFigures;
use boards::KnownBoards;
use health::HealthCheck;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/pins", Access::User),
    Route::new("GET", "/v1/pins", Access::User),
    Route::new("GET", "/v1/pins/{id}", Access::User),
    Route::new("PATCH", "/v1/pins/{id}", Access::User),
    Route::new("DELETE", "/v1/pins/{id}", Access::User),
    Route::new("POST", "/v1/pins/{id}/retry", Access::User),
    Route::new("POST", "/v1/pins/{id}/resolve", Access::User),
    Route::new("POST", "/v1/pins/preview", Access::User),
    Route::new("POST", "/v1/pins/batch", Access::User),
    Route::new("POST", "/v1/pins/batch/preview", Access::User),
    Route::new("POST", "/v1/pins/move", Access::User),
    Route::new("POST", "/v1/pins/import", Access::User),
    Route::new("GET", "/v1/pins/imports/{id}", Access::User),
    Route::new("GET", "/v1/pins/imports/{id}/rows", Access::User),
    Route::new("GET", "/v1/pins/export", Access::User),
    Route::new("GET", "/v1/events", Access::User),
    Route::new("GET", "/v1/pins/analytics", Access::User),
    Route::new("GET", "/v1/pins/analytics/export", Access::User),
    Route::new("GET", "/v1/pins/{id}/analytics", Access::User),
    // Beside the figures of pins, so that both are counted in one quota and remembered once.
    Route::new("GET", "/v1/accounts/{id}/analytics", Access::User),
    Route::new("GET", "/v1/accounts/{id}/top-pins", Access::User),
    // Beside the planner, which gives them to pins.
    Route::new("GET", "/v1/accounts/{id}/slots", Access::User),
    Route::new("GET", "/v1/templates", Access::User),
    Route::new("POST", "/v1/templates", Access::User),
    Route::new("GET", "/v1/templates/{id}", Access::User),
    Route::new("PUT", "/v1/templates/{id}", Access::User),
    Route::new("DELETE", "/v1/templates/{id}", Access::User),
    Route::new("GET", "/healthz", Access::Open),
    // What watches over an address often asks so, and needs the status alone.
    Route::new("HEAD", "/healthz", Access::Open),
];

/// What the handlers work with: the outside world and what this function remembers of it.
#[derive(Debug, Clone)]
struct Function {
    platform: Arc<Platform>,
    boards: Arc<KnownBoards>,
    health: Arc<HealthCheck>,
    figures: Arc<KnownFigures>,
}

impl FromRef<Function> for Arc<Platform> {
    fn from_ref(function: &Function) -> Self {
        function.platform.clone()
    }
}

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let clock = platform.clock.clone();
    let function = Function {
        boards: Arc::new(KnownBoards::new(platform.clock.clone())),
        health: Arc::new(HealthCheck::new(platform.clock.clone())),
        figures: Arc::new(KnownFigures::new(&platform.clock)),
        platform,
    };
    let router = Router::new()
        .route("/v1/pins", get(list::list).post(schedule::schedule))
        .route("/v1/pins/preview", post(schedule::preview::preview))
        .route("/v1/pins/batch", post(schedule::batch::schedule))
        .route("/v1/pins/batch/preview", post(schedule::batch::preview))
        .route("/v1/pins/move", post(shift::shift))
        .route("/v1/pins/import", post(import::import).layer(DefaultBodyLimit::max(import::LONGEST)))
        .route("/v1/pins/imports/{id}", get(import::progress::show))
        .route("/v1/pins/imports/{id}/rows", get(import::progress::rows))
        .route("/v1/pins/export", get(export::export))
        .route("/v1/pins/{id}", get(show::show).patch(change::change).delete(cancel::cancel))
        .route("/v1/pins/{id}/retry", post(retry::retry))
        .route("/v1/pins/{id}/resolve", post(resolve::resolve))
        .route("/v1/events", get(events::list))
        .route("/v1/pins/analytics", get(analytics::list::list))
        .route("/v1/pins/analytics/export", get(analytics::export::export))
        .route("/v1/pins/{id}/analytics", get(analytics::pin::show))
        .route("/v1/accounts/{id}/analytics", get(analytics::account::show))
        .route("/v1/accounts/{id}/top-pins", get(analytics::top_pins::top_pins))
        .route("/v1/accounts/{id}/slots", get(slots::list))
        .route("/v1/templates", get(templates::list).post(templates::create))
        .route("/v1/templates/{id}", get(templates::show).put(templates::replace).delete(templates::remove))
        .route("/healthz", get(health::health));
    finish(router.with_state(function), &clock)
}
