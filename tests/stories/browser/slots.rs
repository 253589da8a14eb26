//! Free slots in the calendar, the drafts below it, steps that are taken back, and all of that by keyboard.

use serde_json::{Value, json};

use super::calendar::day;
use super::create::give_slots;
use super::{Visit, pictures};

/// Ann's account with two slots a day, where the browser is, and pins of these titles: a time, or a draft.
async fn with_slots(pins: &[(&str, Option<&str>)]) -> Option<Visit> {
    let visit = Visit::planned().await?;
    give_slots(&visit).await;
    let (account, board) = visit.place().await;
    for (number, (title, at)) in pins.iter().enumerate() {
        let mut pin = tests::pin_request(&account, &board, json!(at));
        pin["content"]["title"] = json!(title);
        pin["content"]["link"] = json!(format!("https://example.com/{number}"));
        pin["content"]["media"]["url"] = json!(format!("https://example.com/{number}.png"));
        visit.post("/v1/pins", &pin).await;
    }
    visit.chromium.go(&visit.at(&format!("/app/calendar?day={}", day(10)))).await;
    visit.chromium.sees(pins[0].0).await;
    seen(&visit, &slot(10, "18:00")).await;
    Some(visit)
}

fn at(of_month: u8, time: &str) -> String {
    format!("{}T{time}:00Z", day(of_month))
}

fn slot(of_month: u8, time: &str) -> String {
    format!("[data-slot='{}']", at(of_month, time))
}

/// Waits for what the selector finds.
async fn seen(visit: &Visit, selector: &str) {
    let script = "const [selector, done] = arguments; const since = Date.now(); const look = () => document.querySelector(selector) \
                  || Date.now() - since > 15_000 ? done(Boolean(document.querySelector(selector))) : setTimeout(look, 50); look();";
    let found = visit.chromium.run_async(script, &[json!(selector)]).await;
    assert_eq!(found, json!(true), "{selector}\n{}", visit.chromium.text().await);
}

async fn is_there(visit: &Visit, selector: &str) -> bool {
    visit.chromium.run("return Boolean(document.querySelector(arguments[0]))", &[json!(selector)]).await == json!(true)
}

/// Presses these keys, one after the other.
pub(super) async fn type_keys(visit: &Visit, keys: &[&str]) {
    for pressed in keys {
        let (modifiers, key) = pressed.strip_prefix("Ctrl+").map_or((0, *pressed), |key| (2, key));
        let text = if key.len() == 1 && modifiers == 0 { json!(key) } else { Value::Null };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowRight" => 39,
            _ => u32::from(key.as_bytes()[0].to_ascii_uppercase()),
        };
        let mut down = json!({"type": "keyDown", "key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code});
        if !text.is_null() {
            down["text"] = text;
        }
        visit.chromium.cdp("Input.dispatchKeyEvent", down).await;
        visit
            .chromium
            .cdp("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}))
            .await;
    }
}

/// The time of the pin of that title; null for a draft.
async fn time_of(visit: &Visit, title: &str) -> Value {
    let pins = visit.api("/v1/pins?limit=100").await["items"].as_array().cloned().unwrap_or_default();
    pins.iter()
        .find(|pin| pin["content"]["title"] == title)
        .map(|pin| pin["publish_at"].clone())
        .expect("the pin exists")
}

/// Waits until the pin of that title has that time.
async fn becomes(visit: &Visit, title: &str, time: &Value) {
    for _ in 0..100 {
        if time_of(visit, title).await == *time {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(time_of(visit, title).await, *time, "{title}");
}

#[tokio::test]
async fn a_pin_is_dropped_on_a_free_slot_and_a_slot_opens_the_page_for_new_pins() {
    let at_noon = at(10, "12:00");
    let Some(visit) = with_slots(&[("Plum crumble", Some(&at_noon))]).await else { return };
    let browser = &visit.chromium;
    browser.picture(&pictures().join("calendar-slots.png")).await;
    assert!(!is_there(&visit, &slot(10, "12:00")).await, "only posting times are slots");
    browser.drag("Plum crumble", &slot(12, "18:00")).await;
    browser.sees("“Plum crumble” moved to").await;
    assert_eq!(time_of(&visit, "Plum crumble").await, json!(at(12, "18:00")));
    assert!(!is_there(&visit, &slot(12, "18:00")).await, "the slot is taken");
    browser.drag("Plum crumble", &format!("[data-day='{}']", day(14))).await;
    seen(&visit, &slot(12, "18:00")).await;
    // A day keeps the time.
    becomes(&visit, "Plum crumble", &json!(at(14, "18:00"))).await;
    browser.run("document.querySelector(arguments[0] + ' a').click()", &[json!(slot(16, "09:00"))]).await;
    browser.sees("Drop images or videos here").await;
    assert!(browser.address().await.query().unwrap_or_default().contains(&day(16)));
    visit.end().await;
}

#[tokio::test]
async fn drafts_are_dragged_out_and_in_and_three_keys_take_three_steps_back() {
    let Some(visit) = with_slots(&[("Walnut brownies", None), ("Iced tea", None)]).await else { return };
    let browser = &visit.chromium;
    browser.drag("Walnut brownies", &format!("[data-day='{}']", day(12))).await;
    browser.sees("“Walnut brownies” moved to").await;
    assert_eq!(
        time_of(&visit, "Walnut brownies").await,
        json!(at(12, "09:00")),
        "a draft takes the first free slot of the day"
    );
    browser.drag("Iced tea", &format!("[data-day='{}']", day(12))).await;
    browser.sees("“Iced tea” moved to").await;
    assert_eq!(time_of(&visit, "Iced tea").await, json!(at(12, "18:00")));
    browser.drag("Walnut brownies", "[data-shelf]").await;
    browser.sees("“Walnut brownies” is a draft now.").await;
    assert_eq!(time_of(&visit, "Walnut brownies").await, Value::Null);
    browser.press("History").await;
    browser.sees("“Iced tea” moved to").await;
    browser.press("Close").await;
    for (undone, title, time) in [
        ("Undone: “Walnut brownies” is a draft now.", "Walnut brownies", json!(at(12, "09:00"))),
        ("Undone: “Iced tea” moved to", "Iced tea", Value::Null),
        ("Undone: “Walnut brownies” moved to", "Walnut brownies", Value::Null),
    ] {
        type_keys(&visit, &["Ctrl+z"]).await;
        browser.sees(undone).await;
        assert_eq!(time_of(&visit, title).await, time);
    }
    visit.end().await;
}

#[tokio::test]
async fn a_pin_that_comes_too_close_to_another_can_go_where_there_is_room() {
    let (one, other) = (at(10, "09:00"), at(20, "09:00"));
    let Some(visit) = with_slots(&[("Rye bread", Some(&one)), ("Oat cookies", Some(&other))]).await else { return };
    let browser = &visit.chromium;
    let pins = visit.api("/v1/pins?limit=100").await["items"].as_array().cloned().unwrap_or_default();
    let oat =
        pins.iter().find(|pin| pin["content"]["title"] == "Oat cookies").unwrap()["id"].as_str().unwrap().to_owned();
    let same = json!({"content": {"media": {"source_type": "image_url", "url": "https://example.com/0.png"}}});
    let (status, _, _) = visit.send("PATCH", &format!("/v1/pins/{oat}"), Some(&same), None).await;
    assert_eq!(status, 200);
    browser.go(&visit.at(&format!("/app/calendar?day={}", day(10)))).await;
    browser.sees("Oat cookies").await;
    browser.drag("Oat cookies", &format!("[data-day='{}']", day(11))).await;
    browser.sees("It’s 1 day from “Rye bread” with the same image (you keep them 2 days apart).").await;
    let label = "return [...document.querySelectorAll('.toast button')].find((button) => button.textContent.includes('Move to')).click()";
    browser.run(label, &[]).await;
    browser.sees_no_more("(you keep them 2 days apart)").await;
    assert_eq!(time_of(&visit, "Oat cookies").await, json!(at(12, "09:00")));
    visit.end().await;
}

#[tokio::test]
async fn the_calendar_is_one_stop_and_a_pin_is_moved_by_three_keys() {
    let noon = at(10, "12:00");
    let Some(visit) = with_slots(&[("Fig toast", Some(&noon))]).await else { return };
    let browser = &visit.chromium;
    let stops = "return [...document.querySelectorAll('table.month :is(a, button, input)')].filter((one) => one.tabIndex >= 0).length";
    assert_eq!(browser.run(stops, &[]).await, json!(1));
    browser.run("document.querySelector('[data-chosen]').focus()", &[]).await;
    type_keys(&visit, &["Enter", "m", "ArrowRight"]).await;
    browser.sees("Move “Fig toast”").await;
    type_keys(&visit, &["Enter"]).await;
    browser.sees("“Fig toast” moved to").await;
    assert_eq!(time_of(&visit, "Fig toast").await, json!(at(11, "12:00")));
    // Drawn anew where it is now, it has the focus still.
    seen(&visit, ".tile a:focus").await;
    type_keys(&visit, &["m", "]"]).await;
    browser.sees("free slot").await;
    type_keys(&visit, &["Enter"]).await;
    seen(&visit, &format!("[data-day='{}'] .tile a:focus", day(11))).await;
    assert_eq!(time_of(&visit, "Fig toast").await, json!(at(11, "18:00")));
    type_keys(&visit, &["?"]).await;
    browser.sees("Keyboard shortcuts").await;
    type_keys(&visit, &["Escape"]).await;
    type_keys(&visit, &["2"]).await;
    browser.arrives(&visit.at("/app/calendar?view=week")).await;
    // The view is kept for the next time.
    browser.press("Accounts").await;
    browser.sees("Connect an account").await;
    browser.press("Calendar").await;
    seen(&visit, ".week-days").await;
    visit.end().await;
}
