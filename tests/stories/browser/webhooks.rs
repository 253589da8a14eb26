//! Somebody has events sent to a program of theirs, from the first webhook to its end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::Clock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Visit, pictures};

/// A server of theirs on this machine, which answers each path with the status that it is told.
struct Server {
    port: u16,
    statuses: Arc<Mutex<BTreeMap<String, u16>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let statuses: Arc<Mutex<BTreeMap<String, u16>>> = Arc::default();
        let known = statuses.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, known.clone()));
            }
        });
        Self { port, statuses }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn answers(&self, path: &str, status: u16) {
        self.statuses.lock().unwrap().insert(path.to_owned(), status);
    }
}

async fn answer(mut stream: TcpStream, statuses: Arc<Mutex<BTreeMap<String, u16>>>) -> std::io::Result<()> {
    let (mut received, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut part).await?;
        received.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || length.is_some_and(|length: usize| body.len() >= length) {
            let path = text.split(' ').nth(1).unwrap_or_default();
            let status = statuses.lock().unwrap().get(path).copied().unwrap_or(200);
            let answer = format!("HTTP/1.1 {status} Told\r\ncontent-length: 9\r\nconnection: close\r\n\r\nthank you");
            return stream.write_all(answer.as_bytes()).await;
        }
    }
}

/// Ann with events switched on, at the page.
async fn at_webhooks() -> Option<(Visit, Server)> {
    let visit = Visit::set_up().await?;
    visit.save(&json!({"events": "enabled"})).await;
    visit.chromium.go(&visit.at("/app/webhooks")).await;
    visit.chromium.sees("No webhooks yet.").await;
    Some((visit, Server::start().await))
}

async fn webhooks(visit: &Visit) -> Vec<Value> {
    visit.api("/v1/webhooks").await["items"].as_array().unwrap().clone()
}

/// Adds a webhook by the page; answers its secret.
async fn add(visit: &Visit, url: &str) -> String {
    let browser = &visit.chromium;
    browser.press("Add a webhook").await;
    browser.fill("URL", url).await;
    browser.press("Add webhook").await;
    browser.sees("Copy the secret now").await;
    let secret = browser.run("return document.querySelector('code.secret').textContent", &[]).await;
    browser.press("I’ve copied it").await;
    browser.sees_no_more("Copy the secret now").await;
    secret.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn somebody_adds_a_webhook_tests_it_and_sees_what_was_answered() {
    let Some((visit, server)) = at_webhooks().await else { return };
    let browser = &visit.chromium;
    browser.press("Add a webhook").await;
    for (url, told) in [
        ("http://example.com/hook", "Use a URL that starts with https://."),
        ("https://10.0.0.1/hook", "This host isn't public"),
        ("hook", "Enter a complete URL"),
    ] {
        browser.fill("URL", url).await;
        browser.press("Add webhook").await;
        browser.sees(told).await;
        assert_eq!(browser.value("URL").await, url, "what was typed is still there");
    }
    browser.press("Only these:").await;
    browser.fill("URL", &server.url("/hook")).await;
    browser.press("Add webhook").await;
    browser.sees("Choose at least one kind of event").await;
    browser.tick("A pin was published").await;
    browser.tick("A pin failed").await;
    browser.press("Add webhook").await;
    browser.sees("Copy the secret now").await;
    let secret = browser.run("return document.querySelector('code.secret').textContent", &[]).await;
    assert!(secret.as_str().unwrap().starts_with("whsec_"), "{secret}");
    browser.press("I’ve copied it").await;
    browser.sees("A pin was published · A pin failed").await;
    let made = webhooks(&visit).await.remove(0);
    assert_eq!(made["types"], json!(["pin.published", "pin.failed"]));
    assert!(!browser.text().await.contains("whsec_"), "the secret is shown once");

    browser.press("Send a test").await;
    browser.sees("The test was accepted. Your server answered 200").await;
    server.answers("/hook", 500);
    browser.press("Send a test").await;
    browser.sees("The test was not accepted. Your server answered 500").await;
    browser.press("Deliveries").await;
    browser.sees("Given up").await;
    browser.sees("Accepted").await;
    browser.picture(&pictures().join("webhooks-deliveries.png")).await;
    server.answers("/hook", 200);
    let again = "[...document.querySelectorAll('.delivery')].find((each) => each.textContent.includes('Given up')).querySelector('button').click()";
    browser.run(again, &[]).await;
    browser.sees_no_more("Given up").await;

    browser.press("Edit").await;
    browser.press("All events, also kinds that are added later").await;
    browser.press("Save changes").await;
    browser.sees("All events").await;
    browser.sees_no_more("A pin was published · A pin failed").await;
    assert_eq!(webhooks(&visit).await[0]["types"], json!([]));
    visit.end().await;
}

#[tokio::test]
async fn a_webhook_that_was_switched_off_says_why_and_how_it_is_mended() {
    let Some((visit, server)) = at_webhooks().await else { return };
    let browser = &visit.chromium;
    add(&visit, &server.url("/hook")).await;
    server.answers("/hook", 410);
    browser.press("Send a test").await;
    browser.sees("Your server said that this address is gone (410)").await;
    browser.sees("Switched off").await;
    server.answers("/hook", 200);
    browser.press("Switch on").await;
    browser.sees("Switched on. Events are sent from now on.").await;
    browser.press("Send again everything since…").await;
    browser.sees("At most 30 days ago.").await;
    browser.choose("Since", "2001-01-01T00:00").await;
    browser.press("Send again").await;
    browser.sees("Events are kept for 30 days. Choose a later time.").await;
    let an_hour_ago = (shared::clock::SystemClock.now() - jiff::ToSpan::hours(1)).to_string();
    browser.choose("Since", &an_hour_ago[..16]).await;
    browser.press("Send again").await;
    browser.sees("On the way.").await;
    browser.press("Pause").await;
    browser.sees("Nothing is sent meanwhile.").await;
    assert_eq!(webhooks(&visit).await[0]["disabled_reason"]["code"], "requested");
    visit.end().await;
}

#[tokio::test]
async fn a_secret_is_replaced_once_a_day_and_a_webhook_is_deleted_after_a_question() {
    let Some((visit, server)) = at_webhooks().await else { return };
    let browser = &visit.chromium;
    let first = add(&visit, &server.url("/hook")).await;
    browser.press("New secret").await;
    browser.press("Make a new secret").await;
    browser.sees("For 24 hours requests are signed with the old secret and with this one").await;
    let second = browser.run("return document.querySelector('code.secret').textContent", &[]).await;
    assert!(second != first && second.as_str().unwrap().starts_with("whsec_"), "{second}");
    browser.press("I’ve copied it").await;
    browser.sees("Both secrets sign until").await;
    browser.press("New secret").await;
    browser.press("Make a new secret").await;
    browser.sees("The secret was replaced less than 24 hours ago").await;
    browser.press("Cancel").await;

    visit.save(&json!({"events": "enabled", "limits": {"webhooks": 1}})).await;
    browser.press("Add a webhook").await;
    browser.fill("URL", &server.url("/other")).await;
    browser.press("Add webhook").await;
    browser.sees("You have 1 webhooks").await;
    browser.press("Cancel").await;

    browser.press("Delete").await;
    browser.sees("Delete this webhook?").await;
    browser.press("Cancel").await;
    assert_eq!(webhooks(&visit).await.len(), 1, "somebody who was asked can say no");
    browser.press("Delete").await;
    browser.sees("This can’t be undone.").await;
    browser.run("document.querySelector('dialog .danger').click()", &[]).await;
    browser.sees("No webhooks yet.").await;
    assert_eq!(webhooks(&visit).await, [Value::Null; 0]);
    visit.end().await;
}

#[tokio::test]
async fn where_events_are_off_the_page_says_so_and_leads_administrators_to_the_switch() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.press("ann ▾").await;
    browser.press("Webhooks").await;
    browser.sees("Events are switched off").await;
    browser.press("Go to the settings").await;
    browser.arrives(&visit.at("/app/settings")).await;
    browser.press("Sign out").await;
    browser.sees("On time, every time.").await;
    visit.sign_in("bob", false).await;
    browser.go(&visit.at("/app/webhooks")).await;
    browser.sees("Nothing is sent until an administrator switches the event log on.").await;
    assert!(!browser.shows("Go to the settings").await);
    visit.end().await;
}

#[tokio::test]
async fn a_pin_tells_which_webhooks_were_told_about_it() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    visit.save(&json!({"events": "enabled"})).await;
    let server = Server::start().await;
    visit.post("/v1/webhooks", &json!({"url": server.url("/hook?of=pins")})).await;
    let (account, board) = visit.place().await;
    let mut request = tests::pin_request(&account, &board, json!("now"));
    request["content"]["title"] = json!("Told cake");
    visit.post("/v1/pins", &request).await;
    browser.go(&visit.at("/app/calendar?view=list")).await;
    browser.press("Told cake").await;
    browser.sees("View on Pinterest").await;
    // An event is listed fifteen seconds after it happened.
    let pins = visit.api("/v1/pins?limit=100").await;
    let pin = pins["items"].as_array().unwrap().iter().find(|pin| pin["content"]["title"] == "Told cake").unwrap();
    let path = format!("/v1/events?pin={}", pin["id"].as_str().unwrap());
    let listed = async {
        while visit.api(&path).await["items"].as_array().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), listed).await.expect("the event is listed");
    browser.run("document.querySelector('.pin-history summary').click()", &[]).await;
    browser.sees("A pin was published").await;
    browser.sees("to http://127.0.0.1").await;
    browser.sees("Accepted").await;
    browser.run("document.querySelector('.pin-history').scrollIntoView()", &[]).await;
    browser.picture(&pictures().join("pin-told.png")).await;
    visit.end().await;
}
