//! A pin in its sheet and on its page: fields changed where they are read, and one that failed mended by one button.

use std::collections::BTreeMap;

use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::{Value, json};

use super::slots::type_keys;
use super::{Visit, pictures};

/// Lets Pinterest refuse the next pin, and schedules one of that title; waits until it has failed.
async fn fail(visit: &Visit, title: &str, (status, code, message): (u16, i64, &str)) -> Value {
    let body = Some(json!({"code": code, "message": message}));
    let answer = FaultAnswer::Status { status, body, headers: BTreeMap::default() };
    let fault = Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) };
    visit.stack.simulator().unwrap().set_fault(fault);
    let (account, board) = visit.place().await;
    let mut pin = tests::pin_request(&account, &board, "now");
    pin["content"]["title"] = json!(title);
    visit.post("/v1/pins", &pin).await;
    loop {
        let failed = visit.api("/v1/pins?status=failed").await["items"][0].clone();
        if failed["content"]["title"] == title {
            return failed;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Types into the field that has the focus, in the place of what it has, and leaves it.
async fn type_over(visit: &Visit, text: &str) {
    let script = "const field = document.activeElement; field.value = arguments[0]; \
                  field.dispatchEvent(new Event('input', {bubbles: true})); field.blur();";
    visit.chromium.run(script, &[json!(text)]).await;
}

async fn open_field(visit: &Visit, label: &str) {
    let script = "const [label, done] = arguments; const since = Date.now(); \
                  const button = () => [...document.querySelectorAll('.pin-fields button')].find((one) => one.textContent.startsWith(label)); \
                  const look = () => { button()?.click(); setTimeout(() => \
                    document.activeElement.matches('.pin-fields input, .pin-fields textarea') || Date.now() - since > 10_000 ? done(document.activeElement.tagName) : look(), 50) }; look();";
    let tag = visit.chromium.run_async(script, &[json!(label)]).await;
    assert!(["INPUT", "TEXTAREA"].contains(&tag.as_str().unwrap()), "{label}: {tag}");
}

#[tokio::test]
async fn a_pin_is_changed_where_it_is_read_and_back_by_a_key() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let pins = visit.api("/v1/pins?status=scheduled").await;
    let id = pins["items"][0]["id"].as_str().unwrap().to_owned();
    let at = format!("/v1/pins/{id}");
    browser.go(&visit.at("/app/calendar")).await;
    browser.run_async("const [id, done] = arguments; const look = () => { const tile = document.querySelector(`[data-pin=${id}] a`); tile ? (tile.click(), done()) : setTimeout(look, 50) }; look();", &[json!(id)]).await;
    browser.sees("Open as a page").await;
    assert!(browser.address().await.query().unwrap_or_default().contains(&format!("pin={id}")));
    open_field(&visit, "Change title").await;
    type_over(&visit, "Orange cake").await;
    browser.sees("Title of “Lemon cake” changed.").await;
    assert_eq!(visit.api(&at).await["content"]["title"], "Orange cake");
    open_field(&visit, "Change link").await;
    type_over(&visit, "no address").await;
    browser.sees("http").await;
    browser.picture(&pictures().join("pin-sheet.png")).await;
    type_keys(&visit, &["Ctrl+z"]).await;
    browser.sees("Undone: Title of “Lemon cake” changed.").await;
    assert_eq!(visit.api(&at).await["content"]["title"], "Lemon cake");
    browser.press("Turn into draft").await;
    browser.sees("“Lemon cake” is a draft now.").await;
    assert_eq!(visit.api(&at).await["status"], "draft");
    browser.run("document.querySelector('.sheet-head button').click()", &[]).await;
    browser.sees_no_more("Open as a page").await;
    // The browser notes the answer to the wrong link.
    browser.complaints().await;
    visit.end().await;
}

#[tokio::test]
async fn a_pin_that_failed_says_why_first_and_goes_out_by_four_clicks() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let failed = fail(&visit, "Tiny tart", (400, 233, "Image is too small.")).await;
    browser.go(&visit.at("/")).await;
    browser.sees("The image is too small").await;
    browser.picture(&pictures().join("home-failed.png")).await;
    browser.press("Replace image: Tiny tart").await;
    browser.sees("Save and retry now").await;
    browser.fill("Or paste an image URL", "https://example.com/large.jpg").await;
    browser.press("Save and retry now").await;
    browser.sees("Saved. Pinwheel tries again now.").await;
    let path = format!("/v1/pins/{}", failed["id"].as_str().unwrap());
    browser.sees("Published").await;
    let mut pin = visit.api(&path).await;
    for _ in 0..100 {
        if pin["status"] == "published" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        pin = visit.api(&path).await;
    }
    assert_eq!(
        (&pin["status"], &pin["content"]["media"]["url"]),
        (&json!("published"), &json!("https://example.com/large.jpg"))
    );
    visit.end().await;
}
