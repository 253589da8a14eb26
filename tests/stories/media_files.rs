//! What was uploaded is looked at by its bytes, and what is wrong with it is said with its remedy.

use serde_json::{Value, json};
use tests::{World, files};

/// The codes of what is wrong with `bytes` as a file of that type.
async fn problems(world: &World, content_type: &str, bytes: &[u8]) -> Vec<String> {
    let file = world.completed("alice", content_type, bytes).await;
    let problems = file["problems"].as_array().unwrap();
    assert_eq!(file["status"], if problems.is_empty() { "ready" } else { "rejected" });
    assert!(problems.iter().all(|problem| problem["message"].as_str().unwrap().len() > 30), "{file}");
    problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_file_that_pinterest_would_not_take_is_rejected_with_the_reason() {
    let world = World::new().await;
    let (png, jpeg) = (files::png(10, 15), files::jpeg(10, 15, 0));
    let cut = |bytes: &[u8]| bytes[..bytes.len() - 1].to_vec();
    let mut liar = files::mp4(30_000, 720, 1280);
    // The track says that it is longer than the index around it.
    let track = liar.windows(4).position(|window| window == b"trak").unwrap();
    liar[track - 4..track].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    let fragments = [files::type_box(b"iso5"), files::index(0, 720, 1280), files::boxed(b"moof", &[])].concat();
    let mut old_codec = files::mp4(5_000, 720, 1280);
    let codec = old_codec.windows(4).position(|window| window == b"avc1").unwrap();
    old_codec[codec..codec + 4].copy_from_slice(b"mp4v");
    // A phone puts a film behind a photo, which is not looked at.
    let film = [files::mp4(5_000, 720, 1280), vec![0; 3_000_000]].concat();
    let motion_photo = [&jpeg[..], b"MotionPhoto_Data", &film].concat();
    for (content_type, bytes, expected) in [
        ("image/png", png.clone(), &[][..]),
        ("image/jpeg", jpeg.clone(), &[]),
        ("image/jpeg", files::jpeg(4000, 6000, 1_000_000), &[]),
        ("image/jpeg", png.clone(), &["wrong_type"]),
        ("image/png", jpeg.clone(), &["wrong_type"]),
        ("image/png", files::mp4(5_000, 720, 1280), &["wrong_type"]),
        ("image/png", b"GIF89a".to_vec(), &["unknown_type"]),
        ("image/jpeg", b"x".to_vec(), &["unknown_type"]),
        ("image/png", cut(&png), &["truncated"]),
        ("image/jpeg", cut(&jpeg), &["truncated"]),
        ("image/png", files::png(0, 15), &["unreadable"]),
        ("video/mp4", files::mp4(5_000, 720, 1280), &[]),
        ("video/x-m4v", files::mp4(5_000, 720, 1280), &[]),
        ("video/quicktime", files::mp4(5_000, 720, 1280), &["wrong_type"]),
        ("video/mp4", files::slow_mp4(5_000, 720, 1280), &[]),
        ("video/mp4", files::mp4(5_000, 5_000, 1_000), &["wrong_aspect"]),
        ("video/mp4", old_codec, &["wrong_codec"]),
        ("image/jpeg", motion_photo, &[]),
        ("video/mp4", files::mp4(3_000, 720, 1280), &["too_short"]),
        ("video/mp4", files::mp4(900_001, 720, 1280), &["too_long"]),
        ("video/mp4", files::slow_mp4(3_000, 0, 1280), &["no_picture", "too_short"]),
        ("video/mp4", fragments, &["no_duration"]),
        ("video/mp4", cut(&files::mp4(5_000, 720, 1280)), &["truncated"]),
        ("video/mp4", liar, &["unreadable"]),
    ] {
        let size = bytes.len();
        assert_eq!(problems(&world, content_type, &bytes).await, expected, "{content_type} of {size} bytes");
    }
}

#[tokio::test(start_paused = true)]
async fn a_very_small_picture_is_taken_with_a_warning() {
    let world = World::new().await;
    for (bytes, expected) in [
        (files::png(1000, 1500), &[][..]),
        (files::png(100, 100), &[]),
        (files::png(50, 1500), &["very_small"]),
        (files::png(1000, 99), &["very_small"]),
    ] {
        let file = world.completed("alice", "image/png", &bytes).await;
        let warnings = file["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap());
        assert_eq!(warnings.collect::<Vec<_>>(), expected);
        assert_eq!(file["status"], "ready");
    }
    let video = world.completed("alice", "video/mp4", &files::mp4(5_000, 90, 160)).await;
    assert_eq!(video["warnings"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_video_says_its_size_and_length_and_little_of_it_is_read() {
    let world = World::new().await;
    let before = world.meter.of(local::in_process::Service::S3, "GetObject").calls;
    let file = world.completed("alice", "video/mp4", &files::mp4(12_345, 1080, 1920)).await;
    let shape = json!([file["width"], file["height"], file["duration_ms"]]);
    assert_eq!(shape, json!([1080, 1920, 12_345]));
    assert_eq!(world.meter.of(local::in_process::Service::S3, "GetObject").calls - before, 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_file_is_deleted_or_goes_away_by_itself() {
    let world = World::new().await;
    let file = world.completed("alice", "image/png", b"GIF89a").await;
    assert_ne!(file["expires_at"], Value::Null);
    let path = format!("/v1/media/{}", file["id"].as_str().unwrap());
    assert_eq!(world.user("alice").delete(&path).await.status, 200);
    world.wait(jiff::SignedDuration::from_hours(25)).await;
    assert_eq!(world.parts.objects.expire().unwrap(), 0, "the file went with it");
}
