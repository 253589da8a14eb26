//! The pages of the sign-in.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use url::Url;

use super::authorize::Wish;

/// The style sheet of both pages.
pub const STYLE: &str = include_str!("style.css");

/// Asks who signs in, and for the code where that is asked for; `return_to` is where the form's answer leads.
pub fn sign_in(wish: &Wish, return_to: &Url, asks_for_code: bool, complaint: Option<&str>) -> Response {
    let content = html! {
        h1 { "Sign in" }
        p { "This is the sign-in of a local Pinwheel. Any name will do; each name is a separate owner." }
        @if let Some(complaint) = complaint {
            p.complaint role="alert" { (complaint) }
        }
        form method="post" action="authorize" {
            @for (name, value) in wish.fields() {
                input type="hidden" name=(name) value=(value);
            }
            label for="owner" { "Name" }
            input id="owner" name="owner" value="alice" required maxlength="60" autocomplete="username" autofocus;
            @if asks_for_code {
                label for="code" { "Code" }
                input id="code" name="code" required autocomplete="off" aria-describedby="about-code";
                p #about-code { "Others can reach this machine, so a name alone is not enough: Pinwheel printed a code when it started." }
            }
            label.check {
                input type="checkbox" name="admin" value="true";
                " Administrator: may change the Pinterest settings"
            }
            button type="submit" { "Sign in" }
        }
    };
    let status = if complaint.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page(status, &return_to.origin().ascii_serialization(), &content)
}

/// Says why nobody can sign in this way.
pub fn refusal(status: StatusCode, reason: &str) -> Response {
    let content = html! {
        h1 { "You cannot sign in here" }
        p { (reason) }
    };
    page(status, "", &content)
}

fn page(status: StatusCode, form_target: &str, content: &Markup) -> Response {
    // A form's redirect counts as its target, so the way back must be allowed as well.
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self' {form_target}; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, &policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Sign in · Pinwheel" }
                link rel="stylesheet" href="style.css";
            }
            body { main { (content) } }
        }
    };
    (status, headers, document).into_response()
}
