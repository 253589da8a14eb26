//! The socket: this machine's own address and no other.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::StartError;

/// How long a stop waits for requests that are being answered.
const DRAIN: Duration = Duration::from_secs(2);

/// A router that is being served.
pub struct Server {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// Takes a port of this machine; 0 takes any free one.
pub async fn listen(port: u16) -> Result<TcpListener, StartError> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(StartError::PortInUse(port)),
        Err(source) => Err(StartError::Listen { port, source }),
    }
}

impl Server {
    /// Serves `router` at `listener`.
    pub fn start(listener: TcpListener, router: Router) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(async move {
            let serve = axum::serve(listener, service).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            if let Err(error) = serve.await {
                tracing::error!(%error, "the server ended");
            }
        });
        Self { stop, serving }
    }

    /// Accepts nothing more and waits, within bounds, for the answers that are on their way.
    pub async fn stop(mut self) {
        // An error means that it has ended already.
        let _ = self.stop.send(());
        if tokio::time::timeout(DRAIN, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use axum::extract::Path;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn it_listens_at_this_machine_only() {
        let listener = listen(0).await.unwrap();
        let address = listener.local_addr().unwrap();
        assert!(address.ip().is_loopback());
        let refused = listen(address.port()).await;
        assert!(matches!(refused, Err(StartError::PortInUse(port)) if port == address.port()));
    }

    #[tokio::test]
    async fn a_stop_lets_an_answer_out_and_does_not_wait_for_ever() {
        let (arrived, mut arrivals) = mpsc::channel(2);
        let handler = move |path: Path<String>| {
            let arrived = arrived.clone();
            async move {
                arrived.send(()).await.unwrap();
                let takes = if *path == "slow" { DRAIN / 10 } else { DRAIN * 10 };
                tokio::time::sleep(takes).await;
            }
        };
        let listener = listen(0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::start(listener, Router::new().route("/{path}", get(handler)));
        let mut asked = Vec::new();
        for path in ["slow", "too-slow"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = format!("GET /{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            arrivals.recv().await.unwrap();
            asked.push(stream);
        }
        tokio::time::timeout(DRAIN * 3, server.stop()).await.unwrap();
        let mut answer = String::new();
        asked[0].read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(TcpStream::connect(address).await.is_err(), "nothing more is accepted");
    }
}
