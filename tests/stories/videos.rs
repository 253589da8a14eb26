//! Pins with videos: uploaded and processed ahead of time, so that the pin goes out at its second.

mod deaths;
mod trouble;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Cover, Media, MediaOutcome, MediaProcessing, Mode, Operation};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::clock::Clock;
use tests::{Answer, Planner, START, World, files, pin_request};

/// The id of a video of alice's that pins can be made with.
async fn video(world: &World) -> String {
    let file = world.completed("alice", "video/mp4", &files::mp4(10_000, 720, 1280)).await;
    assert_eq!(file["status"], "ready", "{file}");
    file["id"].as_str().unwrap().to_owned()
}

fn request(planner: &Planner<'_>, media: Value, publish_at: impl Into<Value>) -> Value {
    let mut body = pin_request(&planner.account, &planner.board, publish_at);
    body["content"]["media"] = media;
    body
}

fn showing(video: &str) -> Value {
    json!({"source_type": "video", "media_id": video})
}

async fn post(planner: &Planner<'_>, media: Value, publish_at: impl Into<Value>) -> Answer {
    planner.calls().post("/v1/pins", &request(planner, media, publish_at)).await
}

async fn plan(planner: &Planner<'_>, media: Value, publish_at: Timestamp) -> String {
    let answer = post(planner, media, publish_at.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Lets Pinterest take so long with a video, or never come to an end.
fn processing(world: &World, time: SignedDuration, outcome: MediaOutcome) {
    let processing_ms = u64::try_from(time.as_millis()).unwrap();
    world.simulator.set_media_processing(MediaProcessing { processing_ms, outcome, expires_ms: None });
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// Lets the schedule fire while the video of a pin for `at` is sent and around the pin's time, and not in between.
async fn through(world: &World, at: Timestamp) {
    world.clock_reaches(world.clock.now().max(at - minutes(61))).await;
    world.schedule_until(at - minutes(44)).await;
    world.clock_reaches(at - minutes(2)).await;
    world.schedule_until(at + minutes(1)).await;
}

/// The stage of the pin's video, and how the pin stands.
async fn standing(planner: &Planner<'_>, pin: &str) -> (String, String) {
    let read = planner.read(pin).await;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (word(&read["content"]["media"]["upload"]), word(&read["status"]))
}

/// The outcomes in the pin's timeline.
fn outcomes(read: &Value) -> Vec<&str> {
    read["attempts"].as_array().unwrap().iter().map(|attempt| attempt["outcome"].as_str().unwrap()).collect()
}

fn count(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

/// The videos of the pins on Pinterest.
fn shown(world: &World) -> Vec<pinterest_sim::Video> {
    let pins = world.simulator.all_pins(Mode::Live).into_iter();
    let videos = pins.map(|pin| match pin.content.media {
        Media::Video(video) => video,
        other => panic!("no video: {other:?}"),
    });
    videos.collect()
}

#[tokio::test(start_paused = true)]
async fn a_video_is_ready_before_its_pins_time_and_the_pin_goes_out_at_its_second() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = video(&world).await;
    processing(&world, minutes(3), MediaOutcome::Succeeded);
    let at = START + SignedDuration::from_hours(30);
    let pin = plan(&planner, showing(&media), at).await;
    world.clock_reaches(at - minutes(92)).await;
    world.schedule_until(at - minutes(91)).await;
    assert_eq!(standing(&planner, &pin).await, ("waiting".to_owned(), "scheduled".to_owned()));
    assert_eq!(count(&world, Operation::RegisterMedia), 0, "nothing is sent before it is time");
    through(&world, at).await;
    let seen = planner.read(&pin).await["attempts"][1]["at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(seen < at - minutes(55), "it was ready at {seen}");

    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    assert!(read["lateness_ms"].as_i64().unwrap() < 1000, "{}", read["lateness_ms"]);
    assert_eq!(outcomes(&read), ["video_uploaded", "video_ready", "published"]);
    assert_eq!(read["attempts"][0]["kind"], "video");
    let [sent] = world.simulator.media().try_into().unwrap();
    let bytes = files::mp4(10_000, 720, 1280);
    assert_eq!(sent.file.unwrap().size, bytes.len() as u64);
    let [video] = shown(&world).try_into().unwrap();
    assert_eq!(video.media_id, sent.id);
    assert!(matches!(video.cover, Cover::KeyFrame { seconds: 1, .. }), "{:?}", video.cover);
    let asked = count(&world, Operation::GetMedia);
    assert!(asked < 15, "three minutes are asked about {asked} times");
}

#[tokio::test(start_paused = true)]
async fn a_video_as_a_phone_writes_it_is_sent_with_its_index_first() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let of_phone = files::slow_mp4(10_000, 1080, 1920);
    let moved = files::slow_mp4_moved(10_000, 1080, 1920);
    assert_ne!(of_phone, moved);
    for (given, sent) in [(of_phone, &moved), (moved.clone(), &moved)] {
        let media = world.completed("alice", "video/mp4", &given).await;
        assert_eq!(media["status"], "ready", "{media}");
        plan(&planner, showing(media["id"].as_str().unwrap()), world.clock.now() + minutes(5)).await;
        through(&world, world.clock.now() + minutes(5)).await;
        let received = world.simulator.media().pop().unwrap().file.unwrap();
        assert_eq!(received.size, sent.len() as u64);
        assert_eq!(received.sha256, HEXLOWER.encode(&Sha256::digest(sent)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cover_is_a_second_of_the_video_or_an_image_of_ones_own() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let (media, image) = (video(&world).await, world.ready_media("alice", &files::png(720, 1280)).await);
    for cover in [json!({"at_seconds": 7}), json!({"media_id": image})] {
        let told = json!({"source_type": "video", "media_id": media, "cover": cover});
        let answer = post(&planner, told, "now").await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let read = &answer.json()["items"][0]["content"]["media"];
        assert_eq!((&read["cover"], &read["upload"]), (&cover, &json!("waiting")));
        world.parts.lambda.finish().await;
    }
    let [second, picture] = shown(&world).try_into().unwrap();
    let covers = [second.cover, picture.cover];
    assert!(covers.iter().any(|cover| matches!(cover, Cover::KeyFrame { seconds: 7, .. })), "{covers:?}");
    let address = covers.iter().find_map(|cover| match cover {
        Cover::Picture(picture) => Some(picture.source.clone()),
        Cover::KeyFrame { .. } => None,
    });
    let given = world.read_as_pinterest(&address.unwrap());
    assert_eq!((given.status, &given.body[..]), (200, &files::png(720, 1280)[..]));
}

#[tokio::test(start_paused = true)]
async fn a_pin_for_now_goes_out_as_soon_as_its_video_is_ready() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = video(&world).await;
    processing(&world, SignedDuration::from_secs(40), MediaOutcome::Succeeded);
    let answer = post(&planner, showing(&media), "now").await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let pin = answer.json()["items"][0]["id"].as_str().unwrap().to_owned();
    world.wait(SignedDuration::from_secs(20)).await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("scheduled"), &json!("video_not_ready")));
    assert!(read["next_attempt_at"].is_string(), "{read}");
    world.parts.lambda.finish().await;
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    assert!(read["lateness_ms"].as_i64().unwrap() < 60_000, "{}", read["lateness_ms"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_video_is_said_with_its_field() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let (media, image) = (video(&world).await, world.ready_media("alice", &files::png(720, 1280)).await);
    let wide = world.completed("alice", "video/mp4", &files::mp4(10_000, 5_000, 1_000)).await;
    let with = |cover: Value| json!({"source_type": "video", "media_id": media, "cover": cover});
    for (told, field, code) in [
        (showing(&image), "media_id", "not_a_video"),
        (json!({"source_type": "media", "media_id": media}), "media_id", "not_an_image"),
        (showing(wide["id"].as_str().unwrap()), "media_id", "media_rejected"),
        (json!({"source_type": "video"}), "media_id", "required"),
        (with(json!({"at_seconds": 11})), "cover.at_seconds", "past_the_end"),
        (with(json!({"at_seconds": -1})), "cover.at_seconds", "invalid"),
        (with(json!({"at_seconds": 1.5})), "cover.at_seconds", "invalid"),
        (with(json!({"media_id": media})), "cover.media_id", "not_an_image"),
        (with(json!({"media_id": "x"})), "cover.media_id", "not_found"),
        (with(json!({"at_seconds": 1, "media_id": image})), "cover", "invalid"),
        (with(json!({"at_seconds": null, "media_id": null})), "cover", "invalid"),
        (with(json!({})), "cover", "invalid"),
        (with(json!({"at_seconds": 1, "url": "https://example.com/a.jpg"})), "cover.url", "unknown_field"),
        (with(json!("first")), "cover", "wrong_type"),
    ] {
        let answer = post(&planner, told.clone(), "now").await;
        assert_eq!(answer.wrong_fields(), [(format!("content.media.{field}"), code.to_owned())], "{told}");
    }
    let last = post(&planner, with(json!({"at_seconds": 10})), "2027-02-01T00:00:00Z").await;
    assert_eq!(last.status, 201, "the last second is one of them: {}", last.text());
    let null = post(&planner, with(json!({"at_seconds": 7, "media_id": null})), "2027-02-08T00:00:00Z").await;
    let read = null.json()["items"][0]["content"].clone();
    assert_eq!(read["media"]["cover"], json!({"at_seconds": 7}), "{}", null.text());
    let path = format!("/v1/pins/{}", null.json()["items"][0]["id"].as_str().unwrap());
    assert_eq!(
        planner.calls().patch(&path, &json!({"content": read})).await.status,
        200,
        "what was read can be sent back"
    );
    let address = json!({"source_type": "image_url", "url": "https://example.com/a.mp4"});
    let answer = post(&planner, address, "now").await;
    assert_eq!(answer.wrong_fields(), [("content.media.url".to_owned(), "media_unsupported".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_takes_no_video_and_says_so_before_anything_is_planned() {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.mode = shared::domain::Mode::Sandbox).await;
    let scopes = shared::domain::Scopes::defaults().to_string();
    let account = world.link_as("alice", "shop", shared::domain::Mode::Sandbox, &scopes).await.unwrap();
    let board = world.simulator.boards(Mode::Sandbox, "shop")[0].id.clone();
    let planner = Planner { world: &world, account, board };
    let media = video(&world).await;
    let answer = post(&planner, showing(&media), "2027-02-01T00:00:00Z").await;
    let refused = [("content.media.source_type".to_owned(), "video_in_sandbox".to_owned())];
    assert_eq!(answer.wrong_fields(), refused);
    assert!(answer.text().contains("sandbox doesn't accept video"), "{}", answer.text());
    let draft = planner.plan(Value::Null).await;
    let change = json!({"content": {"media": showing(&media)}});
    assert_eq!(planner.calls().patch(&format!("/v1/pins/{draft}"), &change).await.wrong_fields(), refused);
}

#[tokio::test(start_paused = true)]
async fn whoever_edits_or_cancels_a_pin_wins_over_its_video() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = video(&world).await;
    processing(&world, minutes(10), MediaOutcome::Succeeded);
    let at = START + SignedDuration::from_hours(3);
    let [cancelled, imaged, moved, retitled] = [
        plan(&planner, showing(&media), at).await,
        plan(&planner, showing(&media), at).await,
        plan(&planner, showing(&media), at).await,
        plan(&planner, showing(&media), at).await,
    ];
    world.clock_reaches(at - minutes(61)).await;
    world.schedule_until(at - minutes(55)).await;
    assert_eq!(standing(&planner, &cancelled).await.0, "processing");
    assert_eq!(planner.calls().delete(&format!("/v1/pins/{cancelled}")).await.status, 200);
    let change = async |pin: &str, body: Value| {
        let answer = planner.calls().patch(&format!("/v1/pins/{pin}"), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let image = json!({"source_type": "image_url", "url": "https://example.com/a.jpg"});
    change(&imaged, json!({"content": {"media": image}})).await;
    let later = at + SignedDuration::from_hours(72);
    change(&moved, json!({"publish_at": later.to_string()})).await;
    change(&retitled, json!({"content": {"title": "Another title"}})).await;
    through(&world, at).await;
    let own = |text: &str| text.to_owned();
    assert_eq!(standing(&planner, &cancelled).await.1, "cancelled");
    assert_eq!(standing(&planner, &imaged).await, (String::new(), own("published")));
    assert_eq!(standing(&planner, &retitled).await, (own("ready"), own("published")));
    assert_eq!(planner.read(&retitled).await["lateness_ms"].as_i64().unwrap() / 1000, 0);
    assert_eq!(standing(&planner, &moved).await, (own("waiting"), own("scheduled")));
    through(&world, later).await;
    assert_eq!(standing(&planner, &moved).await, (own("ready"), own("published")));
    assert_eq!(planner.on_pinterest(), 3);
}

#[tokio::test(start_paused = true)]
async fn neither_the_place_nor_the_bearer_token_is_sent_where_it_does_not_belong() {
    let world = World::enabled().await;
    let log = tests::Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new("trace"))
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let planner = world.planner().await;
    let media = video(&world).await;
    let pin = plan(&planner, showing(&media), world.clock.now() + minutes(2)).await;
    world.schedule_until(world.clock.now() + minutes(4)).await;
    // The simulator refuses an upload with a bearer token, as S3 does.
    let read = planner.read(&pin).await;
    assert_eq!(read["status"], "published", "{read}");
    let seen = [log.text(), world.everything_stored().await, read.to_string()];
    for secret in ["x-amz-signature", "x-amz-security-token", "policy\""] {
        assert!(seen.iter().all(|text| !text.to_lowercase().contains(secret)), "{secret} leaked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_video_of_half_a_minute_costs_its_pin_a_few_dozen_write_units() {
    let world = World::enabled().await;
    processing(&world, SignedDuration::from_secs(30), MediaOutcome::Succeeded);
    let planner = world.planner().await;
    let media = video(&world).await;
    let at = START + minutes(120);
    let pin = plan(&planner, showing(&media), at).await;
    let before = world.meter.total().write_units;
    world.clock_reaches(at - minutes(60)).await;
    let report = world.tick().await;
    assert_eq!(standing(&planner, &pin).await.0, "ready");
    let spent = world.meter.total().write_units - before;
    println!("{spent} write units, in {} steps", report.videos);
    assert!(spent < 40.0, "{spent}");
}
