//! The transport over real sockets: what each way a connection can end says about the request; and that the
//! simulator's transport, which has no sockets, says the same.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use pinterest_sim::{App, Fault, FaultAnswer, Mode, Operation, Options, Simulator, Storage, Tier};
use shared::pinterest::transport::{Payload, over_the_network};
use shared::pinterest::{Transport, TransportError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// A body that no socket buffer swallows whole.
const LARGE: usize = 16 * 1024 * 1024;

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, format!("http://{address}/v5/pins"))
}

async fn post(url: &str, body: usize) -> Result<Response<Bytes>, TransportError> {
    let request = Request::post(url).body(Bytes::from(vec![b'x'; body])).unwrap();
    over_the_network().0.oneshot(request.map(Payload::from)).await
}

/// Reads up to the end of the request's head.
async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

fn unknown(result: &Result<Response<Bytes>, TransportError>) -> bool {
    matches!(result, Err(TransportError::Unknown(_)))
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let (listener, url) = listen().await;
    drop(listener);
    assert!(matches!(post(&url, 2).await, Err(TransportError::NotSent(_))));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_sent_nothing() {
    assert!(matches!(post("http://pinterest.invalid/v5/pins", 2).await, Err(TransportError::NotSent(_))));
}

#[tokio::test]
async fn a_failed_tls_handshake_sent_nothing() {
    let (listener, url) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let secure = url.replace("http:", "https:");
    let (result, ()) = tokio::join!(post(&secure, 2), server);
    assert!(matches!(result, Err(TransportError::NotSent(_))), "{result:?}");
}

#[tokio::test]
async fn a_connection_closed_before_the_request_is_unknown() {
    let (listener, url) = listen().await;
    let server = async { drop(listener.accept().await.unwrap()) };
    let (result, ()) = tokio::join!(post(&url, 2), server);
    assert!(unknown(&result), "{result:?}");
}

#[tokio::test]
async fn a_connection_closed_after_the_head_or_in_the_middle_of_the_body_is_unknown() {
    for body in [2, LARGE] {
        let (listener, url) = listen().await;
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
        };
        let (result, ()) = tokio::join!(post(&url, body), server);
        assert!(unknown(&result), "{body}: {result:?}");
    }
}

#[tokio::test]
async fn an_answer_before_the_body_was_read_is_an_answer() {
    let (listener, url) = listen().await;
    let (done, closed) = tokio::sync::oneshot::channel::<()>();
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno").await.unwrap();
        let _ = closed.await;
    };
    let client = async {
        let result = post(&url, 2).await;
        done.send(()).unwrap();
        result
    };
    let (result, ()) = tokio::join!(client, server);
    assert_eq!(result.unwrap().status(), 413);
}

#[tokio::test]
async fn a_stalled_answer_that_ends_in_a_closed_connection_is_unknown() {
    let (listener, url) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let mut body = [0; 2];
        stream.read_exact(&mut body).await.unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let (result, ()) = tokio::join!(post(&url, 2), server);
    assert!(unknown(&result), "{result:?}");
}

#[tokio::test]
async fn a_truncated_answer_is_unknown_whatever_its_status() {
    for status in ["201 Created", "404 Not Found"] {
        let (listener, url) = listen().await;
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 100\r\n\r\n{{\"id\"");
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        };
        let (result, ()) = tokio::join!(post(&url, 2), server);
        assert!(unknown(&result), "{status}: {result:?}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_given_up() {
    let (listener, url) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    };
    let (result, ()) = tokio::join!(post(&url, 2), server);
    assert!(unknown(&result), "{result:?}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (listener, url) = listen().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let (result, ()) = tokio::join!(post(&url, 2), server);
    assert_eq!(result.unwrap().status(), 302);
    let again = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
    assert!(again.is_err(), "nobody came a second time");
}

#[tokio::test]
async fn a_pooled_connection_that_the_peer_closed_never_carries_a_request_twice() {
    let (listener, url) = listen().await;
    let transport = over_the_network();
    let send = async |transport: &Transport| {
        let request = Request::post(&url).body(Bytes::from_static(b"{}")).unwrap();
        transport.0.clone().oneshot(request.map(Payload::from)).await
    };
    let first = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        let mut body = [0; 2];
        stream.read_exact(&mut body).await.unwrap();
        stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
        stream
    };
    let (result, stream) = tokio::join!(send(&transport), first);
    assert_eq!(result.unwrap().status(), 201);
    drop(stream);

    let second = async {
        let mut seen = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            read_head(&mut stream).await;
            seen += 1;
            stream.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            if seen > 1 {
                break;
            }
        }
    };
    tokio::select! {
        result = send(&transport) => match result {
            Ok(response) => assert_eq!(response.status(), 201),
            Err(error) => assert!(matches!(error, TransportError::Unknown(_)), "{error:?}"),
        },
        () = second => panic!("the request came twice"),
    }
}

fn simulator() -> Simulator {
    let app = App { id: "1".to_owned(), secret: "s".to_owned(), redirect_uris: Vec::new(), tier: Tier::Standard };
    let clock = Arc::new(|| tests::START);
    let options = Options { storage: Storage::Memory, clock, base_path: String::new(), app, seed: 1 };
    Simulator::open(options).unwrap()
}

#[tokio::test]
async fn what_the_simulator_breaks_off_is_unknown_with_and_without_a_socket() {
    let lists = || Fault::on(Operation::ListBoards);
    for fault in [
        None,
        Some(Fault { answer: Some(FaultAnswer::Reset), ..lists() }),
        Some(Fault { truncated: true, ..lists() }),
        Some(Fault { answer: Some(FaultAnswer::status(404)), truncated: true, ..lists() }),
    ] {
        let simulator = simulator();
        let token = simulator.issue_token(Mode::Live, "shop", "boards:read").unwrap();
        let (listener, url) = listen().await;
        let server = tokio::spawn(axum::serve(listener, simulator.router()).into_future());
        fault.clone().into_iter().for_each(|fault| simulator.set_fault(fault));
        for transport in [over_the_network(), local::simulated::transport(simulator.router())] {
            let request = Request::get(url.replace("/v5/pins", "/live/v5/boards"));
            let request = request.header("authorization", format!("Bearer {token}")).body(Bytes::new()).unwrap();
            let result = transport.0.oneshot(request.map(Payload::from)).await;
            match &fault {
                Some(_) => assert!(unknown(&result), "{fault:?}: {result:?}"),
                None => assert_eq!(result.unwrap().status(), 200),
            }
        }
        server.abort();
    }
}
