//! A program gets tokens for itself.

use data_encoding::BASE64;

use super::*;

impl World {
    async fn machine(&self, id: &str, secret: &str, scope: &str) -> (StatusCode, Value) {
        let form =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), ("scope", scope)];
        let (status, _, body) = self.post("/token", &form).await;
        (status, serde_json::from_str(&body).unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_gets_a_token_that_names_no_person() {
    let world = World::new();
    let (status, answer) = world.machine(MACHINE_ID, world.issuer.machine_secret(), "pinwheel/act").await;
    assert_eq!((status, &answer["scope"]), (StatusCode::OK, &json!("pinwheel/act")));
    assert!(answer.get("id_token").is_none() && answer.get("refresh_token").is_none());
    let claims = world.claims(answer["access_token"].as_str().unwrap()).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(MACHINE_ID), &json!(MACHINE_ID)));
    assert_eq!((&claims["scope"], &claims["token_use"]), (&json!("pinwheel/act"), &json!("access")));
    assert!(claims.get("username").is_none() && claims.get("cognito:groups").is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_scope_a_machine_gets_all_that_it_may_have() {
    let world = World::new();
    let (_, answer) = world.machine(MACHINE_ID, world.issuer.machine_secret(), "").await;
    assert_eq!(answer["scope"], "pinwheel/act pinwheel/admin");
}

#[tokio::test(start_paused = true)]
async fn a_machine_may_send_its_secret_in_the_header() {
    let world = World::new();
    for (pair, expected) in [
        (format!("{MACHINE_ID}:{}", world.issuer.machine_secret()), StatusCode::OK),
        (format!("{MACHINE_ID}:wrong"), StatusCode::BAD_REQUEST),
        (MACHINE_ID.to_owned(), StatusCode::BAD_REQUEST),
    ] {
        let request = Request::post("/token")
            .header("host", "localhost:7878")
            .header("authorization", format!("Basic {}", BASE64.encode(pair.as_bytes())))
            .header("content-type", "application/x-www-form-urlencoded");
        let (status, _, body) = world.send(request.body(Body::from("grant_type=client_credentials")).unwrap()).await;
        assert_eq!(status, expected, "{pair}: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_the_machine_gets_nothing() {
    let world = World::new();
    let secret = world.issuer.machine_secret();
    for (id, secret, scope, error) in [
        (MACHINE_ID, "", "", "invalid_client"),
        (MACHINE_ID, "wrong", "", "invalid_client"),
        (CLIENT_ID, secret, "", "invalid_client"),
        (CLIENT_ID, "", "", "invalid_client"),
        (MACHINE_ID, secret, "pinwheel/use", "invalid_scope"),
        (MACHINE_ID, secret, "pinwheel/act openid", "invalid_scope"),
    ] {
        let (status, answer) = world.machine(id, secret, scope).await;
        assert_eq!((status, &answer["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{id} {scope}");
    }
}
