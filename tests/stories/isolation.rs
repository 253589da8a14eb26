//! Another owner's things do not exist, and nothing is open but what says so.

use serde_json::json;
use shared::api::{Access, Route};
use tests::{ABSENT_ACCOUNT, ABSENT_PIN, Answer, Ids, World, body_for, file, files, pin_request};

async fn call(world: &World, owner: &str, route: &Route, id: &str) -> Answer {
    world.user(owner).send(route.method, &world.path_of(route, id), body_for(route)).await
}

/// An account, a pin and a file of alice's.
async fn alices(world: &World) -> (String, String, String) {
    let account = world.link("alice", "creator").await;
    let board = world.board("creator", "Summer recipes");
    let pins = world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-01T00:00:00Z")).await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    (account, pins.json()["items"][0]["id"].as_str().unwrap().to_owned(), media)
}

/// Whether it is about one thing; pages say nothing of anyone, whatever their address.
fn is_of_programs(route: &Route) -> bool {
    route.path.contains("{id}") && route.access != Access::Open
}

#[tokio::test(start_paused = true)]
async fn another_owners_ids_are_answered_like_absent_ones() {
    let world = World::enabled().await;
    let (account, pin, media) = alices(&world).await;
    let template = world.user("alice").post("/v1/templates", &json!({"name": "Recipes"})).await.json();
    let import = format!("/v1/pins/import?account_id={account}");
    let import = world.user("alice").upload(&import, file(1).replace("New arrivals", "Summer recipes")).await.json();
    world.parts.lambda.finish().await;
    let import = import["id"].as_str().unwrap();
    let webhook = world.user("alice").post("/v1/webhooks", &json!({"url": "https://example.com/"})).await.json();
    let (template, webhook) = (template["id"].as_str().unwrap(), webhook["id"].as_str().unwrap());
    let link = world.user("alice").post("/v1/accounts/connect-links", &json!({})).await.json();
    let link = link["id"].as_str().unwrap();
    let ids = Ids { import, account: &account, pin: &pin, template, media: &media, webhook, link };
    let with_id: Vec<_> = world.routes().into_iter().filter(is_of_programs).collect();
    assert!(with_id.len() >= 9, "{with_id:?}");
    let (stored, calls) = (world.everything_stored().await, world.simulator.calls().len());
    for route in &with_id {
        let nothing = call(&world, "bob", route, Ids::ABSENT.of(route)).await;
        assert_eq!(nothing.status, 404, "{route:?}: {}", nothing.text());
        for id in [ids.of(route), "x", "%23", "acc_", "pin_..%2F.."] {
            let foreign = call(&world, "bob", route, id).await;
            // Byte for byte; the id of the request is the same in a story.
            assert_eq!((foreign.status, &foreign.headers), (404, &nothing.headers), "{route:?} {id}");
            assert_eq!(foreign.text(), nothing.text(), "{route:?} {id}");
        }
    }
    assert_eq!(world.everything_stored().await, stored, "nothing was written");
    assert_eq!(world.simulator.calls().len(), calls, "Pinterest was not asked with another owner's token");
    for route in with_id.iter().filter(|route| route.method == "GET") {
        let answer = call(&world, "alice", route, ids.of(route)).await;
        // Her pin is not published, so it has no figures.
        let expected = if route.path == "/v1/pins/{id}/analytics" { 409 } else { 200 };
        assert_eq!(answer.status, expected, "{route:?} still works for its owner: {}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn lists_hold_the_callers_own_things_only() {
    let world = World::enabled().await;
    let (account, _, _) = alices(&world).await;
    for path in [
        "/v1/accounts".to_owned(),
        "/v1/media".to_owned(),
        "/v1/pins".to_owned(),
        format!("/v1/pins?account_id={account}"),
    ] {
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
    let (account, _, _) = alices(&world).await;
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
    let (account, _, _) = alices(&world).await;
    let board = world.board("creator", "Summer recipes");
    world.user("alice").post("/v1/pins", &pin_request(&account, &board, "2027-02-02T00:00:00Z")).await;
    let page = world.user("alice").get("/v1/pins?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let answer = world.user("bob").get(&format!("/v1/pins?limit=1&cursor={cursor}")).await;
    assert_eq!((answer.status, answer.json()["items"].clone()), (200, json!([])));
}

#[tokio::test(start_paused = true)]
async fn functions_answer_without_a_token_only_where_they_are_open() {
    let world = World::enabled().await;
    for route in world.routes() {
        let answer = world.anybody().send(route.method, &world.path_of(&route, ABSENT_PIN), body_for(&route)).await;
        let code = answer.json()["code"].clone();
        match route.access {
            Access::Open => assert!(answer.status < 500 && code != "unauthenticated", "{route:?}: {}", answer.text()),
            _ => assert_eq!((answer.status, code), (401, json!("unauthenticated")), "{route:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_that_is_listed_is_served_and_says_its_methods() {
    let world = World::enabled().await;
    for route in world.routes() {
        let answer = world.admin().send(route.method, &world.path_of(&route, ABSENT_PIN), body_for(&route)).await;
        let unserved = answer.status == 405 || answer.json()["detail"] == "This path doesn't exist.";
        assert!(!unserved, "{route:?}");
    }
}
