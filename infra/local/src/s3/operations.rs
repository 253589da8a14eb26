//! What S3 does with a request whose signature holds.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::PATH;
use super::place::{Facts, Place};
use super::refusal::Refusal;

/// Does what is asked for.
pub fn run(place: &Place, request: &Request<Bytes>, now: Timestamp) -> Result<Response<Bytes>, Refusal> {
    let name = name(request).ok_or(Refusal::METHOD)?;
    let is_tagging =
        request.uri().query().is_some_and(|query| query.split('&').any(|part| part.starts_with("tagging")));
    match (request.method(), is_tagging) {
        (&Method::PUT, false) => put(place, &name, request, now),
        (&Method::PUT, true) => tag(place, &name, request.body()),
        (&Method::GET, false) => get(place, &name, request),
        (&Method::DELETE, false) => {
            place.delete(&name)?;
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => Err(Refusal::METHOD),
    }
}

/// `<bucket>/<key>`, by the host or by the path.
fn name(request: &Request<Bytes>) -> Option<String> {
    let path = request.uri().path();
    if let Some(object) = path.strip_prefix(PATH) {
        return object.strip_prefix('/').filter(|object| object.contains('/')).map(str::to_owned);
    }
    let own = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = own.or_else(|| request.uri().host())?;
    Some(format!("{}{path}", host.split_once(".s3.")?.0))
}

/// The operation as AWS names it, for those who watch; nothing where it is none that is done here.
pub fn operation(method: &str, query: Option<&str>) -> Option<&'static str> {
    let is_tagging = query.is_some_and(|query| query.split('&').any(|part| part.starts_with("tagging")));
    match (method, is_tagging) {
        ("PUT", false) => Some("PutObject"),
        ("PUT", true) => Some("PutObjectTagging"),
        ("GET", false) => Some("GetObject"),
        ("DELETE", false) => Some("DeleteObject"),
        _ => None,
    }
}

fn put(place: &Place, name: &str, request: &Request<Bytes>, now: Timestamp) -> Result<Response<Bytes>, Refusal> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if header("if-none-match").as_deref() == Some("*") && place.facts(name)?.is_some() {
        return Err(Refusal::EXISTS);
    }
    let tags = header("x-amz-tagging").unwrap_or_default();
    let tags = url::form_urlencoded::parse(tags.as_bytes()).into_owned().collect();
    let facts = Facts {
        content_type: header("content-type").unwrap_or_else(|| "binary/octet-stream".to_owned()),
        tags,
        created_at: now,
        tag: HEXLOWER.encode(&Sha256::digest(request.body())[..16]),
    };
    place.put(name, &facts, request.body())?;
    let mut response = empty(StatusCode::OK);
    insert(response.headers_mut(), header::ETAG, &format!("\"{}\"", facts.tag));
    Ok(response)
}

/// `<Tagging><TagSet><Tag><Key>…</Key><Value>…</Value></Tag></TagSet></Tagging>`; our tags need no escapes.
fn tag(place: &Place, name: &str, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::XML)?;
    let between = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let tags: Option<BTreeMap<_, _>> =
        text.split("<Tag>").skip(1).map(|tag| Some((between(tag, "Key")?, between(tag, "Value")?))).collect();
    let mut facts = place.facts(name)?.ok_or(Refusal::MISSING)?;
    facts.tags = tags.ok_or(Refusal::XML)?;
    place.change(name, &facts)?;
    Ok(empty(StatusCode::OK))
}

fn get(place: &Place, name: &str, request: &Request<Bytes>) -> Result<Response<Bytes>, Refusal> {
    let headers = request.headers();
    let facts = place.facts(name)?.ok_or(Refusal::MISSING)?;
    let size = place.size(name)?;
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).and_then(range);
    let (from, to) = match asked {
        Some((from, _)) if from >= size => return Err(Refusal::RANGE),
        Some((from, to)) => (from, to.map_or(size, |to| to.saturating_add(1).min(size))),
        None => (0, size),
    };
    let mut response = Response::new(Bytes::from(place.read(name, from, to)?));
    let is_part = asked.is_some();
    if is_part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        insert(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes {from}-{}/{size}", to - 1));
    }
    // What the address asks for in place of what was stored; only a signature can ask for it.
    let query = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    if let Some((_, kept)) = query.into_owned().find(|(name, _)| name == "response-cache-control") {
        insert(response.headers_mut(), header::CACHE_CONTROL, &kept);
    }
    insert(response.headers_mut(), header::CONTENT_TYPE, &facts.content_type);
    insert(response.headers_mut(), header::ETAG, &format!("\"{}\"", facts.tag));
    Ok(response)
}

/// `bytes=0-99` and `bytes=100-`; others are passed over, as S3 does.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    match to {
        "" => Some((from, None)),
        to => to.parse().ok().filter(|to| *to >= from).map(|to| (from, Some(to))),
    }
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    headers.insert(name, header::HeaderValue::from_str(value).unwrap_or(header::HeaderValue::from_static("")));
}
