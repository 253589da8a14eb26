//! Faults: what strikes, whom, and what is left behind.

use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use pinterest_sim::{Broken, Effect, Fault, FaultAnswer, Mode, NewBoard, Operation};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use tower::ServiceExt;

use crate::world::{Reply, SCOPES, World, image};

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

    fn pin(&self) -> Value {
        json!({ "board_id": self.board, "media_source": image() })
    }

    async fn create(&self) -> Reply {
        self.world.post(Mode::Live, "/pins", &self.token, &self.pin()).await
    }

    fn request(&self) -> Request<Body> {
        let request = Request::post("/live/v5/pins").header("authorization", format!("Bearer {}", self.token));
        request.body(Body::from(self.pin().to_string())).unwrap()
    }

    fn pins(&self) -> usize {
        self.world.simulator.pins(&self.board).len()
    }

    fn fault(&self, fault: Fault) {
        self.world.simulator.set_fault(fault);
    }
}

fn on_create(effect: Effect, answer: FaultAnswer) -> Fault {
    Fault { times: Some(1), effect, answer: Some(answer), ..Fault::on(Operation::CreatePin) }
}

#[tokio::test]
async fn an_error_comes_with_or_without_the_pin_created() {
    for (effect, pins) in [(Effect::Before, 0), (Effect::After, 1)] {
        for status in [400, 429, 500, 503] {
            let shop = Shop::open().await;
            shop.fault(on_create(effect, FaultAnswer::status(status)));
            let reply = shop.create().await;
            assert_eq!(reply.status.as_u16(), status);
            assert!(reply.body["message"].is_string() && reply.body["code"].is_number(), "{}", reply.text);
            assert!(!reply.header("x-pinterest-rid").is_empty() && !reply.header("x-ratelimit-reset").is_empty());
            assert_eq!(shop.pins(), pins, "{effect:?} {status}");
            assert_eq!(shop.create().await.status, StatusCode::CREATED, "a fault for one call strikes one");
        }
    }
}

#[tokio::test]
async fn an_answer_can_be_something_that_pinterest_never_sends() {
    for (text, content_type) in
        [("<html>Forbidden</html>", Some("text/html")), ("{\"code\":", Some("application/json")), ("", None)]
    {
        let shop = Shop::open().await;
        let content_type = content_type.map(str::to_owned);
        let kind = content_type.clone().unwrap_or_default();
        let answer = FaultAnswer::Raw { status: 403, text: text.to_owned(), content_type, headers: [].into() };
        shop.fault(on_create(Effect::Before, answer));
        let reply = shop.create().await;
        assert_eq!((reply.status.as_u16(), reply.text.as_str()), (403, text));
        assert_eq!((reply.header("content-type"), reply.header("x-pinterest-rid")), (kind.as_str(), ""));
    }
}

#[tokio::test]
async fn an_answer_can_be_made_up_with_body_and_headers() {
    let shop = Shop::open().await;
    let answer = FaultAnswer::Status {
        status: 429,
        body: Some(json!({ "code": 9, "message": "spam" })),
        headers: [("x-ratelimit-reset".to_owned(), "77".to_owned())].into(),
    };
    shop.fault(on_create(Effect::Before, answer));
    let reply = shop.create().await;
    assert_eq!(reply.refusal(), (429, 9, "spam"));
    assert_eq!(reply.header("x-ratelimit-reset"), "77");
}

#[tokio::test]
async fn a_reset_is_marked_and_its_body_fails() {
    for (effect, pins) in [(Effect::Before, 0), (Effect::After, 1)] {
        let shop = Shop::open().await;
        shop.fault(on_create(effect, FaultAnswer::Reset));
        let response = shop.world.simulator.router().oneshot(shop.request()).await.unwrap();
        assert_eq!(response.extensions().get::<Broken>(), Some(&Broken));
        assert!(response.into_body().collect().await.is_err());
        assert_eq!(shop.pins(), pins, "{effect:?}");
        assert_eq!(shop.world.simulator.calls().last().unwrap().status, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_never_answers_in_time() {
    for (effect, pins) in [(Effect::Before, 0), (Effect::After, 1)] {
        let shop = Shop::open().await;
        shop.fault(on_create(effect, FaultAnswer::Timeout));
        let call = shop.world.simulator.router().oneshot(shop.request());
        assert!(timeout(Duration::from_hours(1), call).await.is_err());
        assert_eq!(shop.pins(), pins, "{effect:?}");
        let call = shop.world.simulator.calls().pop().unwrap();
        assert_eq!((call.operation, call.status), (Operation::CreatePin, None), "a lost call is in the log");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_alone_gives_the_call_its_own_answer_late() {
    for effect in [Effect::Before, Effect::After] {
        let shop = Shop::open().await;
        shop.fault(Fault { effect, delay_ms: Some(3000), ..Fault::on(Operation::CreatePin) });
        let start = Instant::now();
        assert_eq!(shop.create().await.status, StatusCode::CREATED);
        assert_eq!(start.elapsed().as_secs(), 3);
    }
}

#[tokio::test]
async fn a_new_pin_can_stay_out_of_lists_for_a_while() {
    let shop = Shop::open().await;
    shop.fault(Fault { visible_after_ms: Some(45_000), ..Fault::on(Operation::CreatePin) });
    let created = shop.create().await;
    assert_eq!(created.status, StatusCode::CREATED);
    let lists = [format!("/boards/{}/pins", shop.board), "/pins".to_owned()];
    for (seconds, count) in [(0, 0), (44, 0), (1, 1)] {
        shop.world.pass_seconds(seconds);
        for path in &lists {
            let listed = shop.world.get(Mode::Live, path, &shop.token).await;
            assert_eq!(listed.body["items"].as_array().unwrap().len(), count, "{path}");
        }
        let path = format!("/pins/{}", created.body["id"].as_str().unwrap());
        assert_eq!(shop.world.get(Mode::Live, &path, &shop.token).await.status, StatusCode::OK);
        assert_eq!(shop.pins(), 1);
    }
}

#[tokio::test]
async fn a_fault_strikes_only_what_it_names() {
    let shop = Shop::open().await;
    let simulator = &shop.world.simulator;
    let other_board = simulator.add_board(NewBoard::public(Mode::Live, "shop", "Other")).unwrap();
    let fault = || Fault { answer: Some(FaultAnswer::status(500)), ..Fault::on(Operation::CreatePin) };
    for (fault, strikes) in [
        (fault(), true),
        (Fault { mode: Some(Mode::Live), ..fault() }, true),
        (Fault { mode: Some(Mode::Sandbox), ..fault() }, false),
        (Fault { person: Some("shop".to_owned()), ..fault() }, true),
        (Fault { person: Some("friend".to_owned()), ..fault() }, false),
        (Fault { board: Some(shop.board.clone()), ..fault() }, true),
        (Fault { board: Some(other_board), ..fault() }, false),
        (Fault { operation: Operation::GetPin, ..fault() }, false),
        (Fault { probability: Some(0.0), ..fault() }, false),
        (Fault { probability: Some(1.0), ..fault() }, true),
    ] {
        simulator.clear_faults();
        simulator.set_fault(fault.clone());
        assert_eq!(shop.create().await.status == 500, strikes, "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_of_some_probability_strikes_some_calls() {
    let shop = Shop::open().await;
    shop.fault(Fault {
        probability: Some(0.5),
        answer: Some(FaultAnswer::status(500)),
        ..Fault::on(Operation::GetUserAccount)
    });
    let mut struck = 0;
    for _ in 0..60 {
        struck += u32::from(shop.world.get(Mode::Live, "/user_account", &shop.token).await.status == 500);
    }
    assert!((10..50).contains(&struck), "{struck}");
}

#[tokio::test]
async fn times_are_counted_down_and_forgotten() {
    let shop = Shop::open().await;
    shop.fault(Fault { times: Some(2), answer: Some(FaultAnswer::status(500)), ..Fault::on(Operation::CreatePin) });
    shop.create().await;
    assert_eq!(shop.world.simulator.faults()[0].times, Some(1));
    shop.create().await;
    assert!(shop.world.simulator.faults().is_empty());
    assert_eq!(shop.create().await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn grants_can_be_struck_apart_or_together() {
    let world = World::new();
    let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", first.body["refresh_token"].as_str().unwrap())];
    for (operation, exchange, refreshed) in
        [(Operation::ExchangeCode, true, false), (Operation::RefreshToken, false, true), (Operation::Token, true, true)]
    {
        world.simulator.clear_faults();
        let fault =
            Fault { person: Some("shop".to_owned()), answer: Some(FaultAnswer::status(503)), ..Fault::on(operation) };
        world.simulator.set_fault(fault);
        let reply = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
        assert_eq!(reply.status == 503, exchange, "{operation:?}");
        assert_eq!(world.exchange(Mode::Live, &world.code("friend", SCOPES)).await.status, StatusCode::OK);
        world.simulator.set_rotation(pinterest_sim::Rotation::OldStays);
        assert_eq!(world.token(Mode::Live, &refresh).await.status == 503, refreshed, "{operation:?}");
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_has_rotated_the_token() {
    let world = World::new();
    let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first.body["refresh_token"].as_str().unwrap())];
    let lost = Fault {
        times: Some(1),
        effect: Effect::After,
        answer: Some(FaultAnswer::status(502)),
        ..Fault::on(Operation::RefreshToken)
    };
    world.simulator.set_fault(lost);
    assert_eq!(world.token(Mode::Live, &fields).await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.token(Mode::Live, &fields).await.refusal().1, 283);
}
