//! Pins and files say how they are shown in small: by an address that a browser can keep, signed without reading anything.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tests::{Planner, World, files, pin_request};

const LATER: &str = "2027-09-01T00:00:00Z";

/// Announces a file with a thumbnail and uploads what is given of the two; answers the file once it was completed.
async fn completed(world: &World, kind: &str, file: &[u8], announced: Value, thumbnail: Option<&[u8]>) -> Value {
    let alice = world.user("alice");
    let wanted = json!({"content_type": kind, "size": file.len(), "thumbnail": announced, "color": "#6E7b8c"});
    let answer = alice.post("/v1/media", &wanted).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    assert_eq!(world.upload(&body["upload"], file).status, 200);
    if let Some(bytes) = thumbnail {
        assert_eq!(world.upload(&body["thumbnail_upload"], bytes).status, 200);
    }
    let answer = alice.post(&format!("/v1/media/{}/complete", body["id"].as_str().unwrap()), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn with_thumbnail(world: &World, kind: &str, file: &[u8], thumbnail: &[u8]) -> Value {
    let announced = json!({"content_type": "image/jpeg", "size": thumbnail.len()});
    completed(world, kind, file, announced, Some(thumbnail)).await
}

async fn schedule(planner: &Planner<'_>, media: Value) -> Value {
    let mut body = pin_request(&planner.account, &planner.board, LATER);
    body["content"]["media"] = media;
    let answer = planner.calls().post("/v1/pins", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0].clone()
}

fn shows(world: &World, preview: &Value) -> Vec<u8> {
    let given = world.show(preview["url"].as_str().unwrap());
    assert_eq!(given.status, 200, "{} {preview}", given.code());
    given.body.to_vec()
}

#[tokio::test(start_paused = true)]
async fn a_pin_shows_the_thumbnail_of_its_file_wherever_it_is_answered() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let (file, thumbnail) = (files::png(1000, 1500), files::jpeg(320, 480, 100));
    let media = with_thumbnail(&world, "image/png", &file, &thumbnail).await;
    let preview = &media["preview"];
    assert_eq!((&preview["kind"], &preview["color"]), (&json!("image"), &json!("#6E7b8c")));
    assert_eq!(
        (&preview["width"], &preview["height"], &preview["duration_ms"]),
        (&json!(1000), &json!(1500), &Value::Null)
    );
    assert_eq!((shows(&world, preview), &media["warnings"]), (thumbnail.clone(), &json!([])));

    let made = schedule(&planner, json!({"source_type": "media", "media_id": media["id"]})).await;
    let pin = made["id"].as_str().unwrap();
    // Nothing is read for it: the row of the file may be gone.
    let (owner, id) = ("alice".parse().unwrap(), media["id"].as_str().unwrap().parse().unwrap());
    world.platform("crossing").media.delete(&owner, &id).await.unwrap();
    let listed = planner.calls().get("/v1/pins").await.json()["items"][0].clone();
    let moved = planner.calls().patch(&format!("/v1/pins/{pin}"), &json!({"publish_at": "2027-09-02T00:00:00Z"})).await;
    assert_eq!(moved.status, 422, "a pin is not moved without its file");
    for read in [&made, &planner.read(pin).await, &listed] {
        assert_eq!(&read["preview"], preview, "{read}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_repeats_within_the_hour_is_kept_by_browsers_and_ends() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let now: Timestamp = "2027-01-16T09:05:00Z".parse().unwrap();
    world.clock_reaches(now).await;
    let file = files::png(10, 15);
    let media = world.ready_media("alice", &file).await;
    let pin = schedule(&planner, json!({"source_type": "media", "media_id": media})).await;
    let pin = pin["id"].as_str().unwrap();
    let first = planner.read(pin).await["preview"].clone();
    assert_eq!(first["expires_at"], "2027-01-16T11:00:00Z");
    let given = world.show(first["url"].as_str().unwrap());
    assert_eq!((given.status, &given.body[..]), (200, &file[..]), "without a thumbnail it is the file itself");
    assert_eq!(given.cache_control, "private, max-age=7200, immutable");

    world.wait(SignedDuration::from_mins(54)).await;
    assert_eq!(planner.read(pin).await["preview"], first);
    assert_eq!(planner.calls().get(&format!("/v1/media/{media}")).await.json()["preview"]["url"], first["url"]);
    world.wait(SignedDuration::from_mins(2)).await;
    let next = planner.read(pin).await["preview"].clone();
    assert_ne!(next["url"], first["url"]);
    assert_eq!((shows(&world, &first), shows(&world, &next)), (file.clone(), file), "both are good for a while");
    world.wait(SignedDuration::from_hours(1)).await;
    let late = world.show(first["url"].as_str().unwrap());
    assert_eq!((late.status, late.code().as_str()), (403, "AccessDenied"));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_gets_an_address_and_one_is_good_for_its_file_only() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let other = world.ready_media("alice", &files::png(20, 30)).await;
    let pin = schedule(&planner, json!({"source_type": "media", "media_id": media})).await;
    let bob = world.user("bob");
    for path in [format!("/v1/media/{media}"), format!("/v1/pins/{}", pin["id"].as_str().unwrap())] {
        assert_eq!(bob.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(bob.get("/v1/pins").await.json()["items"], json!([]));
    let url = pin["preview"]["url"].as_str().unwrap();
    for changed in [
        url.replace(&media, &other),
        url.replace("X-Amz-Expires=7200", "X-Amz-Expires=72000"),
        url.replace("private", "public"),
    ] {
        assert_eq!(world.show(&changed).code(), "SignatureDoesNotMatch", "{changed}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_pin_says_what_it_shows() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let thumbnail = files::jpeg(270, 480, 10);
    let bare = world.completed("alice", "video/mp4", &files::mp4(10_000, 720, 1280)).await;
    assert_eq!((&bare["preview"]["url"], &bare["preview"]["kind"]), (&Value::Null, &json!("video")));
    let film = with_thumbnail(&world, "video/mp4", &files::mp4(10_000, 720, 1280), &thumbnail).await;
    let cover = files::png(40, 60);
    let image = world.ready_media("alice", &cover).await;
    let video = |id: &Value, cover: Value| json!({"source_type": "video", "media_id": id, "cover": cover});
    let (second, own) = (json!({"at_seconds": 1}), json!({"media_id": image}));
    for (media, kind, duration, bytes) in [
        (video(&film["id"], second.clone()), "video", json!(10_000), Some(&thumbnail)),
        (video(&bare["id"], second), "video", json!(10_000), None),
        (video(&bare["id"], own), "video", json!(10_000), Some(&cover)),
        (json!({"source_type": "media", "media_id": image}), "image", Value::Null, Some(&cover)),
    ] {
        let preview = schedule(&planner, media).await["preview"].clone();
        assert_eq!((&preview["kind"], &preview["duration_ms"]), (&json!(kind), &duration), "{preview}");
        assert_eq!(preview["url"].is_null(), bytes.is_none(), "{preview}");
        assert_eq!(preview["url"].is_null(), preview["expires_at"].is_null());
        if let Some(bytes) = bytes {
            assert_eq!(&shows(&world, &preview), bytes);
        }
    }
    let address = json!({"source_type": "image_url", "url": "https://example.com/cake.jpg"});
    let preview = schedule(&planner, address).await["preview"].clone();
    assert_eq!((&preview["url"], &preview["expires_at"]), (&json!("https://example.com/cake.jpg"), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn another_picture_is_another_preview_and_rows_of_a_file_have_theirs() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let thumbnail = files::jpeg(320, 480, 100);
    let media = with_thumbnail(&world, "image/png", &files::png(1000, 1500), &thumbnail).await;
    let pin = schedule(&planner, json!({"source_type": "image_url", "url": "https://example.com/a.jpg"})).await;
    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    let change = json!({"content": {"media": {"source_type": "media", "media_id": media["id"]}}});
    let changed = planner.calls().patch(&path, &change).await.json();
    assert_eq!(changed["preview"], media["preview"]);

    let id = media["id"].as_str().unwrap();
    let csv = format!("Title,Media URL,Pinterest board,Publish date\nCake,{id},{},2027-09-03T08:00\n", planner.board);
    let import = format!("/v1/pins/import?account_id={}&time_zone=UTC", planner.account);
    let taken = planner.calls().upload(&import, csv).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    world.parts.lambda.finish().await;
    let listed = planner.calls().get("/v1/pins?from=2027-09-03T00:00:00Z").await.json();
    assert_eq!(listed["items"][0]["preview"], media["preview"], "{listed}");
}

#[tokio::test(start_paused = true)]
async fn a_thumbnail_that_cannot_be_shown_is_refused_with_words_and_the_file_is_taken() {
    let world = World::enabled().await;
    let file = files::png(1000, 1500);
    let announced = |bytes: &[u8]| json!({"content_type": "image/jpeg", "size": bytes.len()});
    let large = files::jpeg(481, 480, 10);
    for (bytes, code) in [
        (Some(large.clone()), "thumbnail_refused"),
        (Some(b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()), "thumbnail_refused"),
        (None, "thumbnail_missing"),
    ] {
        let said = announced(bytes.as_deref().unwrap_or(&large));
        let done = completed(&world, "image/png", &file, said, bytes.as_deref()).await;
        assert_eq!((&done["status"], &done["warnings"][0]["code"]), (&json!("ready"), &json!(code)), "{done}");
        assert!(done["warnings"][0]["message"].as_str().unwrap().contains("upload both again"));
        assert_eq!(shows(&world, &done["preview"]), file, "the file itself is shown");
    }
    let wrong =
        json!({"content_type": "image/png", "size": 9, "thumbnail": {"content_type": "image/jpeg", "size": 60_001}});
    let answer = world.user("alice").post("/v1/media", &wrong).await;
    assert_eq!(answer.wrong_fields(), [("thumbnail.size".to_owned(), "too_large".to_owned())]);
    assert!(answer.text().contains("at most 60000 bytes"), "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn a_thumbnail_stays_and_goes_with_its_file() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let thumbnail = files::jpeg(320, 480, 100);
    let used = with_thumbnail(&world, "image/png", &files::png(10, 15), &thumbnail).await;
    let gone = with_thumbnail(&world, "image/png", &files::png(10, 15), &thumbnail).await;
    with_thumbnail(&world, "image/png", &files::png(10, 15), &thumbnail).await;
    let pin = schedule(&planner, json!({"source_type": "media", "media_id": used["id"]})).await;
    let path = format!("/v1/media/{}", gone["id"].as_str().unwrap());
    let deleted = planner.calls().delete(&path).await;
    assert_eq!((deleted.status, &deleted.json()["preview"]["url"]), (200, &Value::Null));
    assert_eq!(world.show(gone["preview"]["url"].as_str().unwrap()).code(), "NoSuchKey");

    world.wait(SignedDuration::from_hours(24 * 91)).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 2, "the file that nobody used, and its thumbnail");
    let preview = planner.read(pin["id"].as_str().unwrap()).await["preview"].clone();
    assert_eq!(shows(&world, &preview), thumbnail);
}
