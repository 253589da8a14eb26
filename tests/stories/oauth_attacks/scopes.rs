//! Scopes (RFC 9700, 2.3): what is asked for is the settings' to say, and what was granted is Pinterest's.

use std::collections::BTreeMap;

use pinterest_sim::{Decision, Fault, FaultAnswer, Operation};
use serde_json::json;
use tests::World;

use super::{connected, consent, parameter};

/// Lets Pinterest answer the exchange with these scopes.
fn grant(world: &World, scope: &str) {
    let token =
        world.simulator.issue_token(pinterest_sim::Mode::Live, "shop", "user_accounts:read,boards:read").unwrap();
    let body = json!({"access_token": token, "token_type": "bearer", "expires_in": 2_592_000, "scope": scope});
    let answer = FaultAnswer::Status { status: 200, body: Some(body), headers: BTreeMap::new() };
    world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::ExchangeCode) });
}

#[tokio::test(start_paused = true)]
async fn a_downgrade_at_the_consent_connects_nothing_that_could_not_publish() {
    let world = World::ready().await;
    grant(&world, "user_accounts:read boards:read pins:read");
    let browser = world.browser();
    let page = browser.open(&consent(&browser, "alice", "shop").await).await;
    assert_eq!(page.status, 403, "{}", page.text());
    assert_eq!(connected(&world, "alice").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_consent_page_with_other_scopes_does_not_change_what_is_believed() {
    let world = World::ready().await;
    let browser = world.browser();
    // Somebody takes scopes out of the address of the consent page.
    let address = browser.start("alice").await;
    let scopes = parameter(&address, "scope");
    let encoded: String = url::form_urlencoded::byte_serialize(scopes.as_bytes()).collect();
    assert!(address.contains(&encoded), "{address}");
    let less = address.replace(&encoded, "user_accounts%3Aread%2Cboards%3Aread");
    let page = browser.open(&browser.consent(&less, "shop", Decision::Allow)).await;
    assert_eq!(page.status, 403, "{}", page.text());
    assert_eq!(connected(&world, "alice").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_is_not_asked_for_by_users_and_unknown_scopes_are_not_believed() {
    let world = World::ready().await;
    let all = "user_accounts:read pins:read pins:read_secret pins:write pins:write_secret boards:read \
               boards:read_secret boards:write boards:write_secret";
    grant(&world, &format!("{all} ads:write billing:write root"));
    let browser = world.browser();
    let page = browser.open(&consent(&browser, "alice", "shop").await).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let accounts = world.user("alice").get("/v1/accounts").await.json();
    let scopes = accounts["items"][0]["scopes"].to_string();
    assert!(!scopes.contains("root") && scopes.contains("boards:write"), "{scopes}");
    let asked = world.user("alice").post("/v1/accounts/connect", &json!({"scopes": "ads:write"})).await;
    assert_eq!(asked.wrong_fields(), [("scopes".to_owned(), "unknown_field".to_owned())]);
}
