//! `GET /assets/{version}/{name}`: scripts, styles and pictures of the pages, compressed ahead.
//!
//! The version is a hash of all of them, so an address never changes what it answers and is kept for ever. All scripts are
//! one, but for those of pages that few people open, and all styles: each file is a call of this function.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use shared::api::Problem;

/// A file of the pages.
pub(crate) struct Asset {
    name: &'static str,
    plain: &'static [u8],
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of an asset.
pub fn address(name: &str) -> String {
    format!("/assets/{VERSION}/{name}")
}

/// Answers one; an address of another version is answered anew each time, as what it named is gone.
pub async fn asset(Path((version, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return Problem::not_found("file").into_response();
    };
    let is_current = version == VERSION;
    let keep = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if is_known(&headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if takes_gzip(&headers) {
        ([(CONTENT_ENCODING, "gzip")], asset.gzip).into_response()
    } else {
        asset.plain.into_response()
    };
    let given = response.headers_mut();
    given.insert(CONTENT_TYPE, HeaderValue::from_static(kind(asset.name)));
    given.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    given.insert(ETAG, HeaderValue::from_static(TAG));
    given.insert(VARY, HeaderValue::from_static("accept-encoding"));
    given.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Whether the browser has this version already.
fn is_known(headers: &HeaderMap) -> bool {
    let tags = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == TAG)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get(ACCEPT_ENCODING).and_then(|codings| codings.to_str().ok()).unwrap_or_default();
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && weight.trim() != "q=0"
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_a_kind() {
        for asset in ASSETS {
            assert_ne!(kind(asset.name), "application/octet-stream", "{}", asset.name);
            assert!(!asset.plain.is_empty() && !asset.gzip.is_empty(), "{}", asset.name);
        }
    }

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        for (codings, takes) in [
            ("", false),
            ("br", false),
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("identity", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(codings));
            assert_eq!(takes_gzip(&headers), takes, "{codings}");
        }
    }
}
