//! The sign-in: shows the form, takes the answer and sends the browser back with a code.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::codes::Grant;
use super::local::is_local;
use super::tokens::{Person, USE_SCOPE};
use super::{CLIENT_ID, Issuer, page};

const SCOPES: [&str; 3] = ["openid", "profile", USE_SCOPE];

/// What a client asks for when it sends a browser to sign in (RFC 6749 §4.1.1, RFC 7636 §4.3).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Wish {
    response_type: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

/// The form as it comes back.
#[derive(Debug, Deserialize)]
pub struct SignIn {
    #[serde(flatten)]
    wish: Wish,
    #[serde(default)]
    owner: String,
    admin: Option<String>,
    #[serde(default)]
    code: String,
}

/// Why a wish is not granted, by who is told.
enum Refusal {
    /// The request does not come from this machine.
    Elsewhere,
    /// The person is told, as the client cannot be trusted.
    NoWayBack(&'static str),
    /// The client is told, by an error of RFC 6749 §4.1.2.1.
    Returned(Url, &'static str),
}

impl Wish {
    /// The fields that were asked with, by name, to be carried through the form.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("response_type", &self.response_type),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Where the browser goes afterwards; nobody is sent to an address that is not allowed.
    fn return_to(&self, issuer: &Issuer) -> Result<Url, &'static str> {
        if self.client_id.as_deref() != Some(CLIENT_ID) {
            return Err("The client_id is not known here.");
        }
        self.redirect_uri
            .as_deref()
            .filter(|address| issuer.may_return_to(address))
            .and_then(|address| Url::parse(address).ok())
            .ok_or("The redirect_uri is missing or does not lead back to this Pinwheel.")
    }

    /// What the browser brings back when the rest of the wish cannot be granted.
    fn fault(&self) -> Option<&'static str> {
        if self.response_type.as_deref() != Some("code") {
            return Some("unsupported_response_type");
        }
        let challenge = self.code_challenge.as_deref().unwrap_or_default();
        let is_s256 = self.code_challenge_method.as_deref() == Some("S256");
        (challenge.len() != 43 || !is_s256).then_some("invalid_request")
    }

    /// The scopes that are granted: those asked for that exist, or all when none is asked for.
    fn granted(&self) -> String {
        let asked: Vec<&str> = match self.scope.as_deref() {
            Some(scopes) => scopes.split_ascii_whitespace().collect(),
            None => SCOPES.to_vec(),
        };
        let granted: Vec<&str> = SCOPES.into_iter().filter(|scope| asked.contains(scope)).collect();
        granted.join(" ")
    }
}

/// `GET /authorize`: the sign-in page.
pub async fn ask(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, Query(wish): Query<Wish>) -> Response {
    match issuer.check(&headers, &wish) {
        Ok(return_to) => page::sign_in(&wish, &return_to, issuer.asks_for_code(), None),
        Err(refusal) => issuer.refuse(&wish, refusal),
    }
}

/// `POST /authorize`: the answer; 303 back to the client with a code.
pub async fn answer(State(issuer): State<Arc<Issuer>>, headers: HeaderMap, Form(sign_in): Form<SignIn>) -> Response {
    let return_to = match issuer.check(&headers, &sign_in.wish) {
        Ok(return_to) => return_to,
        Err(refusal) => return issuer.refuse(&sign_in.wish, refusal),
    };
    let Some(name) = valid_name(&sign_in.owner) else {
        let complaint = "The name must have 1 to 60 characters.";
        return page::sign_in(&sign_in.wish, &return_to, issuer.asks_for_code(), Some(complaint));
    };
    if !issuer.takes_code(&sign_in.code) {
        let complaint = "Enter the code that Pinwheel printed when it started.";
        return page::sign_in(&sign_in.wish, &return_to, true, Some(complaint));
    }
    let person = Person { name, is_admin: sign_in.admin.is_some() };
    let code = issuer.grant(&sign_in.wish, person);
    back(&issuer, &sign_in.wish, return_to, ("code", &code))
}

/// A name without surrounding space, if it is one.
pub fn valid_name(name: &str) -> Option<String> {
    let name = name.trim();
    let fits = (1..=60).contains(&name.chars().count()) && !name.contains(char::is_control);
    fits.then(|| name.to_owned())
}

impl Issuer {
    fn check(&self, headers: &HeaderMap, wish: &Wish) -> Result<Url, Refusal> {
        if !is_local(headers) {
            return Err(Refusal::Elsewhere);
        }
        let return_to = wish.return_to(self).map_err(Refusal::NoWayBack)?;
        match wish.fault() {
            Some(fault) => Err(Refusal::Returned(return_to, fault)),
            None => Ok(return_to),
        }
    }

    fn asks_for_code(&self) -> bool {
        self.public.is_some()
    }

    fn takes_code(&self, given: &str) -> bool {
        // Hashes, so that how long it takes says nothing of how much was right.
        self.public
            .as_ref()
            .is_none_or(|public| Sha256::digest(public.code.as_bytes()) == Sha256::digest(given.trim().as_bytes()))
    }

    fn refuse(&self, wish: &Wish, refusal: Refusal) -> Response {
        match refusal {
            Refusal::Elsewhere => {
                page::refusal(StatusCode::FORBIDDEN, "The local sign-in works only at this machine, under localhost.")
            }
            Refusal::NoWayBack(reason) => page::refusal(StatusCode::BAD_REQUEST, reason),
            Refusal::Returned(to, fault) => back(self, wish, to, ("error", fault)),
        }
    }

    fn grant(&self, wish: &Wish, person: Person) -> String {
        let code = self.fresh_id();
        let grant = Grant {
            redirect_uri: wish.redirect_uri.clone().unwrap_or_default(),
            challenge: wish.code_challenge.clone().unwrap_or_default(),
            nonce: wish.nonce.clone(),
            scope: wish.granted(),
            person,
        };
        self.codes.put(&code, grant, self.clock.now());
        code
    }
}

fn back(issuer: &Issuer, wish: &Wish, mut to: Url, outcome: (&str, &str)) -> Response {
    {
        let mut query = to.query_pairs_mut();
        query.append_pair(outcome.0, outcome.1);
        if let Some(state) = &wish.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &issuer.url);
    }
    let headers = [
        (header::LOCATION, to.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
