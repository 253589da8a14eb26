//! Requests made from a route alone, so that stories can go over every route there is.

use axum::Router;
use serde_json::json;
use shared::api::Route;

use crate::{World, permissions};

/// An account that nobody has.
pub const ABSENT_ACCOUNT: &str = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A pin that nobody has.
pub const ABSENT_PIN: &str = "pin_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A template that nobody has.
const ABSENT_TEMPLATE: &str = "tpl_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A file of pins that nobody has.
pub const ABSENT_IMPORT: &str = "imp_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A file that nobody has.
pub const ABSENT_MEDIA: &str = "media_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A webhook that nobody has.
const ABSENT_WEBHOOK: &str = "wh_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A connect link that nobody has.
const ABSENT_LINK: &str = "link_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An event that nobody has.
const ABSENT_EVENT: &str = "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What the id of a route may stand for.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a> {
    /// An account.
    pub account: &'a str,
    /// A pin.
    pub pin: &'a str,
    /// A file of pins.
    pub import: &'a str,
    /// A template.
    pub template: &'a str,
    /// An uploaded file.
    pub media: &'a str,
    /// A webhook.
    pub webhook: &'a str,
    /// A connect link.
    pub link: &'a str,
}

/// A body that is right for the routes that take one and have an id; a new one that needs another fails their stories.
pub fn body_for(route: &Route) -> Option<String> {
    let body = match route.path.rsplit('/').next() {
        Some("boards" | "sections") => json!({"name": "Lemon cakes"}),
        Some("channels") => json!({"board_ids": []}),
        Some("resolve") => json!({"publish_again": true}),
        Some("plan") => json!({"time_zone": "UTC"}),
        Some("{id}") if route.path.contains("/templates/") => json!({"name": "Recipes"}),
        Some("{id}") => json!({"publish_at": null}),
        _ => json!({}),
    };
    matches!(route.method, "PUT" | "POST" | "PATCH").then(|| body.to_string())
}

impl World {
    /// The path of a route with that id, and the board "Summer recipes" of creator's where it has a board.
    pub fn path_of(&self, route: &Route, id: &str) -> String {
        let path = route.path.replace("{id}", id).replace("{event}", ABSENT_EVENT).replace("{owner}", "alice");
        path.replace("{board}", &self.board("creator", "Summer recipes"))
    }
}

impl<'a> Ids<'a> {
    /// Those of things that nobody has.
    pub const ABSENT: Self = Self {
        account: ABSENT_ACCOUNT,
        pin: ABSENT_PIN,
        import: ABSENT_IMPORT,
        template: ABSENT_TEMPLATE,
        media: ABSENT_MEDIA,
        webhook: ABSENT_WEBHOOK,
        link: ABSENT_LINK,
    };

    /// The same for every kind.
    pub fn all(id: &'a str) -> Self {
        Self { account: id, pin: id, import: id, template: id, media: id, webhook: id, link: id }
    }

    /// The one that the route takes.
    pub fn of(&self, route: &Route) -> &'a str {
        match route.path.split('/').nth(2) {
            Some("accounts") if route.path.contains("/connect-links/") => self.link,
            Some("accounts") => self.account,
            Some("pins") if route.path.contains("/imports/") => self.import,
            Some("templates") => self.template,
            Some("media") => self.media,
            Some("webhooks") => self.webhook,
            _ => self.pin,
        }
    }
}

/// The name and the router of the one of `functions` that serves `path`; of several routes the most specific.
pub(crate) fn serving<'a>(
    functions: &'a [(&'static [Route], Router)],
    path: &str,
) -> (Option<&'static str>, &'a Router) {
    let placeholders = |routes: &[Route]| {
        let fitting = routes.iter().filter(|route| matches(route.path, path));
        fitting.map(|route| route.path.matches('{').count()).min()
    };
    let serving = functions.iter().filter_map(|function| Some((placeholders(function.0)?, function)));
    let (routes, served) = serving.min_by_key(|(count, _)| *count).map_or(&functions[0], |(_, served)| served);
    (permissions::function_of(routes), served)
}

/// Whether `path` fits a route with `{placeholders}`.
pub(crate) fn matches(route: &str, path: &str) -> bool {
    let (wanted, given): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted
            .iter()
            .zip(given)
            .all(|(wanted, given)| (wanted.starts_with('{') && !given.is_empty()) || *wanted == given)
}
