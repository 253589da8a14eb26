//! What a person sees where connecting an account does not work out, each arranged as it comes about.

use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::{Value, json};

use super::Visit;

const BACK: &str = "/app/pinterest/board";

/// Lets Pinterest answer so to the next call of that kind.
fn refuse(visit: &Visit, operation: Operation, status: u16, code: i64) {
    let message = if code == 3 { "Your application consumer type is not supported" } else { "no" };
    let body = Some(json!({"code": code, "message": message}));
    let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
    let fault = Fault { answer: Some(answer), times: Some(1), ..Fault::on(operation) };
    visit.stack.simulator().unwrap().set_fault(fault);
}

/// Goes as far as Pinterest's consent page; answers the state that Pinterest is to send back.
async fn at_the_consent(visit: &Visit) -> String {
    let browser = &visit.chromium;
    browser.go(&visit.at("/app/accounts")).await;
    browser.press("Connect an account").await;
    browser.sees("Allow").await;
    let address = browser.address().await;
    address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

async fn reads(visit: &Visit, title: &str) {
    visit.chromium.sees(title).await;
    assert_eq!(visit.chromium.address().await.path(), BACK, "Pinterest forbids a redirect URI that redirects");
    assert!(visit.chromium.complaints().await.is_empty(), "{title}");
}

#[tokio::test]
async fn every_way_back_that_fails_says_what_happened() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at(&format!("{BACK}?code=abc&state=unknown"))).await;
    reads(&visit, "We don't recognize this link").await;
    let state = at_the_consent(&visit).await;
    browser.go(&visit.at(&format!("{BACK}?state={state}"))).await;
    reads(&visit, "Something was missing from Pinterest's response").await;
    browser.go(&visit.at(&format!("{BACK}?state={state}&code=abc"))).await;
    reads(&visit, "This link was already used").await;
    at_the_consent(&visit).await;
    browser.press("Deny").await;
    reads(&visit, "You didn't give access").await;
    at_the_consent(&visit).await;
    browser.cdp("Network.clearBrowserCookies", json!({})).await;
    browser.press("Allow").await;
    reads(&visit, "You started connecting in another browser").await;
    for (operation, status, code, title) in [
        (Operation::ExchangeCode, 400, 283, "Pinterest didn't accept the code"),
        (Operation::ExchangeCode, 401, 2, "Pinterest doesn't accept the app"),
        (Operation::ExchangeCode, 429, 8, "Pinterest's limit is used up for now"),
        (Operation::ExchangeCode, 500, 0, "Pinterest isn't responding"),
        (Operation::GetUserAccount, 401, 3, "Pinterest hasn't approved the app"),
    ] {
        at_the_consent(&visit).await;
        refuse(&visit, operation, status, code);
        browser.press("Allow").await;
        reads(&visit, title).await;
    }
    assert_eq!(visit.api("/v1/accounts").await["items"], Value::Array(Vec::new()), "nothing was connected");
    visit.end().await;
}

#[tokio::test]
async fn an_account_that_somebody_else_connected_stays_theirs() {
    let Some(visit) = Visit::planned().await else { return };
    let browser = &visit.chromium;
    browser.press("Sign out").await;
    browser.sees("On time, every time.").await;
    visit.sign_in("bob", false).await;
    at_the_consent(&visit).await;
    browser.press("Allow").await;
    reads(&visit, "This Pinterest account is already connected").await;
    visit.end().await;
}

#[tokio::test]
async fn what_an_administrator_changes_meanwhile_is_told() {
    let Some(visit) = Visit::set_up().await else { return };
    for (change, title) in [
        (json!({"mode": "sandbox"}), "The mode was changed in the meantime"),
        (json!({"status": "disabled"}), "Pinterest is switched off"),
        (json!({"app_id": "7777777"}), "The Pinterest app was changed in the meantime"),
    ] {
        at_the_consent(&visit).await;
        visit.save(&change).await;
        visit.chromium.press("Allow").await;
        reads(&visit, title).await;
        visit.save(&json!({})).await;
    }
    visit.end().await;
}
