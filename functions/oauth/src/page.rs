//! What all pages of this function have in common: no script, nothing from elsewhere, kept by nobody.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("page/style.css");

/// A page.
pub struct Page<'a> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The title, without the product's name.
    pub title: &'a str,
    /// What is on it.
    pub content: Markup,
    /// For a page with a form: the origins besides our own to which the form's answer may lead.
    pub form_to: Option<&'a str>,
}

impl IntoResponse for Page<'_> {
    fn into_response(self) -> Response {
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · Pinwheel" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header { "Pinwheel" }
                    main { (self.content) }
                }
            }
        };
        let mut response = (self.status, document).into_response();
        let headers = response.headers_mut();
        let policy = HeaderValue::from_str(&policy(self.form_to)).expect("origins are ASCII");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static(referrer_policy(self.form_to)));
        // For browsers that do not know `frame-ancestors`.
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn policy(form_to: Option<&str>) -> String {
    let style = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    // A form's redirect counts as its target, so the way back must be allowed as well.
    let form = form_to.map_or_else(|| "'none'".to_owned(), |origins| format!("'self' {origins}").trim_end().to_owned());
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form}; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// With `no-referrer` browsers send the form with `Origin: null`, which could be anybody's; `strict-origin` keeps the
/// path and its code to ourselves as well.
fn referrer_policy(form_to: Option<&str>) -> &'static str {
    if form_to.is_some() { "strict-origin" } else { "no-referrer" }
}
