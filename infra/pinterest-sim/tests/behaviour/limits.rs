//! Rate limits and their headers.

use http::StatusCode;
use pinterest_sim::{Limits, Mode, Tier};
use serde_json::json;

use crate::world::{Reply, World, image};

fn headers(reply: &Reply) -> (&str, &str, &str) {
    (reply.header("x-ratelimit-limit"), reply.header("x-ratelimit-remaining"), reply.header("x-ratelimit-reset"))
}

#[tokio::test]
async fn the_headers_tell_the_quotas_of_the_tier() {
    for (tier, read, write) in [
        (Tier::Standard, "100, 100;w=1, 1000;w=60", "99, 100;w=1, 100;w=60"),
        (Tier::Trial, "1000, 1000;w=86400, 1000;w=86400", "300, 1000;w=86400, 300;w=86400"),
    ] {
        let world = World::new();
        world.simulator.set_tier(tier);
        let token = world.simulator.issue_token(Mode::Sandbox, "shop", "boards:read boards:write").unwrap();
        let listed = world.get(Mode::Sandbox, "/boards", &token).await;
        assert_eq!(listed.header("x-ratelimit-limit"), read, "{tier:?}");
        world.pass_seconds(1);
        let created = world.post(Mode::Sandbox, "/boards", &token, &json!({ "name": "New" })).await;
        assert_eq!(created.header("x-ratelimit-limit").split_once(',').unwrap().1, write.split_once(',').unwrap().1);
    }
}

#[tokio::test]
async fn a_spent_minute_is_refused_until_it_is_over() {
    let world = World::new();
    world.simulator.set_limits(Limits { org_write: Some(2), ..Limits::default() });
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "media_source": image() });
    world.pass_seconds(10);
    for remaining in ["1", "0"] {
        let created = world.post(Mode::Live, "/pins", &token, &pin).await;
        assert_eq!(created.status, StatusCode::CREATED);
        assert_eq!(headers(&created), ("2, 100;w=1, 2;w=60", remaining, "50"));
    }
    let refused = world.post(Mode::Live, "/pins", &token, &pin).await;
    assert_eq!((refused.refusal().0, refused.refusal().1), (429, 8));
    assert!(refused.refusal().2.starts_with("This request exceeded a rate limit."));
    assert_eq!(headers(&refused), ("2, 100;w=1, 2;w=60", "0", "50"));
    assert_eq!(world.get(Mode::Live, "/boards", &token).await.status, StatusCode::OK, "reading has a quota of its own");
    let other = world.connect(Mode::Live, "friend").await;
    let board = world.board(Mode::Live, "friend", "House hunting together");
    let pin_of_other = json!({ "board_id": board, "media_source": image() });
    assert_eq!(
        world.post(Mode::Live, "/pins", &other, &pin_of_other).await.status,
        StatusCode::CREATED,
        "so have others"
    );
    world.pass_seconds(50);
    assert_eq!(world.post(Mode::Live, "/pins", &token, &pin).await.status, StatusCode::CREATED);
    assert_eq!(world.simulator.pins(&world.board(Mode::Live, "shop", "New arrivals")).len(), 3);
}

#[tokio::test]
async fn a_standard_app_may_call_a_hundred_times_a_second_for_a_person() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    world.pass_seconds(1);
    for _ in 0..100 {
        assert_eq!(world.get(Mode::Live, "/user_account", &token).await.status, StatusCode::OK);
    }
    let refused = world.get(Mode::Live, "/user_account", &token).await;
    assert_eq!((refused.status, refused.header("x-ratelimit-reset")), (StatusCode::TOO_MANY_REQUESTS, "1"));
    world.pass_seconds(1);
    assert_eq!(world.get(Mode::Live, "/user_account", &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_trial_app_has_one_quota_for_everybody_and_the_day() {
    let world = World::new();
    world.simulator.set_tier(Tier::Trial);
    world.simulator.set_limits(Limits { org_write: Some(1), ..Limits::default() });
    let create = async |username: &str, name: &str| {
        let token = world.simulator.issue_token(Mode::Sandbox, username, "boards:read boards:write").unwrap();
        world.post(Mode::Sandbox, "/boards", &token, &json!({ "name": name })).await
    };
    assert_eq!(create("shop", "One").await.status, StatusCode::CREATED);
    let refused = create("friend", "Two").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("x-ratelimit-reset"), "43200");
    world.pass_seconds(43_200);
    assert_eq!(create("friend", "Two").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_refused_call_uses_up_no_other_quota() {
    let world = World::new();
    world.simulator.set_tier(Tier::Trial);
    world.simulator.set_limits(Limits { org_write: Some(1), universal: Some(2), ..Limits::default() });
    let token = world.simulator.issue_token(Mode::Sandbox, "shop", "boards:read boards:write").unwrap();
    for (name, status) in [("One", 201), ("Two", 429), ("Three", 429)] {
        let reply = world.post(Mode::Sandbox, "/boards", &token, &json!({ "name": name })).await;
        assert_eq!(reply.status.as_u16(), status, "{name}");
    }
    for status in [200, 429] {
        assert_eq!(world.get(Mode::Sandbox, "/boards", &token).await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn answers_to_wrong_tokens_carry_the_headers_too() {
    let world = World::new();
    let reply = world.get(Mode::Live, "/boards", "wrong").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers(&reply), ("100, 100;w=1, 1000;w=60", "99", "1"));
}
