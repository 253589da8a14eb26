//! The settings in two tabs, and what a wrong entry looks like.

use super::Visit;

#[tokio::test]
async fn two_tabs_do_not_overwrite_each_other_unseen() {
    let Some(visit) = Visit::begin().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/")).await;
    visit.sign_in("ann", true).await;
    browser.go(&visit.at("/app/settings")).await;
    browser.fill("App ID", "1111111").await;
    let first = browser.another_tab().await;
    // A new tab is signed in as the first one is.
    browser.go(&visit.at("/app/settings")).await;
    browser.fill("App ID", "2222222").await;
    browser.press("Save changes").await;
    browser.sees("Saved.").await;
    let second = browser.turn_to(first).await;
    browser.press("Save changes").await;
    browser.sees("Someone else just changed these settings").await;
    assert_eq!(browser.value("App ID").await, "1111111", "what was typed is still there");
    assert_eq!(visit.api("/v1/settings").await["app_id"], "2222222", "and was not saved");
    browser.press("Keep my changes").await;
    browser.press("Save changes").await;
    browser.sees("Saved.").await;
    assert_eq!(visit.api("/v1/settings").await["app_id"], "1111111");
    browser.press("Sign out").await;
    browser.sees("On time, every time.").await;
    browser.turn_to(second).await;
    browser.sees("On time, every time.").await;
    visit.end().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let Some(visit) = Visit::begin().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/")).await;
    visit.sign_in("ann", true).await;
    browser.go(&visit.at("/app/settings")).await;
    browser.press("On").await;
    browser.fill("App ID", "fourteen").await;
    browser.press("Save changes").await;
    browser.sees("Expected the app ID as Pinterest shows it").await;
    assert_eq!(browser.value("App ID").await, "fourteen");
    browser.fill("App ID", "1485555").await;
    browser.press("Save changes").await;
    browser.sees("Enter the app secret before you switch Pinterest on.").await;
    assert_eq!(visit.api("/v1/settings").await["status"], "disabled");
    visit.end().await;
}

#[tokio::test]
async fn somebody_who_is_no_administrator_is_told_so() {
    let Some(visit) = Visit::begin().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/")).await;
    visit.sign_in("bob", false).await;
    browser.sees("Ask your administrator to set up Pinterest:").await;
    assert!(!browser.shows("Continue setup").await);
    browser.go(&visit.at("/app/settings")).await;
    browser.sees("Only administrators can see and change the settings").await;
    visit.end().await;
}
