//! From an empty installation to a published pin, by what is on the pages alone.

use super::Visit;

#[tokio::test]
async fn an_administrator_sets_pinterest_up_and_connects_an_account() {
    let Some(visit) = Visit::begin().await else { return };
    let (browser, (id, secret)) = (&visit.chromium, visit.app());
    browser.go(&visit.at("/")).await;
    browser.sees("Pins on time").await;
    visit.sign_in("ann", true).await;
    browser.sees("Pinterest is not ready").await;
    browser.press("Set it up").await;
    browser.sees("Callback URL").await;
    browser.press("Enable").await;
    browser.press("Live").await;
    browser.fill("App ID", &id).await;
    browser.fill("App secret", &secret).await;
    browser.press("Save changes").await;
    browser.sees("Saved.").await;
    assert!(!browser.shows(&secret).await);
    browser.press("Check set-up").await;
    browser.sees("Pinterest accepts app ID and secret in live mode.").await;
    browser.press("Accounts").await;
    browser.press("Connect an account").await;
    browser.sees("Allow").await;
    browser.press("Allow").await;
    browser.press("Save boards").await;
    browser.arrives(&visit.at("/app/accounts")).await;
    browser.sees("Sign out").await;
    browser.sees("Connected").await;
    let accounts = visit.api("/v1/accounts").await;
    assert_eq!(accounts["items"][0]["state"], "connected", "{accounts}");
    visit.end().await;
}
