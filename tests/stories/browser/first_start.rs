//! From an empty installation to a published pin, by what is on the pages alone.

use super::Visit;

#[tokio::test]
async fn nobody_needs_to_be_told_how_the_first_pin_gets_out() {
    let Some(visit) = Visit::begin().await else { return };
    let (browser, (id, secret)) = (&visit.chromium, visit.app());
    browser.go(&visit.at("/")).await;
    browser.sees("On time, every time.").await;
    visit.sign_in("ann", true).await;
    browser.sees("0 of 5").await;
    browser.press("Continue setup").await;
    browser.sees("Redirect URI").await;
    browser.press("On").await;
    browser.press("Live").await;
    browser.fill("App ID", &id).await;
    browser.fill("App secret", &secret).await;
    browser.press("Save changes").await;
    browser.sees("Saved.").await;
    assert!(!browser.shows(&secret).await);
    browser.press("Check setup").await;
    browser.sees("Pinterest accepts the app ID and secret in live mode.").await;
    browser.press("Accounts").await;
    browser.press("Connect an account").await;
    browser.sees("Allow").await;
    browser.press("Allow").await;
    browser.press("Save boards").await;
    browser.arrives(&visit.at("/app/accounts")).await;
    browser.sees("Sign out").await;
    browser.sees("Connected").await;
    browser.press("Home").await;
    browser.sees("2 of 5").await;
    browser.press("Posting times").await;
    browser.press("Post 3 times a day: 9:00, 14:00, 20:00").await;
    browser.sees("3 of 5").await;
    browser.press("First pin").await;
    browser.press("Create your first pin").await;
    browser.press("Create a pin from an image URL").await;
    browser.tick("Summer recipes").await;
    browser.fill("Or paste an image URL", "https://example.com/cake.jpg").await;
    browser.fill("Title", "The first of many").await;
    browser.press("Now").await;
    browser.press("Publish now").await;
    browser.sees("View in calendar").await;
    browser.press("The first of many").await;
    browser.sees("View on Pinterest").await;
    let pins = visit.api("/v1/pins").await;
    assert_eq!(pins["items"][0]["status"], "published", "{pins}");
    visit.end().await;
}
