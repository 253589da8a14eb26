//! One instance of a function: its process, and the Runtime API that it was started with.

use std::ffi::OsString;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::InvocationError;
use super::api::{Api, Invocation};

/// A running instance; it is killed when this is dropped.
#[derive(Debug)]
pub struct Instance {
    process: Child,
    events: mpsc::Sender<Invocation>,
    asked: watch::Receiver<u64>,
    server: JoinHandle<()>,
}

impl Instance {
    /// Starts `program` with `variables` besides those of this process; what it logs goes to `log`.
    pub async fn start(program: &Path, variables: Vec<(OsString, OsString)>, log: File) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (events, received) = mpsc::channel(1);
        let (ask, asked) = watch::channel(0);
        let router = Api::new(received, ask).router();
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
        Ok(Self { process, events, asked, server })
    }

    /// Whether its process is there.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// The id of its process, while it lives.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Waits until it has asked for an event for the `times`th time. The first time ends its INIT; each later time ends an
    /// invocation.
    pub async fn asks(&mut self, times: u64) -> Result<(), InvocationError> {
        tokio::select! {
            asked = self.asked.wait_for(|asked| *asked >= times) => asked.map(drop).map_err(|_| InvocationError::Ended),
            _ = self.process.wait() => Err(InvocationError::Ended),
        }
    }

    /// Ends its process and waits until it is gone.
    pub async fn end(mut self) -> std::io::Result<()> {
        self.process.kill().await
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
