//! Somebody who uses Pinwheel over HTTP: with a token as programs do, with cookies and forms as browsers do.

mod form;
mod reply;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde_json::Value;
use shared::pinterest::transport::Payload;
use shared::pinterest::{Transport, transport};
use tower::ServiceExt;
use url::Url;

pub use form::{Choice, Form};
pub use reply::Reply;

/// How long an answer may take; API Gateway gives a function 30 s.
const PATIENCE: Duration = Duration::from_secs(35);

/// A person at one Pinwheel, who follows no redirect by themselves.
#[derive(Clone)]
pub struct Person {
    home: Url,
    transport: Transport,
    token: Option<String>,
    /// By host and name.
    cookies: BTreeMap<(String, String), String>,
}

impl Person {
    /// Somebody at the Pinwheel at `home`, not signed in.
    pub fn at(home: &Url) -> Self {
        Self { home: home.clone(), transport: transport::over_the_network(), token: None, cookies: BTreeMap::new() }
    }

    /// Takes a token of the local issuer under this name.
    pub async fn sign_in(&mut self, name: &str, is_admin: bool) -> anyhow::Result<()> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("owner", name), ("admin", if is_admin { "true" } else { "false" })])
            .finish();
        let kind = [(CONTENT_TYPE, "application/x-www-form-urlencoded")];
        let reply = self.send(Method::POST, "local/token", &kind, form.into()).await?.expect_success("the token")?;
        let token = reply.json()["access_token"].as_str().map(str::to_owned);
        self.token = Some(token.context("there is no token in the answer")?);
        Ok(())
    }

    /// Takes this token from now on.
    pub fn take_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// GET of a path or of an address.
    pub async fn get(&mut self, at: &str) -> anyhow::Result<Reply> {
        self.send(Method::GET, at, &[], Bytes::new()).await
    }

    /// A call of the API with a JSON body and more headers.
    pub async fn call(
        &mut self,
        method: Method,
        at: &str,
        headers: &[(HeaderName, &str)],
        body: &Value,
    ) -> anyhow::Result<Reply> {
        let headers: Vec<_> = headers.iter().cloned().chain([(CONTENT_TYPE, "application/json")]).collect();
        self.send(method, at, &headers, body.to_string().into()).await
    }

    /// Sends a form of the page at `page` to `to`, which may be relative to it.
    pub async fn submit(&mut self, page: &Url, to: &str, fields: &[(String, String)]) -> anyhow::Result<Reply> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let to = page.join(to).context("the form leads nowhere")?;
        let origin = page.origin().ascii_serialization();
        let headers = [(CONTENT_TYPE, "application/x-www-form-urlencoded"), (ORIGIN, origin.as_str())];
        self.send(Method::POST, to.as_str(), &headers, body.into()).await
    }

    async fn send(
        &mut self,
        method: Method,
        at: &str,
        headers: &[(HeaderName, &str)],
        body: Bytes,
    ) -> anyhow::Result<Reply> {
        let url = self.home.join(at).with_context(|| format!("{at} is no address"))?;
        let asked = format!("{method} {}", url.path());
        let mut request = Request::builder().method(method).uri(url.as_str()).body(body)?;
        *request.headers_mut() = self.headers(&url, headers)?;
        let sending = tokio::time::timeout(PATIENCE, self.transport.0.clone().oneshot(request.map(Payload::from)));
        let response = sending.await.map_err(|_| anyhow!("{asked} was not answered in time"))?;
        let (parts, body) = response.with_context(|| format!("{asked} was not answered"))?.into_parts();
        self.keep_cookies(&url, &parts.headers);
        Ok(Reply { asked, status: parts.status, headers: parts.headers, body })
    }

    /// The token and the cookies go to our own address only.
    fn headers(&self, url: &Url, more: &[(HeaderName, &str)]) -> anyhow::Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/html"));
        if let Some(token) = self.token.as_ref().filter(|_| url.origin() == self.home.origin()) {
            headers.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
        }
        let host = url.host_str().unwrap_or_default();
        let cookies = self.cookies.iter().filter(|((of, _), _)| of == host);
        let cookies: Vec<_> = cookies.map(|((_, name), value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            headers.insert(COOKIE, cookies.join("; ").parse()?);
        }
        for (name, value) in more {
            headers.insert(name, value.parse()?);
        }
        Ok(headers)
    }

    fn keep_cookies(&mut self, url: &Url, headers: &HeaderMap) {
        let host = url.host_str().unwrap_or_default();
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            let place = (host.to_owned(), name.trim().to_owned());
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(&place);
            } else {
                self.cookies.insert(place, value.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn person() -> Person {
        let mut person = Person::at(&Url::parse("http://localhost:7878/").unwrap());
        person.token = Some("t".to_owned());
        let set = |value| HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static(value))]);
        person.keep_cookies(&person.home.clone(), &set("a=1; Path=/; HttpOnly"));
        person.keep_cookies(&person.home.clone(), &set("b=2"));
        person.keep_cookies(&person.home.clone(), &set("b=; Max-Age=0"));
        person
    }

    #[test]
    fn token_and_cookies_go_home_and_nowhere_else() {
        let person = person();
        let headers = |address| person.headers(&Url::parse(address).unwrap(), &[]).unwrap();
        let home = headers("http://localhost:7878/v1/pins");
        assert_eq!((home[COOKIE].to_str().unwrap(), home[AUTHORIZATION].to_str().unwrap()), ("a=1", "Bearer t"));
        let away = headers("http://pinterest.example/oauth/");
        assert!(!away.contains_key(COOKIE) && !away.contains_key(AUTHORIZATION));
    }
}
