//! A link for somebody without a sign-in: made, used, looked at and withdrawn.

use serde_json::{Value, json};

use super::{Visit, pictures};

const LINKS: &str = "/v1/accounts/connect-links";

/// Makes a link by the page; answers its address.
async fn make(visit: &Visit, username: &str) -> String {
    let browser = &visit.chromium;
    browser.press("Create a link").await;
    browser.fill("Pinterest username", username).await;
    browser.press("Create link").await;
    browser.sees("Copy the link now").await;
    let url = browser.run("return document.querySelector('code.secret').textContent", &[]).await;
    browser.press("I’ve copied it").await;
    browser.sees_no_more("Copy the link now").await;
    url.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_makes_a_link_and_sees_who_used_it() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/accounts")).await;
    browser.press("Create a link").await;
    browser.fill("Where they go afterwards", "https://evil.example/").await;
    browser.press("Create link").await;
    browser.sees("or of a site that your administrator allowed").await;
    browser.choose("Good for", "24").await;
    browser.fill("Where they go afterwards", "/app/limits").await;
    browser.press("Create link").await;
    browser.sees("Copy the link now").await;
    browser.picture(&pictures().join("connect-link.png")).await;
    let url = browser.run("return document.querySelector('code.secret').textContent", &[]).await;
    browser.press("I’ve copied it").await;
    browser.sees("Good until").await;
    let link = visit.api(LINKS).await["items"][0].clone();
    let lasts: jiff::Timestamp = link["expires_at"].as_str().unwrap().parse().unwrap();
    let made: jiff::Timestamp = link["created_at"].as_str().unwrap().parse().unwrap();
    let seconds = lasts.duration_since(made).as_secs();
    assert!((86_398..=86_400).contains(&seconds), "{link}");
    assert!(!browser.text().await.contains("connect?link="), "what opens it is shown once");

    let page = browser.another_tab().await;
    browser.go(url.as_str().unwrap()).await;
    browser.sees("asks for this at").await;
    browser.press("Continue to Pinterest").await;
    browser.press("Allow").await;
    browser.press("Save boards").await;
    browser.arrives(&visit.at("/app/limits")).await;
    browser.turn_to(page).await;
    browser.go(&visit.at("/app/accounts")).await;
    browser.sees("Used for @").await;
    let link = visit.api(LINKS).await["items"][0].clone();
    assert_eq!((&link["state"], link["username"].is_string()), (&json!("used"), true), "{link}");
    visit.end().await;
}

#[tokio::test]
async fn somebody_withdraws_a_link_and_its_page_says_so() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/accounts")).await;
    let url = make(&visit, "@shop").await;
    browser.sees("@shop").await;
    browser.run("document.querySelector('[aria-label^=\"Withdraw the link for @shop\"]').click()", &[]).await;
    browser.sees("Withdrawn").await;
    browser.sees_no_more("Good until").await;
    let links = visit.api(LINKS).await;
    assert_eq!((&links["items"][0]["state"], &links["next_cursor"]), (&json!("revoked"), &Value::Null));
    browser.go(&url).await;
    browser.sees("This link was withdrawn").await;
    browser.sees("Ask whoever sent you the link for another one.").await;
    visit.end().await;
}
