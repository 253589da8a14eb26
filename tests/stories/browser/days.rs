//! Days and times are right in any zone, as the browser that shows them has it.

use serde_json::{Value, json};

use super::Visit;

#[tokio::test]
async fn days_and_times_are_right_across_changes_of_the_clocks() {
    let Some(visit) = Visit::begin().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/")).await;
    browser.sees("On time, every time.").await;
    let script = browser.run("return document.querySelector('script[src]').src", &[]).await;
    let wrong = browser.run_async(include_str!("days.js"), &[script]).await;
    assert_eq!(wrong, json!([]) as Value);
    visit.end().await;
}
