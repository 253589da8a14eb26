//! What is where at the stack's one address.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, Router};
use pinterest_sim::Simulator;
use serde_json::json;
use shared::api::{ACT_SCOPE, ADMIN_SCOPE, Route};
use shared::clock::SharedClock;
use shared::config::Config;
use shared::platform::Platform;
use shared::random::SharedRandom;
use tower::ServiceBuilder;

use super::platform;
use crate::access_key::AccessKey;
use crate::endpoints;
use crate::executions::Executions;
use crate::gateway::{Authorizer, Gateway};
use crate::in_process::Parts;
use crate::issuer::{CLIENT_ID, Issuer, MACHINE_ID, USE_SCOPE};
use crate::runtime::Programs;

/// Makes the router of a function.
type Build = fn(Arc<Platform>) -> Router;

/// Everything that answers.
pub struct Front<'a> {
    pub parts: Parts,
    pub simulator: Option<Simulator>,
    pub issuer: Arc<Issuer>,
    pub gate: Gate,
    pub executions: Executions,
    pub programs: Option<&'a Programs>,
    pub config: &'a Config,
    pub clock: SharedClock,
    pub random: SharedRandom,
}

/// Whether the functions take requests: not before the table is there, and not any more when the stack stops.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    pub fn open(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn close(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    fn is_open(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Front<'_> {
    /// The functions at `/`, and the embedded parts under `/_…` and `/local`.
    pub fn router(self) -> Router {
        let functions = self.functions();
        let router = Router::new()
            .merge(self.parts.objects.clone().router())
            .nest_service("/_aws", endpoints::router(self.parts, &AccessKey::of(self.config), &self.clock))
            .nest("/_issuer", self.issuer.clone().router())
            .merge(self.issuer.local_token_router())
            .fallback_service(functions);
        match self.simulator {
            Some(simulator) => router.nest_service("/_pinterest", simulator.router()),
            None => router,
        }
    }

    fn functions(&self) -> Router {
        let authorizer = Authorizer {
            issuer: self.issuer.url().to_owned(),
            audiences: [CLIENT_ID, MACHINE_ID].map(str::to_owned).into(),
            scopes: [USE_SCOPE, ACT_SCOPE, ADMIN_SCOPE].map(str::to_owned).into(),
            keys: self.issuer.keys(),
        };
        let functions: [(&str, &[Route], Build); 8] = [
            ("settings", settings::ROUTES, settings::router),
            ("oauth", oauth::ROUTES, oauth::router),
            ("accounts", accounts::ROUTES, accounts::router),
            ("media", media::ROUTES, media::router),
            ("pins", pins::ROUTES, pins::router),
            ("events", events::ROUTES, events::router),
            ("web", web::ROUTES, web::router),
            ("mcp", mcp::ROUTES, mcp::router),
        ];
        let gateway = Gateway::new(authorizer, self.clock.clone(), self.random.clone());
        let gateway = gateway.with_executions(self.executions.clone());
        let gateway = functions.into_iter().fold(gateway, |gateway, (name, routes, router)| match self.programs {
            Some(programs) => gateway.with_processes(routes, programs.function(name, &self.clock)),
            None => gateway.with_function(routes, router(platform(self.config))),
        });
        let layers = ServiceBuilder::new()
            .layer(from_fn_with_state(self.gate.clone(), only_while_open))
            .layer(from_fn_with_state(Arc::<str>::from(self.origin()), one_name));
        Arc::new(gateway).router().layer(layers)
    }

    fn origin(&self) -> String {
        self.config.web.public_url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }
}

async fn only_while_open(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if gate.is_open() {
        return next.run(request).await;
    }
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "message": "Service Unavailable" }))).into_response()
}

/// Sends a person who opened a page under 127.0.0.1 to localhost: cookies of one do not reach the other, and Pinterest
/// comes back to localhost.
async fn one_name(State(origin): State<Arc<str>>, request: Request, next: Next) -> Response {
    if asks_for_page_under_number(&request) && origin.starts_with("http://localhost") {
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        return Redirect::temporary(&format!("{origin}{path}")).into_response();
    }
    next.run(request).await
}

fn asks_for_page_under_number(request: &Request) -> bool {
    let text = |headers: &HeaderMap, name| headers.get(name)?.to_str().ok().map(str::to_owned);
    let host = text(request.headers(), header::HOST).unwrap_or_default();
    let accepts = text(request.headers(), header::ACCEPT).unwrap_or_default();
    request.method() == Method::GET && host.split(':').next() == Some("127.0.0.1") && accepts.contains("text/html")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn get_with(router: Router, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::get("/app/accounts?x=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_closed_gate_answers_as_api_gateway_does_without_a_function() {
        let gate = Gate::default();
        let router = Router::new().fallback(get(|| async { "here" }));
        let router = router.layer(from_fn_with_state(gate.clone(), only_while_open));
        assert_eq!(get_with(router.clone(), &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        gate.open();
        assert_eq!(get_with(router.clone(), &[]).await.status(), StatusCode::OK);
        gate.close();
        assert_eq!(get_with(router, &[]).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn only_a_page_under_the_number_goes_to_localhost() {
        let page = ("accept", "text/html,*/*");
        for (origin, headers, location) in [
            (
                "http://localhost:7878",
                vec![("host", "127.0.0.1:7878"), page],
                Some("http://localhost:7878/app/accounts?x=1"),
            ),
            ("http://localhost:7878", vec![("host", "127.0.0.1:7878"), ("accept", "application/json")], None),
            ("http://localhost:7878", vec![("host", "localhost:7878"), page], None),
            ("https://pins.example", vec![("host", "127.0.0.1:7878"), page], None),
        ] {
            let router = Router::new().fallback(get(|| async { "here" }));
            let router = router.layer(from_fn_with_state(Arc::<str>::from(origin), one_name));
            let response = get_with(router, &headers).await;
            let given = response.headers().get("location").map(|value| value.to_str().unwrap());
            assert_eq!(given, location, "{origin} {headers:?}");
        }
    }
}
