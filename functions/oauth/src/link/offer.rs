//! The page that says who asks, and for what.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use shared::api::{Origin, Problem, Query};
use shared::platform::Platform;

use super::{Found, LINK, find, without_address};
use crate::LINK_PAGE;
use crate::failure::Failed;
use crate::page::Page;
use crate::proof::Proof;

/// `GET /app/pinterest/connect`.
pub async fn offer(State(platform): State<Arc<Platform>>, origin: Result<Origin, Problem>, query: Query) -> Response {
    let Ok(origin) = origin else { return without_address() };
    if query.one("done").is_some() {
        return done();
    }
    let found = find(&platform, query.one(LINK).and_then(Proof::parse)).await;
    match found {
        Ok(found) => ask(&platform, &origin, &found).await.unwrap_or_else(IntoResponse::into_response),
        Err(failed) => failed.into_response(),
    }
}

/// The page with the form; the answer to the form leads to Pinterest.
async fn ask(platform: &Platform, origin: &Origin, found: &Found) -> Result<Response, Failed> {
    super::start::app(platform, &found.link).await?;
    // Browsers hold every redirect of a form's answer against the policy, and Pinterest sends people on to its site in their
    // country.
    let pinterest = format!("{} https:", platform.config.pinterest.authorize.origin().ascii_serialization());
    let content = form(origin, found);
    Ok(Page { status: StatusCode::OK, title: "Connect your Pinterest account", content, form_to: Some(&pinterest) }
        .into_response())
}

fn form(origin: &Origin, found: &Found) -> Markup {
    let link = &found.link;
    let host = origin.as_str().split_once("://").map_or(origin.as_str(), |(_, host)| host);
    html! {
        h1 { "Connect your Pinterest account" }
        p { strong { (link.owner) } " asks for this at " strong { (host) } "." }
        p {
            "You allow Pinwheel to see your boards and to publish pins for them. You choose the boards afterwards, and \
             they can never see your password. If you don't know who this is, close this page."
        }
        @if let Some(username) = &link.expected_username {
            p.note { "This link is for the Pinterest account " strong { (username) } ". Sign in to Pinterest with it." }
        }
        form method="post" action=(LINK_PAGE) {
            input type="hidden" name=(LINK) value=(found.secret.expose());
            p { button type="submit" { "Continue to Pinterest" } }
        }
        p.quiet { "The link connects one account, until " (link.expires_at.strftime("%-d %B %Y, %H:%M UTC").to_string()) "." }
    }
}

fn done() -> Response {
    let content = html! {
        h1 { "You're done" }
        p { "You can close this page." }
    };
    Page { status: StatusCode::OK, title: "You're done", content, form_to: None }.into_response()
}
