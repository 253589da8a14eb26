//! The token endpoint.

use http::StatusCode;
use pinterest_sim::{Answers, Lifetimes, Mode, Rotation};
use serde_json::Value;

use crate::world::{APP_ID, REDIRECT_URI, Reply, SCOPES, SECRET, World};

const DEAD: (u16, i64, &str) = (401, 283, "The authorization grant is invalid");

async fn refresh(world: &World, token: &str) -> Reply {
    world.token(Mode::Live, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

fn text<'a>(reply: &'a Reply, field: &str) -> &'a str {
    reply.body[field].as_str().unwrap_or_default()
}

#[tokio::test]
async fn an_exchange_gives_tokens_with_pinterests_prefixes_and_lifetimes() {
    let world = World::new();
    let reply = world.exchange(Mode::Live, &world.code("shop", "pins:read,boards:read")).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(text(&reply, "access_token").starts_with("pina_"));
    assert!(text(&reply, "refresh_token").starts_with("pinr_"));
    assert_eq!(text(&reply, "token_type"), "bearer");
    assert_eq!(text(&reply, "response_type"), "authorization_code");
    assert_eq!(text(&reply, "scope"), "boards:read pins:read");
    assert_eq!(reply.body["expires_in"], 2_592_000);
    assert_eq!(reply.body["refresh_token_expires_in"], 5_184_000);
    assert_eq!(reply.body["refresh_token_expires_at"], 1_772_366_400 + 5_184_000);
}

#[tokio::test]
async fn the_scope_may_be_missing_from_the_answer() {
    let world = World::new();
    world.simulator.set_answers(Answers { token_scope: false, ..Answers::default() });
    let reply = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    assert_eq!((reply.status, &reply.body["scope"]), (StatusCode::OK, &Value::Null));
}

#[tokio::test]
async fn a_code_works_once_in_time_and_for_its_redirect_uri() {
    let world = World::new();
    let used = world.code("shop", SCOPES);
    assert_eq!(world.exchange(Mode::Live, &used).await.status, StatusCode::OK);
    assert_eq!(world.exchange(Mode::Live, &used).await.refusal(), DEAD);
    assert_eq!(world.exchange(Mode::Sandbox, &used).await.refusal(), DEAD);

    let elsewhere = world.code("shop", SCOPES);
    let slash = format!("{REDIRECT_URI}/");
    let fields = [("grant_type", "authorization_code"), ("code", &elsewhere), ("redirect_uri", &slash)];
    assert_eq!(world.token(Mode::Live, &fields).await.refusal(), DEAD);

    let late = world.code("shop", SCOPES);
    world.pass_seconds(600);
    assert_eq!(world.exchange(Mode::Live, &late).await.refusal(), DEAD);
    assert_eq!(world.exchange(Mode::Live, "made-up").await.refusal(), DEAD);
}

#[tokio::test]
async fn wrong_credentials_are_not_authenticated() {
    let world = World::new();
    let fields = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", REDIRECT_URI)];
    for credentials in [(APP_ID, "wrong"), ("999", SECRET), ("", "")] {
        let reply = world.form(Mode::Live, "/oauth/token", credentials, &fields).await;
        assert_eq!(reply.refusal(), (401, 2, "Authentication failed."));
        assert_eq!(reply.body["status"], "failure");
    }
}

#[tokio::test]
async fn everything_ever_approved_is_granted() {
    let world = World::new();
    world.code("shop", "boards:read");
    let reply = world.exchange(Mode::Live, &world.code("shop", "pins:read")).await;
    assert_eq!(text(&reply, "scope"), "boards:read pins:read");
    let other = world.exchange(Mode::Live, &world.code("friend", "pins:read")).await;
    assert_eq!(text(&other, "scope"), "pins:read");
}

#[tokio::test]
async fn a_used_refresh_token_fares_as_the_rotation_says() {
    for (rotation, renews, old_lives) in [
        (Rotation::OldDies, true, false),
        (Rotation::BothDie, true, false),
        (Rotation::OldStays, true, true),
        (Rotation::NotRenewed, false, true),
    ] {
        let world = World::new();
        world.simulator.set_rotation(rotation);
        let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
        let old = text(&first, "refresh_token");
        world.pass_seconds(86_400);
        let second = refresh(&world, old).await;
        assert_eq!(second.status, StatusCode::OK, "{rotation:?}");
        assert_eq!(text(&second, "response_type"), "refresh_token");
        assert_ne!(text(&second, "access_token"), text(&first, "access_token"));
        assert_eq!(second.body.get("refresh_token").is_some(), renews, "{rotation:?}");
        assert_eq!(refresh(&world, old).await.status == StatusCode::OK, old_lives, "{rotation:?}");
        if renews {
            let at = second.body["refresh_token_expires_at"].as_i64().unwrap();
            assert_eq!(at, 1_772_366_400 + 86_400 + 5_184_000, "a new clock of 60 days");
            assert_eq!(refresh(&world, text(&second, "refresh_token")).await.status, StatusCode::OK);
        }
        let account = world.get(Mode::Live, "/user_account", text(&first, "access_token")).await;
        let goes_on = rotation != Rotation::BothDie;
        assert_eq!(account.status == StatusCode::OK, goes_on, "the old access token with {rotation:?}");
    }
}

#[tokio::test]
async fn tokens_last_as_long_as_the_lifetimes_say() {
    let world = World::new();
    world.simulator.set_lifetimes(Lifetimes { access_s: 120, refresh_s: 600 });
    let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    assert_eq!((&first.body["expires_in"], &first.body["refresh_token_expires_in"]), (&120.into(), &600.into()));
    let access = text(&first, "access_token");
    for (seconds, status) in [(119, StatusCode::OK), (1, StatusCode::UNAUTHORIZED)] {
        world.pass_seconds(seconds);
        assert_eq!(world.get(Mode::Live, "/user_account", access).await.status, status);
    }
    world.pass_seconds(480);
    assert_eq!(refresh(&world, text(&first, "refresh_token")).await.refusal(), DEAD);
}

#[tokio::test]
async fn access_tokens_can_be_ended_without_what_renews_them() {
    let world = World::new();
    let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    let body = serde_json::json!({ "username": "shop", "access_only": true });
    let ended = world.control(http::Method::POST, "tokens/revoke", &body).await;
    assert_eq!(ended.body["revoked"], 1);
    let account = world.get(Mode::Live, "/user_account", text(&first, "access_token")).await;
    assert_eq!(account.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&world, text(&first, "refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refresh_token_dies_after_sixty_days_and_on_the_other_host() {
    let world = World::new();
    let first = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await;
    let token = text(&first, "refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    assert_eq!(world.token(Mode::Sandbox, &fields).await.refusal(), DEAD);
    world.pass_seconds(5_184_000);
    assert_eq!(refresh(&world, token).await.refusal(), DEAD);
}

#[tokio::test]
async fn a_refresh_may_narrow_the_scope_and_not_widen_it() {
    let world = World::new();
    let first = world.exchange(Mode::Live, &world.code("shop", "pins:read,boards:read")).await;
    let fields =
        |scope| [("grant_type", "refresh_token"), ("refresh_token", text(&first, "refresh_token")), ("scope", scope)];
    assert_eq!(world.token(Mode::Live, &fields("ads:read")).await.status, StatusCode::BAD_REQUEST);
    let narrowed = world.token(Mode::Live, &fields("boards:read")).await;
    assert_eq!(text(&narrowed, "scope"), "boards:read");
    assert_eq!(world.get(Mode::Live, "/boards", text(&narrowed, "access_token")).await.status, StatusCode::OK);
    assert_eq!(world.get(Mode::Live, "/pins", text(&narrowed, "access_token")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn client_credentials_act_for_the_owner_of_the_app() {
    let world = World::new();
    let fields = [("grant_type", "client_credentials"), ("scope", "user_accounts:read")];
    let reply = world.token(Mode::Sandbox, &fields).await;
    assert!(text(&reply, "access_token").starts_with("pinc_"));
    assert_eq!(reply.body.get("refresh_token"), None);
    let account = world.get(Mode::Sandbox, "/user_account", text(&reply, "access_token")).await;
    assert_eq!(account.body["username"], "creator");
}

#[tokio::test]
async fn a_token_request_that_lacks_something_is_refused() {
    let world = World::new();
    for fields in [
        &[("grant_type", "password")][..],
        &[("code", "x")],
        &[("grant_type", "authorization_code"), ("redirect_uri", REDIRECT_URI)],
        &[("grant_type", "authorization_code"), ("code", "x")],
        &[("grant_type", "refresh_token")],
        &[("grant_type", "client_credentials")],
    ] {
        let reply = world.token(Mode::Live, fields).await;
        assert_eq!((reply.status, &reply.body["code"]), (StatusCode::BAD_REQUEST, &Value::from(1)), "{fields:?}");
    }
}

#[tokio::test]
async fn tokens_of_ordinary_people_cannot_be_revoked_by_the_app() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let reply = world.form(Mode::Live, "/oauth/token/revoke", (APP_ID, SECRET), &[("token", &token)]).await;
    assert_eq!(reply.refusal(), (403, 29, "You are not permitted to access that resource."));
    let reply = world.form(Mode::Live, "/oauth/token/revoke", (APP_ID, "wrong"), &[("token", &token)]).await;
    assert_eq!(reply.refusal(), (401, 2, "Authentication failed."));
    assert_eq!(world.get(Mode::Live, "/user_account", &token).await.status, StatusCode::OK);
}
