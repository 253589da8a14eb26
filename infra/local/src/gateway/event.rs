//! The event that API Gateway sends to a function: payload format 2.0.

use bytes::Bytes;
use data_encoding::BASE64;
use http::{HeaderMap, Request, Uri, header};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::authorizer::Authorized;
use super::routes::Found;
use super::serve::SourceIp;

/// What is known of a request besides the request.
pub struct Caller<'a> {
    pub domain: String,
    pub request_id: &'a str,
    pub authorized: Option<Authorized>,
    pub now: Timestamp,
}

/// The event for one request; `path` is the decoded one.
pub fn build(request: &Request<Bytes>, path: &str, found: &Found<'_>, caller: &Caller<'_>) -> Value {
    let (body, is_base64_encoded) = body(request);
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key,
        "rawPath": path,
        "rawQueryString": request.uri().query().unwrap_or_default(),
        "headers": headers(request.headers(), caller),
        "requestContext": context(request, path, found, caller),
        "isBase64Encoded": is_base64_encoded,
    });
    if let Some(body) = body {
        event["body"] = json!(body);
    }
    let cookies = cookies(request.headers());
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if let Some(query) = request.uri().query() {
        event["queryStringParameters"] = query_parameters(query);
    }
    if !found.parameters.is_empty() {
        let parameters: Map<_, _> =
            found.parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        event["pathParameters"] = Value::Object(parameters);
    }
    event
}

/// The path as the functions see it: API Gateway's HTTP API decodes it, unlike the query.
pub fn decoded_path(uri: &Uri) -> String {
    percent_decode_str(uri.path()).decode_utf8_lossy().into_owned()
}

/// The host that was asked for, which stands in for the API's domain name, if it can be one.
pub fn domain(request: &Request<Bytes>) -> Option<String> {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| request.uri().authority().map(http::uri::Authority::as_str))?;
    let url = url::Url::parse(&format!("http://{host}/")).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
    (url.has_host() && is_bare).then(|| host.to_owned())
}

fn context(request: &Request<Bytes>, path: &str, found: &Found<'_>, caller: &Caller<'_>) -> Value {
    let source_ip = request.extensions().get::<SourceIp>().copied().unwrap_or_default();
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let mut context = json!({
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": caller.domain,
        "domainPrefix": caller.domain.split('.').next(),
        "http": {
            "method": request.method().as_str(),
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": source_ip.0.to_string(),
            "userAgent": user_agent.unwrap_or_default(),
        },
        "requestId": caller.request_id,
        "routeKey": found.key,
        "stage": "$default",
        "time": caller.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": caller.now.as_millisecond(),
    });
    if let Some(Authorized { claims, scopes }) = &caller.authorized {
        context["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": scopes } });
    }
    context
}

/// Names in small letters, several values of one joined by commas; cookies have a place of their own.
fn headers(headers: &HeaderMap, caller: &Caller<'_>) -> Map<String, Value> {
    let mut joined = Map::new();
    for name in headers.keys().filter(|name| **name != header::COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        joined.insert(name.as_str().to_owned(), json!(values.join(",")));
    }
    joined.insert("host".to_owned(), json!(caller.domain));
    joined.entry("x-forwarded-proto").or_insert(json!("http"));
    joined
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn query_parameters(query: &str) -> Value {
    let mut joined = Map::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match joined.get_mut(name.as_ref()) {
            Some(Value::String(values)) => {
                values.push(',');
                values.push_str(&value);
            }
            _ => {
                joined.insert(name.into_owned(), json!(value));
            }
        }
    }
    Value::Object(joined)
}

/// The body as text if its type says text, or else in base64, forms included.
fn body(request: &Request<Bytes>) -> (Option<String>, bool) {
    if request.body().is_empty() {
        return (None, false);
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml");
    if is_text {
        // API Gateway puts a sign in the place of what is not UTF-8.
        (Some(String::from_utf8_lossy(request.body()).into_owned()), false)
    } else {
        (Some(BASE64.encode(request.body())), true)
    }
}
