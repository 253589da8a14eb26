//! Every page as a picture, wide and on a phone, light and dark; and what axe has to say about its accessibility.

use std::path::Path;

use serde_json::{Value, json};
use tests::chromium::Look;

use super::{Visit, pictures};

/// Where `.ci/run` puts axe.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/ci-tools/axe/node_modules/axe-core/axe.min.js");

const LOOKS: [(Look, &str); 4] = [
    (Look::WIDE, "wide"),
    (Look::WIDE.dark(), "wide-dark"),
    (Look::PHONE, "phone"),
    (Look::PHONE.dark(), "phone-dark"),
];

/// What axe finds on the page: rules with the places that break them.
async fn violations(visit: &Visit, axe: &str) -> Vec<String> {
    visit.chromium.run(axe, &[]).await;
    let script = "const done = arguments[0]; \
                  axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
                    .then(({violations}) => done(violations.map(({id, nodes}) => id + ' ' + nodes.map(({html}) => html).join(' '))))";
    let found = visit.chromium.run_async(script, &[]).await;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    found.as_array().map(|found| found.iter().map(text).collect()).unwrap_or_default()
}

#[tokio::test]
async fn every_page_is_pictured_and_keeps_to_wcag() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let axe = std::fs::read_to_string(Path::new(AXE)).ok();
    if axe.is_none() {
        println!("skipped in part: axe-core is not installed, so accessibility is not looked at");
    }
    let pin = visit.api("/v1/pins?limit=1").await["items"][0]["id"].as_str().unwrap().to_owned();
    super::create::fill(&visit).await;
    visit.save(&json!({"events": "enabled"})).await;
    let long = format!("https://planner.example.com/{}", "hooks/".repeat(60));
    for (url, types) in [("https://192.0.2.1.example/", json!([])), (&long, json!(["pin.published", "pin.failed"]))] {
        visit.post("/v1/webhooks", &json!({"url": url, "types": types})).await;
    }
    for username in ["shop", &"creator".repeat(14)] {
        visit.post("/v1/accounts/connect-links", &json!({"expected_username": username})).await;
    }
    let pages = [
        ("today", "/".to_owned(), "Home"),
        ("settings", "/app/settings".to_owned(), "History"),
        ("accounts", "/app/accounts".to_owned(), "Good until"),
        ("compose", "/app/compose".to_owned(), "Create a pin"),
        ("create", "/app/create".to_owned(), "free slot"),
        ("calendar", "/app/calendar".to_owned(), "Calendar"),
        ("list", "/app/calendar?view=list".to_owned(), "Lemon cake"),
        ("import", "/app/import".to_owned(), "Drop a CSV file here"),
        ("insights", "/app/insights".to_owned(), "Best pins"),
        ("webhooks", "/app/webhooks".to_owned(), "hooks/hooks"),
        ("limits", "/app/limits".to_owned(), "Pins waiting to go out"),
        ("pin", format!("/app/pins/{pin}"), "Lemon cake"),
    ];
    let mut found = Vec::new();
    for (name, path, sign) in &pages {
        for (look, kind) in LOOKS {
            browser.look(look).await;
            browser.go(&visit.at(path)).await;
            browser.sees(sign).await;
            browser.sees_no_more("Loading…").await;
            if *name == "pin" {
                browser.sees_no_more("Your image appears here").await;
            }
            // A phone makes its window as wide as what does not fit.
            let width = browser.run("return document.documentElement.scrollWidth", &[]).await;
            assert!(width.as_u64().unwrap() <= look.width.into(), "{name} {kind} is {width} pixels wide");
            browser.picture(&pictures().join(format!("{name}-{kind}.png"))).await;
            if let Some(axe) = &axe {
                let on_page = violations(&visit, axe).await;
                found.extend(on_page.into_iter().map(|violation| format!("{name} {kind}: {violation}")));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    visit.end().await;
}

#[tokio::test]
async fn the_settings_are_seen_at_once_and_weigh_little() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/settings")).await;
    browser.sees("History").await;
    // As they are sent, kept ones included; each with some 300 bytes of headers.
    let script = "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')) \
                    .reduce((sum, {encodedBodySize}) => sum + encodedBodySize + 300, 0)";
    let bytes = browser.run(script, &[]).await.as_f64().unwrap();
    assert!((10_000.0..150_000.0).contains(&bytes), "{bytes} bytes over the wire");
    let painted = "return performance.getEntriesByName('first-contentful-paint').map(({startTime}) => startTime)[0]";
    println!("first contentful paint after {} ms, {bytes} bytes", browser.run(painted, &[]).await);
    visit.end().await;
}
