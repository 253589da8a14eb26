//! Webhooks: people make them, and what happens is sent to them.
//!
//! One function does both: behind API Gateway it answers requests, and otherwise it is called by its schedule and by those
//! who write events ([`Sender`]).

mod address;
mod attempt;
mod backlog;
mod backoff;
mod body;
mod bus;
mod change;
mod create;
mod deliveries;
mod description;
mod erase;
mod form;
mod list;
mod message;
mod network;
mod own;
mod recover;
mod remove;
mod replay;
mod rotate;
mod round;
mod sender;
mod show;
mod sign;
mod test;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use jiff::Timestamp;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, tower::ServiceExt};
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::Value;
use shared::api::{Access, Route, finish};
use shared::platform::Platform;

pub use description::{description, webhooks};
pub use erase::EraseError;
pub use network::{Network, SendError};
pub use round::WorkError;
pub use sender::Sender;

/// The routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/webhooks", Access::User),
    Route::new("POST", "/v1/webhooks", Access::User),
    Route::new("GET", "/v1/webhooks/{id}", Access::User),
    Route::new("PATCH", "/v1/webhooks/{id}", Access::User),
    Route::new("DELETE", "/v1/webhooks/{id}", Access::User),
    Route::new("POST", "/v1/webhooks/{id}/test", Access::User),
    Route::new("POST", "/v1/webhooks/{id}/secret", Access::User),
    Route::new("POST", "/v1/webhooks/{id}/recover", Access::User),
    Route::new("GET", "/v1/webhooks/{id}/deliveries", Access::User),
    Route::new("POST", "/v1/webhooks/{id}/deliveries/{event}/replay", Access::User),
];

/// The router for people's requests.
pub fn router(platform: Arc<Platform>) -> Router {
    let router = Router::new()
        .route("/v1/webhooks", get(list::list).post(create::create))
        .route("/v1/webhooks/{id}", get(show::show).patch(change::change).delete(remove::remove))
        .route("/v1/webhooks/{id}/test", post(test::test))
        .route("/v1/webhooks/{id}/secret", post(rotate::rotate))
        .route("/v1/webhooks/{id}/recover", post(recover::recover))
        .route("/v1/webhooks/{id}/deliveries", get(deliveries::list))
        .route("/v1/webhooks/{id}/deliveries/{event}/replay", post(replay::replay));
    let clock = platform.clock.clone();
    finish(router.with_state(platform), &clock)
}

/// Serves requests and invocations until Lambda stops the process.
pub async fn run() -> Result<(), Error> {
    let platform = shared::start::events().await?;
    let network = Network::real(platform.config.web.webhooks_to_loopback);
    let sender = &Sender::new(platform.clone(), network);
    let router = &router(platform);
    let handle = |event: LambdaEvent<Value>| async move {
        let LambdaEvent { payload, context } = event;
        if payload.get("requestContext").is_some() {
            return Box::pin(answer(router.clone(), payload, context)).await;
        }
        let deadline = Timestamp::from_millisecond(i64::try_from(context.deadline)?)?;
        Box::pin(sender.handle(serde_json::from_value(payload)?, deadline)).await?;
        Ok(Value::Null)
    };
    lambda_runtime::run(service_fn(handle)).await
}

/// Answers a request of API Gateway.
async fn answer(router: Router, request: Value, context: Context) -> Result<Value, Error> {
    let request: LambdaRequest = serde_json::from_value(request)?;
    let response = Adapter::from(router).oneshot(LambdaEvent::new(request, context)).await?;
    Ok(serde_json::to_value(response)?)
}
