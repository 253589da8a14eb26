//! What the pages give away: by the referrer (RFC 9700, 4.2), by what they contain (4.3), by a redirect that repeats the
//! request (4.12), by a frame around them (4.16).

use pinterest_sim::Decision;
use tests::{Answer, Browser, World};

use super::{CALLBACK, consent, parameter};

/// Every page that a browser is shown on the way: with the boards, the reload, denied, failed.
async fn pages(browser: &Browser<'_>) -> (Vec<Answer>, Vec<String>) {
    let callback = consent(browser, "alice", "shop").await;
    let denied = browser.consent(&browser.start("alice").await, "shop", Decision::Deny);
    let mut pages = Vec::new();
    for address in [&callback, &callback, &denied, &denied, CALLBACK, &format!("{CALLBACK}?code=x&state=y")] {
        pages.push(browser.open(address).await);
    }
    pages.push(browser.submit(CALLBACK, &[("grant", "unknown")]).await);
    let secrets = vec![parameter(&callback, "code"), parameter(&callback, "state"), parameter(&denied, "state")];
    (pages, secrets)
}

#[tokio::test(start_paused = true)]
async fn referrer_leakage_is_kept_in_by_the_policy_and_by_loading_nothing() {
    let world = World::ready().await;
    let (pages, _) = pages(&world.browser()).await;
    for page in &pages {
        let policy = page.header("referrer-policy");
        assert!(["no-referrer", "strict-origin"].contains(&policy), "{policy}: {}", page.text());
        let text = page.text();
        for loads in ["<script", "<img", "<iframe", "<link", "<object", "<embed", "url(", "@import", " src="] {
            assert!(!text.contains(loads), "{loads} in {text}");
        }
        assert!(
            page.header("content-security-policy").starts_with("default-src 'none'"),
            "and nothing could be loaded"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn code_and_state_stay_out_of_the_pages_their_headers_and_caches() {
    let world = World::ready().await;
    let (pages, secrets) = pages(&world.browser()).await;
    for page in &pages {
        assert_eq!(page.header("cache-control"), "no-store");
        let headers = format!("{:?}", page.headers);
        for secret in &secrets {
            assert!(!page.text().contains(secret) && !headers.contains(secret), "{secret}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn clickjacking_finds_no_page_that_can_be_framed() {
    let world = World::ready().await;
    let browser = world.browser();
    let (mut pages, _) = pages(&browser).await;
    for path in ["/", "/app/accounts"] {
        pages.push(browser.open(path).await);
    }
    assert_eq!(pages.len(), 9);
    for page in &pages {
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{}", page.text());
        assert_eq!(page.header("x-frame-options"), "DENY", "{}", page.text());
    }
}

#[tokio::test(start_paused = true)]
async fn a_307_redirect_never_repeats_a_form_elsewhere() {
    let world = World::ready().await;
    let browser = world.browser();
    let callback = browser.consent(
        &browser.start_returning("alice", Some("https://app.example.com/done")).await,
        "shop",
        Decision::Allow,
    );
    let page = browser.open(&callback).await;
    assert_eq!((page.status, page.header("location")), (200, ""), "the redirect URI does not redirect");
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    let picked = browser.submit(CALLBACK, &[("grant", &grant)]).await;
    assert_eq!((picked.status, picked.header("location")), (303, "https://app.example.com/done"));
    assert!(!picked.text().contains(&grant) && !picked.header("location").contains(&grant));
    assert!(picked.header("set-cookie").contains("Max-Age=0"), "the spent grant leaves the browser");
}
