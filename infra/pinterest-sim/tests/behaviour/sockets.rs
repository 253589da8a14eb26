//! What a client on a real connection meets.

use std::net::SocketAddr;

use axum::Router;
use data_encoding::HEXLOWER;
use http::StatusCode;
use pinterest_sim::{Fault, FaultAnswer, MediaFile, Mode, Operation};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::film::{BOUNDARY, FILM, Registered};
use crate::world::World;

/// A server with a simulator below its base path.
struct Server {
    address: SocketAddr,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().nest_service("/_pinterest", world.simulator.router());
        Self { address, task: tokio::spawn(axum::serve(listener, router).into_future()) }
    }

    async fn sent(&self, pieces: &[&[u8]]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        for piece in pieces {
            stream.write_all(piece).await.unwrap();
        }
        stream
    }

    /// Sends this; everything that comes back.
    async fn exchange(&self, pieces: &[&[u8]]) -> String {
        Self::heard(self.sent(pieces).await).await
    }

    async fn heard(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        // A broken connection may also be seen as an error of the read.
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    /// Registers a media upload over a connection.
    async fn register(&self, token: &str) -> Registered {
        let body = r#"{"media_type":"video"}"#;
        let head = format!(
            "POST /_pinterest/live/v5/media HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        let answer = self.exchange(&[head.as_bytes(), body.as_bytes()]).await;
        Registered::of(&serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap())
    }

    /// The head of an upload to the address that was registered.
    fn head(&self, registered: &Registered, length: &str) -> String {
        let path = registered.url.strip_prefix(&format!("http://{}", self.address)).unwrap();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}\r\n{length}\r\nconnection: close\r\n\r\n",
            self.address
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks a server with this simulator for the boards: everything that comes back.
async fn raw_answer(world: &World) -> String {
    let request = b"GET /_pinterest/live/v5/boards HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    Server::start(world).await.exchange(&[request]).await
}

async fn shop() -> (World, Server, Registered) {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let server = Server::start(&world).await;
    let registered = server.register(&token).await;
    (world, server, registered)
}

#[tokio::test]
async fn a_call_is_answered_over_a_connection() {
    let answer = raw_answer(&World::new()).await;
    assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{answer}");
}

#[tokio::test]
async fn a_reset_breaks_the_connection_without_a_byte() {
    let world = World::new();
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::Reset), ..Fault::on(Operation::ListBoards) });
    assert_eq!(raw_answer(&world).await, "");
}

#[tokio::test]
async fn a_large_file_is_uploaded_to_the_address_that_was_registered() {
    let (world, server, registered) = shop().await;
    let film = FILM.repeat(100_000);
    let form = registered.form(&film);
    let head = server.head(&registered, &format!("content-length: {}", form.len()));
    let answer = server.exchange(&[head.as_bytes(), &form]).await;
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    let expected = MediaFile { size: film.len() as u64, sha256: HEXLOWER.encode(&Sha256::digest(&film)) };
    assert_eq!(registered.seen(&world).file, Some(expected));
}

#[tokio::test]
async fn an_upload_whose_connection_breaks_leaves_nothing_behind() {
    let (world, server, registered) = shop().await;
    let form = registered.form(&FILM.repeat(10_000));
    let head = server.head(&registered, &format!("content-length: {}", form.len()));
    let mut stream = server.sent(&[head.as_bytes(), &form[..form.len() / 2]]).await;
    stream.shutdown().await.unwrap();
    Server::heard(stream).await;
    assert_eq!(world.simulator.calls().pop().unwrap().operation, Operation::UploadMedia);
    assert_eq!(registered.seen(&world).file, None);
    assert_eq!(registered.upload(&world, FILM).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_upload_in_chunks_of_unknown_length_is_refused() {
    let (world, server, registered) = shop().await;
    let form = registered.form(FILM);
    let chunks = [format!("{:x}\r\n", form.len()).into_bytes(), form, b"\r\n0\r\n\r\n".to_vec()].concat();
    let head = server.head(&registered, "transfer-encoding: chunked");
    let answer = server.exchange(&[head.as_bytes(), &chunks]).await;
    assert!(answer.starts_with("HTTP/1.1 411 Length Required\r\n"), "{answer}");
    assert!(answer.contains("<Code>MissingContentLength</Code>"), "{answer}");
    assert_eq!(registered.seen(&world).file, None);
}

#[tokio::test]
async fn a_refusal_reaches_who_sends_a_large_file_first() {
    let (world, server, mut registered) = shop().await;
    registered.parameters.retain(|(name, _)| name != "policy");
    let form = registered.form(&FILM.repeat(100_000));
    for (fault, status) in [(false, "403 Forbidden"), (true, "503 Service Unavailable")] {
        if fault {
            let fault = Fault { answer: Some(FaultAnswer::status(503)), ..Fault::on(Operation::UploadMedia) };
            world.simulator.set_fault(fault);
        }
        let head = server.head(&registered, &format!("content-length: {}", form.len()));
        let answer = server.exchange(&[head.as_bytes(), &form]).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
    }
    assert_eq!(registered.seen(&world).file, None);
}
