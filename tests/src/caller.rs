//! Calls the functions as API Gateway does: with a token, and a request context that carries its claims as verified.

use axum::Router;
use axum::body::Body;
use data_encoding::BASE64URL_NOPAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use lambda_http::request::RequestContext;
use local::gateway::claims_as_text;
use local::issuer::MACHINE_ID;
use serde_json::{Map, Value, json};
use shared::api::ADMIN_GROUP;
use tower::ServiceExt;

use crate::World;
use crate::description;
use crate::permissions::in_the_name_of;
use crate::world::HOST;

/// A token of these claims as a function sees it, which leaves the signature to the authorizer.
pub fn unsigned_token(claims: &Map<String, Value>) -> String {
    let payload = BASE64URL_NOPAD.encode(Value::Object(claims.clone()).to_string().as_bytes());
    format!("e30.{payload}.c2lnbmVk")
}

/// Somebody who calls.
pub struct Caller<'a> {
    world: &'a World,
    claims: Option<Map<String, Value>>,
    headers: Vec<(String, String)>,
    router: Option<Router>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's first value; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The fields and codes of a 422.
    pub fn wrong_fields(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let json = self.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}

impl World {
    /// Calls with a machine client's token that has these scopes.
    pub fn machine(&self, scope: &str) -> Caller<'_> {
        Caller::new(self, Some(MACHINE_ID), false)
            .with_claim("client_id", MACHINE_ID.into())
            .with_claim("scope", scope.into())
    }
}

impl<'a> Caller<'a> {
    pub(crate) fn new(world: &'a World, subject: Option<&str>, admin: bool) -> Self {
        let claims = subject.map(|subject| {
            let groups = admin.then_some(("cognito:groups".to_owned(), json!([ADMIN_GROUP])));
            let claims = [("sub".to_owned(), json!(subject)), ("scope".to_owned(), json!("pinwheel/use"))];
            claims.into_iter().chain(groups).collect()
        });
        Self { world, claims, headers: Vec::new(), router: None }
    }

    /// The same caller with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same caller, with another value of a claim.
    #[must_use]
    pub fn with_claim(mut self, name: &str, value: Value) -> Self {
        self.claims.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// The same caller, answered by `router` instead of the world's own functions.
    #[must_use]
    pub fn at(mut self, router: &Router) -> Self {
        self.router = Some(router.clone());
        self
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body.to_string())).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some(body.to_string())).await
    }

    /// PUT with a JSON body; settings are put on condition of their present version unless `If-Match` was given.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        let conditional = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("if-match"));
        if path == "/v1/settings" && !conditional {
            let etag = self.get(path).await.header("etag").to_owned();
            return self.send_with("PUT", path, Some(body.to_string()), &[("if-match", &etag)]).await;
        }
        self.send("PUT", path, Some(body.to_string())).await
    }

    /// Any request, with the body as it is.
    pub async fn send(&self, method: &str, path: &str, body: Option<String>) -> Answer {
        self.send_with(method, path, body, &[]).await
    }

    /// POST with a file, whatever bytes are in it.
    pub async fn upload(&self, path: &str, file: impl Into<Vec<u8>>) -> Answer {
        let given = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let kind: &[_] = if given { &[] } else { &[("content-type", "text/csv")] };
        self.call("POST", path, (Some(file.into()), None), kind).await
    }

    async fn send_with(&self, method: &str, path: &str, body: Option<String>, more: &[(&str, &str)]) -> Answer {
        self.call(method, path, (body.clone().map(String::into_bytes), body.as_deref()), more).await
    }

    /// Sends a body, which is held against the description where it is text.
    async fn call(
        &self,
        method: &str,
        path: &str,
        (body, text): (Option<Vec<u8>>, Option<&str>),
        more: &[(&str, &str)],
    ) -> Answer {
        let bare = path.split('?').next().unwrap_or(path);
        let mut request = Request::builder().method(method).uri(path);
        let has_kind = more.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if body.is_some()
            && !has_kind
            && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in self.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).chain(more.iter().copied()) {
            request = request.header(name, value);
        }
        if let Some(claims) = &self.claims {
            request = request.header(AUTHORIZATION, format!("Bearer {}", unsigned_token(claims)));
        }
        let mut request = request.body(Body::from(body.unwrap_or_default())).expect("the stories write valid requests");
        request.extensions_mut().insert(self.context());
        let (function, router) = self.world.function(bare);
        let router = self.router.as_ref().unwrap_or(router).clone();
        let Ok(response) = in_the_name_of(function, router.oneshot(request)).await;
        let (parts, answered) = response.into_parts();
        let answered = answered.collect().await.expect("bodies are complete").to_bytes().to_vec();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body: answered };
        description::check(method, path, text, &answer);
        answer
    }

    fn context(&self) -> RequestContext {
        context_of(self.claims.as_ref())
    }
}

/// What API Gateway tells a function about a request with a token of these claims.
pub(crate) fn context_of(claims: Option<&Map<String, Value>>) -> RequestContext {
    let mut context = json!({
        "accountId": "1", "apiId": "api", "stage": "$default", "routeKey": "$default",
        "domainName": HOST, "requestId": "request-1",
        "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "story"},
        "timeEpoch": 0,
    });
    if let Some(claims) = claims {
        context["authorizer"] = json!({"jwt": {"claims": claims_as_text(claims), "scopes": ["pinwheel/use"]}});
    }
    RequestContext::ApiGatewayV2(serde_json::from_value(context).expect("the request context is API Gateway's"))
}
