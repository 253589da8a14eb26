#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::BodyExt;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::api::ADMIN_GROUP;
use tower::ServiceExt;
use url::Url;

use super::*;
use crate::virtual_world::{SeededRandom, VirtualClock};

const URL: &str = "http://localhost:7878/_issuer";
const HOME: &str = "http://localhost:7878/";
const CODE: &str = "a1b2c3d4e5f6";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";

mod machines;

struct World {
    issuer: Arc<Issuer>,
}

impl World {
    fn new() -> Self {
        let clock = VirtualClock::starting_at(Timestamp::from_second(1_800_000_000).unwrap());
        let random = Arc::new(SeededRandom::new(7));
        let key = SigningKey::generate(&*random).unwrap();
        Self { issuer: Arc::new(Issuer::new(URL, key, Arc::new(clock), random)) }
    }

    /// The same, where others reach this machine.
    fn public() -> Self {
        let issuer = Arc::into_inner(Self::new().issuer).unwrap().with_public_origin("https://pins.example", CODE);
        Self { issuer: Arc::new(issuer) }
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let router = self.issuer.clone().router().merge(self.issuer.clone().local_token_router());
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).header("host", "localhost:7878");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header("host", "localhost:7878")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).unwrap()).await
    }

    /// Signs in and answers the code that the browser brings back.
    async fn code(&self, owner: &str, more: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let mut form = wish(&challenge);
        form.push(("owner", owner));
        form.extend(more);
        let (status, headers, body) = self.post("/authorize", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        let back = Url::parse(headers["location"].to_str().unwrap()).unwrap();
        assert!(back.as_str().starts_with(HOME));
        assert_eq!(parameter(&back, "state").as_deref(), Some("xyz"));
        assert_eq!(parameter(&back, "iss").as_deref(), Some(URL));
        parameter(&back, "code").unwrap()
    }

    async fn exchange(&self, code: &str, verifier: &str) -> (StatusCode, Value) {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", code),
            ("redirect_uri", HOME),
            ("code_verifier", verifier),
        ];
        let (status, headers, body) = self.post("/token", &form).await;
        assert_eq!(headers["cache-control"], "no-store");
        (status, serde_json::from_str(&body).unwrap())
    }

    async fn claims(&self, token: &str) -> Value {
        let (_, _, body) = self.get("/jwks").await;
        let keys: JwkSet = serde_json::from_str(&body).unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let key = keys.find(&header.kid.unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
    }
}

fn challenge() -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER))
}

fn wish(challenge: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", HOME),
        ("scope", "openid pinwheel/use"),
        ("state", "xyz"),
        ("nonce", "n-1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

fn query(path: &str, fields: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    format!("{path}?{query}")
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test(start_paused = true)]
async fn discovery_names_endpoints_under_the_issuer() {
    let (status, _, body) = World::new().get("/.well-known/openid-configuration").await;
    assert_eq!(status, StatusCode::OK);
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(document["issuer"], URL);
    for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        assert!(document[endpoint].as_str().unwrap().starts_with(URL), "{endpoint}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_published_key_is_public_only() {
    let (_, _, body) = World::new().get("/jwks").await;
    let keys: Value = serde_json::from_str(&body).unwrap();
    let key = keys["keys"][0].as_object().unwrap();
    assert_eq!(key["crv"], "P-256");
    assert!(key.contains_key("kid") && !key.contains_key("d"));
}

#[tokio::test(start_paused = true)]
async fn the_sign_in_page_carries_the_wish_through_its_form() {
    let world = World::new();
    let challenge = challenge();
    let (status, headers, body) = world.get(&query("/authorize", &wish(&challenge))).await;
    assert_eq!(status, StatusCode::OK);
    for (name, value) in wish(&challenge) {
        let field = format!(r#"name="{name}" value="{value}""#);
        assert!(body.contains(&field), "{field} is not in {body}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' http://localhost:7878"), "{policy}");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[tokio::test(start_paused = true)]
async fn a_code_and_its_verifier_become_an_access_token_and_an_id_token() {
    let world = World::new();
    let code = world.code(" bob ", &[]).await;
    let (status, tokens) = world.exchange(&code, VERIFIER).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(tokens["scope"], "openid pinwheel/use");
    let access = world.claims(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(access["sub"], "bob");
    assert_eq!(access["iss"], URL);
    assert_eq!(access["client_id"], CLIENT_ID);
    assert_eq!(access["scope"], "openid pinwheel/use");
    assert_eq!(access["exp"], 1_800_000_000 + 43_200);
    assert!(access.get("cognito:groups").is_none());
    let identity = world.claims(tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(identity["aud"], CLIENT_ID);
    assert_eq!(identity["nonce"], "n-1");
    assert!(identity.get("scope").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_tick_makes_an_administrator() {
    let world = World::new();
    let code = world.code("bob", &[("admin", "true")]).await;
    let (_, tokens) = world.exchange(&code, VERIFIER).await;
    let access = world.claims(tokens["access_token"].as_str().unwrap()).await;
    assert_eq!(access["cognito:groups"], json!([ADMIN_GROUP]));
}

#[tokio::test(start_paused = true)]
async fn a_code_works_once() {
    let world = World::new();
    let code = world.code("bob", &[]).await;
    assert_eq!(world.exchange(&code, VERIFIER).await.0, StatusCode::OK);
    let (status, error) = world.exchange(&code, VERIFIER).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["error"], "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn a_code_is_lost_to_a_wrong_verifier_and_to_time() {
    let world = World::new();
    let code = world.code("bob", &[]).await;
    assert_eq!(world.exchange(&code, "wrong").await.1["error"], "invalid_grant");
    assert_eq!(world.exchange(&code, VERIFIER).await.1["error"], "invalid_grant");
    let late = world.code("bob", &[]).await;
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(world.exchange(&late, VERIFIER).await.1["error"], "invalid_grant");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_client_or_way_back_is_never_redirected() {
    let world = World::new();
    let challenge = challenge();
    for (field, value) in [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "nonsense"),
        ("redirect_uri", "https://pins.example/"),
        ("redirect_uri", "http://localhost:7879/"),
        ("redirect_uri", "http://localhost:3000/"),
        ("redirect_uri", "http://127.0.0.1:7878/"),
        ("redirect_uri", "http://localhost:7878"),
        ("redirect_uri", "http://localhost:7878/app"),
        ("redirect_uri", "http://localhost:7878/?x=1"),
        ("redirect_uri", "HTTP://localhost:7878/"),
    ] {
        let mut fields = wish(&challenge);
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let (status, headers, _) = world.get(&query("/authorize", &fields)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{field} {value}");
        assert!(!headers.contains_key("location"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_flow_without_pkce_is_refused_to_the_client() {
    let world = World::new();
    let challenge = challenge();
    for (field, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
    ] {
        let mut fields = wish(&challenge);
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let (status, headers, _) = world.get(&query("/authorize", &fields)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{field} {value}");
        let back = Url::parse(headers["location"].to_str().unwrap()).unwrap();
        assert_eq!(parameter(&back, "error").as_deref(), Some(error));
        assert_eq!(parameter(&back, "code"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_name_is_asked_for_again() {
    let challenge = challenge();
    let mut form = wish(&challenge);
    form.push(("owner", "  "));
    let (status, _, body) = World::new().post("/authorize", &form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("1 to 60 characters"));
}

#[tokio::test(start_paused = true)]
async fn nobody_signs_in_from_elsewhere() {
    let world = World::new();
    let challenge = challenge();
    let path = query("/authorize", &wish(&challenge));
    for path in [path.as_str(), "/local/token?owner=alice"] {
        let request = Request::get(path).header("host", "pins.example");
        let (status, _, body) = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(!body.contains("access_token"));
    }
}

#[tokio::test(start_paused = true)]
async fn no_page_of_another_site_gets_a_token() {
    let world = World::new();
    let form = "application/x-www-form-urlencoded";
    for (method, header, value, status) in [
        ("POST", "origin", "http://localhost:7878", 200),
        ("POST", "sec-fetch-site", "same-origin", 200),
        ("POST", "origin", "https://evil.example", 403),
        ("POST", "origin", "http://localhost:3000", 403),
        ("POST", "origin", "null", 403),
        ("POST", "sec-fetch-site", "cross-site", 403),
        ("POST", "sec-fetch-site", "none", 403),
        ("POST", "x-forwarded-proto", "https", 403),
        ("GET", "x-anything", "x", 200),
        ("GET", "origin", "http://localhost:7878", 403),
        ("GET", "referer", "https://evil.example/", 403),
        ("GET", "sec-fetch-site", "none", 403),
        ("GET", "sec-fetch-mode", "no-cors", 403),
        ("GET", "via", "1.1 tunnel", 403),
    ] {
        let request = Request::builder().method(method).header("host", "localhost:7878").header(header, value);
        let (request, body) = match method {
            "POST" => (request.uri("/local/token").header("content-type", form), "owner=alice&admin=true"),
            _ => (request.uri("/local/token?owner=alice&admin=true"), ""),
        };
        let (answered, _, body) = world.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answered.as_u16(), status, "{method} {header}: {value}: {body}");
        assert_eq!(body.contains("access_token"), status == 200, "{method} {header}: {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_others_reach_this_machine_a_name_alone_signs_nobody_in() {
    let world = World::public();
    assert_eq!(world.get("/local/token?owner=alice").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.post("/local/token", &[("owner", "alice")]).await.0, StatusCode::NOT_FOUND);
    let challenge = challenge();
    let (_, _, page) = world.get(&query("/authorize", &wish(&challenge))).await;
    assert!(page.contains("name=\"code\""), "{page}");
    for code in ["", "guess", &CODE[..11]] {
        let form = [&wish(&challenge)[..], &[("owner", "bob"), ("code", code)]].concat();
        let (status, headers, page) = world.post("/authorize", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(!headers.contains_key("location"));
    }
    let code = world.code("bob", &[("code", CODE)]).await;
    assert_eq!(world.exchange(&code, VERIFIER).await.0, StatusCode::OK);
    let form = [&wish(&challenge)[..], &[("owner", "bob"), ("code", CODE)]].concat();
    let public: Vec<_> = form
        .into_iter()
        .map(|(name, value)| (name, if name == "redirect_uri" { "https://pins.example/" } else { value }))
        .collect();
    assert_eq!(world.post("/authorize", &public).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test(start_paused = true)]
async fn scripts_get_a_token_at_this_machine() {
    let world = World::new();
    for (path, groups) in
        [("/local/token?owner=alice", Value::Null), ("/local/token?owner=alice&admin=true", json!([ADMIN_GROUP]))]
    {
        let (status, _, body) = world.get(path).await;
        assert_eq!(status, StatusCode::OK);
        let body: Value = serde_json::from_str(&body).unwrap();
        let claims = world.claims(body["access_token"].as_str().unwrap()).await;
        assert_eq!(claims["sub"], "alice");
        assert_eq!(claims["scope"], USE_SCOPE);
        assert_eq!(claims["cognito:groups"], groups);
    }
    assert_eq!(world.get("/local/token").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_sign_in_is_renewed_by_its_refresh_token_and_by_no_other() {
    let world = World::new();
    let code = world.code("alice", &[("admin", "on")]).await;
    let (_, first) = world.exchange(&code, VERIFIER).await;
    let renew = async |token: &Value| {
        let form =
            [("grant_type", "refresh_token"), ("client_id", CLIENT_ID), ("refresh_token", token.as_str().unwrap())];
        let (status, _, body) = world.post("/token", &form).await;
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    let (status, renewed) = renew(&first["refresh_token"]).await;
    assert_eq!((status, &renewed["scope"]), (StatusCode::OK, &first["scope"]), "{renewed}");
    let claims = world.issuer.key.read(renewed["access_token"].as_str().unwrap()).unwrap();
    assert_eq!((&claims["sub"], &claims["cognito:groups"][0]), (&"alice".into(), &ADMIN_GROUP.into()));
    for other in [&first["access_token"], &first["id_token"]] {
        assert_eq!(renew(other).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn whoever_signs_out_comes_back_to_this_pinwheel_only() {
    let world = World::new();
    for (address, status) in [
        ("http%3A%2F%2Flocalhost%3A7878%2F", StatusCode::SEE_OTHER),
        ("http%3A%2F%2Flocalhost%3A7878%2Fapp", StatusCode::BAD_REQUEST),
        ("https%3A%2F%2Fpins.example%2F", StatusCode::BAD_REQUEST),
        ("https%3A%2F%2Felsewhere.example%2F", StatusCode::BAD_REQUEST),
    ] {
        let (answered, _, _) = world.get(&format!("/end-session?post_logout_redirect_uri={address}")).await;
        assert_eq!(answered, status, "{address}");
    }
}
