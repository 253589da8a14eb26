//! A week is planned, and a picture of one's own goes into its next free slot.

use pinterest_sim::MediaProcessing;
use serde_json::json;
use tests::files;

use super::{Visit, pictures};

#[tokio::test]
async fn somebody_plans_a_week_and_fills_a_slot_with_a_picture_of_their_own() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/accounts")).await;
    browser.press("Posting times").await;
    browser.sees("Next 14 days").await;
    browser.choose("Time zone", "UTC").await;
    browser.press("3 a day").await;
    for day in ["Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] {
        browser.tick(&format!("Post on {day}s")).await;
    }
    browser.press("Remove 20:00 on Monday").await;
    browser.choose("Monday, time 2", "18:30").await;
    browser.sees("slots, 0 taken").await;
    browser.picture(&pictures().join("posting-times.png")).await;
    browser.fill("Vary posting times by up to", "1000").await;
    browser.press("Save changes").await;
    browser.sees("Enter a whole number from 0 to 900.").await;
    browser.fill("Vary posting times by up to", "0").await;
    browser.press("Save changes").await;
    browser.sees_no_more("Next 14 days").await;
    let (account, _) = visit.place().await;
    let plan = visit.api(&format!("/v1/accounts/{account}/plan")).await;
    let monday = |time: &str| json!({"day": "monday", "time": time});
    assert_eq!((&plan["slots"], &plan["time_zone"]), (&json!([monday("09:00"), monday("18:30")]), &json!("UTC")));

    let folder = pictures();
    let (picture, text) = (folder.join("pie.png"), folder.join("pie.txt"));
    std::fs::write(&picture, files::png(1000, 1500)).unwrap();
    std::fs::write(&text, "no picture").unwrap();
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("Boards").await;
    browser.tick("Summer recipes").await;
    browser.attach("Upload an image or video", &text).await;
    browser.sees("Choose a JPEG or PNG image, or an MP4").await;
    browser.attach("Upload an image or video", &picture).await;
    browser.sees("Your file:").await;
    browser.sees("1000 × 1500 pixels, 2:3").await;
    browser.fill("Title", "Pie of my own").await;
    browser.press("Next free slot").await;
    browser.sees("The account’s next posting time").await;
    browser.press("Schedule").await;
    browser.sees("Scheduled").await;
    let pins = visit.api("/v1/pins?status=scheduled").await;
    let pin = pins["items"].as_array().unwrap().iter().find(|pin| pin["content"]["title"] == "Pie of my own").unwrap();
    assert_eq!(pin["content"]["media"]["source_type"], "media");
    let at: jiff::Timestamp = pin["publish_at"].as_str().unwrap().parse().unwrap();
    let at = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    assert_eq!(at.weekday(), jiff::civil::Weekday::Monday);
    browser.press("Pie of my own").await;
    browser.sees("Uploaded image").await;
    visit.end().await;
}

#[tokio::test]
async fn somebody_publishes_a_video_of_their_own_with_the_cover_that_they_choose() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let quick = MediaProcessing { processing_ms: 500, ..MediaProcessing::default() };
    visit.stack.simulator().unwrap().set_media_processing(quick);
    let video = pictures().join("pie.mp4");
    std::fs::write(&video, files::mp4(10_000, 720, 1280)).unwrap();
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("Boards").await;
    browser.tick("Summer recipes").await;
    browser.attach("Upload an image or video", &video).await;
    browser.sees("Your file:").await;
    browser.fill("Cover: second of the video", "11").await;
    browser.sees("Enter a whole number from 0 to 10.").await;
    browser.fill("Title", "Pie in motion").await;
    browser.press("Now").await;
    browser.press("Publish now").await;
    browser.sees("Fix 1 problem to continue").await;
    browser.fill("Cover: second of the video", "7").await;
    browser.press("Publish now").await;
    browser.sees_no_more("How it will look").await;
    browser.press("Pie in motion").await;
    browser.sees("Uploaded video.").await;
    browser.sees("View on Pinterest").await;
    browser.picture(&pictures().join("video-pin.png")).await;
    let pins = visit.api("/v1/pins?limit=100").await;
    let pin = pins["items"].as_array().unwrap().iter().find(|pin| pin["content"]["title"] == "Pie in motion").unwrap();
    assert_eq!(pin["content"]["media"]["cover"], json!({"at_seconds": 7}));
    visit.end().await;
}
