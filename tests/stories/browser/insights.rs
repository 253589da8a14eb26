//! How pins do, on the pages: read with the keyboard, compared with the number of pins behind each figure, taken away as a
//! file; and a pin that is taken down.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::Analytics;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use shared::domain::{Pin, State};
use shared::platform::{Platform, World};
use tests::chromium::Look;

use super::{Visit, answered, pictures};

const UPLOAD: &str = include_str!("upload.js");

/// How many pins went out, which is more than a group needs to be taken seriously.
const PINS: i64 = 12;

impl Visit {
    /// Uploads a picture for each pin, drawn by the browser.
    async fn pictures(&self) -> Vec<String> {
        let token = answered(self.token()).await.2["access_token"].clone();
        let ids = self.chromium.run_async(UPLOAD, &[token, json!(PINS)]).await;
        serde_json::from_value(ids).unwrap()
    }

    /// Publishes pins on two boards, and lets them have gone out over the last weeks, in two slots of the plan. Their figures
    /// are those of pins that old.
    async fn with_past(&self) {
        let (account, _) = self.place().await;
        let slots = json!([{"day": "monday", "time": "09:00"}, {"day": "friday", "time": "18:30"}]);
        let plan = json!({"time_zone": "UTC", "slots": slots, "same_link_hours": 0, "same_image_hours": 0});
        let (status, _, answer) =
            self.send("PUT", &format!("/v1/accounts/{account}/plan"), Some(&plan), Some("\"0\"")).await;
        assert_eq!(status, 200, "{answer}");
        let pictures = self.pictures().await;
        for number in 1..=PINS {
            let board = if number % 3 == 0 { "Rustic recipes" } else { "Summer recipes" };
            let mut pin = tests::pin_request(&account, board, "now");
            pin["content"]["title"] = json!(format!("Cake no. {number}"));
            pin["content"]["link"] = json!(format!("https://example.com/cake/{number}"));
            let picture = &pictures[usize::try_from(number - 1).unwrap()];
            pin["content"]["media"] = json!({"source_type": "media", "media_id": picture});
            self.post("/v1/pins", &pin).await;
        }
        let is_out = |pins: &Value| {
            pins["items"].as_array().is_some_and(|items| items.len() > usize::try_from(PINS).unwrap_or(0))
        };
        while !is_out(&self.api("/v1/pins?status=published&limit=100").await) {
            SystemClock.sleep_until(SystemClock.now() + SignedDuration::from_millis(200)).await;
        }
        self.put_back().await;
        self.stack.simulator().unwrap().set_analytics(Analytics { pins_aged_days: 60, ..Analytics::default() });
    }

    /// The id of a published pin, once there are so many.
    async fn published(&self, count: i64) -> String {
        loop {
            let pins = self.api("/v1/pins?status=published&limit=100").await;
            let items = pins["items"].as_array().unwrap();
            if i64::try_from(items.len()).unwrap() >= count {
                return items[0]["id"].as_str().unwrap().to_owned();
            }
            SystemClock.sleep_until(SystemClock.now() + SignedDuration::from_millis(200)).await;
        }
    }

    /// Moves the published pins into the past.
    async fn put_back(&self) {
        let platform = Platform::new(self.stack.config().clone(), World::real());
        let owner = "ann".parse().unwrap();
        let published = self.api("/v1/pins?status=published&limit=100").await;
        for (number, item) in (0..).zip(published["items"].as_array().unwrap()) {
            let id = item["id"].as_str().unwrap().parse().unwrap();
            let before = platform.pins.load(&owner, &id).await.unwrap().unwrap();
            let after = Pin { version: before.version + 1, ..in_the_past(&before, number) };
            platform.pins.replace(&before, &after).await.unwrap();
        }
    }
}

/// The pin as if it had gone out some weeks ago, in a slot.
fn in_the_past(pin: &Pin, number: i64) -> Pin {
    let State::Published { lateness_ms, pinterest_pin_id, .. } = pin.state.clone() else { panic!("it is out") };
    // Mondays at nine and Fridays at half past six, from ten to sixty days ago.
    let monday: Timestamp = "2024-01-01T09:00:00Z".parse().unwrap();
    let friday: Timestamp = "2024-01-05T18:30:00Z".parse().unwrap();
    let week = SignedDuration::from_hours(7 * 24);
    let weeks = SystemClock.now().duration_since(monday).as_hours() / (7 * 24);
    let first = if number % 2 == 0 { monday } else { friday };
    let at = first + week * i32::try_from(weeks - 2 - number / 2).unwrap();
    let state = State::Published { at, lateness_ms, pinterest_pin_id };
    Pin { publish_at: Some(at), slot: Some(at), state, ..pin.clone() }
}

#[tokio::test]
async fn somebody_sees_what_did_well_and_on_how_many_pins_that_rests() {
    let Some(visit) = Visit::planned().await else { return };
    visit.with_past().await;
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/insights")).await;
    for text in [
        "Last 30 days",
        "Best pins",
        "What did well",
        "By board",
        "Summer recipes",
        "Rustic recipes",
        "Mondays 09:00",
        "(few pins)",
    ] {
        browser.sees(text).await;
    }
    browser.sees("so nobody can say which hour is best").await;
    browser.sees("Duplicate").await;
    // The chart is one stop of the keyboard, and the arrow keys say one day after the other.
    let told = "return document.querySelector('.chart-box').getAttribute('aria-valuetext')";
    let last = browser.run(told, &[]).await;
    assert!(last.as_str().unwrap().ends_with("not final yet"), "{last}");
    let press = "const box = document.querySelector('.chart-box'); box.focus(); \
                 for (let i = 0; i < 7; i += 1) box.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true, cancelable: true}));";
    browser.run(press, &[]).await;
    let earlier = browser.run(told, &[]).await;
    assert!(earlier != last && !earlier.as_str().unwrap().contains("not final"), "{earlier}");
    let table = "const table = document.querySelector('.chart-table'); table.open = true; return table.querySelectorAll('tbody tr').length";
    assert_eq!(browser.run(table, &[]).await, 30, "and all of it is a table");
    browser.press("Last 89 days").await;
    browser.sees("Pinterest keeps no older days").await;
    browser.press("Download CSV").await;
    browser.sees(" pins in the file.").await;
    for (look, kind) in [
        (Look::WIDE, "wide"),
        (Look::WIDE.dark(), "wide-dark"),
        (Look::PHONE, "phone"),
        (Look::PHONE.dark(), "phone-dark"),
    ] {
        browser.look(look).await;
        browser.go(&visit.at("/app/insights")).await;
        browser.sees("Rustic recipes").await;
        let overflow = browser.run("return document.documentElement.scrollWidth - innerWidth", &[]).await;
        assert!(overflow.as_i64().unwrap() <= 0, "{kind} is {overflow} pixels too wide");
        browser.picture(&pictures().join(format!("insights-past-{kind}.png"))).await;
    }
    visit.end().await;
}

#[tokio::test]
async fn somebody_sees_how_a_pin_does_and_takes_it_down() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    visit.stack.simulator().unwrap().set_analytics(Analytics { pins_aged_days: 40, ..Analytics::default() });
    let pin = visit.published(1).await;
    browser.go(&visit.at(&format!("/app/pins/{pin}"))).await;
    for text in
        ["Performance on Pinterest", "Impressions", "Reactions, all time", "Pinterest may still change these days."]
    {
        browser.sees(text).await;
    }
    browser.picture(&pictures().join("pin-figures.png")).await;
    browser.press("Take down from Pinterest").await;
    browser.sees("This can’t be undone").await;
    browser.press("Keep it").await;
    let simulator = visit.stack.simulator().unwrap();
    assert_eq!(simulator.all_pins(pinterest_sim::Mode::Live).len(), 1, "it was not said yes");
    browser.press("Take down from Pinterest").await;
    browser.press("Take it down").await;
    browser.sees("Taken down from Pinterest").await;
    browser.sees_no_more("Performance on Pinterest").await;
    assert_eq!(simulator.all_pins(pinterest_sim::Mode::Live).len(), 0);
    visit.end().await;
}

#[tokio::test]
async fn a_pin_that_pinterest_no_longer_has_says_so_on_its_page() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    let body = Some(json!({"code": 50, "message": "Pin not found."}));
    for operation in [pinterest_sim::Operation::GetPinAnalytics, pinterest_sim::Operation::GetPin] {
        let answer =
            Some(pinterest_sim::FaultAnswer::Status { status: 404, body: body.clone(), headers: BTreeMap::new() });
        visit
            .stack
            .simulator()
            .unwrap()
            .set_fault(pinterest_sim::Fault { answer, ..pinterest_sim::Fault::on(operation) });
    }
    let pin = visit.published(1).await;
    browser.go(&visit.at(&format!("/app/pins/{pin}"))).await;
    browser.sees("Pinterest no longer has this pin.").await;
    // The browser notes every answer that is an error, as this one is.
    browser.complaints().await;
    visit.end().await;
}
