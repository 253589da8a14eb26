//! What the authorizer takes, and what it makes of the claims.

use super::*;

/// Claims that are all right at the start of the world.
fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "alice",
        "client_id": CLIENT_ID,
        "scope": "openid pinwheel/use",
        "iat": 1_800_000_000,
        "exp": 1_800_003_600,
    })
}

/// The issuer's key in a world of the same seed.
fn signed(claims: &Value) -> String {
    SigningKey::generate(&SeededRandom::new(3)).unwrap().sign(claims)
}

fn with(field: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(field);
    } else {
        claims[field] = value;
    }
    claims
}

#[tokio::test(start_paused = true)]
async fn a_valid_token_brings_its_claims_as_text() {
    let world = World::new();
    let token = world.issuer.access_token(&Person::admin("alice"));
    let response = world.get_as("/v1/pins/pin_1", &token).await;
    assert_eq!(response.status(), StatusCode::OK);
    let jwt = &json_of(&response)["authorizer"]["jwt"];
    assert_eq!(jwt["claims"]["sub"], "alice");
    assert_eq!(jwt["claims"]["cognito:groups"], "[pinwheel-admin]");
    assert_eq!(jwt["claims"]["iat"], "1800000000");
    assert_eq!(jwt["scopes"], json!([USE_SCOPE]));
}

#[tokio::test(start_paused = true)]
async fn the_authorizer_leaves_the_group_to_the_function() {
    let world = World::new();
    let token = world.issuer.access_token(&Person::user("bob"));
    let request = Request::put("/v1/settings").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = world.call(request, "").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(json_of(&response)["authorizer"]["jwt"]["claims"].get("cognito:groups").is_none());
}

#[tokio::test(start_paused = true)]
async fn no_token_is_unauthorized() {
    let world = World::new();
    let refused = world.get("/v1/pins/pin_1").await;
    assert_eq!(message(&refused), (401, r#"{"message":"Unauthorized"}"#.to_owned()));
    assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer");
}

#[tokio::test(start_paused = true)]
async fn a_token_may_come_without_its_scheme() {
    let world = World::new();
    let request = Request::get("/v1/pins/pin_1").header(header::AUTHORIZATION, signed(&claims()));
    assert_eq!(world.call(request, "").await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_judged_by_its_claims() {
    let world = World::new();
    for (field, value, status, why) in [
        ("sub", json!("bob"), 200, ""),
        ("iss", json!("https://other.example"), 401, "issuer"),
        ("iss", Value::Null, 401, "issuer"),
        ("client_id", json!("other"), 401, "audience"),
        ("client_id", Value::Null, 401, "audience"),
        ("aud", json!("other"), 401, "audience"),
        ("aud", json!(CLIENT_ID), 200, ""),
        ("aud", json!(["other", CLIENT_ID]), 200, ""),
        ("exp", json!(1_800_000_000), 401, "expired"),
        ("exp", json!(1_800_000_001), 200, ""),
        ("exp", Value::Null, 401, "expired"),
        ("nbf", json!(1_800_000_001), 401, "not valid yet"),
        ("nbf", json!(1_800_000_000), 200, ""),
        ("iat", json!(1_800_000_001), 401, "not valid yet"),
        ("scope", json!("openid"), 403, "insufficient_scope"),
        ("scope", json!("pinwheel/used"), 403, "insufficient_scope"),
        ("scope", Value::Null, 403, "insufficient_scope"),
    ] {
        let response = world.get_as("/v1/pins/pin_1", &signed(&with(field, value.clone()))).await;
        assert_eq!(response.status().as_u16(), status, "{field} {value}");
        let challenge = response.headers().get(header::WWW_AUTHENTICATE).map_or("", |value| value.to_str().unwrap());
        assert!(challenge.contains(why), "{field} {value}: {challenge}");
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_may_come_as_a_list() {
    let world = World::new();
    let mut claims = with("scope", Value::Null);
    claims["scp"] = json!(["openid", USE_SCOPE]);
    assert_eq!(world.get_as("/v1/pins/pin_1", &signed(&claims)).await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn an_id_token_is_forbidden_everywhere() {
    let world = World::new();
    let token = world.issuer.id_token(&Person::admin("alice"));
    let refused = world.get_as("/v1/pins/pin_1", &token).await;
    assert_eq!(message(&refused), (403, r#"{"message":"Forbidden"}"#.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_forged_token_is_unauthorized() {
    let world = World::new();
    let good = signed(&claims());
    let strangers = SigningKey::generate(&SeededRandom::new(4)).unwrap().sign(&claims());
    let (head, tail) = good.rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let altered = data_encoding::BASE64URL_NOPAD.encode(with("sub", json!("eve")).to_string().as_bytes());
    let unsigned = data_encoding::BASE64URL_NOPAD.encode(br#"{"alg":"none"}"#);
    for token in [
        strangers,
        format!("{header}.{altered}.{tail}"),
        format!("{unsigned}.{payload}."),
        head.to_owned(),
        "nonsense".to_owned(),
    ] {
        let refused = world.get_as("/v1/pins/pin_1", &token).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{token}");
    }
    assert_eq!(world.get_as("/v1/pins/pin_1", &good).await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_with_time() {
    let world = World::new();
    let token = signed(&claims());
    assert_eq!(world.get_as("/v1/pins/pin_1", &token).await.status(), StatusCode::OK);
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_eq!(world.get_as("/v1/pins/pin_1", &token).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn other_claims_become_text_too() {
    let world = World::new();
    let mut claims = with("verified", json!(true));
    claims["teams"] = json!(["red", "blue"]);
    claims["address"] = json!({ "city": "Ulm" });
    let response = world.get_as("/v1/pins/pin_1", &signed(&claims)).await;
    let claims = &json_of(&response)["authorizer"]["jwt"]["claims"];
    assert_eq!(claims["verified"], "true");
    assert_eq!(claims["teams"], "[red blue]");
    assert_eq!(claims["address"], "map[city:Ulm]");
}
