//! Media uploads: registered, uploaded, processed.

use http::StatusCode;
use pinterest_sim::{MediaFile, MediaOutcome, MediaProcessing, MediaStatus, Mode, Storage, Tier};
use serde_json::{Value, json};

use crate::film::{FILM, FILM_SHA256, Registered};
use crate::world::{SCOPES, World};

async fn status(world: &World, mode: Mode, token: &str, id: &str) -> Value {
    let reply = world.get(mode, &format!("/media/{id}"), token).await;
    if reply.status == StatusCode::OK { reply.body["status"].clone() } else { json!(reply.status.as_u16()) }
}

#[tokio::test]
async fn a_registration_says_where_and_with_what_to_upload() {
    let world = World::new();
    for mode in Mode::ALL {
        let token = world.connect(mode, "shop").await;
        let reply = world.post(mode, "/media", &token, &json!({ "media_type": "video" })).await;
        assert_eq!((reply.status, &reply.body["media_type"]), (StatusCode::CREATED, &json!("video")));
        let registered = Registered::of(&reply.body);
        assert!(registered.id.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(registered.url, format!("http://localhost/_pinterest/{mode}/media-upload/"));
        let names: Vec<_> = registered.parameters.iter().map(|(name, _)| name.as_str()).collect();
        let documented = [
            "Content-Type",
            "key",
            "policy",
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-security-token",
            "x-amz-signature",
        ];
        assert_eq!(names, documented);
        let other = Registered::new(&world, mode, &token).await;
        for (name, value) in &registered.parameters {
            let is_shared = ["Content-Type", "x-amz-algorithm", "x-amz-date"].contains(&name.as_str());
            assert_eq!(other.parameters.contains(&(name.clone(), value.clone())), is_shared, "{name}");
        }
    }
}

#[tokio::test]
async fn the_address_for_the_upload_has_the_host_that_was_called() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for (uri, host, origin) in [
        ("http://pinterest.test/live/v5/media", "other:1", "http://pinterest.test"),
        ("https://pinterest.test:8443/live/v5/media", "", "https://pinterest.test:8443"),
        ("/live/v5/media", "127.0.0.1:7879", "http://127.0.0.1:7879"),
    ] {
        let request = http::Request::post(uri).header("authorization", format!("Bearer {token}"));
        let request = if host.is_empty() { request } else { request.header("host", host) };
        let reply = world.send(request.body(r#"{"media_type":"video"}"#.into()).unwrap()).await;
        assert_eq!(reply.body["upload_url"], format!("{origin}/_pinterest/live/media-upload/"));
    }
}

#[tokio::test]
async fn a_wrong_registration_is_refused() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    for (body, words) in [
        (json!({}), "'media_type' is a required property"),
        (json!({ "media_type": "image" }), "is not one of"),
        (json!({ "media_type": 1 }), "is not one of"),
        (json!({ "media_type": "video", "size": 1 }), "'size' was unexpected"),
        (json!([]), "is not of type 'object'"),
    ] {
        let reply = world.post(Mode::Live, "/media", &token, &body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(reply.refusal().2.contains(words), "{body}: {}", reply.text);
    }
    assert!(world.simulator.media().is_empty());
    let reader = world.simulator.issue_token(Mode::Live, "shop", "pins:read").unwrap();
    let reply = world.post(Mode::Live, "/media", &reader, &json!({ "media_type": "video" })).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get(Mode::Live, "/media/abc", &token).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get(Mode::Live, "/media/1", "wrong").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_file_is_processed_for_its_time_and_then_succeeds() {
    let world = World::new();
    for mode in Mode::ALL {
        let token = world.connect(mode, "shop").await;
        let registered = Registered::new(&world, mode, &token).await;
        assert_eq!(status(&world, mode, &token, &registered.id).await, "registered");
        assert_eq!((registered.seen(&world).file, registered.seen(&world).status), (None, MediaStatus::Registered));
        let reply = registered.upload(&world, FILM).await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""));
        for (seconds, expected) in [(0, "processing"), (19, "processing"), (1, "succeeded"), (86_400, "succeeded")] {
            world.pass_seconds(seconds);
            assert_eq!(status(&world, mode, &token, &registered.id).await, expected);
        }
        let seen = registered.seen(&world);
        assert_eq!((seen.mode, seen.person.as_str(), seen.status), (mode, "shop", MediaStatus::Succeeded));
        assert_eq!(seen.file, Some(MediaFile { size: FILM.len() as u64, sha256: FILM_SHA256.to_owned() }));
    }
}

#[tokio::test]
async fn processing_ends_as_it_was_set_when_the_file_came() {
    let set = |outcome| MediaProcessing { processing_ms: 3000, outcome, expires_ms: Some(60_000) };
    for (outcome, file, expected) in [
        (MediaOutcome::Succeeded, FILM, [json!("processing"), json!("succeeded"), json!(404)]),
        (MediaOutcome::Succeeded, b"<html>no film</html>", [json!("processing"), json!("failed"), json!("failed")]),
        (MediaOutcome::Succeeded, b"", [json!("processing"), json!("failed"), json!("failed")]),
        (MediaOutcome::Failed, FILM, [json!("processing"), json!("failed"), json!("failed")]),
        (MediaOutcome::Stuck, FILM, [json!("processing"), json!("processing"), json!("processing")]),
    ] {
        let world = World::new();
        let token = world.connect(Mode::Live, "shop").await;
        let registered = Registered::new(&world, Mode::Live, &token).await;
        world.simulator.set_media_processing(set(outcome));
        assert_eq!(registered.upload(&world, file).await.status, StatusCode::NO_CONTENT);
        world.simulator.set_media_processing(MediaProcessing::default());
        for (seconds, expected) in [2, 1, 60].into_iter().zip(expected) {
            world.pass_seconds(seconds);
            let found = status(&world, Mode::Live, &token, &registered.id).await;
            assert_eq!(found, expected, "{outcome:?} {}", String::from_utf8_lossy(file));
        }
    }
}

#[tokio::test]
async fn a_media_upload_is_known_to_its_person_and_on_its_host_only() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let registered = Registered::new(&world, Mode::Live, &token).await;
    let (friend, sandbox) = (world.connect(Mode::Live, "friend").await, world.connect(Mode::Sandbox, "shop").await);
    for (mode, token, id) in [
        (Mode::Live, &friend, registered.id.as_str()),
        (Mode::Sandbox, &sandbox, &registered.id),
        (Mode::Live, &token, "123"),
    ] {
        let reply = world.get(mode, &format!("/media/{id}"), token).await;
        assert_eq!(reply.refusal(), (404, 404, "Media upload not found"));
    }
}

#[tokio::test]
async fn a_second_upload_is_taken_and_changes_nothing() {
    let world = World::new();
    let token = world.connect(Mode::Live, "shop").await;
    let registered = Registered::new(&world, Mode::Live, &token).await;
    registered.upload(&world, FILM).await;
    world.pass_seconds(20);
    let before = registered.seen(&world);
    assert_eq!(registered.upload(&world, b"something else").await.status, StatusCode::NO_CONTENT);
    assert_eq!(registered.seen(&world), before);
}

#[tokio::test]
async fn a_reopened_folder_knows_its_uploads_and_goes_on_processing() {
    let folder = tempfile::tempdir().unwrap();
    let open = || World::with(Storage::Folder(folder.path().to_owned()), Tier::Standard);
    let world = open();
    let token = world.connect(Mode::Live, "shop").await;
    let uploaded = Registered::new(&world, Mode::Live, &token).await;
    let waiting = Registered::new(&world, Mode::Live, &token).await;
    uploaded.upload(&world, FILM).await;
    drop(world);

    let world = open();
    assert_eq!(status(&world, Mode::Live, &token, &uploaded.id).await, "processing");
    world.pass_seconds(20);
    assert_eq!(status(&world, Mode::Live, &token, &uploaded.id).await, "succeeded");
    assert_eq!(waiting.upload(&world, FILM).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn uploads_are_told_by_the_control_api() {
    let world = World::new();
    let token = world.exchange(Mode::Live, &world.code("shop", SCOPES)).await.body["access_token"].clone();
    let registered = Registered::new(&world, Mode::Live, token.as_str().unwrap()).await;
    let told = async || world.control(http::Method::GET, "uploads", &Value::Null).await.body["items"][0].clone();
    let mut expected = json!({
        "media_id": registered.id, "mode": "live", "person": "shop", "registered_at": "2026-03-01T12:00:00.000Z",
        "status": "registered", "size": null, "sha256": null,
    });
    assert_eq!(told().await, expected);
    registered.upload(&world, FILM).await;
    for (name, value) in [("status", json!("processing")), ("size", json!(FILM.len())), ("sha256", json!(FILM_SHA256))]
    {
        expected[name] = value;
    }
    assert_eq!(told().await, expected);
}
