//! A person comes back from Pinterest, and their account is connected.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Answers, Decision, Fault, FaultAnswer, Mode, Operation};
use serde_json::json;
use shared::clock::Clock;
use shared::domain::Account;
use tests::{Browser, World, settings_request};

async fn accounts(world: &World, owner: &str) -> Vec<Account> {
    world.platform("reader").accounts.list(&owner.parse().unwrap()).await.unwrap()
}

/// Lets `username` consent; answers where Pinterest sends the browser.
async fn allow(browser: &Browser<'_>, username: &str) -> String {
    browser.consent(&browser.start("alice").await, username, Decision::Allow)
}

fn exchanges(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::ExchangeCode).count()
}

#[tokio::test(start_paused = true)]
async fn the_callback_connects_the_account_and_shows_all_of_its_boards() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = browser.open(&allow(&browser, "creator").await).await;
    assert_eq!(page.status, 200, "Pinterest forbids a redirect here");
    let text = page.text();
    assert!(text.contains("Connected as creator"));
    let boards = world.simulator.boards(Mode::Live, "creator");
    assert!(boards.len() > 250, "more than one page of Pinterest's list");
    for board in &boards {
        assert_eq!(text.matches(&format!("value=\"{}\"", board.id)).count(), 1, "{}", board.name);
    }
    assert_eq!(text.matches("type=\"checkbox\"").count(), boards.len());
    assert!(!text.contains(" checked"), "none is picked beforehand");
    assert_eq!(text.matches(">Secret<").count(), 3);
    assert!(text.contains("Group · friend"));
    assert!(!text.contains("<script"));
    let accounts = accounts(&world, "alice").await;
    assert_eq!((accounts.len(), accounts[0].username.as_str()), (1, "creator"));
}

#[tokio::test(start_paused = true)]
async fn the_page_is_closed_to_scripts_frames_and_other_sites() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser, "shop").await;
    let page = browser.open(&callback).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("referrer-policy"), "strict-origin", "`no-referrer` would make the form's origin null");
    let policy = page.header("content-security-policy");
    let hash = policy.split("'sha256-").nth(1).unwrap().split('\'').next().unwrap();
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    assert_eq!(policy, expected);
    let failure = browser.open("/app/pinterest/board").await;
    assert_eq!((failure.status, failure.header("referrer-policy")), (400, "no-referrer"));
    assert!(failure.header("content-security-policy").contains("form-action 'none'"));
    let query = callback.split_once('?').unwrap().1;
    for pair in query.split('&') {
        let secret = pair.split_once('=').unwrap().1;
        assert!(!page.text().contains(secret), "{pair} is not on the page");
    }
}

#[tokio::test(start_paused = true)]
async fn the_account_has_its_tokens_sealed_and_their_renewal_planned() {
    let world = World::ready().await;
    let browser = world.browser();
    browser.open(&allow(&browser, "shop").await).await;
    let account = accounts(&world, "alice").await.remove(0);
    let (day, now) = (SignedDuration::from_hours(24), world.clock.now());
    let tokens = account.tokens().unwrap();
    assert_eq!(tokens.access_expires_at.duration_since(now), day * 30);
    assert_eq!(tokens.refresh_expires_at.unwrap().duration_since(now), day * 60);
    assert_eq!(account.due().unwrap().at.duration_since(now), day * 23);
    assert_eq!((account.releases_left, account.release_at), (0, None), "nothing can wait for a new account");
    let stored = world.everything_stored().await;
    for token in ["pina_", "pinr_", "canary-app-secret"] {
        assert!(!stored.contains(token), "{token} is stored in plain");
    }
    let opened = world.platform("reader").tokens.open_access(&account, &tokens.access).await.unwrap();
    assert!(opened.expose().starts_with("pina"));
}

#[tokio::test(start_paused = true)]
async fn codes_are_exchanged_at_the_host_of_the_mode() {
    for (mode, host) in [("sandbox", Mode::Sandbox), ("live", Mode::Live)] {
        let world = World::new().await;
        let mut request = settings_request();
        request["mode"] = json!(mode);
        world.admin().put("/v1/settings", &request).await;
        let browser = world.browser();
        let page = browser.open(&allow(&browser, "shop").await).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text().contains("sandbox"), mode == "sandbox");
        assert!(world.simulator.calls().iter().all(|call| call.mode == host));
        assert_eq!(accounts(&world, "alice").await[0].mode.as_str(), mode);
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_that_pinterest_does_not_say_count_as_granted() {
    let world = World::ready().await;
    world.simulator.set_answers(Answers { token_scope: false, ..Answers::default() });
    let browser = world.browser();
    assert_eq!(browser.open(&allow(&browser, "shop").await).await.status, 200);
    assert_eq!(accounts(&world, "alice").await[0].scopes.iter().count(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_was_never_asked_for_is_shown_as_missing_and_connects() {
    let world = World::ready().await;
    let mut request = settings_request();
    request["scopes"] = json!("user_accounts:read, pins:read, pins:write, boards:read");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    let browser = world.browser();
    let page = browser.open(&allow(&browser, "shop").await).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("the settings don't request boards:write"), "{}", page.text());
    assert_eq!(accounts(&world, "alice").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reload_shows_the_boards_again_for_ten_minutes_without_another_exchange() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser, "shop").await;
    let first = browser.open(&callback).await;
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    world.wait(SignedDuration::from_secs(9 * 60 + 59)).await;
    let again = browser.open(&callback).await;
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text());
    assert!(again.text().contains("Connected as shop") && again.text().contains("New arrivals"));
    assert_eq!(browser.cookie("__Host-pinwheel-pick").unwrap(), grant, "with the same permission");
    assert_eq!(exchanges(&world), 1);
    world.wait(SignedDuration::from_secs(1)).await;
    assert_eq!(browser.open(&callback).await.status, 400);
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_boards_cannot_be_read_is_connected_all_the_same() {
    for answer in [FaultAnswer::status(500), FaultAnswer::Timeout, FaultAnswer::Reset] {
        let world = World::ready().await;
        world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::ListBoards) });
        let browser = world.browser();
        let callback = allow(&browser, "shop").await;
        let before = world.clock.now();
        let page = browser.open(&callback).await;
        assert_eq!(page.status, 200);
        assert!(world.clock.now().duration_since(before) < SignedDuration::from_secs(29), "API Gateway's patience");
        assert!(page.text().contains("You can choose its boards later"), "{}", page.text());
        assert!(!page.text().contains("<form"));
        assert_eq!(accounts(&world, "alice").await.len(), 1);
        world.simulator.clear_faults();
        let again = browser.open(&callback).await;
        assert!(again.text().contains("New arrivals"), "a reload offers them");
    }
}

#[tokio::test(start_paused = true)]
async fn however_slow_pinterest_is_the_page_comes_before_api_gateways_patience_ends() {
    let world = World::ready().await;
    for (operation, delay) in
        [(Operation::ExchangeCode, 9_000), (Operation::GetUserAccount, 8_000), (Operation::ListBoards, 7_000)]
    {
        world.simulator.set_fault(Fault { delay_ms: Some(delay), ..Fault::on(operation) });
    }
    let browser = world.browser();
    let callback = allow(&browser, "creator").await;
    let before = world.clock.now();
    let page = browser.open(&callback).await;
    assert!(world.clock.now().duration_since(before) < SignedDuration::from_secs(26), "two pages would take 31 s");
    assert_eq!((page.status, page.text().contains("You can choose its boards later")), (200, true));
}

/// Lets the first call of one kind happen and loses its answer.
#[derive(Debug)]
struct LoseAnswer(&'static str, Mutex<bool>);

impl Hook for LoseAnswer {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let mut done = self.1.lock().unwrap();
        if *done || effect.operation != self.0 {
            return Plan::default();
        }
        *done = true;
        Plan::fault(AwsFault::AnswerLost)
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_table_that_is_lost_once_does_not_fail_the_connection() {
    for operation in ["PutItem", "TransactWriteItems", "UpdateItem", "GetItem"] {
        let mut world = World::ready().await;
        let hook = Arc::new(LoseAnswer(operation, Mutex::new(false)));
        let platform = world.platform_with("oauth that loses answers", &[hook.clone() as Arc<dyn Hook>]);
        world.replace(oauth::ROUTES, oauth::router(platform));
        let browser = world.browser();
        let page = browser.open(&allow(&browser, "shop").await).await;
        assert_eq!(page.status, 200, "{operation}: {}", page.text());
        assert!(*hook.1.lock().unwrap(), "{operation}");
        assert_eq!(accounts(&world, "alice").await.len(), 1, "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_corrected_during_the_exchange_is_used() {
    let world = World::ready().await;
    let mut request = settings_request();
    request["app_secret"] = json!("mistyped-app-secret");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    let slow = Fault { delay_ms: Some(2_000), times: Some(1), ..Fault::on(Operation::ExchangeCode) };
    world.simulator.set_fault(slow);
    let browser = world.browser();
    let callback = allow(&browser, "shop").await;
    let (page, ()) = futures_util::future::join(browser.open(&callback), async {
        world.wait(SignedDuration::from_secs(1)).await;
        assert_eq!(world.admin().put("/v1/settings", &settings_request()).await.status, 200);
    })
    .await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(exchanges(&world), 2);
}
