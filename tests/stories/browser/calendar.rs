//! Moving pins on the calendar: one by the mouse, many at once.

use jiff::{Timestamp, ToSpan};
use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::json;
use shared::clock::{Clock, SystemClock};

use super::Visit;

/// A day of next month, when nothing else happens, such as `2027-02-10`.
pub fn day(of_month: u8) -> String {
    let today = SystemClock.now().to_string();
    let (year, month): (i32, u8) = (today[..4].parse().unwrap(), today[5..7].parse().unwrap());
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    format!("{year}-{month:02}-{of_month:02}")
}

/// Eight o'clock on that day, where the browser is.
fn morning(of_month: u8) -> Timestamp {
    format!("{}T08:00:00Z", day(of_month)).parse().unwrap()
}

/// An account with that many pins an hour apart on the tenth of next month.
async fn with_pins(count: i64) -> Option<Visit> {
    let visit = Visit::planned().await?;
    let (account, board) = visit.place().await;
    for hour in 0..count {
        let at = (morning(10) + hour.hours()).to_string();
        let mut pin = tests::pin_request(&account, &board, at);
        pin["content"]["title"] = json!(format!("Cake {hour}"));
        visit.post("/v1/pins", &pin).await;
    }
    visit.chromium.go(&visit.at(&format!("/app/calendar?view=month&day={}", day(10)))).await;
    visit.chromium.sees("Cake 0").await;
    Some(visit)
}

async fn times(visit: &Visit) -> Vec<String> {
    let pins = visit.api("/v1/pins?status=scheduled&order=soonest&limit=100").await["items"].as_array().cloned();
    let cakes = pins
        .into_iter()
        .flatten()
        .filter(|pin| pin["content"]["title"].as_str().is_some_and(|t| t.starts_with("Cake")));
    cakes.map(|pin| pin["publish_at"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_pin_is_dragged_to_another_day_and_back_by_undo() {
    let Some(visit) = with_pins(1).await else { return };
    let browser = &visit.chromium;
    let before = times(&visit).await;
    assert_eq!(before, [morning(10).to_string()]);
    browser.drag("Cake 0", &format!("[data-day='{}']", day(20))).await;
    browser.sees("moved to").await;
    assert_eq!(times(&visit).await, [morning(20).to_string()]);
    browser.press("Undo Ctrl+Z").await;
    browser.sees("Undone: “Cake 0” moved to").await;
    assert_eq!(times(&visit).await, before);
    visit.end().await;
}

#[tokio::test]
async fn many_pins_are_moved_at_once_and_keep_their_spacing() {
    let Some(visit) = with_pins(12).await else { return };
    let browser = &visit.chromium;
    let before = times(&visit).await;
    browser.press("Select all 12 shown").await;
    browser.sees("12 selected").await;
    browser.press("Move…").await;
    browser.fill("Days", "3").await;
    browser.press("Move 12 pins").await;
    browser.sees("12 pins moved.").await;
    let moved: Vec<_> = before.iter().map(|at| (at.parse::<Timestamp>().unwrap() + 72.hours()).to_string()).collect();
    assert_eq!(times(&visit).await, moved);
    visit.end().await;
}

#[tokio::test]
async fn many_pins_are_cancelled_at_once_after_a_question() {
    let Some(visit) = with_pins(4).await else { return };
    let browser = &visit.chromium;
    browser.press("Select all 4 shown").await;
    browser.press("Cancel pins…").await;
    browser.sees("You can’t undo this.").await;
    browser.press("Keep them").await;
    assert_eq!(times(&visit).await.len(), 4);
    browser.press("Cancel pins…").await;
    browser.press("Cancel 4 pins").await;
    browser.sees("4 pins cancelled.").await;
    assert_eq!(times(&visit).await, Vec::<String>::new());
    let cancelled = visit.api("/v1/pins?status=cancelled").await["items"].as_array().map(Vec::len);
    assert_eq!(cancelled, Some(4));
    visit.end().await;
}

#[tokio::test]
async fn pins_that_failed_are_tried_again_together() {
    let Some(visit) = Visit::planned().await else { return };
    let body = Some(json!({"code": 40, "message": "Board not found."}));
    let answer = FaultAnswer::Status { status: 404, body, headers: std::collections::BTreeMap::default() };
    let fault = Fault { answer: Some(answer), times: Some(2), ..Fault::on(Operation::CreatePin) };
    visit.stack.simulator().unwrap().set_fault(fault);
    let (account, board) = visit.place().await;
    for title in ["Failed pie", "Failed tart"] {
        let mut pin = tests::pin_request(&account, &board, "now");
        pin["content"]["title"] = json!(title);
        visit.post("/v1/pins", &pin).await;
    }
    let browser = &visit.chromium;
    while visit.api("/v1/pins?status=failed").await["items"].as_array().map(Vec::len) != Some(2) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    browser.go(&visit.at("/")).await;
    browser.sees("Needs attention (2)").await;
    browser.press("Calendar").await;
    browser.press("List").await;
    browser.tick("Select Failed pie").await;
    browser.tick("Select Failed tart").await;
    browser.press("Retry 2 failed…").await;
    browser.press("Retry 2 pins").await;
    browser.sees("2 pins scheduled again.").await;
    browser.go(&visit.at("/")).await;
    browser.sees("You’re all caught up.").await;
    visit.end().await;
}
