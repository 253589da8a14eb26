//! Another owner's things do not exist, and nothing is open but what says so.

use serde_json::json;
use shared::api::{Access, Route};
use tests::{Answer, World, pin_request};

const ABSENT_ACCOUNT: &str = "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa";
const ABSENT_PIN: &str = "pin_aaaaaaaaaaaaaaaaaaaaaaaaaa";

fn routes() -> Vec<Route> {
    [accounts::ROUTES, pins::ROUTES, web::ROUTES].concat()
}

/// A body that is right for the routes that take one and have an id.
fn body(route: &Route) -> Option<String> {
    let body = match route.path.rsplit('/').next() {
        Some("boards" | "sections") => json!({"name": "Lemon cakes"}),
        _ => json!({"board_ids": []}),
    };
    matches!(route.method, "PUT" | "POST").then(|| body.to_string())
}

/// The path of a route, with the board "Summer recipes" of creator's where it has a board.
fn path(world: &World, route: &Route, id: &str) -> String {
    route.path.replace("{id}", id).replace("{board}", &world.board("creator", "Summer recipes"))
}

async fn call(world: &World, owner: &str, route: &Route, id: &str) -> Answer {
    world.user(owner).send(route.method, &path(world, route, id), body(route)).await
}

/// An account and a pin of alice's.
async fn alices(world: &World) -> (String, String) {
    let account = world.link("alice", "creator").await;
    let board = world.board("creator", "Summer recipes");
    let pins = world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-01T00:00:00Z")).await;
    (account, pins.json()["items"][0]["id"].as_str().unwrap().to_owned())
}

#[tokio::test(start_paused = true)]
async fn another_owners_ids_are_answered_like_absent_ones() {
    let world = World::enabled().await;
    let (account, pin) = alices(&world).await;
    let with_id: Vec<_> = routes().into_iter().filter(|route| route.path.contains("{id}")).collect();
    assert!(with_id.len() >= 9, "{with_id:?}");
    for route in with_id {
        let (own, absent) =
            if route.path.contains("/accounts/") { (&account, ABSENT_ACCOUNT) } else { (&pin, ABSENT_PIN) };
        let nothing = call(&world, "bob", &route, absent).await;
        assert_eq!(nothing.status, 404, "{route:?}: {}", nothing.text());
        for id in [own.as_str(), "x", "%23", "acc_", "pin_..%2F.."] {
            let foreign = call(&world, "bob", &route, id).await;
            assert_eq!((foreign.status, foreign.json()), (404, nothing.json()), "{route:?} {id}");
        }
    }
    for route in routes().into_iter().filter(|route| route.path.contains("{id}") && route.method == "GET") {
        let own = if route.path.contains("/accounts/") { &account } else { &pin };
        assert_eq!(call(&world, "alice", &route, own).await.status, 200, "{route:?} still works for its owner");
    }
}

#[tokio::test(start_paused = true)]
async fn lists_hold_the_callers_own_things_only() {
    let world = World::enabled().await;
    let (account, _) = alices(&world).await;
    for path in ["/v1/accounts".to_owned(), "/v1/pins".to_owned(), format!("/v1/pins?account_id={account}")] {
        let alices = world.user("alice").get(&path).await.json();
        assert_eq!(alices["items"].as_array().unwrap().len(), 1, "{path}");
        // Owners that look like parts of keys own nothing of anybody else.
        for owner in ["bob", "alic", "alice#", "alice%23", "owner#alice", "ALICE"] {
            let answer = world.user(owner).get(&path).await;
            assert_eq!((answer.status, answer.json()), (200, json!({"items": [], "next_cursor": null})), "{owner}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_owners_account_cannot_be_published_to_nor_told_from_an_absent_one() {
    let world = World::enabled().await;
    let (account, _) = alices(&world).await;
    let board = world.board("creator", "Summer recipes");
    let mut answers = Vec::new();
    for id in [account.as_str(), ABSENT_ACCOUNT] {
        let answer = world.user("bob").post("/v1/pins", &pin_request(id, &board, "now")).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        answers.push(answer.json());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["errors"][0]["field"], "targets[0].account_id");
}

#[tokio::test(start_paused = true)]
async fn another_owners_cursor_is_only_a_place_in_ones_own_list() {
    let world = World::enabled().await;
    let (account, _) = alices(&world).await;
    let board = world.board("creator", "Summer recipes");
    world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-02T00:00:00Z")).await;
    let page = world.user("alice").get("/v1/pins?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let answer = world.user("bob").get(&format!("/v1/pins?limit=1&cursor={cursor}")).await;
    assert_eq!((answer.status, answer.json()["items"].clone()), (200, json!([])));
}

#[tokio::test(start_paused = true)]
async fn routes_answer_without_a_token_only_where_they_are_open() {
    let world = World::enabled().await;
    for route in routes() {
        let path = path(&world, &route, ABSENT_PIN);
        let answer = world.anybody().send(route.method, &path, body(&route)).await;
        match route.access {
            Access::Open => assert_eq!(answer.status, 200, "{route:?}"),
            _ => assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("unauthenticated")), "{route:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_that_is_listed_is_served_and_says_its_methods() {
    let world = World::enabled().await;
    for route in routes() {
        let path = path(&world, &route, ABSENT_PIN);
        let answer = world.user("alice").send(route.method, &path, body(&route)).await;
        let unserved = answer.status == 405 || answer.json()["detail"] == "There is no such path.";
        assert!(!unserved, "{route:?}");
    }
}
