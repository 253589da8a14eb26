//! Pages of a list that changes while somebody reads it, and over an index that does not know it yet.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use local::in_process::Plan;
use serde_json::{Value, json};
use shared::domain::content::Draft;
use shared::domain::{Account, Content, Destination, Pin, PinId};
use shared::random::SystemRandom;
use tests::{Disturb, START, World};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A world with pins of alice's, a minute apart and named by their minute.
async fn minutes(count: i64) -> (World, Account, Vec<Pin>) {
    let world = World::enabled().await;
    let account = world.seed_account("alice", "shop").await.account;
    let mut pins = Vec::new();
    for minute in 0..count {
        pins.push(store(&world, &account, &minute.to_string(), START + MINUTE * i32::try_from(minute).unwrap()).await);
    }
    (world, account, pins)
}

async fn store(world: &World, account: &Account, title: &str, at: Timestamp) -> Pin {
    let media = shared::domain::Media::at("https://example.com/a.jpg");
    let to = Destination {
        account_id: account.id.clone(),
        mode: account.mode,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let content = Content::check(Draft { title: Some(title.to_owned()), media, ..Draft::default() }).unwrap();
    let mut pin = Pin::draft(PinId::random(&SystemRandom), account.owner.clone(), to, content, START);
    pin.schedule(at, START).unwrap();
    world.platform("writer").pins.create(&pin).await.unwrap();
    pin
}

async fn move_to(world: &World, pin: &Pin, minute: i32) {
    let mut moved = pin.clone();
    moved.schedule(START + MINUTE * minute, START).unwrap();
    world.platform("mover").pins.replace(pin, &moved).await.unwrap();
}

/// One page: its titles, and the cursor of the next.
async fn page(world: &World, query: &str) -> (Vec<String>, Option<String>) {
    let answer = world.user("alice").get(&format!("/v1/pins?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let answer = answer.json();
    let titles = answer["items"].as_array().unwrap().iter();
    let titles = titles.map(|pin| pin["content"]["title"].as_str().unwrap().to_owned()).collect();
    (titles, answer["next_cursor"].as_str().map(str::to_owned))
}

/// The rest of a list from `cursor` on.
async fn rest(world: &World, query: &str, mut cursor: Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(place) = cursor {
        let (titles, next) = page(world, &format!("{query}&cursor={place}")).await;
        found.extend(titles);
        cursor = next;
    }
    found
}

/// Leaves an entry in the calendar as it stays behind for a moment when `pin` has moved away from `at`.
async fn stale_entry(world: &World, owner: &str, id: &PinId, at: Timestamp) {
    let text = |value: String| AttributeValue::S(value);
    let client = world.platform("index").pins.table().client().clone();
    let put = client.put_item().table_name("pinwheel").item("pk", text(format!("ghost#{at}")));
    let put = put.item("sk", text(format!("pin#{id}"))).item("owner", text(owner.to_owned()));
    put.item("publish_at", text(format!("{at:.3}#{id}"))).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_page_that_finds_nothing_among_two_hundred_is_empty_and_leads_on() {
    let (world, _, _) = minutes(205).await;
    let other = world.seed_account("alice", "friend").await.account;
    store(&world, &other, "Rare", START + MINUTE * 300).await;
    let query = format!("account_id={}", other.id);
    let (titles, cursor) = page(&world, &query).await;
    assert_eq!((titles.len(), cursor.is_some()), (0, true), "empty is not the end");
    assert_eq!(rest(&world, &query, cursor).await, ["Rare"]);
    let (titles, cursor) = page(&world, "status=published").await;
    assert_eq!((titles.len(), cursor.is_some()), (0, true));
    assert_eq!(rest(&world, "status=published", cursor).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn pins_that_change_between_pages_are_neither_doubled_nor_lost() {
    for order in ["soonest", "newest"] {
        let (world, account, pins) = minutes(8).await;
        let query = format!("limit=4&order={order}");
        let (mut found, cursor) = page(&world, &query).await;
        // Within what was read and within what is still to come, nothing crosses the cursor.
        move_to(&world, &pins[0], 1).await;
        move_to(&world, &pins[7], 6).await;
        let path = |pin: &Pin| format!("/v1/pins/{}", pin.id);
        for pin in [&pins[2], &pins[5]] {
            world.user("alice").delete(&path(pin)).await;
            let edit = json!({"content": {"description": "Changed"}});
            world.user("alice").patch(&path(&pins[6]), &edit).await;
        }
        let new = if order == "soonest" { 9 } else { -9 };
        store(&world, &account, "new", START + MINUTE * new).await;
        found.extend(rest(&world, &query, cursor).await);
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, ["0", "1", "2", "3", "4", "5", "6", "7", "new"], "{order}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_pin_that_is_moved_across_the_cursor_is_met_twice_or_missed() {
    let (world, _, pins) = minutes(8).await;
    let (first, cursor) = page(&world, "limit=4").await;
    move_to(&world, &pins[1], 20).await;
    move_to(&world, &pins[6], 0).await;
    let later = rest(&world, "limit=4", cursor).await;
    assert_eq!(
        (first, later),
        (["0", "1", "2", "3"].map(str::to_owned).into(), ["4", "5", "7", "1"].map(str::to_owned).into())
    );
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_while_a_page_is_made_is_in_it_once() {
    let (world, _, pins) = minutes(150).await;
    // Few of the first hundred belong to the list, so that the page looks further.
    for pin in &pins[..60] {
        let mut cancelled = pin.clone();
        cancelled.cancel(START).unwrap();
        world.platform("writer").pins.replace(pin, &cancelled).await.unwrap();
    }
    // The second look of the page is late, and meets what was shown by the first one at a new time.
    let late = Disturb::calls("Query", 1..=1, Plan { wait: Duration::from_secs(2), fault: None });
    let slow = pins::router(world.platform_with("slow pins", &[late.clone() as _]));
    let caller = world.user("alice").at(&slow);
    let moved = async {
        world.wait(SignedDuration::from_secs(1)).await;
        move_to(&world, &pins[70], 140).await;
    };
    let (answer, ()) = tokio::join!(caller.get("/v1/pins?limit=100&status=scheduled"), moved);
    let titles: Vec<_> =
        answer.json()["items"].as_array().unwrap().iter().map(|pin| pin["content"]["title"].clone()).collect();
    assert_eq!(titles.iter().filter(|title| **title == "70").count(), 1, "{titles:?}");
    assert_eq!((titles.len(), late.seen()), (90, 2));
}

#[tokio::test(start_paused = true)]
async fn an_index_that_lags_shows_a_moved_pin_once_a_page_and_as_it_is_now() {
    let (world, _, pins) = minutes(4).await;
    move_to(&world, &pins[1], 10).await;
    stale_entry(&world, "alice", &pins[1].id, START + MINUTE).await;
    stale_entry(&world, "alice", &PinId::random(&SystemRandom), START + MINUTE * 2).await;
    let answer = world.user("alice").get("/v1/pins").await.json();
    let shown: Vec<_> = answer["items"].as_array().unwrap().iter().map(|pin| pin["content"]["title"].clone()).collect();
    assert_eq!(shown, ["0", "1", "2", "3"], "once, and nothing for an entry without a pin");
    assert_eq!(answer["items"][1]["publish_at"], "2027-01-15T08:10:00Z");
    let period = |from: &str, to: &str| format!("from=2027-01-15T08:{from}:00Z&to=2027-01-15T08:{to}:00Z");
    assert_eq!(page(&world, &period("00", "03")).await.0, ["0", "2"], "it is no longer in this period");
    assert_eq!(page(&world, &period("05", "15")).await.0, ["1"]);
    for limit in 1..=5 {
        let (mut found, cursor) = page(&world, &format!("limit={limit}")).await;
        found.extend(rest(&world, &format!("limit={limit}"), cursor).await);
        found.dedup();
        let missing: Vec<_> =
            ["0", "1", "2", "3"].into_iter().filter(|title| !found.contains(&(*title).to_owned())).collect();
        assert_eq!(missing, [""; 0], "{limit}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_between_the_index_and_the_pins_shows_the_pins_as_they_are() {
    let (world, _, pins) = minutes(3).await;
    let late = Disturb::calls("BatchGetItem", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let slow = pins::router(world.platform_with("slow pins", &[late as _]));
    let caller = world.user("alice").at(&slow);
    let cancel = async {
        world.wait(SignedDuration::from_secs(1)).await;
        world.user("alice").delete(&format!("/v1/pins/{}", pins[1].id)).await
    };
    let (answer, _) = tokio::join!(caller.get("/v1/pins?status=scheduled"), cancel);
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 2, "a cancelled pin is not listed as scheduled");
    assert_eq!(answer.json()["next_cursor"], Value::Null);
}
