//! The API hosts, `/live/v5` and `/sandbox/v5`: one route for each row of the operations' table,
//! all of them served by the same pipeline; and beside them the storage that videos are uploaded to.

mod account;
mod analytics;
mod answer;
mod boards;
mod bucket;
mod fields;
mod incoming;
mod list;
mod media;
mod oauth;
mod pin_update;
mod pins;
mod pipeline;
mod refusal;
mod sections;
mod shape;
mod uploads;
mod video;
mod writes;

use axum::Router;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, MethodRouter, any, on};
use http::Method;

pub use answer::Broken;
pub(crate) use oauth::issue_access_token;

use crate::mode::Mode;
use crate::operation::Operation;
use crate::simulator::Simulator;
use answer::Answer;
use incoming::{Caller, Incoming};
use refusal::Refusal;

/// The routes of both hosts and of their storage.
pub(crate) fn router() -> Router<Simulator> {
    let mut router = Router::new();
    for mode in Mode::ALL {
        router = router.nest(&format!("/{mode}/v5"), host(mode));
    }
    router.merge(bucket::router())
}

fn host(mode: Mode) -> Router<Simulator> {
    let mut router = Router::new();
    for operation in Operation::all() {
        if let Some(path) = operation.path() {
            router = router.route(path, endpoint(mode, operation));
        }
    }
    // A fallback would be lost when the router is nested under another path.
    router.route("/{*path}", any(pipeline::unknown_path)).method_not_allowed_fallback(pipeline::unknown_path)
}

fn endpoint(mode: Mode, operation: Operation) -> MethodRouter<Simulator> {
    let serve = move |State(simulator): State<Simulator>, params: RawPathParams, request: Request| async move {
        match Incoming::read(mode, operation, &params, request).await {
            Some(call) => pipeline::serve(simulator, call).await,
            None => pipeline::unread(&simulator),
        }
    };
    on(filter(&operation.method()), serve)
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::PATCH => MethodFilter::PATCH,
        Method::DELETE => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}
