//! The attacks of RFC 9700 (Best Current Practice for OAuth 2.0 Security) on a client, each by its name.
//!
//! | Attack | RFC 9700 | Test |
//! | --- | --- | --- |
//! | CSRF on the redirect URI | 2.1, 4.7 | `csrf_on_the_redirect_uri_connects_nothing` |
//! | Login CSRF: the attacker's account for the victim | 4.7 | `browser_swapping_does_not_give_the_victim_the_attackers_account` |
//! | Authorization code injection | 4.5 | `an_injected_code_is_bound_to_no_session_but_its_own` |
//! | Code replay | 4.5, 2.1.1 | `a_replayed_code_is_never_sent_twice` |
//! | State replay and fixation | 4.7.1 | `a_state_works_once_and_cannot_be_chosen` |
//! | Mix-up: another app, another host | 4.4 | `oauth_attacks::mix_up` |
//! | Redirect URI manipulation | 4.1 | `the_redirect_uri_cannot_be_manipulated` |
//! | Open redirect | 4.11 | `return_to_is_no_open_redirect` |
//! | Scope upgrade and downgrade | 2.3 | `oauth_attacks::scopes` |
//! | Leak by the referrer | 4.2 | `oauth_attacks::pages` |
//! | Leak by history, log, page | 4.3 | `oauth_attacks::pages`, `canary.rs` |
//! | 307 redirect | 4.12 | `oauth_attacks::pages` |
//! | Forged headers of a proxy | 4.13 | `claims_and_addresses_in_headers_are_nobodys` |
//! | Clickjacking | 4.16 | `oauth_attacks::pages` |
//! | Stolen pick grant | 4.10 (sender binding) | `oauth_pick.rs`: `the_permission_is_the_browsers_own`, `a_page_saves_once`, `a_form_of_another_site_saves_nothing` |
//! | Cookie tossing | 4.7 (binding to the browser) | `a_tossed_cookie_under_another_name_binds_nothing` |
//! | Stolen refresh token, rotation reuse | 4.14 | `oauth_attacks::tokens`, `renew.rs`: `of_many_publishers_one_renews` |
//!
//! A client cannot do anything about token replay at Pinterest (4.10: bearer tokens only) and PKCE (2.1.1: Pinterest's v5
//! does not offer it); state and the browser's cookie do what PKCE would against injection in this client.

mod mix_up;
mod pages;
mod scopes;
mod tokens;

use jiff::SignedDuration;
use pinterest_sim::{Decision, Operation};
use serde_json::json;
use tests::{Answer, Browser, World};
use url::Url;

const CALLBACK: &str = "/app/pinterest/board";

/// Lets `username` consent for `owner`; answers where Pinterest sends the browser.
async fn consent(browser: &Browser<'_>, owner: &str, username: &str) -> String {
    browser.consent(&browser.start(owner).await, username, Decision::Allow)
}

/// A parameter of an address.
fn parameter(address: &str, name: &str) -> String {
    let url = Url::parse("https://pins.example.com").unwrap().join(address).unwrap();
    url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned()
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

/// The usernames of the connected accounts of `owner`.
async fn connected(world: &World, owner: &str) -> Vec<String> {
    let accounts = world.user(owner).get("/v1/accounts").await.json();
    let accounts = accounts["items"].as_array().unwrap().clone();
    accounts.iter().map(|account| account["username"].as_str().unwrap().to_owned()).collect()
}

/// The page refuses, and neither side has an account or Pinterest a request of it.
async fn assert_in_vain(world: &World, page: &Answer) {
    assert!((400..500).contains(&page.status), "{}: {}", page.status, page.text());
    for owner in ["alice", "mallory"] {
        assert_eq!(connected(world, owner).await, [""; 0], "{owner}");
    }
    assert_eq!(calls(world, Operation::ExchangeCode), 0, "no code was sent anywhere");
}

#[tokio::test(start_paused = true)]
async fn csrf_on_the_redirect_uri_connects_nothing() {
    let world = World::ready().await;
    let (attacker, victim) = (world.browser(), world.browser());
    let prepared = consent(&attacker, "mallory", "friend").await;
    let code = parameter(&prepared, "code");
    for forged in [
        prepared.clone(),
        format!("{CALLBACK}?code={code}"),
        format!("{CALLBACK}?code={code}&state="),
        format!("{CALLBACK}?code={code}&state={}", "A".repeat(43)),
    ] {
        assert_in_vain(&world, &victim.open(&forged).await).await;
    }
    victim.start("alice").await;
    assert_in_vain(&world, &victim.open(&prepared).await).await;
}

#[tokio::test(start_paused = true)]
async fn browser_swapping_does_not_give_the_victim_the_attackers_account() {
    let world = World::ready().await;
    let (attacker, victim) = (world.browser(), world.browser());
    // The attacker stops at Pinterest's consent page of their own flow and sends the victim there.
    let address = attacker.start("mallory").await;
    let callback = victim.consent(&address, "shop", Decision::Allow);
    assert_in_vain(&world, &victim.open(&callback).await).await;
    // The victim's consent is not the attacker's to finish by a guess of the cookie either.
    let guess = world.anybody().with("cookie", format!("__Host-pinwheel-oauth={}", "A".repeat(43)));
    assert_in_vain(&world, &guess.get(&callback).await).await;
}

#[tokio::test(start_paused = true)]
async fn an_injected_code_is_bound_to_no_session_but_its_own() {
    let world = World::ready().await;
    let (attacker, victim) = (world.browser(), world.browser());
    // The attacker stole the victim's callback on its way and injects the code into a session of theirs.
    let stolen = consent(&victim, "alice", "shop").await;
    let own = consent(&attacker, "mallory", "friend").await;
    let victims_state = format!("{CALLBACK}?code={}&state={}", parameter(&own, "code"), parameter(&stolen, "state"));
    assert_in_vain(&world, &attacker.open(&stolen).await).await;
    assert_in_vain(&world, &attacker.open(&victims_state).await).await;
    // Without PKCE at Pinterest, what is left is the code in a complete session of the attacker's own. It must never
    // come with the victim's session, and the victim's own callback goes on working.
    assert_eq!(victim.open(&stolen).await.status, 200);
    assert_eq!(connected(&world, "alice").await, ["shop"]);
    let injected = format!("{CALLBACK}?code={}&state={}", parameter(&stolen, "code"), parameter(&own, "state"));
    assert_eq!(attacker.open(&injected).await.status, 400, "the code is spent");
    assert_eq!(connected(&world, "mallory").await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_replayed_code_is_never_sent_twice() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = consent(&browser, "alice", "shop").await;
    let pages = futures_util::future::join_all([(); 5].map(|()| browser.open(&callback))).await;
    assert_eq!(pages.iter().filter(|page| page.status == 200).count(), 1);
    for _ in 0..3 {
        assert_eq!(browser.open(&callback).await.status, 200, "a reload shows the page");
    }
    assert_eq!(calls(&world, Operation::ExchangeCode), 1);
    assert_eq!(world.browser().open(&callback).await.status, 400, "elsewhere it shows nothing");
}

#[tokio::test(start_paused = true)]
async fn a_state_works_once_and_cannot_be_chosen() {
    let world = World::ready().await;
    let browser = world.browser();
    let denied = browser.consent(&browser.start("alice").await, "shop", Decision::Deny);
    assert_eq!(browser.open(&denied).await.status, 403);
    // The state of the refused consent does not carry a code that comes later.
    let code = parameter(&consent(&browser, "alice", "shop").await, "code");
    let replayed = format!("{CALLBACK}?code={code}&state={}", parameter(&denied, "state"));
    assert_in_vain(&world, &browser.open(&replayed).await).await;
    // Nobody chooses a state: it is drawn here, whatever is sent along.
    let fixed = "F".repeat(43);
    let cookie = format!("__Host-pinwheel-oauth={fixed}");
    let answer = world.user("alice").with("cookie", cookie).post("/v1/accounts/connect", &json!({})).await;
    let address = answer.json()["authorize_url"].as_str().unwrap().to_owned();
    assert!(!address.contains(&fixed), "{address}");
    let chosen = world.user("alice").post("/v1/accounts/connect", &json!({"state": fixed})).await;
    assert_eq!(chosen.status, 422, "{}", chosen.text());
    world.wait(SignedDuration::from_mins(10)).await;
    let late = browser.consent(&address, "shop", Decision::Allow);
    assert_eq!(browser.open(&late).await.status, 400, "a state ends after ten minutes");
}

#[tokio::test(start_paused = true)]
async fn the_redirect_uri_cannot_be_manipulated() {
    let world = World::ready().await;
    let ours = "https://pins.example.com/app/pinterest/board";
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "https://evil.example/"),
        ("origin", "https://evil.example"),
    ] {
        let answer = world.user("alice").with(name, value).post("/v1/accounts/connect", &json!({})).await;
        let address = answer.json()["authorize_url"].as_str().unwrap().to_owned();
        assert_eq!(parameter(&address, "redirect_uri"), ours, "{name}");
        assert!(!address.contains("evil"), "{name}: {address}");
        let settings = world.admin().with(name, value).get("/v1/settings").await.json();
        assert_eq!(settings["callback_url"], ours, "{name}");
    }
    for field in ["redirect_uri", "callback_url", "client_id", "scope"] {
        let answer = world.user("alice").post("/v1/accounts/connect", &json!({field: "https://evil.example/"})).await;
        assert_eq!(answer.wrong_fields(), [(field.to_owned(), "unknown_field".to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn claims_and_addresses_in_headers_are_nobodys() {
    let world = World::ready().await;
    let claims = json!({"authorizer": {"jwt": {"claims": {"sub": "alice", "cognito:groups": "[pinwheel-admin]"}}}});
    for (name, value) in [
        ("x-amzn-request-context", claims.to_string()),
        ("x-amzn-oidc-identity", "alice".to_owned()),
        ("x-forwarded-user", "alice".to_owned()),
        ("x-user", "alice".to_owned()),
        ("authorization", "Bearer e30.eyJzdWIiOiJhbGljZSJ9.".to_owned()),
    ] {
        let anonymous = world.anybody().with(name, value.clone()).get("/v1/accounts").await;
        assert_eq!(anonymous.status, 401, "{name}");
        let user = world.user("mallory").with(name, value).get("/v1/settings").await;
        let two_tokens = name == "authorization";
        assert_eq!(user.status, if two_tokens { 401 } else { 403 }, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn return_to_is_no_open_redirect() {
    let world = World::ready().await;
    for evil in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "https://pins.example.com@evil.example/",
        "https://pins.example.com.evil.example/",
        "https://app.example.com.evil.example/",
        "https://app.example.com:444/",
        "http://pins.example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let answer = world.user("alice").post("/v1/accounts/connect", &json!({"return_to": evil})).await;
        assert_eq!(answer.wrong_fields(), [("return_to".to_owned(), "invalid".to_owned())], "{evil}");
    }
    // Nothing that comes back from Pinterest moves the person elsewhere.
    let browser = world.browser();
    let callback = consent(&browser, "alice", "shop").await;
    let page = browser.open(&format!("{callback}&return_to=https%3A%2F%2Fevil.example%2F")).await;
    assert!(page.status == 200 && !page.text().contains("evil.example"), "{}", page.text());
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    let picked = browser.submit(CALLBACK, &[("grant", &grant), ("return_to", "https://evil.example/")]).await;
    assert_eq!((picked.status, picked.header("location")), (303, "/app/accounts"));
}

#[tokio::test(start_paused = true)]
async fn a_tossed_cookie_under_another_name_binds_nothing() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = consent(&browser, "alice", "shop").await;
    let value = browser.cookie("__Host-pinwheel-oauth").unwrap();
    // A neighbouring host can set these; none can set a `__Host-` cookie.
    for name in ["pinwheel-oauth", "__Secure-pinwheel-oauth", "__host-pinwheel-oauth", "__Host-pinwheel-pick"] {
        let tossed = world.anybody().with("cookie", format!("{name}={value}"));
        assert_in_vain(&world, &tossed.get(&callback).await).await;
    }
    for setting in [browser.open(&callback).await.header("set-cookie").to_owned()] {
        assert!(setting.starts_with("__Host-") && !setting.contains("Domain"), "{setting}");
        for part in ["Secure", "HttpOnly", "Path=/"] {
            assert!(setting.split("; ").any(|given| given == part), "{part} in {setting}");
        }
    }
}
