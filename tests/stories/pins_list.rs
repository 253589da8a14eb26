//! The calendar: pins by time, account and status, in pages.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use local::in_process::Service;
use serde_json::{Value, json};
use shared::domain::content::Draft;
use shared::domain::{Account, Content, Destination, Mode, Pin, PinId, Scopes};
use shared::random::SystemRandom;
use tests::{START, World};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Stores a pin of `account`; without a time it is a draft.
async fn store(world: &World, account: &Account, title: &str, at: Option<Timestamp>) -> Pin {
    let media = shared::domain::Media::at("https://example.com/a.jpg");
    let draft = Draft { title: Some(title.to_owned()), media, ..Draft::default() };
    let to = Destination {
        account_id: account.id.clone(),
        mode: account.mode,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let content = Content::check(draft).unwrap();
    let mut pin = Pin::draft(PinId::random(&SystemRandom), account.owner.clone(), to, content, START);
    if let Some(at) = at {
        pin.schedule(at, START).unwrap();
    }
    world.platform("writer").pins.create(&pin).await.unwrap();
    pin
}

/// A world with alice's account.
async fn world() -> (World, Account) {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await.account;
    (world, account)
}

/// Three pins a day apart, stored in another order, and a draft.
async fn week() -> (World, Account) {
    let (world, account) = world().await;
    store(&world, &account, "Some day", None).await;
    for (title, days) in [("Monday", 1), ("Wednesday", 3), ("Tuesday", 2)] {
        store(&world, &account, title, Some(START + DAY * days)).await;
    }
    (world, account)
}

async fn list(world: &World, query: &str) -> Value {
    let answer = world.user("alice").get(&format!("/v1/pins?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

fn titles(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|pin| pin["content"]["title"].as_str().unwrap().to_owned()).collect()
}

/// Follows the cursors; answers the titles and the sizes of the pages.
async fn follow(world: &World, query: &str) -> (Vec<String>, Vec<usize>) {
    let (mut found, mut sizes, mut cursor) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = list(world, &format!("{query}{cursor}")).await;
        let read = titles(&page);
        sizes.push(read.len());
        found.extend(read);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, sizes),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn pins_are_listed_in_the_order_of_time_either_way() {
    let (world, _) = week().await;
    let soonest = list(&world, "").await;
    assert_eq!(titles(&soonest), ["Monday", "Tuesday", "Wednesday", "Some day"]);
    assert_eq!(soonest["next_cursor"], Value::Null);
    assert_eq!(titles(&list(&world, "order=soonest").await), titles(&soonest));
    let newest = list(&world, "order=newest").await;
    assert_eq!(titles(&newest), ["Some day", "Wednesday", "Tuesday", "Monday"]);
}

#[tokio::test(start_paused = true)]
async fn a_period_includes_its_beginning_and_no_drafts() {
    let (world, _) = week().await;
    for (query, found) in [
        ("from=2027-01-17T08:00:00Z", &["Tuesday", "Wednesday"][..]),
        ("from=2027-01-17T09:00:00%2B01:00", &["Tuesday", "Wednesday"]),
        ("from=2027-01-17T08:00:00.001Z", &["Wednesday"]),
        ("to=2027-01-17T08:00:00Z", &["Monday"]),
        ("from=2027-01-16T08:00:00Z&to=2027-01-18T08:00:00Z", &["Monday", "Tuesday"]),
        ("from=2027-01-16T08:00:00Z&to=2027-01-18T08:00:00Z&order=newest", &["Tuesday", "Monday"]),
        ("from=2027-01-17T08:00:00Z&to=2027-01-17T08:00:00Z", &[]),
        ("from=2030-01-17T08:00:00Z", &[]),
    ] {
        assert_eq!(titles(&list(&world, query).await), found, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_page_goes_on_where_the_one_before_ended() {
    let (world, account) = world().await;
    // Two pins of one moment, and two drafts of one moment: the id decides between them.
    for index in 0..6 {
        store(&world, &account, &format!("{index}"), Some(START + DAY * (index / 2))).await;
    }
    for index in 6..8 {
        store(&world, &account, &format!("{index}"), None).await;
    }
    for order in ["soonest", "newest"] {
        for limit in 1..=9 {
            for period in ["", "&to=2027-01-16T09:00:00Z", "&from=2027-01-15T09:00:00Z"] {
                let whole = titles(&list(&world, &format!("order={order}{period}")).await);
                let (found, sizes) = follow(&world, &format!("order={order}&limit={limit}{period}")).await;
                assert_eq!(found, whole, "{order} {limit} {period}");
                assert!(sizes.iter().all(|size| *size <= limit), "{sizes:?}");
                assert!(sizes.len() <= whole.len() / limit + 1, "{sizes:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_known_to_be_at_its_end_has_no_cursor() {
    let (world, account) = week().await;
    let whole = list(&world, &format!("account_id={}&limit=4", account.id)).await;
    assert_eq!((titles(&whole).len(), &whole["next_cursor"]), (4, &Value::Null));
    let part = list(&world, &format!("account_id={}&limit=3", account.id)).await;
    assert_eq!((titles(&part).len(), part["next_cursor"].is_string()), (3, true));
}

#[tokio::test(start_paused = true)]
async fn pins_are_found_by_account_and_status_as_their_readers_see_it() {
    let (world, shop) = week().await;
    let scopes = Scopes::defaults().to_string();
    let sandbox = world.link_as("alice", "creator", Mode::Sandbox, &scopes).await.unwrap();
    let owner = "alice".parse().unwrap();
    let sandbox = world.platform("reader").accounts.load(&owner, &sandbox.parse().unwrap()).await.unwrap().unwrap();
    store(&world, &sandbox, "Elsewhere", Some(START + DAY)).await;
    let mut cancelled = store(&world, &shop, "Cancelled", Some(START + DAY)).await;
    let before = cancelled.clone();
    cancelled.cancel(START).unwrap();
    world.platform("writer").pins.replace(&before, &cancelled).await.unwrap();

    let found = async |query: String| titles(&list(&world, &query).await).into_iter().collect::<BTreeSet<_>>();
    let set = |titles: &[&str]| titles.iter().map(|title| (*title).to_owned()).collect::<BTreeSet<_>>();
    let week = ["Monday", "Tuesday", "Wednesday"];
    assert_eq!(found("status=scheduled".into()).await, set(&week));
    assert_eq!(found("status=held".into()).await, set(&["Elsewhere"]), "of the other mode");
    assert_eq!(found("status=draft&status=cancelled".into()).await, set(&["Some day", "Cancelled"]));
    assert_eq!(found("status=published".into()).await, set(&[]));
    assert_eq!(found(format!("account_id={}", sandbox.id)).await, set(&["Elsewhere"]));
    let both = format!("account_id={}&account_id={}", sandbox.id, shop.id);
    assert_eq!(found(both).await.len(), 6);
    let shops = format!("account_id={}&status=held&status=cancelled", shop.id);
    assert_eq!(found(shops).await, set(&["Cancelled"]));

    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(found("status=scheduled".into()).await, set(&[]));
    let held = list(&world, "status=held").await;
    assert_eq!(titles(&held).len(), 4);
    assert!(held["items"].as_array().unwrap().iter().all(|pin| pin["reason"]["code"] == "pinterest_disabled"));

    world.change_settings(|settings| (settings.enabled, settings.mode) = (true, Mode::Sandbox)).await;
    assert_eq!(found("status=held".into()).await, set(&week), "instantly, and without a write");
    assert_eq!(found("status=scheduled".into()).await, set(&["Elsewhere"]));
}

#[tokio::test(start_paused = true)]
async fn a_page_looks_at_two_hundred_pins_at_most_and_then_hands_out_a_cursor() {
    let (world, shop) = world().await;
    let other = world.seed_account("alice", "friend").await.account;
    for minute in 0..250 {
        store(&world, &shop, "Common", Some(START + SignedDuration::from_mins(minute))).await;
    }
    for minute in [10, 249, 300] {
        store(&world, &other, "Rare", Some(START + SignedDuration::from_mins(minute))).await;
    }
    let reads = || world.meter.of(Service::DynamoDb, "BatchGetItem").calls;
    let before = reads();
    let (found, sizes) = follow(&world, &format!("account_id={}", other.id)).await;
    assert_eq!((found.len(), sizes), (3, vec![1, 2]), "the first page is short and goes on");
    assert_eq!(reads() - before, 3, "two hundred pins are two reads, the rest is one");

    let (found, sizes) = follow(&world, &format!("account_id={}&limit=1", other.id)).await;
    assert_eq!((found.len(), sizes.iter().sum::<usize>()), (3, 3));
    let (found, _) = follow(&world, "limit=100").await;
    assert_eq!(found.len(), 253);
}

#[tokio::test(start_paused = true)]
async fn every_wrong_parameter_is_named_with_what_is_expected() {
    let (world, _) = world().await;
    let query = "status=lost&order=sideways&limit=0&from=2027-01-01T00:00:00&to=soon&account_id=alice&unknown=1";
    let answer = world.user("alice").get(&format!("/v1/pins?{query}")).await;
    let mut expected = [
        ("account_id", "invalid"),
        ("from", "offset_missing"),
        ("limit", "invalid"),
        ("order", "invalid"),
        ("status", "invalid"),
        ("to", "invalid_time"),
    ]
    .map(|(field, code)| (field.to_owned(), code.to_owned()));
    expected.sort();
    let mut found = answer.wrong_fields();
    found.sort();
    assert_eq!((answer.status, found), (422, expected.to_vec()));
    assert!(answer.text().contains("draft, scheduled, publishing, published, held, failed, needs_review, cancelled"));
    let answer = world.user("alice").get("/v1/pins?from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z").await;
    assert_eq!(answer.wrong_fields(), [("to".to_owned(), "invalid".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_serves_only_the_list_it_came_from() {
    let (world, _) = week().await;
    let page = list(&world, "limit=1&order=newest").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let made_by_hand = |day: u8| {
        let filters = "pins {} [] Some(2027-01-17T00:00:00Z) None SoonestFirst";
        shared::api::cursor(filters, &format!("2027-01-{day}T08:00:00.000Z#{}", PinId::random(&SystemRandom)))
    };
    let (inside, outside) = (made_by_hand(17), made_by_hand(16));
    for query in [
        format!("cursor={cursor}"),
        format!("cursor={cursor}&order=newest&status=draft"),
        format!("cursor={cursor}&order=newest&from=2027-01-01T00:00:00Z"),
        "cursor=x".to_owned(),
        format!("cursor={outside}&from=2027-01-17T00:00:00Z"),
    ] {
        let answer = world.user("alice").get(&format!("/v1/pins?{query}")).await;
        assert_eq!(answer.wrong_fields(), [("cursor".to_owned(), "invalid".to_owned())], "{query}");
    }
    assert_eq!(list(&world, &format!("cursor={cursor}&order=newest&limit=50")).await["next_cursor"], json!(null));
    list(&world, &format!("cursor={inside}&from=2027-01-17T00:00:00Z")).await;
}
