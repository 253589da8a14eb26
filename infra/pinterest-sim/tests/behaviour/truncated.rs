//! Answers that end in the middle of their body.

use axum::body::Body;
use axum::response::Response;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use pinterest_sim::{Broken, Effect, Fault, FaultAnswer, Mode, Operation};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::world::{World, image};

struct Shop {
    world: World,
    token: String,
    board: String,
}

impl Shop {
    async fn open() -> Self {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let board = world.board(Mode::Live, "shop", "New arrivals");
        Self { world, token, board }
    }

    async fn create(&self) -> Response {
        let body = json!({ "board_id": self.board, "media_source": image() }).to_string();
        self.call(Method::POST, "/live/v5/pins", body).await
    }

    async fn call(&self, method: Method, path: &str, body: String) -> Response {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(Body::from(body));
        self.world.simulator.router().oneshot(request.unwrap()).await.unwrap()
    }

    fn truncate(&self, effect: Effect, answer: Option<FaultAnswer>) {
        let operation = Operation::CreatePin;
        let fault = Fault { times: Some(1), effect, answer, truncated: true, ..Fault::on(operation) };
        self.world.simulator.set_fault(fault);
    }
}

/// What came of a body before it failed; a body that did not fail is none of ours.
async fn beginning(response: Response) -> String {
    let mut body = response.into_body();
    let mut text = String::new();
    loop {
        match body.frame().await.expect("the body fails before its end") {
            Ok(frame) => text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap()),
            Err(_) => return text,
        }
    }
}

#[tokio::test]
async fn a_truncated_answer_is_the_beginning_of_the_right_one_and_its_work_stands() {
    for effect in [Effect::Before, Effect::After] {
        let shop = Shop::open().await;
        shop.truncate(effect, None);
        let response = shop.create().await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let promised: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let beginning = beginning(response).await;
        assert_eq!(beginning.len(), promised / 2);
        assert!(serde_json::from_str::<Value>(&beginning).is_err());
        assert_eq!(shop.world.simulator.pins(&shop.board).len(), 1);
        assert_eq!(shop.world.simulator.calls().pop().unwrap().status, Some(201), "the head was sent");
        let whole = shop.create().await.into_body().collect().await.unwrap().to_bytes();
        assert!(serde_json::from_slice::<Value>(&whole).is_ok(), "the next answer is whole");
    }
}

#[tokio::test]
async fn a_made_up_answer_is_truncated_with_or_without_the_pin_created() {
    for (effect, pins) in [(Effect::Before, 0), (Effect::After, 1)] {
        let shop = Shop::open().await;
        shop.truncate(effect, Some(FaultAnswer::status(500)));
        let response = shop.create().await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(beginning(response).await.starts_with("{\"code\":5"));
        assert_eq!(shop.world.simulator.pins(&shop.board).len(), pins, "{effect:?}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_does_not_begin() {
    let shop = Shop::open().await;
    shop.world.simulator.set_fault(Fault { truncated: true, ..Fault::on(Operation::DeleteBoard) });
    let response = shop.call(Method::DELETE, &format!("/live/v5/boards/{}", shop.board), String::new()).await;
    assert_eq!(response.extensions().get::<Broken>(), Some(&Broken));
    assert_eq!(shop.world.simulator.calls().pop().unwrap().status, None);
    assert!(shop.world.simulator.boards(Mode::Live, "shop").iter().all(|board| board.id != shop.board));
}

#[tokio::test]
async fn over_a_connection_it_ends_in_the_middle() {
    let shop = Shop::open().await;
    shop.world.simulator.set_fault(Fault { truncated: true, ..Fault::on(Operation::ListBoards) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let server = tokio::spawn(axum::serve(listener, shop.world.simulator.router()).into_future());
    let request =
        format!("GET /live/v5/boards HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n", shop.token);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The end of the connection may also be seen as an error of the read.
    let _ = stream.read_to_end(&mut answer).await;
    server.abort();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    assert_eq!(body.len(), promised.parse::<usize>().unwrap() / 2);
}
