//! Pins show files of their owner's own, which Pinterest gets by an address that is signed for one attempt.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use jiff::SignedDuration;
use local::in_process::{Hook, Plan};
use pinterest_sim::{Media, Mode};
use serde_json::{Value, json};
use shared::domain::{MediaFile, MediaStatus};
use tests::{ABSENT_MEDIA, Answer, Disturb, Log, Planner, World, files, pin_request};
use tracing_subscriber::EnvFilter;

fn request(planner: &Planner<'_>, media: &str, publish_at: impl Into<Value>) -> Value {
    let mut body = pin_request(&planner.account, &planner.board, publish_at);
    body["content"]["media"] = json!({"source_type": "media", "media_id": media});
    body
}

async fn schedule(planner: &Planner<'_>, media: &str, publish_at: impl Into<Value>) -> Answer {
    let answer = planner.calls().post("/v1/pins", &request(planner, media, publish_at)).await;
    planner.world.parts.lambda.finish().await;
    answer
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

/// The addresses that Pinterest was given.
fn addresses(world: &World) -> Vec<String> {
    let pins = world.simulator.all_pins(Mode::Live).into_iter();
    let source = pins.map(|pin| match pin.content.media {
        Media::Image(picture) => picture.source,
        Media::Images(_) | Media::Video(_) => String::new(),
    });
    source.collect()
}

#[tokio::test(start_paused = true)]
async fn pinterest_gets_an_address_that_gives_the_bytes_back_for_an_hour() {
    let (world, log) = (World::enabled().await, Log::default());
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace")).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let planner = world.planner().await;
    let bytes = files::png(1000, 1500);
    let media = world.ready_media("alice", &bytes).await;
    let pin = id(&schedule(&planner, &media, "now").await);
    let read = planner.read(&pin).await;
    assert_eq!(
        (&read["status"], &read["content"]["media"]),
        (&json!("published"), &json!({"source_type": "media", "media_id": media}))
    );

    let [address] = addresses(&world).try_into().unwrap();
    let given = world.read_as_pinterest(&address);
    assert_eq!((given.status, &given.body[..]), (200, &bytes[..]));
    for method in ["PUT", "DELETE"] {
        assert_eq!(world.ask_s3(method, &address, &[], b"").status, 403, "{method}");
    }
    // It is nowhere but there.
    let signature = address.split("X-Amz-Signature=").nth(1).unwrap();
    let seen = [planner.read(&pin).await.to_string(), world.everything_stored().await, log.text()];
    assert!(seen.iter().all(|text| !text.contains(signature)), "the address leaked");
    world.wait(SignedDuration::from_mins(61)).await;
    assert_eq!(world.read_as_pinterest(&address).status, 403);
}

#[tokio::test(start_paused = true)]
async fn what_pinterest_says_of_a_signed_address_is_shown_without_its_signature() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    id(&schedule(&planner, &media, "now").await);
    let [address] = addresses(&world).try_into().unwrap();
    // At the same moment the same file has the same address.
    world.refuse_next(400, 1, &format!("Sorry we could not fetch {address}"));
    let pin = id(&schedule(&planner, &media, "now").await);
    let read = planner.read(&pin).await.to_string();
    let signature = address.split("X-Amz-Signature=").nth(1).unwrap();
    assert!(!read.contains(signature), "{read}");
}

#[tokio::test(start_paused = true)]
async fn a_pin_with_a_file_that_it_cannot_have_is_refused() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let bobs = world.ready_media("bob", &files::png(10, 15)).await;
    let named = |file: Value| file["id"].as_str().unwrap().to_owned();
    let pending = named(world.uploaded("alice", "image/png", &files::png(10, 15)).await);
    let rejected = named(world.completed("alice", "image/png", b"GIF89a").await);
    let video = named(world.completed("alice", "video/mp4", &files::mp4(5_000, 720, 1280)).await);
    for (media, code) in [
        (bobs.as_str(), "not_found"),
        (ABSENT_MEDIA, "not_found"),
        ("x", "not_found"),
        (&pending, "media_not_ready"),
        (&rejected, "media_rejected"),
        (&video, "not_an_image"),
    ] {
        let answer = schedule(&planner, media, "now").await;
        assert_eq!(answer.wrong_fields(), [("content.media.media_id".to_owned(), code.to_owned())], "{media}");
    }
    let mine = world.ready_media("alice", &files::png(10, 15)).await;
    let pin = id(&schedule(&planner, &mine, "2027-02-01T00:00:00Z").await);
    let wanted = json!({"content": {"media": {"source_type": "media", "media_id": bobs}}});
    let change = planner.calls().patch(&format!("/v1/pins/{pin}"), &wanted).await;
    assert_eq!(change.wrong_fields(), [("content.media.media_id".to_owned(), "not_found".to_owned())]);
    let both = json!({"source_type": "media", "media_id": mine, "url": "https://example.com/a.jpg"});
    let change = planner.calls().patch(&format!("/v1/pins/{pin}"), &json!({"content": {"media": both}})).await;
    assert_eq!(change.wrong_fields(), [("content.media.url".to_owned(), "unknown_field".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_a_pin_waits_with_stays_and_is_not_deleted() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let path = format!("/v1/media/{media}");
    let pin = id(&schedule(&planner, &media, "2027-09-01T00:00:00Z").await);
    assert_eq!(planner.calls().get(&path).await.json()["expires_at"], Value::Null);
    let refused = planner.calls().delete(&path).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("media_in_use")));
    assert!(refused.text().contains(&pin), "{}", refused.text());
    assert_eq!(planner.calls().get(&path).await.json()["status"], "ready");
    world.wait(SignedDuration::from_hours(24 * 120)).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 0, "it stays however long the pin waits");

    let other = json!({"content": {"media": {"source_type": "image_url", "url": "https://example.com/a.jpg"}}});
    assert_eq!(planner.calls().patch(&format!("/v1/pins/{pin}"), &other).await.status, 200);
    assert_eq!(planner.calls().delete(&path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_died_or_is_refused_harms_no_pin_that_waits() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let soon = id(&schedule(&planner, &media, "2027-02-01T00:00:00Z").await);
    let later = id(&schedule(&planner, &media, "2027-09-01T00:00:00Z").await);
    // As where the function ends after it marked the file, or while the calendar is searched.
    let platform = world.platform("dying");
    let rows = &platform.media;
    let file = rows.load(&"alice".parse().unwrap(), &media.parse().unwrap()).await.unwrap().unwrap();
    rows.replace(&file, &MediaFile { status: MediaStatus::Deleting, ..file.clone() }).await.unwrap();
    let refused = schedule(&planner, &media, "2027-09-02T00:00:00Z").await;
    assert_eq!(refused.wrong_fields(), [("content.media.media_id".to_owned(), "not_found".to_owned())]);

    world.clock_reaches("2027-01-31T23:59:30Z".parse().unwrap()).await;
    world.tick().await;
    assert_eq!(planner.read(&soon).await["status"], "published");
    let again = planner.calls().delete(&format!("/v1/media/{media}")).await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("media_in_use")));
    assert!(again.text().contains(&later), "{}", again.text());
    assert_eq!(planner.calls().get(&format!("/v1/media/{media}")).await.json()["status"], "ready");
    id(&schedule(&planner, &media, "2027-09-02T00:00:00Z").await);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_two_requests_look_at_stays_for_the_pin_that_the_first_made_possible() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let file = world.uploaded("alice", "image/png", &files::png(10, 15)).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/media/{file}/complete");
    let slow: Arc<dyn Hook> =
        Disturb::every("PutObjectTagging", Plan { wait: Duration::from_secs(1), ..Plan::default() });
    let router = media::router(world.platform_with("media", &[slow]));
    let second = async { world.user("alice").at(&router).post(&path, &json!({})).await };
    let first = async {
        assert_eq!(world.user("alice").post(&path, &json!({})).await.status, 200);
        id(&schedule(&planner, &file, "2027-09-01T00:00:00Z").await)
    };
    let (second, _) = join(second, first).await;
    assert_eq!((second.status, &second.json()["expires_at"]), (200, &Value::Null), "{}", second.text());
    world.wait(SignedDuration::from_hours(24 * 120)).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pin_whose_file_is_gone_fails_with_the_remedy() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let pin = id(&schedule(&planner, &media, "2027-02-01T00:00:00Z").await);
    // As where the deletion and the pin cross.
    let (owner, id) = ("alice".parse().unwrap(), media.parse().unwrap());
    world.platform("crossing").media.delete(&owner, &id).await.unwrap();
    world.clock_reaches("2027-01-31T23:59:30Z".parse().unwrap()).await;
    world.tick().await;
    let read = planner.read(&pin).await;
    assert_eq!((&read["status"], &read["reason"]["code"]), (&json!("failed"), &json!("media_gone")));
    assert_eq!(planner.on_pinterest(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_request_with_a_file_makes_the_same_pins() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let other = world.ready_media("alice", &files::png(10, 15)).await;
    let ask = async |media: &str| {
        let alice = world.user("alice").with("idempotency-key", "once");
        alice.post("/v1/pins", &request(&planner, media, "2027-02-01T00:00:00Z")).await
    };
    let first = ask(&media).await;
    assert_eq!((first.status, ask(&media).await.json()), (201, first.json()));
    assert_eq!(ask(&other).await.json()["code"], "idempotency_mismatch");
}

#[tokio::test(start_paused = true)]
async fn an_address_of_a_private_network_is_refused_and_no_address_is_fetched() {
    let world = World::enabled().await;
    let planner = world.planner().await;
    let calls = world.simulator.calls().len();
    for host in ["localhost:9000", "169.254.169.254", "[::1]", "10.0.0.7", "2130706433"] {
        let mut body = pin_request(&planner.account, &planner.board, "2027-02-01T00:00:00Z");
        body["content"]["media"]["url"] = json!(format!("http://{host}/a.jpg"));
        let answer = planner.calls().post("/v1/pins", &body).await;
        let expected = [("content.media.url".to_owned(), "private_address".to_owned())];
        assert_eq!(answer.wrong_fields(), expected, "{host}");
    }
    // All that a function can reach are AWS and Pinterest: neither is asked for a picture.
    let taken =
        planner.calls().post("/v1/pins", &pin_request(&planner.account, &planner.board, "2027-02-01T00:00:00Z")).await;
    assert_eq!(taken.status, 201);
    let asked: Vec<_> = world.simulator.calls().split_off(calls).into_iter().map(|call| call.path).collect();
    assert!(asked.iter().all(|path| path.starts_with("/v5/boards")), "{asked:?}");
    let counts = world.meter.counts();
    assert!(counts.keys().all(|(service, _)| *service != local::in_process::Service::S3), "{counts:?}");
}
