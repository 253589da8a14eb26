//! The set-up checks ask Pinterest and AWS, and say what to do.

use std::sync::Arc;

use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Fault, FaultAnswer, Operation, Tier};
use serde_json::{Value, json};
use tests::{World, settings_request};

/// The checks that are not `ok`, as `check: result`; each must say what to do.
async fn wanting(world: &World) -> Vec<String> {
    let answer = world.admin().post("/v1/settings/verify", &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let items = answer.json()["items"].as_array().unwrap().clone();
    for item in &items {
        assert!(!item["detail"].as_str().unwrap().is_empty(), "{item}");
        assert_eq!(item["remedy"].is_null(), item["result"] == "ok", "{item}");
    }
    items.iter().filter(|item| item["result"] != "ok").map(line).collect()
}

fn line(item: &Value) -> String {
    format!("{}: {}", item["check"].as_str().unwrap(), item["result"].as_str().unwrap())
}

async fn check(world: &World, name: &str) -> Value {
    let answer = world.admin().post("/v1/settings/verify", &json!({})).await.json();
    let items = answer["items"].as_array().unwrap();
    items.iter().find(|item| item["check"] == name).unwrap().clone()
}

/// Saves the usual settings with one field changed.
async fn save(world: &World, field: &str, value: &str) {
    let mut request = settings_request();
    request[field] = json!(value);
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn everything_is_ok_once_somebody_has_come_back_from_pinterest() {
    let world = World::ready().await;
    assert_eq!(wanting(&world).await, ["callback_url: unknown"]);
    let callback = check(&world, "callback_url").await;
    let remedy = callback["remedy"].as_str().unwrap();
    assert!(remedy.ends_with(": https://pins.example.com/app/pinterest/board"), "{remedy}");
    let browser = world.browser();
    let page = browser.consent(&browser.start("alice").await, "shop", pinterest_sim::Decision::Allow);
    assert_eq!(browser.open(&page).await.status, 200);
    assert_eq!(wanting(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_fresh_installation_is_told_where_to_begin() {
    let world = World::new().await;
    let expected = [
        "app_id: failed",
        "app_secret: failed",
        "credentials: unknown",
        "app_approved: unknown",
        "tier: unknown",
        "callback_url: unknown",
        "secret_readable: unknown",
        "secret_current: unknown",
    ];
    assert_eq!(wanting(&world).await, expected);
    assert_eq!(world.simulator.calls().len(), 0, "there is nothing to ask Pinterest with");
}

#[tokio::test(start_paused = true)]
async fn credentials_are_tried_at_the_host_of_the_chosen_mode() {
    for (mode, other) in [("live", "sandbox"), ("sandbox", "live")] {
        let world = World::ready().await;
        save(&world, "mode", mode).await;
        assert_eq!(check(&world, "credentials").await["result"], "ok");
        let calls = world.simulator.calls();
        assert!(calls.iter().any(|call| call.operation == Operation::ClientCredentials), "Pinterest was really asked");
        assert!(calls.iter().all(|call| call.mode.as_str() != other));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_fails_and_an_outage_proves_nothing() {
    let world = World::ready().await;
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(503)), ..Fault::on(Operation::Token) });
    assert_eq!(check(&world, "credentials").await["result"], "unknown");
    world.simulator.clear_faults();
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::Timeout), ..Fault::on(Operation::Token) });
    assert_eq!(check(&world, "credentials").await["result"], "unknown");
    world.simulator.clear_faults();
    save(&world, "app_secret", "the-secret-of-somebody-else").await;
    let check = check(&world, "credentials").await;
    assert_eq!(check["result"], "failed");
    assert!(check["detail"].as_str().unwrap().contains("Authentication failed."), "{check}");
}

#[tokio::test(start_paused = true)]
async fn an_app_without_approval_is_told_apart_from_wrong_credentials() {
    let world = World::ready().await;
    world.simulator.set_tier(Tier::Unapproved);
    assert_eq!(check(&world, "credentials").await["result"], "ok");
    assert_eq!(check(&world, "app_approved").await["result"], "failed");
}

#[tokio::test(start_paused = true)]
async fn trial_access_fails_in_live_mode_and_is_enough_for_the_sandbox() {
    let world = World::ready().await;
    world.simulator.set_tier(Tier::Trial);
    let tier = check(&world, "tier").await;
    assert_eq!(tier["result"], "failed");
    assert!(tier["remedy"].as_str().unwrap().contains("Request standard access"), "{tier}");
    save(&world, "mode", "sandbox").await;
    assert_eq!(check(&world, "tier").await["result"], "ok");
}

#[tokio::test(start_paused = true)]
async fn missing_scopes_are_named_with_what_fails_without_them() {
    let world = World::ready().await;
    save(&world, "scopes", "user_accounts:read, pins:read, pins:write, boards:read").await;
    let scopes = check(&world, "scopes").await;
    assert_eq!(scopes["result"], "failed");
    let detail = scopes["detail"].as_str().unwrap();
    assert!(detail.contains("boards:write") && detail.contains("publishing pins"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn the_callback_counts_as_confirmed_for_the_app_that_was_used_only() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = browser.consent(&browser.start("alice").await, "shop", pinterest_sim::Decision::Allow);
    assert_eq!(browser.open(&page).await.status, 200);
    assert_eq!(check(&world, "callback_url").await["result"], "ok");
    save(&world, "app_id", "77").await;
    assert_eq!(check(&world, "callback_url").await["result"], "unknown");
}

#[tokio::test(start_paused = true)]
async fn a_secret_put_by_hand_shows() {
    let world = World::ready().await;
    let put = json!({"SecretId": "pinwheel/app", "SecretString": "{\"app_id\":\"1\"}",
        "ClientRequestToken": "11111111-1111-4111-8111-111111111111"});
    assert!(world.parts.secrets.handle("PutSecretValue", &put).status.is_success());
    assert_eq!(check(&world, "secret_current").await["result"], "failed");
    assert_eq!(check(&world, "credentials").await["result"], "ok", "the settings still name theirs");
    let mut request = settings_request();
    request["status"] = json!("disabled");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    assert_eq!(check(&world, "secret_current").await["result"], "ok", "saving once more is the remedy");
}

/// Refuses everything of one kind of AWS call.
#[derive(Debug)]
struct Down(fn(&Effect<'_>) -> bool);

impl Hook for Down {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        if (self.0)(effect) { Plan::fault(AwsFault::ServerError) } else { Plan::default() }
    }
}

#[tokio::test(start_paused = true)]
async fn what_aws_does_not_answer_is_unknown_and_an_unreachable_table_fails() {
    let mut world = World::ready().await;
    let secrets = Down(|effect| effect.service == local::in_process::Service::SecretsManager);
    let platform = world.platform_with("settings without secrets", &[Arc::new(secrets)]);
    world.replace(settings::ROUTES, settings::router(platform));
    let expected = [
        "credentials: unknown",
        "app_approved: unknown",
        "tier: unknown",
        "callback_url: unknown",
        "secret_readable: unknown",
        "secret_current: unknown",
        "token_keys: unknown",
    ];
    assert_eq!(wanting(&world).await, expected);
    let table = Down(|effect| effect.service == local::in_process::Service::DynamoDb);
    let platform = world.platform_with("settings without table", &[Arc::new(table)]);
    world.replace(settings::ROUTES, settings::router(platform));
    assert_eq!(wanting(&world).await, ["table: failed"]);
}

#[tokio::test(start_paused = true)]
async fn unreadable_token_keys_fail() {
    let world = World::ready().await;
    let put = json!({"SecretId": "pinwheel/token-keys", "SecretString": "{\"generated\":\"short\"}",
        "ClientRequestToken": "11111111-1111-4111-8111-111111111111"});
    assert!(world.parts.secrets.handle("PutSecretValue", &put).status.is_success());
    assert_eq!(check(&world, "token_keys").await["result"], "failed");
}
