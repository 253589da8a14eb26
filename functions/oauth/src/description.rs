//! What this function says of itself as OpenAPI. The pages are for browsers, and not described.

use shared::api::description::{complete, words};
use shared::problems;
use utoipa::OpenApi;
use utoipa::openapi::schema::ObjectBuilder;

use crate::{ROUTES, connect, link};

#[derive(OpenApi)]
#[openapi(paths(connect::connect, link::create::create, link::list::list, link::revoke::revoke))]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

problems!(
    /// Why no consent begins.
    Connect: USER CHANGE BODY, 403: "pinterest_disabled", 409: "not_configured" "limit_reached", 500: "public_url_unknown"
);

problems!(
    /// Why no link is made.
    CreateLink: USER CHANGE BODY, 403: "pinterest_disabled", 409: "not_configured" "too_many_links", 500: "public_url_unknown"
);

problems!(
    /// Why links are not listed.
    ListLinks: USER QUERY
);

problems!(
    /// Why a link is not revoked.
    RevokeLink: USER CHANGE PATH, 409: "link_used" "changed_meanwhile"
);

/// How a link stands.
pub fn states() -> ObjectBuilder {
    words([
        ("open", "an account can be connected by it."),
        ("used", "an account was connected by it."),
        ("expired", "nobody used it in time."),
        ("revoked", "you revoked it."),
    ])
}
