//! What connecting writes to the log: which account and what came of it, never a secret.

use pinterest_sim::{Decision, Fault, FaultAnswer, Operation};
use serde_json::json;
use tests::{Browser, Log, World, settings_request};

/// Connects or fails to, and picks a board where that is possible; answers the secrets that went by.
async fn visit(browser: &Browser<'_>, decision: Decision) -> Vec<String> {
    let address = browser.start("alice").await;
    let callback = browser.consent(&address, "shop", decision);
    let page = browser.open(&callback).await;
    let mut secrets: Vec<_> =
        ["__Host-pinwheel-oauth", "__Host-pinwheel-pick"].into_iter().filter_map(|name| browser.cookie(name)).collect();
    if let Some(grant) = browser.cookie("__Host-pinwheel-pick").filter(|_| page.status == 200) {
        let picked = browser.submit("/app/pinterest/board", &[("grant", &grant), ("board", "7")]).await;
        assert_eq!(picked.status, 303);
        assert_eq!(browser.submit("/app/pinterest/board", &[("grant", &grant), ("board", "7")]).await.status, 400);
    }
    let query = callback.split_once('?').unwrap().1;
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    secrets.extend(values.filter(|(name, _)| !name.starts_with("error")).map(|(_, value)| value.to_owned()));
    secrets
}

#[tokio::test(start_paused = true)]
async fn the_log_names_the_account_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).with_max_level(tracing::Level::INFO);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    // While a process has one subscriber, tracing asks the thread that logs first whether anybody listens, and that may
    // be another story's; with two it asks both of them.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let world = World::ready().await;
    let browser = world.browser();
    let mut secrets = vec!["canary".to_owned(), "pina".to_owned(), "pinr".to_owned()];
    secrets.extend(visit(&browser, Decision::Allow).await);
    secrets.extend(visit(&browser, Decision::Deny).await);
    for operation in [Operation::ExchangeCode, Operation::GetUserAccount, Operation::ListBoards] {
        for answer in [FaultAnswer::status(401), FaultAnswer::status(500), FaultAnswer::Reset] {
            world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(operation) });
            secrets.extend(visit(&browser, Decision::Allow).await);
            world.simulator.clear_faults();
        }
    }
    let mut request = settings_request();
    request["app_secret"] = json!("canary-another-secret");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    secrets.extend(visit(&browser, Decision::Allow).await);
    let log = log.text();
    let account = world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0);
    assert!(log.contains(account.id.as_str()) && log.contains("AppRefused"), "it does log: {log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} in {log}");
    }
}
