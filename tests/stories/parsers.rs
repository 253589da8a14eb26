//! Whatever arrives, nothing panics and bad input is not our failure: `proptest` on everything that reads.
//!
//! `PROPTEST_CASES` makes it look longer than the few cases of an ordinary run.

use bytes::Bytes;
use http::Request;
use lambda_http::{Adapter, Context, LambdaEvent};
use local::gateway::claims_as_text;
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};
use shared::domain::{Mode, Scopes};
use shared::pinterest::transport::Payload;
use shared::pinterest::{CallError, Hosts, Pinterest, Transport, TransportError};
use shared::vault::{AccessToken, AppCredentials, AppSecret, AuthorizationCode, KeyRing};
use tests::{Ids, World};
use tower::util::BoxCloneSyncService;
use tower::{Service, service_fn};

/// Few cases, unless somebody asks for more.
fn cases(few: u32) -> Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config { failure_persistence: None, ..Config::default() };
    if asked { config } else { Config { cases: few, ..config } }
}

/// One runtime on paused time for the cases of a thread.
fn run<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(story)
}

/// Text that parsers stumble over, and any other.
fn nasty() -> impl Strategy<Value = String> {
    let known = [
        "",
        "%",
        "%zz",
        "%00",
        "%FF",
        "\u{feff}",
        "\u{202e}",
        "'",
        "\"",
        "\\",
        "#",
        "owner#alice",
        "null",
        "-1",
        "1e999",
        "99999999999999999999",
        "2027-02-30T25:61:61Z",
        "9999-12-31T23:59:59.999999999Z",
        "[pinwheel-admin]",
        "[[a b]",
        "{}",
        "[]",
        "AAAAAAAAAAAAAAAA",
        "live#1",
        "held#x",
        "now",
        "//evil",
        "javascript:x",
        "https://[::1",
        "💥",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[a-zA-Z0-9_=&;%#/:. -]{0,60}",
        (1..5000_usize).prop_map(|length| "x".repeat(length)),
    ]
}

/// Any JSON, with the words that our own bodies use for fields.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        nasty().prop_map(Value::from),
    ];
    let words = [
        "targets",
        "account_id",
        "board_id",
        "section_id",
        "content",
        "title",
        "media",
        "source_type",
        "url",
        "publish_at",
        "status",
        "mode",
        "app_id",
        "app_secret",
        "scopes",
        "access_token",
        "board_ids",
        "name",
        "privacy",
        "return_to",
        "id",
        "items",
        "bookmark",
        "expires_in",
        "refresh_token",
        "scope",
        "code",
        "message",
        "username",
        "shards",
        "scheduled_at",
        "pins",
        "owner",
        "due_at",
        "generated",
        "keys",
        "current",
        "2",
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let word = prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word, inner, 0..6).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// A body: JSON, JSON cut off, a form, or any bytes.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => (any_json(), 0..40_usize).prop_map(|(json, cut)| {
            let text = json.to_string();
            text.as_bytes()[..text.len().saturating_sub(cut)].to_vec()
        }),
        1 => (nasty(), nasty()).prop_map(|(grant, board)| format!("grant={grant}&board={board}").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..300),
        1 => (1..20_000_usize).prop_map(|depth| "[".repeat(depth).into_bytes()),
    ]
}

/// A claim of a token: mostly text, or anything that JSON can say.
fn claim() -> impl Strategy<Value = Value> {
    prop_oneof![2 => nasty().prop_map(Value::from), 1 => any_json()]
}

/// The event of API Gateway for one request, with claims and texts as they come.
fn event(route: (&str, &str), texts: &[String; 6], claims: &Value, body: &[u8]) -> Value {
    let [query, header, cookie, if_match, key, domain] = texts;
    // API Gateway hands a query on as it came, and no request line has these characters.
    let query: String = query
        .bytes()
        .map(|byte| match byte {
            b'!'..=b'~' if !b"<>\"`#".contains(&byte) => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let claims = claims.as_object().unwrap();
    let token = tests::unsigned_token(claims);
    let jwt = json!({"jwt": {"claims": claims_as_text(claims), "scopes": null}});
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": route.1, "rawQueryString": query,
        "headers": {"host": "pins.example.com", "content-type": "application/json", "x-anything": header,
            "authorization": token, "if-match": if_match, "idempotency-key": key, "origin": header},
        "cookies": [cookie, format!("__Host-pinwheel-oauth={cookie}"), format!("__Host-pinwheel-pick={cookie}")],
        "requestContext": {"accountId": "1", "apiId": "a", "domainName": domain, "requestId": "r", "stage": "$default",
            "routeKey": "$default", "timeEpoch": 0, "authorizer": jwt,
            "http": {"method": route.0, "path": route.1, "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": "x"}},
        "body": data_encoding::BASE64.encode(body), "isBase64Encoded": true,
    })
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn no_event_of_api_gateway_brings_a_function_down(
        texts in prop::array::uniform6(nasty()),
        ids in prop::array::uniform2(nasty()),
        claims in prop::collection::btree_map(prop::sample::select(vec!["sub", "scope", "groups", "cognito:groups"]), claim(), 0..4),
        body in body(),
    ) {
        run(async {
            let world = World::enabled().await;
            let plain = json!({"sub": "alice", "cognito:groups": ["pinwheel-admin"]});
            for route in world.routes() {
                let [id, board] = &ids;
                for (id, claims) in [(id.as_str(), json!(claims)), (Ids::ABSENT.of(&route), plain.clone())] {
                    let path = route.path.replace("{id}", id).replace("{board}", board);
                    let event = event((route.method, &path), &texts, &claims, &body);
                    let Ok(payload) = serde_json::from_str(&event.to_string()) else { continue };
                    let function = world.function(&route.path.replace("{id}", "x")).1.clone();
                    let Ok(answer) = Adapter::from(function).call(LambdaEvent::new(payload, Context::default())).await;
                    let answer = serde_json::to_value(answer).unwrap();
                    let status = answer["statusCode"].as_u64().unwrap();
                    let is_address = answer["body"].as_str().is_some_and(|text| text.contains("public_url") || text.contains("own address"));
                    assert!(status < 500 || is_address, "{route:?} {path:?}: {answer}");
                }
            }
        });
    }
}

type Answered = (u16, Vec<(String, String)>, Vec<u8>);

/// Pinterest, answering whatever is given.
fn answering((status, headers, body): Answered) -> Pinterest {
    let answer = move |_: Request<Payload>| {
        let mut response = http::Response::builder().status(status);
        for (name, value) in &headers {
            if let Ok(value) = http::HeaderValue::from_bytes(value.as_bytes()) {
                response = response.header(name.as_str(), value);
            }
        }
        std::future::ready(
            response.body(Bytes::from(body.clone())).map_err(|error| TransportError::Unknown(error.into())),
        )
    };
    let url = |path: &str| format!("http://pinterest.test/{path}").parse().unwrap();
    let hosts = Hosts { live: url("live/v5"), sandbox: url("sandbox/v5"), authorize: url("oauth/") };
    Pinterest::new(Transport(BoxCloneSyncService::new(service_fn(answer))), hosts)
}

fn answered() -> impl Strategy<Value = Answered> {
    let name = prop::sample::select(vec![
        "x-pinterest-rid",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "content-type",
        "location",
    ]);
    let headers = prop::collection::vec((name.prop_map(str::to_owned), nasty()), 0..6);
    (prop_oneof![Just(200), Just(201), 100..599_u16], headers, body())
}

/// What is kept of Pinterest's words, whatever their length.
fn is_bounded(error: &CallError) -> bool {
    match error {
        CallError::Refused(refusal) => {
            let rest = [&refusal.request_id, &refusal.rate.limit];
            refusal.message.len() <= 200 && rest.into_iter().flatten().all(|text| text.len() <= 200)
        }
        CallError::Unreadable { request_id, .. } => request_id.as_ref().is_none_or(|text| text.len() <= 200),
        CallError::NotSent(_) | CallError::Unknown(_) => true,
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_answer_of_pinterest_brings_the_client_down_or_fills_memory(answer in answered()) {
        run(async {
            let pinterest = answering(answer);
            let token = AccessToken::new("pina_0123456789");
            let app = AppCredentials { app_id: "1".parse().unwrap(), secret: AppSecret::new("secret-0123456789") };
            let code = AuthorizationCode::new("code-0123456789");
            let errors = [
                pinterest.exchange_code(Mode::Live, &app, &code, "https://x.example").await.err(),
                pinterest.client_credentials(Mode::Live, &app).await.err(),
                pinterest.user_account(Mode::Live, &token).await.err(),
                pinterest.boards(Mode::Live, &token, Some("\"\\%"), 250).await.err(),
            ];
            assert!(errors.iter().flatten().all(is_bounded), "{errors:?}");
            let endless = shared::boards::all_boards(&pinterest, Mode::Live, &token).await;
            assert!(endless.err().as_ref().is_none_or(is_bounded));
        });
    }

    #[test]
    fn no_event_brings_the_publisher_down(event in any_json()) {
        let text = event.to_string();
        let Ok(event) = serde_json::from_str::<shared::kick::PublisherEvent>(&text) else { return Ok(()) };
        prop_assert!(serde_json::to_string(&event).is_ok());
    }

    #[test]
    fn no_secret_brings_the_key_ring_down_and_no_error_repeats_it(secret in prop_oneof![nasty(), any_json().prop_map(|json| json.to_string())]) {
        if let Err(error) = KeyRing::parse(&secret) {
            prop_assert!(error.to_string().len() < 20_000);
        }
    }

    #[test]
    fn no_text_brings_scopes_and_ids_down(text in nasty()) {
        let known = Scopes::parse_known(&text);
        prop_assert_eq!(Scopes::parse_known(&known.to_string()), known, "what was read is written and read alike");
        for parsed in [
            text.parse::<shared::domain::AccountId>().map(|id| id.to_string()).ok(),
            text.parse::<shared::domain::PinId>().map(|id| id.to_string()).ok(),
            text.parse::<shared::domain::BoardId>().map(|id| id.to_string()).ok(),
            text.parse::<shared::domain::OwnerId>().map(|id| id.to_string()).ok(),
        ].into_iter().flatten() {
            prop_assert_eq!(&parsed, &text);
        }
    }

    #[test]
    fn a_cursor_leads_to_its_own_place_or_nowhere(place in nasty(), list in nasty(), forged in nasty()) {
        let place_of = |cursor: String, list: &str| {
            let mut errors = Vec::new();
            let place = shared::api::Page { limit: 1, cursor: Some(cursor) }.place(list, &mut errors);
            (place, errors.len())
        };
        let cursor = shared::api::cursor(&list, &place);
        prop_assert_eq!(place_of(cursor.clone(), &list), (Some(place), 0));
        prop_assert_eq!(place_of(cursor, &format!("{list}!")), (None, 1));
        prop_assert_eq!(place_of(forged, "another list"), (None, 1));
    }
}
