//! `/local/token`: a token for whoever asks, for scripts at this machine and nobody's pages.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::local::is_local;
use super::tokens::Person;
use super::{Issuer, authorize};

/// Whose token it is to be.
#[derive(Deserialize)]
pub struct Whom {
    #[serde(default)]
    owner: String,
    #[serde(default)]
    admin: bool,
}

/// What only browsers send along.
const BY_BROWSERS: [&str; 6] =
    ["origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"];

/// By GET, which a page of any site can have sent; so whatever comes from a browser is refused.
pub async fn by_query(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    whom: Result<Query<Whom>, QueryRejection>,
) -> Response {
    if BY_BROWSERS.iter().any(|name| headers.contains_key(*name)) {
        return refused(
            StatusCode::FORBIDDEN,
            "a browser gets no token by GET; send a form by POST from a page of this Pinwheel",
        );
    }
    issuer.give(&headers, whom.ok().map(|Query(whom)| whom))
}

/// By POST, from a program or a page of this origin.
pub async fn by_form(
    State(issuer): State<Arc<Issuer>>,
    headers: HeaderMap,
    whom: Result<Form<Whom>, FormRejection>,
) -> Response {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let own = Url::parse(&issuer.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let is_own = text("origin").is_none_or(|origin| origin == own);
    if !is_own || text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return refused(StatusCode::FORBIDDEN, "pages of other sites get no token");
    }
    issuer.give(&headers, whom.ok().map(|Form(whom)| whom))
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

impl Issuer {
    fn give(&self, headers: &HeaderMap, whom: Option<Whom>) -> Response {
        if !is_local(headers) {
            return refused(StatusCode::FORBIDDEN, "tokens are given only under localhost");
        }
        let person = whom.and_then(|whom| {
            let name = authorize::valid_name(&whom.owner)?;
            Some(Person { name, is_admin: whom.admin })
        });
        let Some(person) = person else {
            return refused(
                StatusCode::UNPROCESSABLE_ENTITY,
                "owner must have 1 to 60 characters, and admin be true or false",
            );
        };
        let body = json!({ "access_token": self.access_token(&person) });
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
