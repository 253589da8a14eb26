//! The consent page, `/oauth/`: a person picker with Allow and Deny, which works without script.
//!
//! A script answers it with one request: `POST` the authorize URL with the form fields `username`
//! and, to refuse, `decision=deny`. The answer is the redirect that a browser would follow:
//! `curl -si -d username=creator "$AUTHORIZE_URL" | grep -i ^location`.

mod page;
mod request;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

pub use request::ConsentError;

use crate::draw;
use crate::moment::after_seconds;
use crate::pages;
use crate::simulator::{Simulator, World};
use crate::store::Grant;
use request::ConsentRequest;

/// Invented: Pinterest does not say how long a code lives. Ten minutes.
const CODE_LIFETIME: i64 = 600;

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The app gets a code.
    Allow,
    /// The app gets `error=access_denied`.
    Deny,
}

pub(crate) fn router() -> Router<Simulator> {
    Router::new().route("/oauth/", get(show).post(answer)).route("/oauth", get(show).post(answer))
}

impl Simulator {
    /// Answers the consent page of an authorize URL as a person would: the URL that the browser is
    /// sent to, with `code` or `error`, and `state`.
    pub fn answer_consent(
        &self,
        authorize_url: &str,
        username: &str,
        decision: Decision,
    ) -> Result<String, ConsentError> {
        let query = authorize_url.split_once('?').map_or("", |(_, query)| query);
        let request = ConsentRequest::read(self.app(), query)?;
        self.transact(|world| decide(world, &request, username, decision))
    }
}

async fn show(State(simulator): State<Simulator>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match ConsentRequest::read(simulator.app(), &query) {
        Ok(request) => {
            let people = simulator.people();
            let chosen = pairs(query.as_bytes()).remove("username");
            pages::shown(
                StatusCode::OK,
                &page::picker(&simulator, &request, &people, chosen.as_deref()),
                Some(&request.redirect_uri),
            )
        }
        Err(error) => pages::shown(StatusCode::BAD_REQUEST, &page::refusal(&simulator, &error), None),
    }
}

async fn answer(State(simulator): State<Simulator>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let query = query.unwrap_or_default();
    let mut fields = pairs(query.as_bytes());
    fields.extend(pairs(&body));
    let decision = match fields.get("decision").map(String::as_str) {
        Some("deny") => Decision::Deny,
        _ => Decision::Allow,
    };
    let username = fields.get("username").map_or("", String::as_str);
    match simulator.answer_consent(&format!("?{query}"), username, decision) {
        Ok(location) => redirect(&location),
        Err(error) => pages::shown(StatusCode::BAD_REQUEST, &page::refusal(&simulator, &error), None),
    }
}

fn decide(
    world: &mut World<'_>,
    request: &ConsentRequest,
    username: &str,
    decision: Decision,
) -> Result<String, ConsentError> {
    let person = world.find_username(username)?.ok_or_else(|| ConsentError::NoSuchPerson(username.to_owned()))?;
    if decision == Decision::Deny {
        // Invented: Pinterest does not document what a refusal sends back; this is RFC 6749.
        return Ok(
            request.redirect(&[("error", "access_denied"), ("error_description", "The user denied the request")])
        );
    }
    world.approve(&person.id, &request.scopes)?;
    let code = draw::code(world.rng);
    world.insert_code(
        &code,
        &Grant {
            person_id: person.id,
            redirect_uri: request.redirect_uri.clone(),
            expires_at: after_seconds(world.now, CODE_LIFETIME),
            used: false,
        },
    )?;
    Ok(request.redirect(&[("code", &code)]))
}

fn redirect(location: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::FOUND;
    if let Ok(value) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, value);
    }
    response
}

fn pairs(bytes: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}
