//! Administrators have an owner erased: nothing is left, nobody else notices, and the owner can begin anew.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{Endpoint, World, file, files, pin_request};

mod deaths;
mod size;

const OWNER: &str = "/v1/owners/alice";

/// A world with one owner of whom there is something of every kind, and a neighbour with the same.
struct Scene {
    world: World,
    /// What names something of alice's: her own name, and the ids of what she has.
    names: Vec<String>,
}

async fn id_of(world: &World, owner: &str, path: &str, body: &Value) -> String {
    let answer = world.user(owner).post(path, body).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Gives `owner` something of every kind, with the Pinterest account `username`; answers the ids.
async fn furnish(world: &World, owner: &str, username: &str) -> Vec<String> {
    let user = world.user(owner);
    let account = world.link(owner, username).await;
    let board = world.board(username, if username == "shop" { "New arrivals" } else { "Summer recipes" });
    let webhook = json!({"url": format!("https://{owner}.example.com/hook")});
    let webhook = id_of(world, owner, "/v1/webhooks", &webhook).await;
    let removed = json!({"url": format!("https://old.{owner}.example.com/hook")});
    let removed = id_of(world, owner, "/v1/webhooks", &removed).await;
    let media = world.ready_media(owner, &files::png(10, 15)).await;
    let template = id_of(world, owner, "/v1/templates", &json!({"name": "Recipes"})).await;
    let mut ids = vec![account.clone(), webhook, removed.clone(), media, template];
    let plan = json!({"time_zone": "UTC", "slots": [{"day": "monday", "time": "09:00"}]});
    let planned = user.put(&format!("/v1/accounts/{account}/plan"), &plan).await;
    assert_eq!(planned.status, 200, "{}", planned.text());
    for publish_at in [json!("now"), json!("2027-02-01T09:00:00Z"), json!("next_slot"), Value::Null] {
        let pins = user.post("/v1/pins", &pin_request(&account, &board, publish_at)).await;
        assert_eq!(pins.status, 201, "{}", pins.text());
        ids.push(pins.json()["items"][0]["id"].as_str().unwrap().to_owned());
        world.parts.lambda.finish().await;
    }
    let rows = if username == "shop" { file(3) } else { file(3).replace("New arrivals", "Summer recipes") };
    let import = user.upload(&format!("/v1/pins/import?account_id={account}"), rows).await;
    assert_eq!(import.status, 202, "{}", import.text());
    ids.push(import.json()["id"].as_str().unwrap().to_owned());
    world.parts.lambda.finish().await;
    assert_eq!(user.post("/v1/accounts/connect-links", &json!({})).await.status, 201);
    assert_eq!(user.post("/v1/accounts/connect", &json!({})).await.status, 200);
    world.wait(SignedDuration::from_mins(1)).await;
    world.tick_events().await;
    assert_eq!(user.delete(&format!("/v1/webhooks/{removed}")).await.status, 200);
    ids
}

async fn scene() -> Scene {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.events = true).await;
    let everybodys = json!({"url": "https://platform.example.com/hook", "scope": "installation"});
    let made = world.admin().post("/v1/webhooks", &everybodys).await;
    assert_eq!(made.status, 201, "{}", made.text());
    // What can't be delivered stays in the row of the webhook.
    world.receivers.set("platform.example.com", Endpoint::Answers(500));
    let mut names = furnish(&world, "alice", "shop").await;
    furnish(&world, "bob", "creator").await;
    names.push("alice".to_owned());
    Scene { world, names }
}

async fn begin(world: &World) -> Value {
    let answer = world.admin().delete(OWNER).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()
}

/// Lets the schedule fire for a quarter of an hour, in which an erasure ends.
async fn let_it_end(world: &World) {
    world.parts.lambda.finish().await;
    for _ in 0..15 {
        world.tick_events().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
}

/// Which names are still stored.
async fn left(scene: &Scene) -> Vec<&str> {
    let stored = scene.world.everything_stored().await;
    scene.names.iter().map(String::as_str).filter(|name| stored.contains(name)).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_of_an_owner_is_left_and_nothing_of_a_neighbour_is_gone() {
    let scene = scene().await;
    let world = &scene.world;
    assert_eq!(left(&scene).await.len(), scene.names.len(), "everything is there");
    let files = world.parts.objects.count().unwrap();
    let neighbours = world.admin().get("/v1/owners/bob/export").await.text();
    let begun = begin(world).await;
    assert_eq!((&begun["state"], &begun["erased"]), (&json!("erasing"), &json!(0)));
    let_it_end(world).await;
    assert_eq!(left(&scene).await, [""; 0]);
    assert_eq!(world.parts.objects.count().unwrap(), files / 2);
    assert_eq!(world.admin().get("/v1/owners/bob/export").await.text(), neighbours);
    let shown = world.admin().get(OWNER).await.json();
    assert_eq!((&shown["erasure"], &shown["limits"]["waiting_pins"]["used"]), (&Value::Null, &json!(0)));
    assert_eq!(left(&scene).await, [""; 0], "looking at it leaves nothing either");
}

#[tokio::test(start_paused = true)]
async fn an_erasure_can_be_watched_and_asked_for_again() {
    let scene = scene().await;
    let world = &scene.world;
    let begun = begin(world).await;
    world.parts.lambda.finish().await;
    world.wait(SignedDuration::from_mins(2)).await;
    let shown = world.machine("pinwheel/admin").get(OWNER).await.json()["erasure"].clone();
    assert_eq!(shown["state"], "settling", "{shown}");
    assert!(shown["erased"].as_u64().unwrap() > 10, "{shown}");
    let again = world.machine("pinwheel/admin").delete(OWNER).await;
    assert_eq!((again.status, again.json()), (202, shown.clone()));
    assert_eq!(shown["started_at"], begun["started_at"]);
    let_it_end(world).await;
    assert_eq!(world.admin().get(OWNER).await.json()["erasure"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn only_administrators_erase() {
    let world = World::enabled().await;
    for (caller, status) in [
        (world.user("alice"), 403),
        (world.machine("pinwheel/act").with("Pinwheel-Owner", "alice"), 403),
        (world.anybody(), 401),
    ] {
        let answer = caller.delete(OWNER).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_eq!(world.admin().delete("/v1/owners/%20").await.status, 404);
    assert_eq!(world.admin().delete("/v1/owners/nobody").await.status, 202);
    let_it_end(&world).await;
    assert!(!world.everything_stored().await.contains("nobody"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_made_for_an_owner_who_is_being_erased() {
    let scene = scene().await;
    let world = &scene.world;
    begin(world).await;
    for (method, path, body) in [
        ("POST", "/v1/templates", json!({"name": "More"})),
        ("POST", "/v1/pins", json!({})),
        ("POST", "/v1/media", json!({})),
        ("POST", "/v1/accounts/connect", json!({})),
        ("POST", "/v1/webhooks", json!({"url": "https://example.com/"})),
    ] {
        let answer = world.user("alice").send(method, path, Some(body.to_string())).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("owner_is_being_erased")), "{path}");
        let machine = world.machine("pinwheel/act").with("Pinwheel-Owner", "alice");
        assert_eq!(machine.send(method, path, Some(body.to_string())).await.status, 409, "{path}");
    }
    assert_eq!(world.user("alice").get("/v1/pins").await.status, 200, "reading goes on");
    let template = world.user("bob").post("/v1/templates", &json!({"name": "More"})).await;
    assert_eq!(template.status, 201, "{}", template.text());
}

#[tokio::test(start_paused = true)]
async fn what_is_due_is_not_published_while_its_owner_is_erased() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let at = (world.clock.now() + SignedDuration::from_mins(4)).to_string();
    alice.plan(at).await;
    // Nobody sees to the erasure: what was done before the answer is enough.
    world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
    begin(&world).await;
    for _ in 0..10 {
        world.tick().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!(alice.on_pinterest(), 0);
    let_it_end(&world).await;
    for _ in 0..3 {
        world.tick().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!(alice.on_pinterest(), 0);
    assert!(!world.everything_stored().await.contains("alice"));
}

#[tokio::test(start_paused = true)]
async fn a_pin_whose_answer_was_lost_is_forgotten_and_not_posted_again() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    world.lose_next(pinterest_sim::Effect::After);
    alice.plan("now").await;
    assert_eq!(alice.on_pinterest(), 1);
    begin(&world).await;
    for _ in 0..15 {
        world.tick().await;
        world.tick_events().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!(alice.on_pinterest(), 1);
    assert!(!world.everything_stored().await.contains("alice"));
}

#[tokio::test(start_paused = true)]
async fn an_erased_owner_begins_anew() {
    let scene = scene().await;
    let world = &scene.world;
    begin(world).await;
    let_it_end(world).await;
    let before = world.simulator.all_pins(pinterest_sim::Mode::Live).len();
    let account = world.link("alice", "shop").await;
    let board = world.board("shop", "New arrivals");
    let request = pin_request(&account, &board, "now");
    let pins = world.user("alice").post("/v1/pins", &request).await;
    assert_eq!(pins.status, 201, "{}", pins.text());
    world.parts.lambda.finish().await;
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), before + 1);
    assert_eq!(world.user("alice").get("/v1/pins").await.json()["items"].as_array().unwrap().len(), 1);
}
