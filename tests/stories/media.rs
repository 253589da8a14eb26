//! Files are announced, uploaded by a signed request that fits them alone, checked, listed and deleted.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{World, files};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn path(file: &Value) -> String {
    format!("/v1/media/{}", file["id"].as_str().unwrap())
}

async fn announced(world: &World, content_type: &str, size: usize) -> Value {
    let answer = world.user("alice").post("/v1/media", &json!({"content_type": content_type, "size": size})).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

#[tokio::test(start_paused = true)]
async fn a_file_is_announced_uploaded_checked_listed_and_deleted() {
    let world = World::new().await;
    let alice = world.user("alice");
    let bytes = files::jpeg(1000, 1500, 150_000);
    let wanted = json!({"content_type": "image/jpeg", "size": bytes.len(), "name": "Lemon cake"});
    let file = alice.post("/v1/media", &wanted).await.json();
    assert_eq!(
        (&file["status"], &file["name"], &file["width"]),
        (&json!("awaiting_upload"), &json!("Lemon cake"), &Value::Null)
    );
    let early = alice.post(&format!("{}/complete", path(&file)), &json!({})).await;
    assert_eq!((early.status, &early.json()["code"]), (409, &json!("not_uploaded")));

    assert_eq!(world.upload(&file["upload"], &bytes).status, 200);
    let done = alice.post(&format!("{}/complete", path(&file)), &json!({})).await.json();
    assert_eq!((&done["status"], &done["width"], &done["height"]), (&json!("ready"), &json!(1000), &json!(1500)));
    assert_eq!(done["problems"], json!([]));
    let again = alice.post(&format!("{}/complete", path(&file)), &json!({})).await.json();
    assert_eq!((&again, &alice.get(&path(&file)).await.json()), (&done, &done), "it says the same ever after");
    world.wait(SignedDuration::from_secs(1)).await;
    let other = world.completed("alice", "image/png", &files::png(10, 15)).await;
    let page = alice.get("/v1/media?limit=1").await.json();
    assert_eq!(page["items"], json!([other]), "the newest comes first");
    let next = alice.get(&format!("/v1/media?limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await.json();
    assert_eq!(next["items"], json!([done]));

    let gone = alice.delete(&path(&file)).await;
    assert_eq!((gone.status, &gone.json()["status"]), (200, &json!("deleting")));
    assert_eq!(alice.get(&path(&file)).await.status, 404);
    assert_eq!(alice.get("/v1/media").await.json()["items"], json!([other]));
    assert!(alice.delete(&path(&file)).await.status == 404 && world.user("bob").get(&path(&other)).await.status == 404);
}

#[tokio::test(start_paused = true)]
async fn every_wrong_field_of_an_announcement_is_named_at_once() {
    let world = World::new().await;
    let answer =
        world.user("alice").post("/v1/media", &json!({"content_type": "image/gif", "size": 0, "url": "x"})).await;
    let fields = [("content_type", "media_unsupported"), ("size", "invalid"), ("url", "unknown_field")];
    assert_eq!(answer.wrong_fields(), fields.map(|(field, code)| (field.to_owned(), code.to_owned())));
    for (kind, size) in [("image/png", 20_000_001_u64), ("video/mp4", 2_000_000_001)] {
        let answer = world.user("alice").post("/v1/media", &json!({"content_type": kind, "size": size})).await;
        assert_eq!(answer.wrong_fields(), [("size".to_owned(), "too_large".to_owned())], "{kind}");
    }
    assert_eq!(world.user("alice").get("/v1/media").await.json()["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_signature_is_good_for_the_announced_file_alone() {
    let world = World::new().await;
    let bytes = files::png(10, 15);
    let file = announced(&world, "image/png", bytes.len()).await;
    let upload = &file["upload"];
    let changed = |name: &str, value: Value| {
        let mut upload = upload.clone();
        upload["headers"][name] = value;
        upload
    };
    let moved = |from: &str, to: &str| {
        let mut upload = upload.clone();
        upload["url"] = json!(upload["url"].as_str().unwrap().replace(from, to));
        upload
    };
    let elsewhere = moved(file["id"].as_str().unwrap(), "media_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (upload, body, code) in [
        (upload.clone(), [&bytes[..], b"x"].concat(), "SignatureDoesNotMatch"),
        (upload.clone(), bytes[1..].to_vec(), "SignatureDoesNotMatch"),
        (changed("content-type", json!("text/html")), bytes.clone(), "SignatureDoesNotMatch"),
        (changed("x-amz-meta-owner", json!("bob")), bytes.clone(), "SignatureDoesNotMatch"),
        (changed("x-amz-tagging", json!("state=used")), bytes.clone(), "SignatureDoesNotMatch"),
        (changed("if-none-match", json!("no")), bytes.clone(), "SignatureDoesNotMatch"),
        (changed("x-amz-acl", json!("public-read")), bytes.clone(), "AccessDenied"),
        (elsewhere, bytes.clone(), "SignatureDoesNotMatch"),
        (moved("X-Amz-Expires=3600", "X-Amz-Expires=36000"), bytes.clone(), "SignatureDoesNotMatch"),
        (moved("test%2F", "else%2F"), bytes.clone(), "InvalidAccessKeyId"),
    ] {
        let refused = world.upload(&upload, &body);
        assert_eq!((refused.status, refused.code().as_str()), (403, code), "{upload}");
    }
    let url = upload["url"].as_str().unwrap();
    for method in ["GET", "DELETE", "POST"] {
        assert_eq!(world.ask_s3(method, url, &[], b"").status, 403, "{method}");
    }
    let early = world.user("alice").post(&format!("{}/complete", path(&file)), &json!({})).await;
    assert_eq!(early.json()["code"], "not_uploaded", "nothing of that was stored");
    assert_eq!(world.upload(upload, &bytes).status, 200);
    // What was looked at stays what it is.
    let again = world.upload(upload, &bytes);
    assert_eq!((again.status, again.code().as_str()), (412, "PreconditionFailed"));
}

#[tokio::test(start_paused = true)]
async fn a_signature_ends_after_an_hour() {
    let world = World::new().await;
    let bytes = files::png(10, 15);
    let file = announced(&world, "image/png", bytes.len()).await;
    world.wait(HOUR + SignedDuration::from_secs(1)).await;
    let late = world.upload(&file["upload"], &bytes);
    assert_eq!((late.status, late.code().as_str()), (403, "AccessDenied"));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_completes_or_uses_goes_away_by_itself() {
    let world = World::new().await;
    let pending = world.uploaded("alice", "image/png", &files::png(10, 15)).await;
    let unused = world.completed("alice", "image/png", &files::png(10, 15)).await;
    let alice = world.user("alice");
    world.wait(HOUR * 25).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 1);
    assert_eq!(alice.get(&path(&pending)).await.status, 404);
    assert_eq!(alice.get(&path(&unused)).await.status, 200);
    world.wait(HOUR * 24 * 88).await;
    // The row goes first, so that no pin is made with a file that is about to go.
    assert_eq!((alice.get(&path(&unused)).await.status, world.parts.objects.expire().unwrap()), (404, 0));
    assert_eq!(alice.get("/v1/media").await.json()["items"], json!([]));
    world.wait(HOUR * 25).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 1);
}
