//! Somebody without a sign-in connects an account by a link, once, and knowing who asked.

mod listed;

use jiff::SignedDuration;
use pinterest_sim::{Decision, Fault, FaultAnswer, Operation, Tier};
use serde_json::{Value, json};
use tests::{Answer, Browser, World, settings_request};

const LINKS: &str = "/v1/accounts/connect-links";
const PAGE: &str = "/app/pinterest/connect";

/// A link of alice's; answers the path and query of its page.
async fn link(world: &World, body: Value) -> String {
    let answer = world.user("alice").post(LINKS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    url.strip_prefix("https://pins.example.com").unwrap().to_owned()
}

fn secret(path: &str) -> &str {
    path.strip_prefix("/app/pinterest/connect?link=").unwrap()
}

/// Presses the button of the page.
async fn press(browser: &Browser<'_>, path: &str) -> Answer {
    browser.submit(PAGE, &[("link", secret(path))]).await
}

/// Opens the page, presses its button and decides at Pinterest; answers where Pinterest sends the browser.
async fn follow(browser: &Browser<'_>, path: &str, username: &str, decision: Decision) -> String {
    let page = browser.open(path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let sent = press(browser, path).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    browser.consent(sent.header("location"), username, decision)
}

async fn connected(world: &World, owner: &str) -> Vec<String> {
    let accounts = world.user(owner).get("/v1/accounts").await.json();
    let accounts = accounts["items"].as_array().unwrap().clone();
    accounts.iter().map(|account| account["username"].as_str().unwrap().to_owned()).collect()
}

/// The page says so, leads nowhere that needs a sign-in, and nothing was connected.
async fn assert_fails(world: &World, page: &Answer, status: u16, title: &str, remedy: &str) {
    let text = page.text();
    assert_eq!(page.status, status, "{text}");
    assert!(text.contains(&format!("<h1>{title}</h1>")), "{text}");
    assert!(text.contains(remedy), "{text}");
    assert!(!text.contains("/app/accounts"), "{text}");
    assert_eq!(connected(world, "alice").await, [""; 0], "{title}");
}

#[tokio::test(start_paused = true)]
async fn somebody_without_a_sign_in_connects_an_account_and_picks_its_boards() {
    let world = World::ready().await;
    let path = link(&world, json!({"return_to": "/app/pins", "expected_username": "@Shop"})).await;
    let browser = world.browser();
    let page = browser.open(&path).await;
    let text = page.text();
    assert!(text.contains("<strong>alice</strong> asks for this at <strong>pins.example.com</strong>"), "{text}");
    assert!(text.contains("<strong>Shop</strong>") && !text.contains("<script"), "{text}");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' http://pinterest.test https:;"), "{policy}");
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("strict-origin", "no-store"));

    let callback = follow(&browser, &path, "shop", Decision::Allow).await;
    let boards = browser.open(&callback).await;
    assert!(boards.text().contains("Connected as shop"), "{}", boards.text());
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    let saved = browser.submit("/app/pinterest/board", &[("grant", &grant)]).await;
    assert_eq!((saved.status, saved.header("location")), (303, "https://pins.example.com/app/pins"));
    assert_eq!(connected(&world, "alice").await, ["shop"]);
}

#[tokio::test(start_paused = true)]
async fn without_a_way_on_the_person_is_told_that_they_are_done() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = follow(&browser, &link(&world, json!({})).await, "shop", Decision::Allow).await;
    assert_eq!(browser.open(&callback).await.status, 200);
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    let saved = browser.submit("/app/pinterest/board", &[("grant", &grant)]).await;
    let done = saved.header("location").strip_prefix("https://pins.example.com").unwrap().to_owned();
    assert!(browser.open(&done).await.text().contains("You can close this page."));
}

#[tokio::test(start_paused = true)]
async fn a_link_connects_one_account() {
    let world = World::ready().await;
    let path = link(&world, json!({})).await;
    let (first, second) = (world.browser(), world.browser());
    let early = follow(&second, &path, "creator", Decision::Allow).await;
    let callback = follow(&first, &path, "shop", Decision::Allow).await;
    assert_eq!(first.open(&callback).await.status, 200);

    let title = "<h1>An account is already connected by this link</h1>";
    for page in [second.open(&early).await, second.open(&path).await, press(&second, &path).await] {
        assert_eq!(page.status, 409, "{}", page.text());
        assert!(page.text().contains(title) && !page.text().contains("/app/accounts"), "{}", page.text());
    }
    assert_eq!(first.open(&callback).await.status, 200, "a reload shows the boards again");
    assert_eq!(connected(&world, "alice").await, ["shop"]);
    let exchanges = world.simulator.calls().iter().filter(|call| call.operation == Operation::ExchangeCode).count();
    assert_eq!(exchanges, 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_come_back_at_once_one_connects() {
    let world = World::ready().await;
    let path = link(&world, json!({})).await;
    let (first, second) = (world.browser(), world.browser());
    let one = follow(&first, &path, "shop", Decision::Allow).await;
    let two = follow(&second, &path, "creator", Decision::Allow).await;
    let (one, two) = tokio::join!(first.open(&one), second.open(&two));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text(), two.text());
    assert_eq!(connected(&world, "alice").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_account_than_the_expected_one_is_refused_and_both_are_named() {
    let world = World::ready().await;
    let path = link(&world, json!({"expected_username": "shop"})).await;
    let browser = world.browser();
    let page = browser.open(&follow(&browser, &path, "creator", Decision::Allow).await).await;
    assert_fails(&world, &page, 409, "This is another Pinterest account", "open the link again").await;
    assert!(page.text().contains("for shop, and you are signed in to Pinterest as creator"), "{}", page.text());

    let page = browser.open(&follow(&browser, &path, "shop", Decision::Allow).await).await;
    assert_eq!(page.status, 200, "the link is still good: {}", page.text());
    assert_eq!(connected(&world, "alice").await, ["shop"]);
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_and_one_that_never_was_is_unknown() {
    let world = World::ready().await;
    let path = link(&world, json!({"expires_in_hours": 1})).await;
    let browser = world.browser();
    world.wait(SignedDuration::from_mins(59)).await;
    let begun = follow(&browser, &path, "shop", Decision::Deny).await;
    assert_fails(&world, &browser.open(&begun).await, 403, "You didn't give access", "open the link again").await;
    world.wait(SignedDuration::from_mins(1)).await;
    for page in [browser.open(&path).await, press(&browser, &path).await] {
        assert_fails(&world, &page, 410, "This link has ended", "for another one").await;
    }
    for path in [PAGE.to_owned(), format!("{PAGE}?link=short"), format!("{PAGE}?link={}", "A".repeat(43))] {
        assert_fails(&world, &browser.open(&path).await, 404, "This link doesn't exist", "for another one").await;
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_sent_to_pinterest_by_another_site_or_finishes_in_another_browser() {
    let world = World::ready().await;
    let path = link(&world, json!({})).await;
    let form = format!("link={}", secret(&path));
    for origin in ["https://evil.example", "null"] {
        let caller = world.anybody().with("origin", origin).with("content-type", "application/x-www-form-urlencoded");
        let page = caller.send("POST", PAGE, Some(form.clone())).await;
        assert_fails(&world, &page, 403, "This form came from elsewhere", "Open the link again").await;
        assert_eq!(page.header("set-cookie"), "");
    }
    let (attacker, victim) = (world.browser(), world.browser());
    let callback = follow(&attacker, &path, "shop", Decision::Allow).await;
    for _ in 0..2 {
        let page = victim.open(&callback).await;
        let title = "You started connecting in another browser";
        assert_fails(&world, &page, 400, title, "Open the link again in this browser").await;
        victim.start("mallory").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_of_a_link_works_once_and_for_ten_minutes() {
    let world = World::ready().await;
    let path = link(&world, json!({})).await;
    let browser = world.browser();
    let late = follow(&browser, &path, "shop", Decision::Allow).await;
    world.wait(SignedDuration::from_mins(10)).await;
    let page = browser.open(&late).await;
    assert_fails(&world, &page, 400, "That took longer than ten minutes", "Open the link again").await;
    let failing =
        Fault { answer: Some(FaultAnswer::status(503)), times: Some(1), ..Fault::on(Operation::ExchangeCode) };
    world.simulator.set_fault(failing);
    let callback = follow(&browser, &path, "shop", Decision::Allow).await;
    let page = browser.open(&callback).await;
    assert_fails(&world, &page, 502, "Pinterest isn't responding", "then open the link again").await;
    let page = browser.open(&callback).await;
    assert_fails(&world, &page, 400, "This link was already used", "It says whether your account is connected").await;
}

#[tokio::test(start_paused = true)]
async fn what_an_administrator_has_to_mend_is_said_on_every_page_of_the_way() {
    for (change, status, title) in [
        (json!({"status": "disabled"}), 403, "Pinterest is switched off"),
        (json!({"mode": "sandbox"}), 409, "The mode was changed in the meantime"),
    ] {
        let world = World::ready().await;
        let path = link(&world, json!({})).await;
        let browser = world.browser();
        let callback = follow(&browser, &path, "shop", Decision::Allow).await;
        let mut wanted = settings_request();
        wanted.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(world.admin().put("/v1/settings", &wanted).await.status, 200);
        world.wait(SignedDuration::from_mins(2)).await;
        let page = browser.open(&callback).await;
        assert_fails(&world, &page, status, title, "link").await;
        if status == 403 {
            for page in [browser.open(&path).await, press(&browser, &path).await] {
                assert_fails(&world, &page, status, title, "Tell whoever sent you the link").await;
            }
            let refused = world.user("alice").post(LINKS, &json!({})).await;
            assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("pinterest_disabled")));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_pinterest_refuses_is_said_in_words_for_whoever_came_by_a_link() {
    let world = World::ready().await;
    let path = link(&world, json!({})).await;
    let browser = world.browser();
    world.simulator.set_tier(Tier::Unapproved);
    let page = browser.open(&follow(&browser, &path, "shop", Decision::Allow).await).await;
    assert_fails(&world, &page, 502, "Pinterest hasn't approved the app", "Tell whoever sent you the link").await;
    world.simulator.set_tier(Tier::Standard);
    world.link("bob", "creator").await;
    let page = browser.open(&follow(&browser, &path, "creator", Decision::Allow).await).await;
    assert_fails(&world, &page, 409, "This Pinterest account is already connected", "before you open the link").await;
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_link_that_is_wanted_is_named() {
    let world = World::ready().await;
    for (body, field) in [
        (json!({"return_to": "https://evil.example/"}), "return_to"),
        (json!({"expected_username": " @ "}), "expected_username"),
        (json!({"expected_username": "x".repeat(101)}), "expected_username"),
        (json!({"expected_username": 7}), "expected_username"),
        (json!({"expires_in_hours": 0}), "expires_in_hours"),
        (json!({"expires_in_hours": 169}), "expires_in_hours"),
        (json!({"expires_in_hours": 1.5}), "expires_in_hours"),
        (json!({"expire": 1}), "expire"),
    ] {
        let answer = world.user("alice").post(LINKS, &body).await;
        let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
        assert_eq!((answer.status, fields), (422, vec![field.to_owned()]), "{body}");
    }
    let machine = world.machine("pinwheel/act").with("Pinwheel-Owner", "carol").post(LINKS, &json!({})).await;
    let url = machine.json()["url"].as_str().unwrap().to_owned();
    let page = world.browser().open(url.strip_prefix("https://pins.example.com").unwrap()).await;
    assert!(page.text().contains("<strong>carol</strong> asks"), "a machine asks for its owner: {}", page.text());
}

/// The cookie of a cross-site `fetch` is dropped, so the browser of this story never gets it.
#[tokio::test(start_paused = true)]
async fn a_planner_on_another_site_sends_the_browser_to_the_start_url() {
    let world = World::ready().await;
    let answer = world.user("alice").post("/v1/accounts/connect", &json!({"return_to": "/app/pins"})).await;
    let start = answer.json()["start_url"].as_str().unwrap().to_owned();
    let path = start.strip_prefix("https://pins.example.com").unwrap();
    let browser = world.browser();
    let page = browser.open(&follow(&browser, path, "shop", Decision::Allow).await).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(connected(&world, "alice").await, ["shop"]);
    assert_eq!(browser.open(path).await.status, 409, "it works once");

    let answer = world.user("alice").post("/v1/accounts/connect", &json!({})).await;
    let start = answer.json()["start_url"].as_str().unwrap().to_owned();
    world.wait(SignedDuration::from_mins(10)).await;
    let page = browser.open(start.strip_prefix("https://pins.example.com").unwrap()).await;
    assert_eq!(page.status, 410, "{}", page.text());
}
