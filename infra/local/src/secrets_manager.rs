//! Secrets Manager in this process: versions, staging labels and client tokens as AWS documents them.
//!
//! Source of the rules: the AWS Secrets Manager API reference, 2017-10-17.

mod operations;
mod parameters;
mod refusal;
mod secret;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use shared::clock::SharedClock;

use crate::answer::Answer;
use crate::file;
use operations::Secrets;
use refusal::Refusal;

/// Secrets Manager, in memory or in a file that is written before each answer.
pub struct SecretsManager {
    secrets: Mutex<Secrets>,
    file: Option<PathBuf>,
    clock: SharedClock,
}

impl SecretsManager {
    /// Without a secret, forgotten at the end.
    pub fn in_memory(clock: SharedClock) -> Self {
        Self { secrets: Mutex::default(), file: None, clock }
    }

    /// With the secrets of this file, which only its owner may read; it need not exist yet.
    pub fn in_file(path: &Path, clock: SharedClock) -> std::io::Result<Self> {
        let secrets = match file::read(path)? {
            Some(bytes) => serde_json::from_slice(&bytes)?,
            None => Secrets::new(),
        };
        Ok(Self { secrets: Mutex::new(secrets), file: Some(path.to_owned()), clock })
    }

    /// Answers one request, the operation as AWS names it without `secretsmanager.`.
    ///
    /// A change is stored before it is answered; what could not be stored has not happened.
    pub fn handle(&self, operation: &str, request: &Value) -> Answer {
        self.run(operation, request).map_or_else(Answer::from, Answer::ok)
    }

    /// Forgets every version that carries no label, as AWS may do with old ones at any time.
    pub fn drop_deprecated(&self) {
        for secret in self.lock().values_mut() {
            secret.drop_deprecated();
        }
    }

    /// The endpoint itself: `POST /` with `X-Amz-Target: secretsmanager.<operation>`.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new().route("/", post(serve)).with_state(self)
    }

    fn run(&self, operation: &str, request: &Value) -> Result<Value, Refusal> {
        let mut secrets = self.lock();
        let now = self.clock.now();
        if !operations::writes(operation) {
            return operations::run(&mut secrets, operation, request, now);
        }
        let mut changed = secrets.clone();
        let answer = operations::run(&mut changed, operation, request, now)?;
        self.store(&changed).map_err(Refusal::Storage)?;
        *secrets = changed;
        Ok(answer)
    }

    fn store(&self, secrets: &Secrets) -> std::io::Result<()> {
        match &self.file {
            Some(path) => file::replace(path, &serde_json::to_vec_pretty(secrets)?),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SecretsManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsManager").field("file", &self.file).finish_non_exhaustive()
    }
}

async fn serve(State(manager): State<Arc<SecretsManager>>, headers: HeaderMap, body: axum::body::Bytes) -> Answer {
    let operation =
        headers.get("x-amz-target").and_then(|target| target.to_str().ok()?.strip_prefix("secretsmanager."));
    match (operation, serde_json::from_slice(&body)) {
        (Some(operation), Ok(request)) => manager.handle(operation, &request),
        (None, _) => Answer::refused(
            StatusCode::BAD_REQUEST,
            "UnknownOperationException",
            "X-Amz-Target does not name an operation of Secrets Manager",
        ),
        (_, Err(_)) => Answer::refused(StatusCode::BAD_REQUEST, "SerializationException", "the request is not JSON"),
    }
}

#[cfg(test)]
mod tests;
