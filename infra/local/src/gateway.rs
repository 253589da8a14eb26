//! A stand-in for API Gateway's HTTP API: routes, checks tokens and calls the functions as Lambda would.
//!
//! A request becomes the very event that API Gateway sends, goes through the same adapter that a deployed function
//! runs in, and the function's answer is read back from what that adapter writes.

mod authorizer;
mod event;
mod reply;
mod routes;
mod serve;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};
use lambda_http::{Adapter, Context, LambdaEvent};
use serde_json::Value;
use shared::api::{Access, Route};
use shared::clock::SharedClock;
use shared::random::{self, SharedRandom};
use tower::Service;

pub use authorizer::{Authorizer, claims_as_text};
pub use serve::SourceIp;

use crate::executions::Executions;
use crate::runtime::{Function, InvocationError};
use event::Caller;
use reply::Refusal;
use routes::{Found, RouteTable};

/// The largest body that API Gateway takes, in bytes.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The largest event that Lambda takes, in bytes.
const EVENT_LIMIT: usize = 6_291_456;

/// The largest request line and headers that API Gateway takes together, in bytes.
const HEAD_LIMIT: usize = 10_240;

/// How long API Gateway waits for a function.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// An HTTP API with the routes of several functions.
pub struct Gateway {
    routes: RouteTable,
    functions: Vec<Served>,
    authorizer: Authorizer,
    executions: Executions,
    clock: SharedClock,
    random: SharedRandom,
}

/// Where a function runs.
enum Served {
    /// In this process.
    Here(Router),
    /// In processes of its own.
    Apart(Arc<Function>),
}

impl Gateway {
    /// An API without a route.
    pub fn new(authorizer: Authorizer, clock: SharedClock, random: SharedRandom) -> Self {
        let executions = Executions::unlimited();
        Self { routes: RouteTable::default(), functions: Vec::new(), authorizer, executions, clock, random }
    }

    /// The same API in an account with these executions; where none is left it answers 503.
    #[must_use]
    pub fn with_executions(self, executions: Executions) -> Self {
        Self { executions, ..self }
    }

    /// The same API with the routes of one more function.
    #[must_use]
    pub fn with_function(self, routes: &[Route], function: Router) -> Self {
        self.with(routes, Served::Here(function))
    }

    /// The same, with a function that runs in processes of its own.
    #[must_use]
    pub fn with_processes(self, routes: &[Route], function: Arc<Function>) -> Self {
        self.with(routes, Served::Apart(function))
    }

    fn with(mut self, routes: &[Route], function: Served) -> Self {
        for route in routes {
            self.routes.add(route, self.functions.len());
        }
        self.functions.push(function);
        self
    }

    /// Answers one request, as API Gateway would together with the function.
    ///
    /// What it refuses by itself has the body `{"message": …}`.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        let request_id = self.request_id();
        let answer = self.answer(request, &request_id).await;
        let mut response = answer.unwrap_or_else(Refusal::into_response);
        if let Ok(id) = request_id.parse() {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    async fn answer(&self, request: Request<Bytes>, request_id: &str) -> Result<Response<Bytes>, Refusal> {
        if request.body().len() > BODY_LIMIT {
            return Err(Refusal::Status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        if head_size(&request) > HEAD_LIMIT {
            return Err(Refusal::Status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        }
        let domain = event::domain(&request).ok_or(Refusal::Status(StatusCode::BAD_REQUEST))?;
        let path = event::decoded_path(request.uri());
        let found = self.routes.find(request.method(), &path).ok_or(Refusal::Status(StatusCode::NOT_FOUND))?;
        let now = self.clock.now();
        let authorized = match found.access {
            Access::Open => None,
            Access::User | Access::Admin => Some(self.authorizer.check(request.headers(), now)?),
        };
        let caller = Caller { domain, request_id, authorized, now };
        let event = event::build(&request, &path, &found, &caller);
        // A character of a body takes six bytes of an event at most, so short ones need not be measured.
        if request.body().len() > EVENT_LIMIT / 8 && event.to_string().len() > EVENT_LIMIT {
            return Err(Refusal::Status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let Some(_execution) = self.executions.begin() else {
            tracing::warn!(route = found.key, "the account runs as many functions as it may");
            return Err(Refusal::Status(StatusCode::SERVICE_UNAVAILABLE));
        };
        match &self.functions[found.function] {
            Served::Here(function) => invoke(function.clone(), &found, &event, request_id).await,
            Served::Apart(function) => {
                let answer = function.invoke(event, INTEGRATION_TIMEOUT).await.map_err(|error| {
                    tracing::error!(route = found.key, %error, "a function did not answer");
                    Refusal::Status(match error {
                        InvocationError::TimedOut(_) => StatusCode::SERVICE_UNAVAILABLE,
                        _ => StatusCode::INTERNAL_SERVER_ERROR,
                    })
                })?;
                reply::read(&answer).ok_or(Refusal::Status(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }

    fn request_id(&self) -> String {
        data_encoding::BASE64.encode(&random::bytes::<11>(&*self.random))
    }

    /// The API as a service on a socket.
    pub fn router(self: Arc<Self>) -> Router {
        serve::router(self)
    }
}

async fn invoke(function: Router, found: &Found<'_>, event: &Value, id: &str) -> Result<Response<Bytes>, Refusal> {
    let failed = Refusal::Status(StatusCode::INTERNAL_SERVER_ERROR);
    let payload = serde_json::from_str(&event.to_string()).map_err(|error| {
        tracing::error!(%error, "the event could not be read");
        failed.clone()
    })?;
    let mut context = Context::default();
    id.clone_into(&mut context.request_id);
    // A router is always ready, so it need not be asked.
    let answer = Adapter::from(function).call(LambdaEvent::new(payload, context));
    let invocation = AssertUnwindSafe(answer).catch_unwind();
    match tokio::time::timeout(INTEGRATION_TIMEOUT, invocation).await {
        Ok(Ok(Ok(answer))) => reply::read(&answer).ok_or(failed),
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_panic)) => {
            tracing::error!(route = found.key, "the function panicked");
            Err(failed)
        }
        Err(_elapsed) => Err(Refusal::Status(StatusCode::SERVICE_UNAVAILABLE)),
    }
}

fn head_size(request: &Request<Bytes>) -> usize {
    let line = request.method().as_str().len() + request.uri().to_string().len();
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    line + headers
}

#[cfg(test)]
mod tests;
