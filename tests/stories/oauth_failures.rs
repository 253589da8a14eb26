//! Every way in which a connection can fail shows a page that says what happened, and leaves nothing behind.

use jiff::SignedDuration;
use pinterest_sim::{Decision, Fault, FaultAnswer, Operation, Tier};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::{Answer, Browser, START, World, settings_request};

const CALLBACK: &str = "/app/pinterest/board";

/// Lets `shop` consent; answers where Pinterest sends the browser.
async fn allow(browser: &Browser<'_>) -> String {
    browser.consent(&browser.start("alice").await, "shop", Decision::Allow)
}

async fn save(world: &World, field: &str, value: Value) {
    let mut request = settings_request();
    request[field] = value;
    let answer = world.admin().put("/v1/settings", &request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The page says `title`, offers a way on, and nothing was connected.
async fn assert_fails(world: &World, page: &Answer, status: u16, title: &str) {
    assert_eq!((page.status, page.header("content-type")), (status, "text/html; charset=utf-8"), "{}", page.text());
    assert!(page.text().contains(&format!("<h1>{title}</h1>")), "{}", page.text());
    assert!(page.text().contains("href=\"/app/accounts\""), "{}", page.text());
    let accounts = world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap();
    assert_eq!(accounts.len(), 0, "{title}");
}

fn exchanges(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::ExchangeCode).count()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_state_is_rejected() {
    let world = World::ready().await;
    let browser = world.browser();
    browser.start("alice").await;
    let made_up = format!("state={}", "A".repeat(43));
    for query in ["", "code=x", "code=x&state=short", &format!("code=x&{made_up}"), &format!("error=x&{made_up}")] {
        let page = browser.open(&format!("{CALLBACK}?{query}")).await;
        assert_fails(&world, &page, 400, "We don't recognize this link").await;
    }
    assert_eq!(exchanges(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn a_used_state_is_rejected_and_not_exchanged_again() {
    let world = World::ready().await;
    let failing =
        Fault { answer: Some(FaultAnswer::status(503)), times: Some(1), ..Fault::on(Operation::ExchangeCode) };
    world.simulator.set_fault(failing);
    let browser = world.browser();
    let callback = allow(&browser).await;
    assert_eq!(browser.open(&callback).await.status, 502);
    let page = browser.open(&callback).await;
    assert_fails(&world, &page, 400, "This link was already used").await;
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_pinterests_word_refuses_neither_the_code_nor_the_app() {
    // The default body of a 400 is "Something went wrong on our end."
    for answer in [FaultAnswer::page(400, ""), FaultAnswer::page(401, "<html>"), FaultAnswer::status(400)] {
        for operation in [Operation::ExchangeCode, Operation::GetUserAccount] {
            let world = World::ready().await;
            world.simulator.set_fault(Fault { answer: Some(answer.clone()), times: Some(1), ..Fault::on(operation) });
            let browser = world.browser();
            let page = browser.open(&allow(&browser).await).await;
            assert_fails(&world, &page, 502, "Pinterest isn't responding").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_that_pinterest_says_are_missing_are_named_whatever_the_status_and_code() {
    for (status, code) in [(401, 3), (403, 3), (403, 29)] {
        let world = World::ready().await;
        let message = "Your token does not have sufficient permissions to perform this operation. Missing: \
                       ['user_accounts:read']";
        let body = Some(json!({"code": code, "message": message}));
        let answer = Some(FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::new() });
        world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::GetUserAccount) });
        let browser = world.browser();
        let page = browser.open(&allow(&browser).await).await;
        assert!(page.text().contains("user_accounts:read"), "{}", page.text());
        assert_fails(&world, &page, 403, "Some permissions are missing").await;
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_visits_at_the_same_time_one_uses_the_state() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    let pages = futures_util::future::join(browser.open(&callback), browser.open(&callback)).await;
    let mut statuses = [pages.0.status, pages.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(exchanges(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn an_expired_state_is_rejected() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    world.wait(SignedDuration::from_mins(10)).await;
    let page = browser.open(&callback).await;
    assert_fails(&world, &page, 400, "That took longer than ten minutes").await;
    assert_eq!(exchanges(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn another_browser_is_rejected_and_does_not_use_the_state_up() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    let stranger = world.browser();
    let title = "You started connecting in another browser";
    assert_fails(&world, &stranger.open(&callback).await, 400, title).await;
    stranger.start("mallory").await;
    assert_fails(&world, &stranger.open(&callback).await, 400, title).await;
    assert_eq!(browser.open(&callback).await.status, 200);
    assert_eq!(stranger.open(&callback).await.status, 400, "a reload elsewhere shows nothing either");
}

#[tokio::test(start_paused = true)]
async fn coming_back_without_a_code_is_rejected() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    let state = callback.split("state=").nth(1).unwrap();
    let page = browser.open(&format!("{CALLBACK}?state={state}")).await;
    assert_fails(&world, &page, 400, "Something was missing from Pinterest's response").await;
    assert_fails(&world, &browser.open(&callback).await, 400, "This link was already used").await;
}

#[tokio::test(start_paused = true)]
async fn a_person_who_denies_is_told_so_and_the_state_is_used_up() {
    let world = World::ready().await;
    let browser = world.browser();
    let denied = browser.consent(&browser.start("alice").await, "shop", Decision::Deny);
    assert!(denied.contains("error=access_denied"));
    assert_fails(&world, &browser.open(&denied).await, 403, "You didn't give access").await;
    assert_fails(&world, &browser.open(&denied).await, 400, "This link was already used").await;
}

#[tokio::test(start_paused = true)]
async fn what_an_administrator_changed_meanwhile_is_told() {
    for (field, value, status, title) in [
        ("status", json!("disabled"), 403, "Pinterest is switched off"),
        ("mode", json!("sandbox"), 409, "The mode was changed in the meantime"),
        ("app_id", json!("77"), 409, "The Pinterest app was changed in the meantime"),
    ] {
        let world = World::ready().await;
        let browser = world.browser();
        let callback = allow(&browser).await;
        save(&world, field, value).await;
        assert_fails(&world, &browser.open(&callback).await, status, title).await;
        assert_eq!(exchanges(&world), 0, "{title}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_changes_of_the_settings_do_not_matter() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    save(&world, "scopes", json!("user_accounts:read, pins:read, pins:write, boards:read, boards:write")).await;
    assert_eq!(browser.open(&callback).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_vanished_is_told() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    let platform = world.platform("somebody");
    let mut settings = platform.settings.load().await.unwrap();
    settings.secret.as_mut().unwrap().version_id = "00000000-0000-4000-8000-000000000000".into();
    settings.version += 1;
    let change = shared::store::Change { at: START, by: "x".parse().unwrap(), fields: Vec::new() };
    platform.settings.save(&settings, &change).await.unwrap();
    let page = browser.open(&callback).await;
    assert_fails(&world, &page, 409, "Pinterest isn't completely set up").await;
}

#[tokio::test(start_paused = true)]
async fn a_code_that_pinterest_refuses_is_told() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    let code = callback.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let page = browser.open(&callback.replace(code, "another-code")).await;
    assert_fails(&world, &page, 400, "Pinterest didn't accept the code").await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_told_apart_from_a_wrong_code() {
    let world = World::ready().await;
    save(&world, "app_secret", json!("mistyped-app-secret")).await;
    let browser = world.browser();
    let page = browser.open(&allow(&browser).await).await;
    assert_fails(&world, &page, 502, "Pinterest doesn't accept the app").await;
    assert_eq!(exchanges(&world), 1, "with the same secret it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn an_app_without_approval_is_told() {
    let world = World::ready().await;
    world.simulator.set_tier(Tier::Unapproved);
    let browser = world.browser();
    let page = browser.open(&allow(&browser).await).await;
    assert_fails(&world, &page, 502, "Pinterest hasn't approved the app").await;
}

#[tokio::test(start_paused = true)]
async fn pinterest_being_down_or_out_of_quota_is_told_and_nothing_is_tried_again() {
    let down = "Pinterest isn't responding";
    for (answer, title) in [
        (FaultAnswer::status(500), down),
        (FaultAnswer::Timeout, down),
        (FaultAnswer::Reset, down),
        (FaultAnswer::status(429), "Pinterest's limit is used up for now"),
    ] {
        for operation in [Operation::ExchangeCode, Operation::GetUserAccount] {
            let world = World::ready().await;
            world.simulator.set_fault(Fault { answer: Some(answer.clone()), ..Fault::on(operation) });
            let browser = world.browser();
            let callback = allow(&browser).await;
            let before = world.clock.now();
            let page = browser.open(&callback).await;
            assert!(world.clock.now().duration_since(before) < SignedDuration::from_secs(29), "API Gateway's patience");
            assert_fails(&world, &page, 502, title).await;
            let calls = world.simulator.calls().into_iter().filter(|call| call.operation == operation).count();
            assert_eq!(calls, 1, "{operation:?} {answer:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn permissions_that_were_not_given_are_named() {
    let world = World::ready().await;
    let body = json!({"access_token": "pina_x", "token_type": "bearer", "expires_in": 2_592_000,
        "refresh_token": "pinr_x", "scope": "user_accounts:read boards:read pins:read"});
    let answer = FaultAnswer::Status { status: 200, body: Some(body), headers: std::collections::BTreeMap::new() };
    world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::ExchangeCode) });
    let browser = world.browser();
    let page = browser.open(&allow(&browser).await).await;
    assert_fails(&world, &page, 403, "Some permissions are missing").await;
    assert!(page.text().contains("pins:write, boards:write"), "{}", page.text());
}

#[tokio::test(start_paused = true)]
async fn an_account_of_somebody_else_is_refused_without_naming_them() {
    let world = World::ready().await;
    let first = world.browser();
    let callback = first.consent(&first.start("bob-the-owner").await, "shop", Decision::Allow);
    assert_eq!(first.open(&callback).await.status, 200);
    let browser = world.browser();
    let page = browser.open(&allow(&browser).await).await;
    assert_fails(&world, &page, 409, "This Pinterest account is already connected").await;
    assert!(!page.text().contains("bob-the-owner"));
}

#[tokio::test(start_paused = true)]
async fn of_two_owners_at_the_same_time_one_gets_the_account() {
    let world = World::ready().await;
    let (one, two) = (world.browser(), world.browser());
    let first = allow(&one).await;
    let second = two.consent(&two.start("bob").await, "shop", Decision::Allow);
    let pages = futures_util::future::join(one.open(&first), two.open(&second)).await;
    let mut statuses = [pages.0.status, pages.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test(start_paused = true)]
async fn a_parameter_that_comes_twice_is_refused_before_anything_is_used() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = browser.consent(&browser.start("alice").await, "shop", Decision::Allow);
    let state = callback.split("state=").nth(1).unwrap().split('&').next().unwrap();
    for more in ["code=x", &format!("state={state}"), "error=a&error=b", "error_description=a&error_description=b"] {
        let answer = browser.open(&format!("{callback}&{more}")).await;
        assert_eq!(answer.status, 400, "{more}: {}", answer.text());
        assert!(answer.text().contains("This link isn't valid"), "{more}: {}", answer.text());
    }
    assert_eq!(browser.open(&callback).await.status, 200, "the link as Pinterest sent it still works");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_disconnected_meanwhile_shows_no_boards_on_a_reload() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = allow(&browser).await;
    assert_eq!(browser.open(&callback).await.status, 200);
    let platform = world.platform("accounts");
    let mut account = platform.accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0);
    let version = account.version;
    account.disconnected(START);
    platform.accounts.disconnect(&mut account, version).await.unwrap();
    let page = browser.open(&callback).await;
    assert_eq!(page.status, 409);
    assert!(page.text().contains("disconnected in the meantime"), "{}", page.text());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_is_told() {
    use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
    #[derive(Debug)]
    struct Down;
    impl Hook for Down {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            let consumes = effect.operation == "TransactWriteItems";
            if consumes { Plan::fault(AwsFault::ServerError) } else { Plan::default() }
        }
    }
    let mut world = World::ready().await;
    let platform = world.platform_with("oauth without table", &[std::sync::Arc::new(Down)]);
    world.replace(oauth::ROUTES, oauth::router(platform));
    let browser = world.browser();
    let page = browser.open(&allow(&browser).await).await;
    assert_fails(&world, &page, 503, "Something went wrong on our side").await;
    assert_eq!(exchanges(&world), 0, "a code is not used before its state is");
}

#[tokio::test(start_paused = true)]
async fn the_page_leads_back_to_where_the_person_wanted_to_go() {
    let world = World::ready().await;
    let browser = world.browser();
    let address = browser.start_returning("alice", Some("/app/pins?from=oauth")).await;
    let page = browser.open(&browser.consent(&address, "shop", Decision::Deny)).await;
    assert!(page.text().contains("href=\"https://pins.example.com/app/pins?from=oauth\""), "{}", page.text());
}
