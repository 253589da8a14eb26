//! What somebody has and may have; administrators look up others.

use serde_json::json;

use super::{Visit, pictures};

#[tokio::test]
async fn somebody_sees_what_they_have_and_may_have() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    visit.save(&json!({"limits": {"accounts": 1, "templates": 0, "waiting_pins": 40}})).await;
    browser.go(&visit.at("/")).await;
    browser.press("ann ▾").await;
    browser.press("Limits").await;
    browser.arrives(&visit.at("/app/limits")).await;
    browser.sees("1 of 40").await;
    browser.sees("0, no limit").await;
    browser.sees("Limit reached").await;
    visit.end().await;
}

#[tokio::test]
async fn an_administrator_looks_an_owner_up_and_takes_everything_along() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/limits")).await;
    browser.press("Look up").await;
    browser.sees("Enter an owner.").await;
    browser.fill("Owner", "a/b").await;
    browser.press("Look up").await;
    browser.sees("Owners with a slash can’t be looked up here.").await;
    browser.fill("Owner", "nobody").await;
    browser.press("Look up").await;
    browser.sees("This owner has nothing here.").await;
    browser.fill("Owner", "ann").await;
    browser.press("Look up").await;
    browser.sees("Limits of ann").await;
    browser.sees_no_more("This owner has nothing here.").await;
    browser.press("Export everything").await;
    browser.sees("entries in the file.").await;
    browser.picture(&pictures().join("owner.png")).await;
    browser.press("Erase everything…").await;
    browser.sees("Erase everything of ann?").await;
    browser.press("Erase for good").await;
    browser.sees("Enter ann.").await;
    browser.fill("To confirm, enter the owner again", "ann").await;
    browser.picture(&pictures().join("owner-erase.png")).await;
    browser.press("Erase for good").await;
    browser.sees("Everything of this owner is being erased").await;
    assert!(visit.api("/v1/owners/ann").await["erasure"].is_object());
    browser.press("Sign out").await;
    browser.sees("On time, every time.").await;
    visit.sign_in("bob", false).await;
    browser.go(&visit.at("/app/limits")).await;
    browser.sees("Pins waiting to go out").await;
    assert!(!browser.shows("Look up an owner").await);
    visit.end().await;
}
