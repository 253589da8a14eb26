//! A call as it came in, read once.

use std::collections::BTreeMap;

use axum::extract::{RawPathParams, Request};
use data_encoding::BASE64;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::request::Parts;
use serde_json::Value;

use crate::mode::Mode;
use crate::operation::Operation;
use crate::scope::ScopeSet;

/// Enough for five base64 pictures of 20 MB. Pinterest's own limit is not documented.
const BODY_LIMIT: usize = 140 * 1024 * 1024;

/// Who calls: the person behind the access token and what the token may do.
pub(super) struct Caller {
    pub(super) person_id: String,
    pub(super) username: String,
    pub(super) scopes: ScopeSet,
    /// Whether the token is one of the client credentials grant.
    pub(super) is_app: bool,
}

/// One call of the API.
pub(super) struct Incoming {
    pub(super) mode: Mode,
    pub(super) operation: Operation,
    pub(super) method: String,
    /// From `/v5` on, with the query.
    pub(super) path: String,
    /// Scheme and host by which the caller reached the simulator, without a slash at its end.
    pub(super) origin: String,
    params: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    /// The fields of a form, empty when the body is not one.
    pub(super) form: BTreeMap<String, String>,
    /// The JSON body; `None` when there is none or it cannot be read.
    pub(super) json: Option<Value>,
    /// How long a pin made by this call stays out of lists.
    pub(super) visible_after_ms: u64,
}

impl Incoming {
    /// Reads the whole request; nothing for a body over the limit, or one that breaks off.
    pub(super) async fn read(
        mode: Mode,
        operation: Operation,
        params: &RawPathParams,
        request: Request,
    ) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_LIMIT).await.ok()?;
        let is_form = content_type(&parts.headers).starts_with("application/x-www-form-urlencoded");
        let pairs = |bytes: &[u8]| url::form_urlencoded::parse(bytes).into_owned().collect::<BTreeMap<_, _>>();
        let form = if is_form { pairs(&body) } else { BTreeMap::new() };
        let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Some(Self {
            mode,
            operation: refine(operation, &form),
            method: parts.method.to_string(),
            path: format!("/v5{path_and_query}"),
            params: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            origin: origin(&parts),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            json: if is_form { None } else { serde_json::from_slice(&body).ok() },
            form,
            headers: parts.headers,
            visible_after_ms: 0,
        })
    }

    /// A part of the path; empty when the route has none of this name.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The board that the call is about: from the path, or else from the body.
    pub(super) fn board(&self) -> Option<&str> {
        let in_body = || self.json.as_ref()?.get("board_id")?.as_str();
        self.params.get("board_id").map(String::as_str).or_else(in_body)
    }

    pub(super) fn bearer(&self) -> Option<&str> {
        self.authorization("bearer ")
    }

    /// App ID and secret of the Basic credentials.
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let decoded = BASE64.decode(self.authorization("basic ")?.as_bytes()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some((id.to_owned(), secret.to_owned()))
    }

    fn authorization(&self, scheme: &str) -> Option<&str> {
        let value = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let given = value.get(..scheme.len())?;
        given.eq_ignore_ascii_case(scheme).then(|| value[scheme.len()..].trim())
    }

    pub(super) fn has_form(&self) -> bool {
        content_type(&self.headers).starts_with("application/x-www-form-urlencoded")
    }
}

/// The simulator does not know the names it is reached by: a connection tells the host in a header, a call in the
/// same process by its address.
fn origin(parts: &Parts) -> String {
    let named = || parts.headers.get(HOST)?.to_str().ok();
    let host = parts.uri.authority().map(http::uri::Authority::as_str).or_else(named).unwrap_or("localhost");
    format!("{}://{host}", parts.uri.scheme_str().unwrap_or("http"))
}

fn content_type(headers: &HeaderMap) -> String {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

fn refine(operation: Operation, form: &BTreeMap<String, String>) -> Operation {
    match (operation, form.get("grant_type").map(String::as_str)) {
        (Operation::Token, Some("authorization_code")) => Operation::ExchangeCode,
        (Operation::Token, Some("refresh_token")) => Operation::RefreshToken,
        (Operation::Token, Some("client_credentials")) => Operation::ClientCredentials,
        _ => operation,
    }
}
