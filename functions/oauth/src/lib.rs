//! The `oauth` function.

use std::sync::Arc;

use axum::Router;
use shared::api::{Route, finish};
use shared::platform::Platform;

/// The routes of this function.
pub const ROUTES: &[Route] = &[];

/// The function's router.
pub fn router(platform: Arc<Platform>) -> Router {
    finish(Router::new().with_state(platform))
}
