//! Pages load, or say that they did not.

use serde_json::json;

use super::Visit;

#[tokio::test]
async fn a_script_that_does_not_arrive_is_said_and_loaded_again() {
    let Some(visit) = Visit::begin().await else { return };
    let browser = &visit.chromium;
    browser.cdp("Network.enable", json!({})).await;
    browser.cdp("Network.setBlockedURLs", json!({"urls": ["*/app.js"]})).await;
    browser.go(&visit.at("/")).await;
    browser.sees("This page didn't load completely").await;
    assert!(!browser.shows("Loading…").await, "nobody waits for ever");
    browser.cdp("Network.setBlockedURLs", json!({"urls": []})).await;
    browser.press("Reload page").await;
    browser.sees("On time, every time.").await;
    visit.end().await;
}

/// As API Gateway answers where the account runs as many functions as it may.
const BUSY: &str = "const [times] = arguments; const real = window.fetch; let left = times; window.fetch = (...given) => \
     left-- > 0 ? Promise.resolve(Response.json({message: 'Service Unavailable'}, {status: 503})) : real(...given);";

#[tokio::test]
async fn a_busy_installation_is_asked_again_and_then_named() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.run(BUSY, &[json!(2)]).await;
    browser.press("Accounts").await;
    browser.sees("Connect an account").await;
    assert!(!browser.shows("busy").await);
    browser.run(BUSY, &[json!(1000)]).await;
    browser.press("Calendar").await;
    browser.sees("Pinwheel is busy right now").await;
    browser.sees("Try again").await;
    visit.end().await;
}
