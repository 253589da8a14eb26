//! Routes, and what every answer of every function has.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::request::RequestContext;
use tracing::Instrument;
use tracing::field::Empty;

use super::Problem;
use crate::clock::SharedClock;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody; no token is looked at.
    Open,
    /// Whoever has a valid token with the required scope.
    User,
    /// Whoever is an administrator besides.
    Admin,
}

/// One route, as API Gateway and the router both know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path with `{placeholders}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

impl Route {
    /// A route.
    pub const fn new(method: &'static str, path: &'static str, access: Access) -> Self {
        Self { method, path, access }
    }
}

/// What every answer has that does not say otherwise: it is kept by nobody, taken for nothing else, and in no frame.
const EVERYWHERE: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Completes a function's router: unknown paths and methods answer as problems, problems carry the request's id,
/// every answer has the headers that keep it from being anything else, and each request leaves a line in the log.
pub fn finish(router: Router, clock: &SharedClock) -> Router {
    let clock = clock.clone();
    router
        .fallback(|| async { Problem::not_found("path") })
        .method_not_allowed_fallback(|| async {
            let detail = "This path doesn't support this method.";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        })
        .layer(from_fn(complete))
        .layer(from_fn(move |request, next| logged(clock.clone(), request, next)))
}

/// One line a request. What a query and a body say is nobody's business; in paths there are ids.
async fn logged(clock: SharedClock, request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let trace = request.extensions().get::<lambda_runtime::Context>().and_then(|context| context.xray_trace_id.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = clock.now();
    let span = tracing::info_span!("http", request = id, by = Empty);
    async move {
        let response = next.run(request).await;
        let took_ms = i64::try_from(clock.now().duration_since(began).as_millis()).unwrap_or(i64::MAX);
        let status = response.status().as_u16();
        tracing::info!(%method, path, status, took_ms, trace, "a request was answered");
        response
    }
    .instrument(span)
    .await
}

async fn complete(request: Request, next: Next) -> Response {
    let mut response = understood(request, next).await;
    for (name, value) in EVERYWHERE {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn understood(request: Request, next: Next) -> Response {
    let request_id = request_id(&request);
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        return problem.render(request_id.as_deref());
    }
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if failed && is_plain(&response) {
        // A rejection of the framework's own; its text is not ours to pass on.
        let detail = "The request couldn't be understood.";
        return Problem::new(response.status(), "malformed_request", detail).render(request_id.as_deref());
    }
    response
}

/// Whether nobody of us gave the answer a form; pages and our own JSON keep theirs.
fn is_plain(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn request_id(request: &Request) -> Option<String> {
    match request.extensions().get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    }
}
