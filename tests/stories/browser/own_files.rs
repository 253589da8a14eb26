//! Pictures of people's own: made small in the browser, seen on every page, dropped and pasted anywhere.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Visit, pictures};

/// A picture of 800 by 1200 pixels in one colour, of that type, as the browser writes it.
async fn photo(visit: &Visit, kind: &str) -> PathBuf {
    let script = "const [kind] = arguments; \
                  const canvas = Object.assign(document.createElement('canvas'), {width: 800, height: 1200}); \
                  const context = canvas.getContext('2d'); context.fillStyle = '#3366cc'; context.fillRect(0, 0, 800, 1200); \
                  return canvas.toDataURL(kind).split(',')[1];";
    let data = visit.chromium.run(script, &[json!(kind)]).await;
    let bytes = data_encoding::BASE64.decode(data.as_str().unwrap().as_bytes()).unwrap();
    let file = pictures().join(format!("blue.{}", kind.rsplit('/').next().unwrap()));
    std::fs::write(&file, bytes).unwrap();
    file
}

/// Waits until every picture in the page is there, and says how many there are; none of them could not be loaded.
async fn shown(visit: &Visit) -> u64 {
    let script = "const done = arguments[0]; const since = Date.now(); const look = () => { \
                  const images = [...document.querySelectorAll('main img')]; \
                  for (const image of images) image.loading = 'eager'; \
                  const are = images.length > 0 && images.every((image) => image.complete && image.naturalWidth > 0); \
                  if (are || Date.now() - since > 20_000) done(are ? images.length : 0); else setTimeout(look, 50); }; look();";
    visit.chromium.run_async(script, &[]).await.as_u64().unwrap_or_default()
}

/// Lets a file be dropped there, as from the desktop.
async fn drop_at(visit: &Visit, file: &Path, (x, y): (f64, f64)) {
    let file = file.canonicalize().unwrap();
    let data = json!({"items": [], "files": [file.to_str().unwrap()], "dragOperationsMask": 1});
    for kind in ["dragEnter", "dragOver", "drop"] {
        let event = json!({"type": kind, "x": x, "y": y, "data": data});
        visit.chromium.cdp("Input.dispatchDragEvent", event).await;
    }
}

/// The same in the middle of the window.
async fn drop(visit: &Visit, file: &Path) {
    drop_at(visit, file, (400.0, 400.0)).await;
}

async fn pin_called(visit: &Visit, title: &str) -> Value {
    let pins = visit.api("/v1/pins?limit=100").await["items"].as_array().cloned().unwrap_or_default();
    pins.into_iter().find(|pin| pin["content"]["title"] == title).expect("the pin is there")
}

#[tokio::test]
async fn a_picture_of_ones_own_is_seen_on_every_page() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("Boards").await;
    let file = photo(&visit, "image/jpeg").await;
    browser.tick("Summer recipes").await;
    browser.attach("Upload an image or video", &file).await;
    browser.sees("800 × 1200 pixels, 2:3").await;
    // The tab may be closed: what was typed and the picture are there again.
    browser.fill("Title", "Blue pie").await;
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("This is what you typed").await;
    assert!(shown(&visit).await >= 2, "in the form and in the preview");
    browser.press("Schedule").await;
    browser.sees("View in calendar").await;
    assert!(shown(&visit).await >= 1);

    let pin = pin_called(&visit, "Blue pie").await;
    let preview = &pin["preview"];
    assert_eq!((&preview["width"], &preview["height"], &preview["kind"]), (&json!(800), &json!(1200), &json!("image")));
    let color = preview["color"].as_str().unwrap();
    assert!(color.starts_with("#3") && color.contains('c'), "the mean of #3366cc: {color}");
    assert!(preview["url"].as_str().unwrap().contains(".thumbnail?"), "{preview}");
    let path = format!("/app/pins/{}", pin["id"].as_str().unwrap());
    for page in ["/", "/app/calendar", "/app/calendar?view=week", "/app/calendar?view=list", &path] {
        browser.go(&visit.at(page)).await;
        browser.sees("Blue pie").await;
        assert!(shown(&visit).await >= 1, "{page}");
    }
    browser.press("Edit").await;
    browser.sees("Your file:").await;
    assert!(shown(&visit).await >= 2, "in the form and beside it");
    browser.press("Discard the changes").await;
    browser.press("Duplicate").await;
    browser.sees("Your file:").await;
    assert!(shown(&visit).await >= 2);
    visit.end().await;
}

#[tokio::test]
async fn a_file_that_is_dropped_anywhere_becomes_the_picture_of_a_pin() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let file = photo(&visit, "image/jpeg").await;
    for page in ["/", "/app/accounts", "/app/calendar", "/app/compose"] {
        browser.run("localStorage.clear()", &[]).await;
        browser.go(&visit.at(page)).await;
        browser.sees("Sign out").await;
        browser.sees_no_more("Loading…").await;
        drop(&visit, &file).await;
        browser.sees("800 × 1200 pixels, 2:3").await;
        assert_eq!(browser.address().await.path(), "/app/compose", "{page}");
    }
    // On a day of the calendar, the pin is for that day.
    let day = super::calendar::day(10);
    browser.go(&visit.at(&format!("/app/calendar?day={day}"))).await;
    browser.sees("Sign out").await;
    browser.sees_no_more("Loading…").await;
    let script = "const box = document.querySelector(`[data-day='${arguments[0]}']`).getBoundingClientRect(); \
                  return [box.left + box.width / 2, box.top + box.height / 2];";
    let middle = browser.run(script, &[json!(day)]).await;
    drop_at(&visit, &file, (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap())).await;
    browser.sees("800 × 1200 pixels, 2:3").await;
    let asked = browser.address().await.query().unwrap_or_default().to_owned();
    assert!(asked.starts_with(&format!("at={day}")), "{asked}");
    // Nobody is signed in: nothing is taken, and the browser stays.
    browser.press("Sign out").await;
    browser.sees("On time, every time.").await;
    drop(&visit, &file).await;
    browser.sees("On time, every time.").await;
    assert_eq!(browser.address().await.scheme(), "http", "the browser has not gone to the file");
    visit.end().await;
}

#[tokio::test]
async fn a_picture_that_pinterest_does_not_take_becomes_a_jpeg() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("Boards").await;
    let file = photo(&visit, "image/webp").await;
    browser.attach("Upload an image or video", &file).await;
    browser.sees("800 × 1200 pixels, 2:3").await;
    browser.sees("blue.jpg").await;
    let media = visit.api("/v1/media").await;
    assert_eq!(
        (&media["items"][0]["content_type"], &media["items"][0]["status"]),
        (&json!("image/jpeg"), &json!("ready"))
    );
    visit.end().await;
}

#[tokio::test]
async fn a_calendar_that_knows_nothing_yet_does_not_say_that_there_is_nothing() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let silent = "const real = window.fetch; window.fetch = (path, ...more) => \
                  String(path).includes('/v1/pins') ? new Promise(() => {}) : real(path, ...more);";
    browser.run(silent, &[]).await;
    for view in ["Month", "Week", "List"] {
        browser.press("Calendar").await;
        browser.press(view).await;
        let text = browser.text().await;
        for untrue in ["Nothing scheduled", "no pins", "0 pins", "Nothing was posted"] {
            assert!(!text.contains(untrue), "{view} says {untrue:?}: {text}");
        }
        let waits = browser.run("return document.querySelectorAll('main .skeleton').length", &[]).await;
        assert!(waits.as_u64().unwrap() > 0, "{view}");
    }
    visit.end().await;
}
