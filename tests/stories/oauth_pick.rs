//! A person picks the boards of the account they connected.

use jiff::SignedDuration;
use pinterest_sim::{Decision, Mode};
use shared::clock::Clock;
use shared::domain::Account;
use tests::{Answer, Browser, START, World};

const CALLBACK: &str = "/app/pinterest/board";

/// Connects `shop` for alice and stays on the page.
async fn connect(browser: &Browser<'_>, return_to: Option<&str>) -> Answer {
    let address = browser.start_returning("alice", return_to).await;
    let page = browser.open(&browser.consent(&address, "shop", Decision::Allow)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page
}

/// The value of the hidden field.
fn grant(page: &Answer) -> String {
    let text = page.text();
    text.split("name=\"grant\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn boards(world: &World) -> Vec<String> {
    world.simulator.boards(Mode::Live, "shop").into_iter().map(|board| board.id).collect()
}

async fn pick(browser: &Browser<'_>, grant: &str, boards: &[&str]) -> Answer {
    let mut fields = vec![("grant", grant)];
    fields.extend(boards.iter().map(|board| ("board", *board)));
    browser.submit(CALLBACK, &fields).await
}

async fn account(world: &World) -> Account {
    world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0)
}

async fn channels(world: &World) -> Vec<String> {
    account(world).await.channels.iter().map(ToString::to_string).collect()
}

fn assert_told(answer: &Answer, status: u16, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(title), "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn picked_boards_are_kept_and_the_person_goes_on_to_their_accounts() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    assert_eq!(browser.cookie("__Host-pinwheel-pick"), Some(grant(&page)));
    let boards = boards(&world);
    let answer = pick(&browser, &grant(&page), &[&boards[0], &boards[2]]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/app/accounts"));
    assert_eq!(channels(&world).await, [boards[0].as_str(), boards[2].as_str()]);
    assert_eq!(browser.cookie("__Host-pinwheel-pick"), None, "the cookie is removed");
}

#[tokio::test(start_paused = true)]
async fn no_board_may_be_picked_as_well() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    assert_eq!(pick(&browser, &grant(&page), &[]).await.status, 303);
    assert_eq!(channels(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn people_go_on_to_where_they_came_from() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, Some("/app/pins?new=1")).await;
    assert!(page.text().contains("href=\"https://pins.example.com/app/pins?new=1\">Not now<"), "{}", page.text());
    let answer = pick(&browser, &grant(&page), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "https://pins.example.com/app/pins?new=1"));
}

#[tokio::test(start_paused = true)]
async fn an_allowed_origin_is_returned_to_and_stands_in_the_policy_of_the_page() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, Some("https://app.example.com/done")).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://app.example.com;"), "{policy}");
    let answer = pick(&browser, &grant(&page), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, "https://app.example.com/done"));
}

#[tokio::test(start_paused = true)]
async fn connecting_again_shows_the_earlier_pick() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    let boards = boards(&world);
    pick(&browser, &grant(&page), &[&boards[1]]).await;
    let again = connect(&browser, None).await.text();
    assert_eq!(again.matches(" checked").count(), 1);
    assert!(again.contains(&format!("value=\"{}\" checked", boards[1])), "{again}");
}

#[tokio::test(start_paused = true)]
async fn a_page_saves_once() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    let (grant, boards) = (grant(&page), boards(&world));
    let fields = |board: usize| [("grant", grant.as_str()), ("board", boards[board].as_str())];
    let (one, two) = (fields(0), fields(1));
    let (first, second) =
        futures_util::future::join(browser.submit(CALLBACK, &one), browser.submit(CALLBACK, &two)).await;
    let (kept, told) = if first.status == 303 { (0, second) } else { (1, first) };
    assert_told(&told, 409, "Your boards are already saved");
    assert_eq!(channels(&world).await, [boards[kept].as_str()]);
}

#[tokio::test(start_paused = true)]
async fn whoever_reloads_the_page_after_the_boards_are_saved_gets_no_other_permission() {
    let world = World::ready().await;
    let browser = world.browser();
    let address = browser.start("alice").await;
    let callback = browser.consent(&address, "shop", Decision::Allow);
    let first = browser.open(&callback).await;
    let boards = boards(&world);
    assert_eq!(grant(&browser.open(&callback).await), grant(&first), "until then a reload shows the same form");
    assert_eq!(pick(&browser, &grant(&first), &[&boards[0]]).await.status, 303);
    for _ in 0..2 {
        let again = browser.open(&callback).await;
        assert_told(&again, 409, "Your boards are already saved");
        assert!(!again.text().contains("<form") && !again.text().contains("New arrivals"), "{}", again.text());
        assert_eq!(browser.cookie("__Host-pinwheel-pick"), None);
    }
    assert_eq!(channels(&world).await, [boards[0].as_str()]);
}

#[tokio::test(start_paused = true)]
async fn boards_that_are_picked_again_take_the_place_of_the_earlier_ones() {
    let world = World::ready().await;
    let browser = world.browser();
    let boards = boards(&world);
    for picked in [vec![&boards[0], &boards[1]], vec![&boards[2]], vec![&boards[1], &boards[2]], vec![]] {
        let picked: Vec<_> = picked.into_iter().map(String::as_str).collect();
        let page = connect(&browser, None).await;
        assert_eq!(pick(&browser, &grant(&page), &picked).await.status, 303);
        assert_eq!(channels(&world).await, picked);
    }
}

#[tokio::test(start_paused = true)]
async fn the_permission_is_void_after_fifteen_minutes() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    world.wait(SignedDuration::from_mins(15)).await;
    assert_told(&pick(&browser, &grant(&page), &["1"]).await, 400, "older than fifteen minutes");
    assert_eq!(channels(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_permission_is_the_browsers_own() {
    let world = World::ready().await;
    let browser = world.browser();
    let grant = grant(&connect(&browser, None).await);
    let stranger = world.browser();
    assert_told(&pick(&stranger, &grant, &["1"]).await, 400, "This page has been replaced");
    let callback = stranger.consent(&stranger.start("mallory").await, "friend", Decision::Allow);
    assert_eq!(stranger.open(&callback).await.status, 200);
    assert!(stranger.cookie("__Host-pinwheel-pick").is_some(), "a permission for another account does not count");
    assert_told(&pick(&stranger, &grant, &["1"]).await, 400, "This page has been replaced");
    let other = "A".repeat(43);
    assert_told(&pick(&browser, &other, &["1"]).await, 400, "This page has been replaced");
    browser.forget_cookies();
    assert_told(&pick(&browser, &grant, &["1"]).await, 400, "This page has been replaced");
    assert_eq!(channels(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_form_of_another_site_saves_nothing() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    let cookie = format!("__Host-pinwheel-pick={}", grant(&page));
    let form = format!("grant={}&board=1", grant(&page));
    for (name, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let caller = world.anybody().with("cookie", cookie.clone()).with(name, value);
        let answer = caller.send("POST", CALLBACK, Some(form.clone())).await;
        assert_told(&answer, 403, "This form came from somewhere else");
    }
    let silent = world.anybody().with("cookie", cookie).send("POST", CALLBACK, Some(form)).await;
    assert_told(&silent, 403, "This form came from somewhere else");
    assert_eq!(channels(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_board_is_refused_and_can_be_corrected() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    assert_told(&pick(&browser, &grant(&page), &["<b>"]).await, 400, "The form couldn't be read");
    assert_eq!(pick(&browser, &grant(&page), &["7"]).await.status, 303, "the permission was not used up");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_disconnected_meanwhile_is_told() {
    let world = World::ready().await;
    let browser = world.browser();
    let page = connect(&browser, None).await;
    let platform = world.platform("accounts");
    let mut account = account(&world).await;
    let version = account.version;
    account.disconnected(START);
    platform.accounts.disconnect(&mut account, version).await.unwrap();
    assert_told(&pick(&browser, &grant(&page), &["7"]).await, 409, "The account was disconnected in the meantime");
    assert_eq!(channels(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_renewal_between_reading_and_saving_is_not_lost() {
    use std::sync::{Arc, Mutex};

    use local::in_process::{Effect, Hook, Plan};
    /// Holds the first transaction up, so that somebody else comes first.
    #[derive(Debug, Default)]
    struct Slow(Mutex<bool>);
    impl Hook for Slow {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            let mut done = self.0.lock().unwrap();
            if *done || effect.operation != "TransactWriteItems" {
                return Plan::default();
            }
            *done = true;
            Plan { wait: std::time::Duration::from_secs(1), ..Plan::default() }
        }
    }
    let mut world = World::ready().await;
    let page = {
        let browser = world.browser();
        connect(&browser, None).await
    };
    let platform = world.platform_with("slow oauth", &[Arc::new(Slow::default())]);
    world.replace(oauth::ROUTES, oauth::router(platform));
    let cookie = format!("__Host-pinwheel-pick={}", grant(&page));
    let caller = world.anybody().with("cookie", cookie).with("origin", "https://pins.example.com");
    let form = Some(format!("grant={}&board=7", grant(&page)));
    let (answer, ()) = futures_util::future::join(caller.send("POST", CALLBACK, form), async {
        world.wait(SignedDuration::from_millis(100)).await;
        let mut account = account(&world).await;
        let (version, tokens) = (account.version, account.tokens().unwrap().clone());
        account.renewed(tokens, world.clock.now());
        world.platform("renewal").accounts.save(&mut account, version).await.unwrap();
    })
    .await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let account = account(&world).await;
    assert_eq!((account.token_version, account.channels.len()), (2, 1));
}
