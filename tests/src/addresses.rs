//! Requests made from a route alone, so that stories can go over every route there is.

use serde_json::json;
use shared::api::Route;

use crate::World;

/// An account that nobody has.
pub const ABSENT_ACCOUNT: &str = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A pin that nobody has.
pub const ABSENT_PIN: &str = "pin_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A file that nobody has.
pub const ABSENT_MEDIA: &str = "media_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A body that is right for the routes that take one and have an id; a new one that needs another fails their stories.
pub fn body_for(route: &Route) -> Option<String> {
    let body = match route.path.rsplit('/').next() {
        Some("boards" | "sections") => json!({"name": "Lemon cakes"}),
        Some("channels") => json!({"board_ids": []}),
        Some("resolve") => json!({"publish_again": true}),
        Some("{id}") => json!({"publish_at": null}),
        _ => json!({}),
    };
    matches!(route.method, "PUT" | "POST" | "PATCH").then(|| body.to_string())
}

impl World {
    /// The path of a route with that id, and the board "Summer recipes" of creator's where it has a board.
    pub fn path_of(&self, route: &Route, id: &str) -> String {
        route.path.replace("{id}", id).replace("{board}", &self.board("creator", "Summer recipes"))
    }
}

/// The id of a kind that the route takes, of these three.
pub fn id_for<'a>(route: &Route, account: &'a str, pin: &'a str, media: &'a str) -> &'a str {
    match route.path.split('/').nth(2) {
        Some("accounts") => account,
        Some("media") => media,
        _ => pin,
    }
}
