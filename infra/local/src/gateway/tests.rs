#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod tokens;

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request as AxumRequest};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use http::header::{self, HeaderMap};
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use serde_json::json;
use shared::clock::Clock;
use tower::ServiceExt;

use super::*;
use crate::issuer::{CLIENT_ID, Issuer, Person, SigningKey, USE_SCOPE};
use crate::virtual_world::{SeededRandom, VirtualClock};

const ISSUER: &str = "http://localhost:7878/_issuer";

const ROUTES: [Route; 8] = [
    Route::new("GET", "/healthz", Access::Open),
    Route::new("GET", "/v1/pins/{id}", Access::User),
    Route::new("PUT", "/v1/settings", Access::Admin),
    Route::new("POST", "/echo", Access::Open),
    Route::new("GET", "/cookies", Access::Open),
    Route::new("GET", "/panic", Access::Open),
    Route::new("GET", "/slow", Access::Open),
    Route::new("GET", "/v1/names/{name}", Access::Open),
];

/// Answers what it was called with.
fn function() -> Router {
    Router::new()
        .route("/healthz", get(context))
        .route("/v1/pins/{id}", get(context))
        .route("/v1/settings", axum::routing::put(context))
        .route("/echo", post(async |headers: HeaderMap, body: Bytes| (headers, body)))
        .route("/cookies", get(cookies))
        .route("/panic", get(async || -> () { panic!("as a function may") }))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_mins(1)).await))
        .route("/v1/names/{name}", get(async |Path(name): Path<String>| name))
        .layer(DefaultBodyLimit::disable())
}

async fn context(request: AxumRequest) -> Json<Value> {
    let RequestContext::ApiGatewayV2(context) = request.extensions().get::<RequestContext>().unwrap() else {
        panic!("another kind of request");
    };
    Json(serde_json::to_value(context).unwrap())
}

async fn cookies(headers: HeaderMap) -> impl IntoResponse {
    let came = headers.get(header::COOKIE).map_or("", |value| value.to_str().unwrap()).to_owned();
    (AppendHeaders([(header::SET_COOKIE, "a=1; Path=/"), (header::SET_COOKIE, "b=2; HttpOnly")]), came)
}

struct World {
    clock: Arc<VirtualClock>,
    issuer: Arc<Issuer>,
    gateway: Arc<Gateway>,
}

impl World {
    fn new() -> Self {
        Self::limited(Executions::unlimited())
    }

    fn limited(executions: Executions) -> Self {
        let clock = Arc::new(VirtualClock::starting_at(Timestamp::from_second(1_800_000_000).unwrap()));
        let random: SharedRandom = Arc::new(SeededRandom::new(3));
        let key = SigningKey::generate(&*random).unwrap();
        let issuer = Arc::new(Issuer::new(ISSUER, key, clock.clone(), random.clone()));
        let authorizer = Authorizer {
            issuer: ISSUER.to_owned(),
            audiences: vec![CLIENT_ID.to_owned()],
            scopes: vec![USE_SCOPE.to_owned()],
            keys: issuer.keys(),
        };
        let gateway = Gateway::new(authorizer, clock.clone(), random).with_function(&ROUTES, function());
        let gateway = gateway.with_executions(executions);
        Self { clock, issuer, gateway: Arc::new(gateway) }
    }

    async fn call(&self, request: http::request::Builder, body: impl Into<Bytes>) -> Response<Bytes> {
        let has_host = request.headers_ref().is_some_and(|headers| headers.contains_key(header::HOST));
        let request = if has_host { request } else { request.header(header::HOST, "localhost:7878") };
        self.gateway.call(request.body(body.into()).unwrap()).await
    }

    async fn get(&self, path: &str) -> Response<Bytes> {
        self.call(Request::get(path), "").await
    }

    async fn get_as(&self, path: &str, token: &str) -> Response<Bytes> {
        self.call(Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}")), "").await
    }
}

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

fn message(response: &Response<Bytes>) -> (u16, String) {
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_open_route_needs_no_token_and_knows_nobody() {
    let world = World::new();
    let response = world.get("/healthz?a=1").await;
    assert_eq!(response.status(), StatusCode::OK);
    let context = json_of(&response);
    assert_eq!(context["routeKey"], "GET /healthz");
    assert_eq!(context["domainName"], "localhost:7878");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["time"], "15/Jan/2027:08:00:00 +0000");
    assert_eq!(context["timeEpoch"], world.clock.now().as_millisecond());
    assert_eq!(context["http"]["path"], "/healthz");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["requestId"], response.headers()["apigw-requestid"].to_str().unwrap());
    assert!(context.get("authorizer").is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_route_is_answered_without_the_function() {
    let world = World::new();
    let not_found = (404, r#"{"message":"Not Found"}"#.to_owned());
    assert_eq!(message(&world.get("/v2/pins").await), not_found);
    assert_eq!(message(&world.call(Request::delete("/healthz"), "").await), not_found);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_more_than_ten_megabytes_is_refused() {
    let world = World::new();
    let fits = world.call(Request::post("/echo"), vec![0; 1024 * 1024]).await;
    assert_eq!(fits.status(), StatusCode::OK);
    let refused = world.call(Request::post("/echo"), vec![0; BODY_LIMIT + 1]).await;
    assert_eq!(message(&refused), (413, r#"{"message":"Request Entity Too Large"}"#.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_makes_an_event_too_long_for_lambda_is_refused() {
    let world = World::new();
    for (kind, byte, size, status) in [
        ("application/octet-stream", 0, 4_500_000, 200),
        ("application/octet-stream", 0, 4_720_000, 413),
        ("text/csv", b'x', 5_000_000, 200),
        ("text/csv", b'"', 3_200_000, 413),
        ("text/csv", b'x', 6_291_456, 413),
    ] {
        let request = Request::post("/echo").header(header::CONTENT_TYPE, kind);
        assert_eq!(world.call(request, vec![byte; size]).await.status(), status, "{kind} {size}");
    }
}

#[tokio::test(start_paused = true)]
async fn text_that_is_not_utf_8_loses_its_letters_on_the_way() {
    let request = Request::post("/echo").header(header::CONTENT_TYPE, "text/csv");
    assert_eq!(World::new().call(request, b"caf\xE9".to_vec()).await.body(), "caf\u{fffd}");
}

#[tokio::test(start_paused = true)]
async fn headers_of_more_than_ten_kilobytes_are_refused() {
    let refused = World::new().call(Request::get("/healthz").header("x-long", "x".repeat(10_240)), "").await;
    assert_eq!(refused.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_no_host_is_refused() {
    for host in ["", "a b", "me@localhost", "localhost/x", "localhost:port"] {
        let refused = World::new().call(Request::get("/healthz").header(header::HOST, host), "").await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_arrive_and_return_as_they_are() {
    let world = World::new();
    for (kind, body) in [
        ("application/json", &br#"{"title":"H\u00e4kelgarn"}"#[..]),
        ("text/plain; charset=utf-8", "Häkelgarn".as_bytes()),
        ("application/x-www-form-urlencoded", b"grant=a%2Fb&board=1&board=2"),
        ("application/octet-stream", &[0, 159, 146, 150]),
    ] {
        let request = Request::post("/echo").header(header::CONTENT_TYPE, kind);
        let response = world.call(request, body.to_vec()).await;
        assert_eq!(response.body(), body, "{kind}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
    }
}

#[tokio::test(start_paused = true)]
async fn each_cookie_goes_both_ways() {
    let world = World::new();
    let request = Request::get("/cookies").header(header::COOKIE, "x=1; y=2").header(header::COOKIE, "z=3");
    let response = world.call(request, "").await;
    assert_eq!(response.body(), "x=1; y=2; z=3");
    let set: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(set, ["a=1; Path=/", "b=2; HttpOnly"]);
}

#[tokio::test(start_paused = true)]
async fn the_path_is_decoded_before_it_is_routed_as_api_gateway_does() {
    let world = World::new();
    assert_eq!(world.get("/v1/names/a%20b%C3%A4").await.body(), "a bä");
    assert_eq!(world.get("/v1/names/a%2Fb").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_panics_or_hangs_is_answered_for() {
    let world = World::new();
    let panicked = world.get("/panic").await;
    assert_eq!(message(&panicked), (500, r#"{"message":"Internal Server Error"}"#.to_owned()));
    let slow = world.get("/slow").await;
    assert_eq!(message(&slow), (503, r#"{"message":"Service Unavailable"}"#.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn without_an_execution_left_it_answers_for_the_function() {
    let world = World::limited(Executions::at_most(1));
    let slow = world.get("/slow");
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.get("/cookies").await
    };
    let (_, refused) = tokio::join!(slow, other);
    assert_eq!(message(&refused), (503, r#"{"message":"Service Unavailable"}"#.to_owned()));
    assert_eq!(world.get("/cookies").await.status(), StatusCode::OK, "the execution is given back");
}

#[tokio::test]
async fn the_service_on_a_socket_answers_the_same() {
    let world = World::new();
    let router = world.gateway.clone().router();
    let send = async |size: usize| {
        let request = Request::post("/echo").header(header::HOST, "localhost:7878").body(Body::from(vec![7; size]));
        router.clone().oneshot(request.unwrap()).await.unwrap().status()
    };
    assert_eq!(send(1000).await, StatusCode::OK);
    assert_eq!(send(BODY_LIMIT + 1).await, StatusCode::PAYLOAD_TOO_LARGE);
}
