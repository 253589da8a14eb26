//! The Runtime API of one instance: what it asks for its next event, and where it answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

/// The largest answer that Lambda takes, in bytes.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024;

/// An event for an instance.
#[derive(Debug)]
pub struct Invocation {
    pub id: String,
    pub event: Value,
    pub deadline: Timestamp,
    pub answer: Answer,
}

/// Where the answer goes: what the function said, or its error.
pub type Answer = oneshot::Sender<Result<Value, Value>>;

/// What the two sides share.
pub struct Api {
    events: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    waiting: Mutex<HashMap<String, Answer>>,
    asked: watch::Sender<u64>,
}

impl Api {
    /// Hands out `events`; `asked` tells how often it was asked for one.
    pub fn new(events: mpsc::Receiver<Invocation>, asked: watch::Sender<u64>) -> Arc<Self> {
        Arc::new(Self { events: tokio::sync::Mutex::new(events), waiting: Mutex::default(), asked })
    }

    /// The endpoint that `AWS_LAMBDA_RUNTIME_API` names.
    pub fn router(self: Arc<Self>) -> Router {
        let runtime = Router::new()
            .route("/invocation/next", get(next))
            .route("/invocation/{id}/response", post(respond))
            .route("/invocation/{id}/error", post(fail))
            .route("/init/error", post(fail_to_begin));
        let runtime = runtime.layer(DefaultBodyLimit::max(ANSWER_LIMIT)).with_state(self);
        Router::new().nest("/2018-06-01/runtime", runtime)
    }

    fn settle(&self, id: &str, answer: Result<Value, Value>) -> StatusCode {
        match self.waiting().remove(id) {
            Some(waiting) => {
                // Nobody waits any more for what took too long.
                let _ = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Answer>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.asked.send_modify(|asked| *asked += 1);
    let Some(Invocation { id, event, deadline, answer }) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let mut headers = HeaderMap::new();
    let texts = [
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:local".to_owned()),
        (
            "lambda-runtime-trace-id",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".into(),
        ),
    ];
    for (name, value) in texts {
        let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""));
        headers.insert(HeaderName::from_static(name), value);
    }
    api.waiting().insert(id, answer);
    (headers, axum::Json(event)).into_response()
}

async fn respond(
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> StatusCode {
    let answer = match body {
        Ok(body) => serde_json::from_slice(&body).map_err(|_| Value::from("the answer is not JSON")),
        Err(_) => Err(Value::from("the answer is larger than 6 MB")),
    };
    api.settle(&id, answer)
}

async fn fail(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.settle(&id, Err(read(&body)))
}

async fn fail_to_begin(body: Bytes) -> StatusCode {
    tracing::error!(error = %read(&body), "a function could not begin");
    StatusCode::ACCEPTED
}

fn read(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into_owned().into())
}
