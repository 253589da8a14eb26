//! Errors as RFC 9457 problem details.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use crate::domain::fields::shortened;
use crate::domain::{FieldError, Limit, Reached};

/// How many wrong fields, or notes on rows, an answer holds at most; the rest is counted.
pub const MOST_ERRORS: usize = 100;

/// The code of a limit that was reached.
pub const LIMIT_REACHED: &str = "limit_reached";

/// How many wrong fields the sentence for people names.
const MOST_NAMED: usize = 10;

/// The longest sentence for people, in characters. It may quote what the client or Pinterest wrote.
const LONGEST_DETAIL: usize = 4_000;

/// An error as a client reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// What happened and what to do, for people.
    pub detail: String,
    /// The wrong fields; only for 422.
    pub errors: Vec<FieldError>,
    /// After how many seconds it is worth another try, where that is known; answered as `Retry-After`.
    pub retry_after_s: Option<u64>,
    /// The limit that was reached; only for `limit_reached`.
    pub limit: Option<Reached>,
}

/// Why a request was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// `urn:pinwheel:problem:` and the code.
    r#type: String,
    /// What the status means.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What happened and what to do, for people.
    detail: &'a str,
    /// A stable word for programs.
    code: &'a str,
    /// What the log of the request goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// The wrong fields, at most 100; only for the code `invalid`. `detail` says how many more there are.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(max_items = 100)]
    errors: &'a [FieldError],
    /// Which limit was reached; only for the code `limit_reached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<ReachedBody>,
}

/// A limit of an owner that was reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReachedLimit)]
struct ReachedBody {
    /// What it is of.
    #[schema(schema_with = limits)]
    name: &'static str,
    /// How much the owner may have.
    most: u64,
    /// How much the owner has.
    used: u64,
}

impl Problem {
    /// A problem with that status, code and explanation.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = shortened(&detail.into(), LONGEST_DETAIL).into_owned();
        Self { status, code, detail, errors: Vec::new(), retry_after_s: None, limit: None }
    }

    /// 404: it does not exist, or belongs to somebody else; the two read alike.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("This {what} doesn't exist."))
    }

    /// 403 `pinterest_disabled`.
    pub fn disabled() -> Self {
        let hold = crate::domain::settings::Obstacle::Disabled;
        Self::new(StatusCode::FORBIDDEN, hold.code(), hold.message())
    }

    /// 409: the thing changed or is not in a state for this.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 409 `limit_reached`, or 429 for what is limited by the day, which is over in `retry_after_s` seconds.
    pub fn limit_reached(reached: Reached, retry_after_s: Option<u64>) -> Self {
        let by_day = reached.limit == Limit::ImportsPerDay;
        let status = if by_day { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::CONFLICT };
        let problem = Self::new(status, LIMIT_REACHED, reached.message());
        Self { retry_after_s, limit: Some(reached), ..problem }
    }

    /// 422 with the wrong fields: the first hundred of them, and how many more there are.
    pub fn invalid(mut errors: Vec<FieldError>) -> Self {
        let count: usize = errors.iter().map(|error| 1 + error.more).sum();
        errors.truncate(MOST_ERRORS);
        let named: Vec<_> = errors.iter().take(MOST_NAMED).map(|error| error.field.as_str()).collect();
        let unnamed = count - named.len();
        let more = if unnamed > 0 { format!(" and {unnamed} more") } else { String::new() };
        let detail = format!("Some fields are invalid; nothing was saved: {}{more}.", named.join(", "));
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// 422 with one wrong field.
    pub fn invalid_field(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, code, message)])
    }

    /// The response, with the id of the request it answers.
    pub(super) fn render(&self, request_id: Option<&str>) -> Response {
        let body = ProblemBody {
            r#type: format!("urn:pinwheel:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
            request_id,
            errors: &self.errors,
            limit: self.limit.as_ref().map(ReachedBody::from),
        };
        let body = serde_json::to_vec(&body).expect("a problem is a plain structure");
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

fn limits() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(Limit::ALL.map(Limit::code)))
}

impl From<&Reached> for ReachedBody {
    fn from(reached: &Reached) -> Self {
        Self { name: reached.limit.code(), most: reached.most, used: reached.used }
    }
}

impl From<Reached> for Problem {
    fn from(reached: Reached) -> Self {
        Self::limit_reached(reached, None)
    }
}

/// The layer of [`super::finish`] adds the request id, which only it knows.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(None);
        response.extensions_mut().insert(self);
        response
    }
}
