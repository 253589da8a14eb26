//! One instance of a function: its process, and the Runtime API that it was started with.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::InvocationError;
use super::api::{Api, Invocation};

/// A running instance; it is killed when this is dropped.
#[derive(Debug)]
pub struct Instance {
    process: Child,
    events: mpsc::Sender<Invocation>,
    server: JoinHandle<()>,
}

impl Instance {
    /// Starts `program` with `variables` besides those of this process; what it logs goes to `log`.
    pub async fn start(program: &Path, variables: Vec<(OsString, OsString)>, log: File) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (events, received) = mpsc::channel(1);
        let router = Api::new(received).router();
        let process = Command::new(program)
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the Runtime API of a function ended");
            }
        });
        Ok(Self { process, events, server })
    }

    /// Whether its process is there.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Hands over an event and waits for the answer, however long that takes.
    pub async fn invoke(&mut self, id: String, event: Value, deadline: Timestamp) -> Result<Value, InvocationError> {
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { id, event, deadline, answer };
        self.events.send(invocation).await.map_err(|_| InvocationError::Ended)?;
        tokio::select! {
            biased;
            answer = answered => answer.map_err(|_| InvocationError::Ended)?.map_err(InvocationError::Failed),
            _ = self.process.wait() => Err(InvocationError::Ended),
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.server.abort();
    }
}
