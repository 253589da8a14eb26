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

/// What the history of the pin says, as what was done and whether by whom it begins with.
fn history(pin: &serde_json::Value) -> Vec<(String, String)> {
    let text = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    pin["history"].as_array().unwrap().iter().map(|entry| (text(entry, "action"), text(entry, "by"))).collect()
}

#[tokio::test(start_paused = true)]
async fn every_change_of_a_pin_names_who_made_it() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let (alice, machine) = (world.user("alice"), world.machine("pinwheel/act").with("Pinwheel-Owner", "alice"));
    let request = pin_request(&account, &board, "2027-02-01T09:00:00Z");
    let id = alice.post("/v1/pins", &request).await.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/pins/{id}");

    let title = json!({"content": {"title": "Orange cake"}});
    assert_eq!(machine.patch(&path, &title).await.status, 200);
    assert_eq!(machine.patch(&path, &title).await.status, 200, "which changes nothing");
    let moved = json!({"pin_ids": [id], "by_days": 1});
    let moved = alice.post("/v1/pins/move", &moved).await;
    assert_eq!(moved.status, 200, "{}", moved.text());
    let pin = machine.delete(&path).await.json();
    assert_eq!(pin["status"], "cancelled");

    let told = history(&pin);
    let actions: Vec<_> = told.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["created", "edited", "moved", "cancelled"]);
    let by: Vec<_> = told.iter().map(|(_, by)| by.as_str()).collect();
    assert_eq!((by[0].len(), by[0], by[1]), (16, by[2], by[3]));
    assert!(by[1].starts_with("machine/") && !by[0].contains('/'), "{by:?}");
    assert!(!told.iter().any(|(_, by)| by.contains("alice")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_timeline_tells_of_people_says_who_they_were() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    let path = format!("/v1/pins/{id}/retry");
    let machine = world.machine("pinwheel/act").with("Pinwheel-Owner", "alice");
    let pin = machine.post(&path, &json!({})).await.json();
    let (first, second) = (&pin["attempts"][0], &pin["attempts"][1]);
    assert_eq!(first["by"], json!(null), "that was the publisher: {pin}");
    assert!(second["by"].as_str().unwrap().starts_with("machine/"), "{pin}");
    assert_eq!(history(&pin).len(), 1, "it is told once: {pin}");
}

#[tokio::test(start_paused = true)]
async fn a_pin_does_not_grow_with_every_change() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan("2027-02-01T00:00:00Z").await;
    for minute in 10..30 {
        let body = json!({"publish_at": format!("2027-02-02T00:{minute}:00Z")});
        assert_eq!(alice.calls().patch(&format!("/v1/pins/{id}"), &body).await.status, 200);
    }
    let pin = alice.read(&id).await;
    assert_eq!(history(&pin).len(), 11, "it was created, and the last ten");
}
