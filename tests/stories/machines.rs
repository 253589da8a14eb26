//! Programs act for the owners that they name, and every trace of it says so.

use serde_json::json;
use tests::{World, pin_request, settings_request};

const BOTH: &str = "pinwheel/act pinwheel/admin";

#[tokio::test(start_paused = true)]
async fn a_machine_sees_and_does_what_the_owner_it_names_could() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let request = pin_request(&account, &board, "2027-02-01T09:00:00Z");
    let machine = |owner: &str| world.machine("pinwheel/act").with("Pinwheel-Owner", owner);

    let stranger = machine("bob").post("/v1/pins", &request).await;
    assert_eq!(stranger.status, 422, "the account is alice's: {}", stranger.text());
    let pin = machine("alice").post("/v1/pins", &request).await.json()["items"][0].clone();

    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    assert_eq!(world.user("alice").get(&path).await.json()["id"], pin["id"]);
    assert_eq!(machine("alice").get(&path).await.status, 200);
    assert_eq!(machine("bob").get(&path).await.status, 404);
    let own = world.user("local-machine").get("/v1/pins").await.json();
    assert_eq!(own["items"], json!([]), "a machine owns nothing");
}

#[tokio::test(start_paused = true)]
async fn an_owner_is_named_like_the_owner_of_a_token() {
    let world = World::enabled().await;
    let named = |owner: &str| world.machine(BOTH).with("Pinwheel-Owner", owner);
    for owner in ["alice", "auth0|5f7c", "team a, b", "Zoë", "a@b.example", "null", &"x".repeat(256)] {
        let answer = named(owner).get("/v1/accounts").await;
        assert_eq!(answer.status, 200, "{owner}: {}", answer.text());
    }
    for owner in ["", "   ", "\u{3000}", &"x".repeat(257)] {
        let answer = named(owner).get("/v1/accounts").await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("owner_invalid")), "{owner:?}");
    }
    let twice = named("alice").with("pinwheel-owner", "bob").get("/v1/accounts").await;
    assert_eq!((twice.status, &twice.json()["code"]), (400, &json!("owner_invalid")));
}

#[tokio::test(start_paused = true)]
async fn the_refusal_names_the_header_and_the_remedy() {
    let world = World::enabled().await;
    let answer = world.machine(BOTH).get("/v1/accounts").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("owner_required")));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("Send the header Pinwheel-Owner"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn events_of_all_are_for_machines_that_administer() {
    let world = World::enabled().await;
    for (scope, status) in [("pinwheel/act", 403), ("pinwheel/admin", 200)] {
        let answer = world.machine(scope).get("/v1/events?owner=*").await;
        assert_eq!(answer.status, status, "{scope}: {}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn histories_say_that_a_machine_acted() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    let machine = world.machine("pinwheel/act").with("Pinwheel-Owner", "alice");
    let pin = machine.post(&format!("/v1/pins/{id}/retry"), &json!({})).await.json();
    assert_eq!(pin["attempts"][1]["message"], "machine client pinwheel-machine retried the pin.");

    let mut wanted = settings_request();
    wanted["pins_per_day"] = json!(7);
    let saved = world.machine("pinwheel/admin").put("/v1/settings", &wanted).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    let changes = world.admin().get("/v1/settings/changes").await.json();
    assert_eq!(changes["items"][0]["by"], "machine client pinwheel-machine");
}
