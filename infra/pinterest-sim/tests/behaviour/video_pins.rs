//! Pins that are videos.

use data_encoding::BASE64;
use http::{Method, StatusCode};
use pinterest_sim::{Cover, Media, MediaOutcome, MediaProcessing, Mode, Operation, Picture, Tier, Video};
use serde_json::{Value, json};

use crate::film::{FILM, FILM_SHA256, Registered, processed};
use crate::world::{Reply, World};

struct Shop {
    world: World,
    token: String,
    board: String,
}

impl Shop {
    async fn open(mode: Mode) -> Self {
        let world = World::new();
        let token = world.connect(mode, "shop").await;
        let board = world.board(mode, "shop", "New arrivals");
        Self { world, token, board }
    }

    async fn create(&self, mode: Mode, media_id: &str, cover: &Value) -> Reply {
        let mut source = json!({ "source_type": "video_id", "media_id": media_id });
        source.as_object_mut().unwrap().extend(cover.as_object().unwrap().clone());
        let pin = json!({ "board_id": self.board, "title": "A film", "media_source": source });
        self.world.post(mode, "/pins", &self.token, &pin).await
    }

    /// The one video on the board.
    fn video(&self) -> Video {
        match self.world.simulator.pins(&self.board).pop().unwrap().content.media {
            Media::Video(video) => video,
            other => panic!("{other:?}"),
        }
    }
}

fn frame() -> Value {
    json!({ "cover_image_key_frame_time": 3 })
}

#[tokio::test]
async fn a_video_becomes_a_pin_that_calls_itself_one_after_some_seconds() {
    let shop = Shop::open(Mode::Live).await;
    let film = processed(&shop.world, Mode::Live, &shop.token).await;
    let created = shop.create(Mode::Live, &film.id, &frame()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    let media = &created.body["media"];
    assert_eq!(media["media_type"], "video");
    for name in ["duration", "height", "width", "video_url"] {
        assert_eq!(media.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(media["cover_image_url"], media["images"]["originals"]["url"]);
    let path = format!("/pins/{}", created.body["id"].as_str().unwrap());
    for (seconds, kind) in [(0, "REGULAR"), (4, "REGULAR"), (1, "VIDEO")] {
        shop.world.pass_seconds(seconds);
        let shown = shop.world.get(Mode::Live, &path, &shop.token).await;
        assert_eq!((&shown.body["creative_type"], &shown.body["media"]), (&json!(kind), media));
    }
    let board = shop.world.get(Mode::Live, &format!("/boards/{}", shop.board), &shop.token).await;
    assert_eq!(board.body["media"]["image_cover_url"], media["images"]["400x300"]["url"]);
    let video = shop.video();
    assert_eq!((video.media_id, video.size, video.sha256.as_str()), (film.id, FILM.len() as u64, FILM_SHA256));
}

#[tokio::test]
async fn each_kind_of_cover_is_taken_and_shown() {
    let picture = BASE64.encode(b"\x89PNG\r\n\x1a\nrest");
    for (cover, expected) in [
        (json!({ "cover_image_url": "https://example.com/cover.jpg" }), "https://example.com/cover.jpg"),
        (json!({ "cover_image_content_type": "image/png", "cover_image_data": picture }), "/pictures/"),
        (json!({ "cover_image_key_frame_time": 0 }), "the frame at 0 s"),
        (json!({ "cover_image_key_frame_time": 1_000_000, "is_standard": false }), "the frame at 1000000 s"),
    ] {
        let shop = Shop::open(Mode::Live).await;
        let film = processed(&shop.world, Mode::Live, &shop.token).await;
        assert_eq!(shop.create(Mode::Live, &film.id, &cover).await.status, StatusCode::CREATED, "{cover}");
        let shown = match shop.video().cover {
            Cover::Picture(Picture { source, .. }) => source,
            Cover::KeyFrame { seconds, .. } => format!("the frame at {seconds} s"),
        };
        assert!(shown.starts_with(expected), "{shown}");
        let page = shop.world.call(Method::GET, &format!("/boards/shop/{}", shop.board), "", None).await;
        for piece in ["Video <code>", film.id.as_str(), shown.as_str(), FILM_SHA256] {
            assert!(page.text.contains(piece), "{piece}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn a_video_without_a_good_cover_is_refused() {
    let shop = Shop::open(Mode::Live).await;
    let film = processed(&shop.world, Mode::Live, &shop.token).await;
    let missing = "cover_image_url or cover_image_content_type";
    for (cover, words) in [
        (json!({}), missing),
        (json!({ "cover_image_url": null }), missing),
        (json!({ "cover_image_data": "eA==" }), missing),
        (json!({ "cover_image_content_type": "image/png" }), missing),
        (json!({ "cover_image_key_frame_time": -1 }), "is not of type 'integer'"),
        (json!({ "cover_image_key_frame_time": "3" }), "is not of type 'integer'"),
        (json!({ "cover_image_url": "https://host.internal/a.jpg" }), "could not fetch the image"),
        (json!({ "cover_image_url": "cover.jpg" }), "invalid URL"),
        (json!({ "cover_image_content_type": "image/gif", "cover_image_data": "eA==" }), "is not one of"),
        (
            json!({ "cover_image_content_type": "image/png", "cover_image_data": "data:x" }),
            "'cover_image_data' does not match",
        ),
        (
            json!({ "cover_image_key_frame_time": 3, "url": "https://example.com/a.mp4" }),
            "'media_source.url' was unexpected",
        ),
    ] {
        let reply = shop.create(Mode::Live, &film.id, &cover).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{cover}");
        assert!(reply.refusal().2.contains(words), "{cover}: {}", reply.text);
    }
    assert!(shop.world.simulator.pins(&shop.board).is_empty());
}

#[tokio::test]
async fn a_video_must_be_ready_and_the_callers() {
    let shop = Shop::open(Mode::Live).await;
    let (world, token) = (&shop.world, &shop.token);
    let friend = processed(world, Mode::Live, &world.connect(Mode::Live, "friend").await).await;
    let sandbox = processed(world, Mode::Sandbox, &world.connect(Mode::Sandbox, "shop").await).await;
    let registered = Registered::new(world, Mode::Live, token).await;
    let fleeting = MediaProcessing { processing_ms: 0, expires_ms: Some(0), ..MediaProcessing::default() };
    world.simulator.set_media_processing(fleeting);
    let expired = Registered::new(world, Mode::Live, token).await;
    expired.upload(world, FILM).await;
    world
        .simulator
        .set_media_processing(MediaProcessing { outcome: MediaOutcome::Failed, ..MediaProcessing::default() });
    let failed = processed(world, Mode::Live, token).await;
    world.simulator.set_media_processing(MediaProcessing::default());
    let processing = Registered::new(world, Mode::Live, token).await;
    processing.upload(world, FILM).await;
    for (id, words) in [
        ("123", "Media upload not found"),
        (&friend.id, "Media upload not found"),
        (&sandbox.id, "Media upload not found"),
        (&expired.id, "Media upload not found"),
        (&registered.id, "'registered'"),
        (&processing.id, "'processing'"),
        (&failed.id, "'failed'"),
        ("abc", r"does not match '^\d+$'"),
    ] {
        let reply = shop.create(Mode::Live, id, &frame()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{words}");
        assert!(reply.refusal().2.contains(words), "{words}: {}", reply.text);
    }
    assert!(world.simulator.pins(&shop.board).is_empty());
}

#[tokio::test]
async fn the_sandbox_takes_uploads_and_no_video_pins() {
    let shop = Shop::open(Mode::Sandbox).await;
    let film = processed(&shop.world, Mode::Sandbox, &shop.token).await;
    let reply = shop.create(Mode::Sandbox, &film.id, &frame()).await;
    assert_eq!(reply.refusal(), (400, 1, "Video Pins cannot be created in the API Sandbox."));
}

#[tokio::test]
async fn a_trial_app_uploads_and_makes_no_video_pin_on_the_live_host() {
    let shop = Shop::open(Mode::Live).await;
    shop.world.simulator.set_tier(Tier::Trial);
    let film = processed(&shop.world, Mode::Live, &shop.token).await;
    assert_eq!(shop.create(Mode::Live, &film.id, &frame()).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_video_may_be_on_several_pins_and_saved_from_one() {
    let shop = Shop::open(Mode::Live).await;
    let film = processed(&shop.world, Mode::Live, &shop.token).await;
    shop.create(Mode::Live, &film.id, &frame()).await;
    let second = shop.create(Mode::Live, &film.id, &frame()).await;
    assert_eq!(second.status, StatusCode::CREATED);
    let path = format!("/pins/{}/save", second.body["id"].as_str().unwrap());
    let saved = shop.world.post(Mode::Live, &path, &shop.token, &json!({ "board_id": shop.board })).await;
    assert_eq!(saved.body["media"], second.body["media"]);
    let calls = shop.world.simulator.calls();
    assert_eq!(calls.last().map(|call| call.operation), Some(Operation::SavePin));
}
