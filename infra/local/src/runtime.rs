//! Functions as processes behind Lambda's Runtime API, as they run on AWS.
//!
//! Source: "Using the Lambda runtime API for custom runtimes" in the Lambda developer guide.

mod api;
mod instance;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use shared::clock::SharedClock;
use thiserror::Error;

pub use instance::Instance;

/// Why an invocation brought no answer.
#[derive(Debug, Error)]
pub enum InvocationError {
    /// The program could not be started.
    #[error("the function {function} could not be started from {}: {source}", program.display())]
    NotStarted {
        /// The function's name.
        function: String,
        /// What was to be run.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The function answered with an error, or could not begin.
    #[error("the function answered with an error: {0}")]
    Failed(Value),
    /// The process ended.
    #[error("the process of the function ended")]
    Ended,
    /// The time was over.
    #[error("the function took longer than {0:?}")]
    TimedOut(Duration),
}

/// Where the programs of the functions are, and what they are started with.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `<folder>/<function>/bootstrap`, as `cargo lambda build` leaves them, or `<folder>/<function>`.
    pub folder: PathBuf,
    /// Variables besides those of this process.
    pub variables: Vec<(String, String)>,
    /// The file that gets what they log.
    pub log: PathBuf,
}

/// A function. As on AWS an instance does one thing at a time, and there are as many as are needed.
#[derive(Debug)]
pub struct Function {
    name: String,
    programs: Programs,
    clock: SharedClock,
    idle: Mutex<Vec<Instance>>,
    invocations: AtomicU64,
}

impl Programs {
    /// The function `name`.
    pub fn function(&self, name: &str, clock: &SharedClock) -> Arc<Function> {
        Arc::new(Function {
            name: name.to_owned(),
            programs: self.clone(),
            clock: clock.clone(),
            idle: Mutex::default(),
            invocations: AtomicU64::new(1),
        })
    }

    fn program(&self, name: &str) -> PathBuf {
        let of_lambda = self.folder.join(name).join("bootstrap");
        if of_lambda.is_file() { of_lambda } else { self.folder.join(name) }
    }

    fn log(&self) -> std::io::Result<std::fs::File> {
        std::fs::OpenOptions::new().create(true).append(true).open(&self.log)
    }
}

impl Function {
    /// Hands `event` to an instance and waits for its answer, for `time_limit` at most; an instance that ended or took too
    /// long is not used again. The function goes on to its end also where nobody waits for it any more.
    pub async fn invoke(self: &Arc<Self>, event: Value, time_limit: Duration) -> Result<Value, InvocationError> {
        let function = self.clone();
        let running = tokio::spawn(async move { function.run(event, time_limit).await });
        running.await.unwrap_or(Err(InvocationError::Ended))
    }

    async fn run(&self, event: Value, time_limit: Duration) -> Result<Value, InvocationError> {
        let mut instance = match self.take_idle() {
            Some(instance) => instance,
            None => self.start().await?,
        };
        let deadline = self.clock.now() + jiff::SignedDuration::try_from(time_limit).unwrap_or_default();
        let id = format!("00000000-0000-4000-8000-{:012}", self.invocations.fetch_add(1, Ordering::Relaxed));
        let answer = instance.invoke(id, event, deadline);
        let answer = tokio::time::timeout(time_limit, answer).await.map_err(|_| InvocationError::TimedOut(time_limit));
        let answer = answer.and_then(|answer| answer);
        if !matches!(answer, Err(InvocationError::TimedOut(_) | InvocationError::Ended)) {
            self.idle().push(instance);
        }
        answer
    }

    /// An instance that waits and lives.
    fn take_idle(&self) -> Option<Instance> {
        let mut idle = self.idle();
        while let Some(mut instance) = idle.pop() {
            if instance.lives() {
                return Some(instance);
            }
        }
        None
    }

    /// Starts one more instance, as Lambda does when none is idle.
    pub async fn start(&self) -> Result<Instance, InvocationError> {
        let program = self.programs.program(&self.name);
        let variables = self.variables();
        let started = match self.programs.log() {
            Ok(log) => Instance::start(&program, variables, log).await,
            Err(error) => Err(error),
        };
        started.map_err(|source| InvocationError::NotStarted { function: self.name.clone(), program, source })
    }

    /// What Lambda sets in every function, and what the template does.
    fn variables(&self) -> Vec<(OsString, OsString)> {
        let name = format!("pinwheel-{}", self.name);
        let group = format!("/aws/lambda/{name}");
        let by_lambda = [
            ("AWS_LAMBDA_FUNCTION_NAME", name.as_str()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", group.as_str()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ];
        let ours = self.programs.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        by_lambda.into_iter().chain(ours).map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is a program of that function in `folder`.
pub fn has_program(folder: &Path, name: &str) -> bool {
    let programs = Programs { folder: folder.to_owned(), variables: Vec::new(), log: PathBuf::new() };
    programs.program(name).is_file()
}

#[cfg(test)]
mod tests;
