//! What a client on a real connection meets.

use pinterest_sim::{Fault, FaultAnswer, Operation};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::world::World;

/// Asks a server with this simulator for the boards: everything that comes back.
async fn raw_answer(world: &World) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, world.simulator.router()).into_future());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /live/v5/boards HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // A broken connection may also be seen as an error of the read.
    let _ = stream.read_to_end(&mut answer).await;
    server.abort();
    String::from_utf8(answer).unwrap()
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
