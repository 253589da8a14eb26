//! Composing a pin: what is wrong is said beside its field, and nothing typed is lost.

use serde_json::{Value, json};

use super::Visit;

/// Ann with an account, in front of an empty composer.
async fn composing() -> Option<Visit> {
    let visit = Visit::planned().await?;
    visit.chromium.go(&visit.at("/app/compose")).await;
    visit.chromium.sees("Boards").await;
    Some(visit)
}

/// How many pins Ann has with that title, and how the first of them stands.
async fn pins(visit: &Visit, title: &str) -> (usize, Value) {
    let pins = visit.api("/v1/pins?limit=100").await["items"].as_array().cloned().unwrap_or_default();
    let found: Vec<_> = pins.into_iter().filter(|pin| pin["content"]["title"] == title).collect();
    (found.len(), found.first().map(|pin| pin["status"].clone()).unwrap_or_default())
}

#[tokio::test]
async fn somebody_composes_a_pin_and_sees_it_go_out() {
    let Some(visit) = composing().await else { return };
    let browser = &visit.chromium;
    browser.press("Schedule").await;
    browser.sees("Choose at least one board.").await;
    browser.sees("Upload an image or video, or paste an image URL.").await;
    browser.tick("Summer recipes").await;
    browser.fill("Or paste an image URL", "https://example.com/pie.jpg").await;
    browser.fill("Title", "Apple pie").await;
    browser.fill("Link", "the pie page").await;
    browser.press("Now").await;
    browser.press("Publish now").await;
    browser.sees("Enter a full URL that starts with https://").await;
    assert_eq!(pins(&visit, "Apple pie").await.0, 0);
    browser.fill("Link", "https://example.com/pie").await;
    browser.press("Publish now").await;
    browser.sees("View in calendar").await;
    browser.press("Home").await;
    browser.sees("Apple pie").await;
    browser.press("Apple pie").await;
    browser.sees("View on Pinterest").await;
    assert_eq!(pins(&visit, "Apple pie").await, (1, json!("published")));
    visit.end().await;
}

#[tokio::test]
async fn a_board_and_a_section_that_are_missing_are_made_on_the_way() {
    let Some(visit) = composing().await else { return };
    let browser = &visit.chromium;
    browser.press("New board").await;
    browser.press("Create board").await;
    browser.sees("Enter a name for the board.").await;
    browser.fill("Name of the board", "Winter soups").await;
    browser.press("Create board").await;
    browser.press("New section of Winter soups").await;
    browser.fill("Name of the section", "With noodles").await;
    browser.press("Create section").await;
    browser.sees("With noodles").await;
    browser.fill("Or paste an image URL", "https://example.com/soup.jpg").await;
    browser.fill("Title", "Noodle soup").await;
    browser.press("Now").await;
    browser.press("Publish now").await;
    browser.sees("View in calendar").await;
    let pins = visit.api("/v1/pins?limit=100").await;
    let pins = pins["items"].as_array().cloned().unwrap_or_default();
    let soup = pins.iter().find(|pin| pin["content"]["title"] == "Noodle soup").expect("it is planned");
    let (account, board) = (soup["account_id"].as_str().unwrap(), soup["board_id"].as_str().unwrap());
    let boards = visit.api(&format!("/v1/accounts/{account}/boards")).await;
    let boards = boards["items"].as_array().cloned().unwrap_or_default();
    assert!(boards.iter().any(|made| made["id"] == board && made["name"] == "Winter soups"), "{boards:?}");
    let sections = visit.api(&format!("/v1/accounts/{account}/boards/{board}/sections")).await;
    assert_eq!(sections["items"][0]["id"], soup["section_id"], "{sections}");
    visit.end().await;
}

#[tokio::test]
async fn what_the_api_refuses_is_said_beside_its_field() {
    let Some(visit) = composing().await else { return };
    let browser = &visit.chromium;
    browser.tick("Summer recipes").await;
    browser.fill("Or paste an image URL", "https://example.com/pie.jpg").await;
    browser.fill("Title", &"Pie".repeat(40)).await;
    browser.sees("Pinterest’s limit is 100 characters. Remove 20.").await;
    browser.press("Schedule").await;
    assert_eq!(browser.value("Title").await.len(), 120, "nothing is cut off");
    assert_eq!(pins(&visit, &"Pie".repeat(40)).await.0, 0);
    visit.end().await;
}

/// What no page shows: routes, ids, moments for machines, and fields of the API.
const FOR_PROGRAMS: &str = r"return document.body.innerText.match(/\/v1\/|\b(?:pin|acc|media)_[a-z2-7]{20}|\d{4}-\d\d-\d\dT\d\d|_hours|\{/g) ?? []";

#[tokio::test]
async fn what_the_api_refuses_is_said_in_words_for_people() {
    let Some(visit) = composing().await else { return };
    let browser = &visit.chromium;
    browser.tick("Summer recipes").await;
    browser.fill("Or paste an image URL", "https://example.com/pie.jpg").await;
    browser.fill("Title", "Apple pie").await;
    browser.press("Next free slot").await;
    browser.press("Schedule").await;
    browser.sees("This account has no posting times yet.").await;
    assert_eq!(browser.run(FOR_PROGRAMS, &[]).await, json!([]));
    let (account, _) = visit.place().await;
    let plan = json!({"time_zone": "UTC", "slots": [{"day": "monday", "time": "09:00"}]});
    let (status, _, answer) = visit.send("PUT", &format!("/v1/accounts/{account}/plan"), Some(&plan), None).await;
    assert_eq!(status, 200, "{answer}");
    // Two boards are days apart, with the times of both; the same image again on the first day is too close.
    browser.tick("House hunting together").await;
    browser.press("Pick a time").await;
    browser.sees("House hunting together:").await;
    browser.press("Schedule 2 pins").await;
    browser.sees("2 pins scheduled").await;
    browser.press("Create another").await;
    browser.fill("Or paste an image URL", "https://example.com/pie.jpg").await;
    browser.press("Schedule 2 pins").await;
    browser.sees("Another pin with the same image or link goes out too close to this time. Pick ").await;
    assert_eq!(browser.run(FOR_PROGRAMS, &[]).await, json!([]));
    visit.end().await;
}

#[tokio::test]
async fn what_is_typed_outlives_a_closed_tab_and_a_session_that_ends() {
    let Some(visit) = composing().await else { return };
    let browser = &visit.chromium;
    // A session that cannot be renewed, as where the issuer gives no refresh token.
    let script = "const session = JSON.parse(sessionStorage.getItem('pinwheel.session')); session.refresh = null; \
                  sessionStorage.setItem('pinwheel.session', JSON.stringify(session))";
    browser.run(script, &[]).await;
    browser.go(&visit.at("/app/compose")).await;
    browser.tick("Summer recipes").await;
    browser.fill("Or paste an image URL", "https://example.com/pie.jpg").await;
    browser.fill("Title", "Half a pie").await;
    browser.go(&visit.at("/app/accounts")).await;
    browser.go(&visit.at("/app/compose")).await;
    browser.sees("This is what you typed").await;
    assert_eq!(browser.value("Title").await, "Half a pie");
    // A day later the session is over.
    browser.run("const now = Date.now; Date.now = () => now() + 86_400_000", &[]).await;
    browser.press("Now").await;
    browser.press("Publish now").await;
    browser.sees("Your session ended").await;
    assert_eq!(browser.value("Title").await, "Half a pie");
    browser.press("Sign in again").await;
    browser.sees("Name").await;
    browser.fill("Name", "ann").await;
    browser.press("Sign in").await;
    browser.arrives(&visit.at("/app/compose")).await;
    browser.sees("Boards").await;
    assert_eq!(browser.value("Title").await, "Half a pie");
    browser.press("Publish now").await;
    browser.sees("View in calendar").await;
    assert_eq!(pins(&visit, "Half a pie").await.0, 1);
    visit.end().await;
}
