//! A week is planned, and a picture of one's own goes into its next free slot.

use serde_json::json;
use tests::files;

use super::{Visit, pictures};

#[tokio::test]
async fn somebody_plans_a_week_and_fills_a_slot_with_a_picture_of_their_own() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/accounts")).await;
    browser.press("Plan").await;
    browser.sees("Times of each day").await;
    browser.choose("Time zone", "UTC").await;
    browser.fill("Monday", "9:00, 25:00").await;
    browser.fill("Seconds by which", "1000").await;
    browser.press("Save changes").await;
    browser.sees("Give the time as HH:MM").await;
    browser.sees("Give a whole number from 0 to 900.").await;
    browser.fill("Monday", "9:00, 18:30").await;
    browser.fill("Seconds by which", "0").await;
    browser.press("Save changes").await;
    browser.sees_no_more("Times of each day").await;
    let (account, _) = visit.place().await;
    let plan = visit.api(&format!("/v1/accounts/{account}/plan")).await;
    let monday = |time: &str| json!({"day": "monday", "time": time});
    assert_eq!((&plan["slots"], &plan["time_zone"]), (&json!([monday("09:00"), monday("18:30")]), &json!("UTC")));

    let folder = pictures();
    let (picture, text) = (folder.join("pie.png"), folder.join("pie.txt"));
    std::fs::write(&picture, files::png(1000, 1500)).unwrap();
    std::fs::write(&text, "no picture").unwrap();
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("Where it goes").await;
    browser.tick("Summer recipes").await;
    browser.attach("Or a file of yours", &text).await;
    browser.sees("Choose a JPEG or PNG picture.").await;
    browser.attach("Or a file of yours", &picture).await;
    browser.sees("Your file:").await;
    browser.sees("1000 × 1500 pixels, about 2:3").await;
    browser.fill("Title", "Pie of my own").await;
    browser.press("Next free slot").await;
    browser.sees("The first slot of the account’s plan").await;
    browser.press("Schedule").await;
    browser.sees("The pin is scheduled").await;
    let pins = visit.api("/v1/pins?status=scheduled").await;
    let pin = pins["items"].as_array().unwrap().iter().find(|pin| pin["content"]["title"] == "Pie of my own").unwrap();
    assert_eq!(pin["content"]["media"]["source_type"], "media");
    let at: jiff::Timestamp = pin["publish_at"].as_str().unwrap().parse().unwrap();
    let at = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    assert_eq!(at.weekday(), jiff::civil::Weekday::Monday);
    browser.press("Pie of my own").await;
    browser.sees("A file of yours").await;
    visit.end().await;
}
