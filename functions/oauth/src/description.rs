//! What this function says of itself as OpenAPI. The pages are for browsers, and not described.

use shared::api::description::complete;
use shared::problems;
use utoipa::OpenApi;

use crate::{ROUTES, connect, link};

#[derive(OpenApi)]
#[openapi(paths(connect::connect, link::create::create))]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

problems!(
    /// Why no consent begins.
    Connect: USER BODY, 403: "pinterest_disabled", 409: "not_configured" "limit_reached", 500: "public_url_unknown"
);

problems!(
    /// Why no link is made.
    CreateLink: USER BODY, 403: "pinterest_disabled", 409: "not_configured", 500: "public_url_unknown"
);
