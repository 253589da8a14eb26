//! The `oauth` function: sends a person to Pinterest's consent page, takes them back, lets them pick their boards.

mod callback;
mod connect;
mod cookie;
mod description;
mod failure;
mod link;
mod page;
mod pick;
mod proof;
mod return_to;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};
use shared::api::{Access, CALLBACK_PATH, Route, finish};
use shared::platform::Platform;

pub use description::description;

const CONNECT: &str = "/v1/accounts/connect";
const LINKS: &str = "/v1/accounts/connect-links";
const LISTED_LINK: &str = "/v1/accounts/connect-links/{id}";

/// The page of a connect link, which the `start_url` of a consent is too.
const LINK_PAGE: &str = "/app/pinterest/connect";

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("POST", CONNECT, Access::User),
    Route::new("GET", LINKS, Access::User),
    Route::new("POST", LINKS, Access::User),
    Route::new("DELETE", LISTED_LINK, Access::User),
    Route::new("GET", LINK_PAGE, Access::Open),
    Route::new("POST", LINK_PAGE, Access::Open),
    Route::new("GET", CALLBACK_PATH, Access::Open),
    Route::new("POST", CALLBACK_PATH, Access::Open),
];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    let routes = Router::new()
        .route(CONNECT, post(connect::connect))
        .route(LINKS, get(link::list).post(link::create))
        .route(LISTED_LINK, delete(link::revoke))
        .route(LINK_PAGE, get(link::offer).post(link::start))
        .route(CALLBACK_PATH, get(callback::callback).post(pick::pick));
    let clock = platform.clock.clone();
    finish(routes.with_state(platform), &clock)
}
