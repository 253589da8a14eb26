//! Lambda's `Invoke` for the functions of this process: takes an event and answers before it runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::future::BoxFuture;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::executions::Executions;

/// Runs one function with one event.
pub type Handler = Arc<dyn Fn(Value) -> BoxFuture<'static, ()> + Send + Sync>;

/// How old an event may become before its function runs, where the function says nothing: Lambda's own six hours.
const MAX_AGE: Duration = Duration::from_hours(6);

/// The endpoint that `AWS_ENDPOINT_URL_LAMBDA` names; functions are hosted by their names.
///
/// Only asynchronous invocations are taken, as Pinwheel makes no other. What runs is
/// stopped when this is dropped.
#[derive(Default)]
pub struct Lambda {
    functions: Mutex<HashMap<String, Hosted>>,
    running: Mutex<JoinSet<()>>,
    executions: Executions,
}

/// A function, and how old its events may become.
#[derive(Clone)]
struct Hosted {
    handler: Handler,
    max_age: Duration,
}

/// One call of `Invoke`.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The function's name, not its ARN.
    pub function: String,
    /// The header `X-Amz-Invocation-Type`; Lambda takes `RequestResponse` when it is missing.
    pub kind: Option<String>,
    /// The event.
    pub payload: Value,
}

impl Lambda {
    /// A Lambda in an account with these executions.
    pub fn within(executions: Executions) -> Self {
        Self { executions, ..Self::default() }
    }

    /// Lets a function be invoked by its name; a later one of the same name replaces it.
    pub fn host(&self, name: &str, handler: Handler) {
        self.host_with_age(name, MAX_AGE, handler);
    }

    /// The same for a function whose events are lost when no execution was left for them for `max_age`.
    pub fn host_with_age(&self, name: &str, max_age: Duration, handler: Handler) {
        self.functions().insert(name.to_owned(), Hosted { handler, max_age });
    }

    /// Forgets every function and stops what runs. A function that holds this Lambda, as one that invokes another does, is
    /// let go in no other way.
    pub fn close(&self) {
        self.functions().clear();
        self.running().abort_all();
    }

    /// Takes an event for a function and starts it as a task of its own: 202,
    /// or 404 for an unknown function and 400 for another kind of invocation.
    pub fn invoke(&self, invocation: &Invocation) -> Answer {
        let kind = invocation.kind.as_deref().unwrap_or("RequestResponse");
        if kind != "Event" {
            return Answer::refused(
                StatusCode::BAD_REQUEST,
                "InvalidParameterValueException",
                &format!("only the invocation type Event is supported here, not {kind}"),
            );
        }
        let Some(hosted) = self.functions().get(&invocation.function).cloned() else {
            return Answer::refused(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                &format!("Function not found: {}", invocation.function),
            );
        };
        let mut running = self.running();
        while let Some(ended) = running.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(function = invocation.function, %error, "an invocation failed");
            }
        }
        running.spawn(hosted.run(self.executions.clone(), invocation.clone()));
        Answer { status: StatusCode::ACCEPTED, body: Value::Null }
    }

    /// A Lambda that takes events for `function` and has each of `instances` run one in turn.
    pub fn in_turn(function: &str, instances: Vec<Arc<Self>>) -> Arc<Self> {
        let (name, turn) = (function.to_owned(), AtomicUsize::new(0));
        let hand_on = move |payload| {
            let instance = &instances[turn.fetch_add(1, Ordering::Relaxed) % instances.len()];
            instance.invoke(&Invocation { function: name.clone(), kind: Some("Event".to_owned()), payload });
            Box::pin(std::future::ready(())) as _
        };
        let lambda = Arc::new(Self::default());
        lambda.host(function, Arc::new(hand_on));
        lambda
    }

    /// Waits until every invocation that has started is done; a panic in one goes on here.
    pub async fn finish(&self) {
        loop {
            let mut started = std::mem::take(&mut *self.running());
            if started.is_empty() {
                return;
            }
            while let Some(ended) = started.join_next().await {
                if let Err(error) = ended {
                    std::panic::resume_unwind(error.into_panic());
                }
            }
        }
    }

    /// The endpoint itself: `POST /2015-03-31/functions/{name}/invocations`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route("/2015-03-31/functions/{name}/invocations", post(serve)).with_state(self)
    }

    fn functions(&self) -> MutexGuard<'_, HashMap<String, Hosted>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hosted {
    async fn run(self, executions: Executions, invocation: Invocation) {
        let Some(_execution) = executions.begin_within(self.max_age).await else {
            tracing::error!(function = invocation.function, "an event found no execution and was lost");
            return;
        };
        (self.handler)(invocation.payload).await;
    }
}

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda").field("functions", &self.functions().keys()).finish_non_exhaustive()
    }
}

/// The name of the function that a path of `Invoke` is for; an ARN is cut to the name in it.
pub fn function_of(path: &str) -> Option<String> {
    let name = path.strip_prefix("/2015-03-31/functions/")?.strip_suffix("/invocations")?;
    let name = percent_decode_str(name).decode_utf8().ok()?;
    Some(function_name(&name))
}

fn function_name(name_or_arn: &str) -> String {
    let name = name_or_arn.split_once(":function:").map_or(name_or_arn, |(_, name)| name);
    name.split(':').next().unwrap_or(name).to_owned()
}

async fn serve(
    State(lambda): State<Arc<Lambda>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let payload = match serde_json::from_slice(if body.is_empty() { b"null" } else { &body }) {
        Ok(payload) => payload,
        Err(error) => return invalid_json(&error).into_response(),
    };
    let kind = headers.get("x-amz-invocation-type").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    lambda.invoke(&Invocation { function: function_name(&name), kind, payload }).into_response()
}

fn invalid_json(error: &serde_json::Error) -> Answer {
    Answer::refused(
        StatusCode::BAD_REQUEST,
        "InvalidRequestContentException",
        &format!("could not parse the request body as JSON: {error}"),
    )
}

#[cfg(test)]
mod tests;
