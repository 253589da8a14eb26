//! Pins with several images, where the administrator allows them.

use jiff::SignedDuration;
use local::in_process::{Hook, Plan};
use pinterest_sim::{Effect, Media, Mode};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{Planner, World, files, pin_request};

/// A world whose settings allow carousels.
async fn allowed() -> World {
    let world = World::enabled().await;
    let answer = switch(&world, "enabled").await;
    let warnings = answer["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["code"] == "carousels_uncertain"), "{answer}");
    world
}

async fn switch(world: &World, carousels: &str) -> Value {
    let read = world.admin().get("/v1/settings").await;
    let now = read.json();
    let body = json!({
        "status": now["status"], "mode": now["mode"], "app_id": now["app_id"], "scopes": now["scopes"], "carousels": carousels,
    });
    let answer = world.admin().with("if-match", read.header("etag")).put("/v1/settings", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn request(planner: &Planner<'_>, items: &Value, publish_at: impl Into<Value>) -> Value {
    let mut body = pin_request(&planner.account, &planner.board, publish_at);
    body["content"]["media"] = json!({"source_type": "carousel", "items": items});
    body
}

async fn images(world: &World, sizes: &[(u32, u32)]) -> Vec<String> {
    let mut ids = Vec::new();
    for (width, height) in sizes {
        ids.push(world.ready_media("alice", &files::png(*width, *height)).await);
    }
    ids
}

async fn wrong(planner: &Planner<'_>, items: Value) -> Vec<(String, String)> {
    planner.calls().post("/v1/pins", &request(planner, &items, "now")).await.wrong_fields()
}

#[tokio::test(start_paused = true)]
async fn each_image_reaches_pinterest_with_words_and_a_link_of_its_own() {
    let world = allowed().await;
    let planner = world.planner().await;
    let ids = images(&world, &[(1000, 1500); 3]).await;
    let items = json!([
        {"media_id": ids[0], "title": "Bake", "description": "First", "link": "https://example.com/bake"},
        {"media_id": ids[1], "title": "Cool"},
        {"media_id": ids[2], "link": "https://example.com/eat"},
    ]);
    let answer = planner.calls().post("/v1/pins", &request(&planner, &items, "now")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let read = answer.json()["items"][0].clone();
    let told = json!([
        {"media_id": ids[0], "title": "Bake", "description": "First", "link": "https://example.com/bake"},
        {"media_id": ids[1], "title": "Cool", "description": null, "link": null},
        {"media_id": ids[2], "title": null, "description": null, "link": "https://example.com/eat"},
    ]);
    assert_eq!(read["content"]["media"], json!({"source_type": "carousel", "items": told}));
    world.parts.lambda.finish().await;

    let [pin] = world.simulator.all_pins(Mode::Live).try_into().unwrap();
    let Media::Images(shown) = pin.content.media else { panic!("it is no carousel") };
    let words: Vec<_> = shown.iter().map(|item| (item.title.as_deref(), item.description.as_deref())).collect();
    assert_eq!(words, [(Some("Bake"), Some("First")), (Some("Cool"), None), (None, None)]);
    let links: Vec<_> = shown.iter().map(|item| item.link.as_deref()).collect();
    assert_eq!(links, [Some("https://example.com/bake"), None, Some("https://example.com/eat")]);
    for item in &shown {
        let given = world.read_as_pinterest(&item.picture.source);
        assert_eq!((given.status, &given.body[..]), (200, &files::png(1000, 1500)[..]));
    }
    assert_eq!(planner.read(read["id"].as_str().unwrap()).await["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn none_is_planned_before_an_administrator_allows_them() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let settings = world.admin().get("/v1/settings").await.json();
    assert_eq!((&settings["carousels"], &settings["warnings"]), (&json!("disabled"), &json!([])));
    let ids = images(&world, &[(1000, 1500); 2]).await;
    let items = json!([{"media_id": ids[0]}, {"media_id": ids[1]}]);
    let refused = ("content.media.source_type".to_owned(), "carousels_disabled".to_owned());
    assert_eq!(wrong(&planner, items.clone()).await, std::slice::from_ref(&refused));
    switch(&world, "enabled").await;
    let later = request(&planner, &items, "2027-02-01T00:00:00Z");
    let taken = planner.calls().post("/v1/pins", &later).await.json();
    let id = taken["items"][0]["id"].as_str().unwrap();
    switch(&world, "disabled").await;
    assert_eq!(wrong(&planner, items).await, [refused]);
    let moved = json!({"publish_at": "2027-02-02T00:00:00Z"});
    assert_eq!(planner.calls().patch(&format!("/v1/pins/{id}"), &moved).await.status, 200);
    // What was planned before goes out.
    world.clock_reaches("2027-02-02T00:00:00Z".parse().unwrap()).await;
    world.tick().await;
    assert_eq!(planner.read(id).await["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn every_image_that_does_not_fit_is_named() {
    let world = allowed().await;
    let planner = world.planner().await;
    let ids = images(&world, &[(1000, 1500), (1000, 1400), (1500, 1000), (500, 750)]).await;
    let video = world.completed("alice", "video/mp4", &files::mp4(5_000, 720, 1280)).await;
    let item = |index: usize| json!({"media_id": ids[index]});
    let at = |index: usize, field: &str, code: &str| (format!("content.media.items[{index}].{field}"), code.to_owned());
    let count = ("content.media.items".to_owned(), "wrong_count".to_owned());
    assert_eq!(wrong(&planner, json!([item(0)])).await, std::slice::from_ref(&count));
    assert_eq!(wrong(&planner, json!([item(0), item(0), item(0), item(0), item(0), item(0)])).await, [count]);
    assert_eq!(
        wrong(&planner, json!([item(0), item(1), item(2), item(3)])).await,
        [at(1, "media_id", "ratio_differs"), at(2, "media_id", "ratio_differs")]
    );
    assert_eq!(wrong(&planner, json!([item(0), {"media_id": video["id"]}])).await, [at(1, "media_id", "not_an_image")]);
    assert_eq!(
        wrong(
            &planner,
            json!([{"media_id": "x"}, {"title": "T"}, {"media_id": ids[0], "url": "https://example.com/a.jpg"}, 5])
        )
        .await,
        [
            at(0, "media_id", "not_found"),
            at(1, "media_id", "required"),
            at(2, "url", "unknown_field"),
            ("content.media.items[3]".to_owned(), "wrong_type".to_owned()),
        ]
    );
    let long = json!([item(0), {"media_id": ids[3], "title": "x".repeat(101), "link": "example.com"}]);
    assert_eq!(wrong(&planner, long).await, [at(1, "title", "too_long"), at(1, "link", "invalid_url")]);
    for items in [json!(null), json!("x"), json!({})] {
        let code = if items.is_null() { "required" } else { "wrong_type" };
        assert_eq!(wrong(&planner, items).await, [("content.media.items".to_owned(), code.to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn images_of_a_waiting_carousel_are_not_deleted() {
    let world = allowed().await;
    let planner = world.planner().await;
    let ids = images(&world, &[(100, 100); 2]).await;
    let items = json!([{"media_id": ids[0]}, {"media_id": ids[1]}]);
    let later = request(&planner, &items, "2027-09-01T00:00:00Z");
    let pin = planner.calls().post("/v1/pins", &later).await.json()["items"][0]["id"].clone();
    for id in &ids {
        let path = format!("/v1/media/{id}");
        assert_eq!(planner.calls().get(&path).await.json()["expires_at"], Value::Null);
        assert_eq!(planner.calls().delete(&path).await.json()["code"], "media_in_use");
    }
    assert_eq!(planner.calls().delete(&format!("/v1/pins/{}", pin.as_str().unwrap())).await.status, 200);
    assert_eq!(planner.calls().delete(&format!("/v1/media/{}", ids[1])).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_carousel_whose_answer_was_lost_is_found_on_its_board_and_not_posted_again() {
    let world = allowed().await;
    let planner = world.planner().await;
    let ids = images(&world, &[(100, 100); 2]).await;
    planner.world.lose_next(Effect::After);
    let items = json!([{"media_id": ids[0], "title": "One"}, {"media_id": ids[1], "title": "Two"}]);
    let answer = planner.calls().post("/v1/pins", &request(&planner, &items, "now")).await.json();
    world.parts.lambda.finish().await;
    let id = answer["items"][0]["id"].as_str().unwrap();
    world.schedule_until(world.clock.now() + SignedDuration::from_mins(6)).await;
    let read = planner.read(id).await;
    let outcomes: Vec<_> = read["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["outcome"]).collect();
    assert_eq!(outcomes, ["unknown", "found_on_board"]);
    assert_eq!((&read["status"], planner.on_pinterest()), (&json!("published"), 1));
}

/// Lets every read of a file's row take four seconds.
#[derive(Debug)]
struct SlowFiles;

impl Hook for SlowFiles {
    fn before(&self, effect: &local::in_process::Effect<'_>) -> Plan {
        let is_file = effect.request["Key"]["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("media#"));
        Plan { wait: std::time::Duration::from_secs(if is_file { 4 } else { 0 }), ..Plan::default() }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_whose_files_are_read_too_slowly_is_not_posted_beyond_the_end_of_its_invocation() {
    let world = allowed().await;
    let planner = world.planner().await;
    let ids = images(&world, &[(1000, 1500); 5]).await;
    let items: Value = ids.iter().map(|id| json!({ "media_id": id })).collect();
    let at = world.clock.now() + SignedDuration::from_mins(10);
    let answer = planner.calls().post("/v1/pins", &request(&planner, &items, at.to_string())).await;
    let id = answer.json()["items"][0]["id"].as_str().unwrap().to_owned();
    world.clock_reaches(at - SignedDuration::from_secs(5)).await;
    let publisher = publisher::Publisher::new(world.platform_with("publisher", &[std::sync::Arc::new(SlowFiles)]));
    let tick = shared::kick::PublisherEvent::Tick { shards: (0..16).collect(), scheduled_at: world.clock.now() };
    // Nothing is claimed in the last half a minute.
    publisher.handle(tick, at + SignedDuration::from_secs(31)).await;
    let pin = planner.read(&id).await;
    assert_eq!((&pin["status"], &pin["reason"]["code"]), (&json!("scheduled"), &json!("aws_trouble")), "{pin}");
    assert_eq!(world.simulator.all_pins(Mode::Live).len(), 0);
    world.schedule_until(at + SignedDuration::from_mins(4)).await;
    assert_eq!(planner.read(&id).await["status"], "published");
}
