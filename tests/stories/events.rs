//! The event log: what happened, written with what it tells of, and read in order.

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::Hook;
use serde_json::{Value, json};
use tests::{Answer, Caller, Planner, World, settings_request};

mod transactions;
mod units;

/// Long enough for everything that happened to be listed.
const LISTED: SignedDuration = SignedDuration::from_secs(61);

/// A world whose settings say `events: enabled`.
async fn world() -> World {
    world_disturbed(&[]).await
}

async fn world_disturbed(hooks: &[Arc<dyn Hook>]) -> World {
    let world = World::disturbed(hooks).await;
    world.enable().await;
    world.change_settings(|settings| settings.events = true).await;
    world
}

fn items(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

async fn listed(caller: Caller<'_>, query: &str) -> Vec<Value> {
    items(&caller.get(&format!("/v1/events{query}")).await)
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// Everything that is listed, in pages of `limit`.
async fn paged(world: &World, query: &str, limit: u8) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.admin().get(&format!("/v1/events?limit={limit}{query}{cursor}")).await;
        all.extend(items(&page));
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn published(alice: &Planner<'_>) -> String {
    // What happens within the same millisecond to different things has no order.
    alice.world.wait(SignedDuration::from_secs(1)).await;
    let id = alice.plan(json!("now")).await;
    alice.world.tick().await;
    id
}

#[tokio::test(start_paused = true)]
async fn what_happens_to_a_pin_is_told_as_the_pin_itself_is() {
    let world = world().await;
    let alice = world.planner().await;
    let id = published(&alice).await;
    world.wait(LISTED).await;
    let events = listed(alice.calls(), "").await;
    assert_eq!(types(&events), ["account.connected", "pin.published"]);
    let event = &events[1];
    let mut pin = alice.calls().get(&format!("/v1/pins/{id}")).await.json();
    pin.as_object_mut().unwrap().retain(|name, _| !["attempts", "history"].contains(&name.as_str()));
    assert_eq!((&event["owner"], &event["data"]), (&json!("alice"), &json!({"pin": pin})));
    assert_eq!(event["timestamp"], pin["published_at"], "in this world writing takes no time");
    let account = &events[0]["data"]["account"];
    assert_eq!((&account["id"], &account["username"]), (&json!(alice.account), &json!("shop")));
    assert_eq!(account["reason"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn what_happens_to_one_pin_is_told_in_order() {
    let world = world().await;
    let alice = world.planner().await;
    let id = alice.blocked().await;
    alice.calls().post(&format!("/v1/pins/{id}/retry"), &json!({})).await;
    world.refuse_next(400, 1, "Sorry! This pin is not good.");
    world.tick().await;
    alice.calls().post(&format!("/v1/pins/{id}/retry"), &json!({})).await;
    world.simulator.clear_faults();
    world.tick().await;
    world.wait(LISTED).await;
    let events = listed(alice.calls(), "?type=pin.held&type=pin.released&type=pin.failed&type=pin.published").await;
    assert_eq!(types(&events), ["pin.held", "pin.released", "pin.failed", "pin.published"]);
    assert!(events.iter().all(|event| event["data"]["pin"]["id"] == json!(id)));
    let statuses: Vec<_> = events.iter().map(|event| event["data"]["pin"]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["held", "scheduled", "failed", "published"], "each tells of the pin as it was then");
    let sequences: Vec<_> = events.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
}

#[tokio::test(start_paused = true)]
async fn an_account_tells_that_it_came_and_that_it_went() {
    let world = world().await;
    let alice = world.planner().await;
    let path = format!("/v1/accounts/{}", alice.account);
    world.refuse_next(401, 2, "Authentication failed.");
    alice.plan(json!("now")).await;
    world.tick().await;
    alice.calls().delete(&path).await;
    alice.calls().delete(&path).await;
    world.wait(LISTED).await;
    let events = listed(alice.calls(), "").await;
    let of_account: Vec<_> = events.iter().filter(|event| event["data"]["account"].is_object()).cloned().collect();
    assert_eq!(types(&of_account), ["account.connected", "account.needs_reconnect", "account.disconnected"]);
    assert_eq!(of_account[1]["data"]["account"]["reason"]["code"], "access_refused");
    let sequences: Vec<_> = of_account.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
}

#[tokio::test(start_paused = true)]
async fn an_import_tells_once_that_it_is_finished() {
    let world = world().await;
    let alice = world.planner().await;
    let file = format!(
        "board,title,image,publish_at\n{0},One,https://example.com/1.jpg,2027-03-01 10:00\n{0},Two,https://example.com/2.jpg,2027-03-02 10:00\n",
        alice.board
    );
    let answer = alice.calls().upload(&format!("/v1/pins/import?account_id={}", alice.account), file).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    world.wait(LISTED).await;
    let events = listed(alice.calls(), "?type=import.finished").await;
    let import = &events[0]["data"]["import"];
    assert_eq!((events.len(), &import["rows"], &import["stored"]), (1, &json!(2), &json!(2)), "{events:?}");
    assert_eq!(import["id"], answer.json()["id"]);
}

#[tokio::test(start_paused = true)]
async fn administrators_are_told_that_publishing_pauses_and_goes_on() {
    let world = world().await;
    let mut settings = settings_request();
    for status in ["disabled", "enabled"] {
        settings["status"] = json!(status);
        assert_eq!(world.admin().put("/v1/settings", &settings).await.status, 200);
        world.wait(SignedDuration::from_secs(1)).await;
    }
    world.wait(LISTED).await;
    let events = listed(world.admin(), "?owner=*").await;
    assert_eq!(types(&events), ["publishing.paused", "publishing.resumed"]);
    let told: Vec<_> =
        events.iter().map(|event| (&event["owner"], &event["data"]["publishing"]["reason"]["code"])).collect();
    assert_eq!(told, [(&Value::Null, &json!("pinterest_disabled")), (&Value::Null, &Value::Null)]);
    assert_eq!(listed(world.user("alice"), "").await, [] as [Value; 0]);
}

#[tokio::test(start_paused = true)]
async fn events_are_of_their_owner_alone_and_administrators_see_everybodys() {
    let world = world().await;
    let alice = world.planner().await;
    let bob = world.link("bob", "creator").await;
    published(&alice).await;
    world.wait(LISTED).await;
    assert_eq!(types(&listed(world.user("alice"), "").await), ["account.connected", "pin.published"]);
    let of_bob = listed(world.user("bob"), "").await;
    assert_eq!(of_bob.iter().map(|event| &event["data"]["account"]["id"]).collect::<Vec<_>>(), [&json!(bob)]);
    for query in ["?owner=bob", "?owner=alice", "?owner=*"] {
        let answer = world.user("alice").get(&format!("/v1/events{query}")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("admin_required")), "{query}");
    }
    assert_eq!(listed(world.admin(), "?owner=bob").await, of_bob);
    let all = paged(&world, "&owner=*", 100).await;
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by(|a, b| a["id"].as_str() < b["id"].as_str()));
    assert_eq!(paged(&world, "&owner=*", 1).await, all);
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_where_it_ended_and_after_any_event() {
    let world = world().await;
    let alice = world.planner().await;
    for _ in 0..7 {
        published(&alice).await;
    }
    world.wait(LISTED).await;
    let all = paged(&world, "&owner=alice", 100).await;
    assert_eq!(all.len(), 8);
    for limit in [1, 2, 7, 8] {
        assert_eq!(paged(&world, "&owner=alice", limit).await, all, "{limit}");
        assert_eq!(paged(&world, "&owner=*", limit).await, all, "{limit} of everybody's");
    }
    let after = |index: usize| format!("&owner=alice&after={}", all[index]["id"].as_str().unwrap());
    assert_eq!(paged(&world, &after(4), 2).await, all[5..]);
    assert_eq!(paged(&world, &after(7), 2).await, [] as [Value; 0]);
    let published = paged(&world, "&owner=alice&type=pin.published", 2).await;
    assert_eq!(published, all[1..]);
    assert_eq!(paged(&world, "&owner=alice&type=pin.failed", 2).await, [] as [Value; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_happened_to_one_pin_is_listed_alone() {
    let world = world().await;
    let alice = world.planner().await;
    let mut pins = Vec::new();
    for _ in 0..3 {
        pins.push(published(&alice).await);
    }
    world.wait(LISTED).await;
    for pin in &pins {
        for (caller, owner) in [(alice.calls(), ""), (world.admin(), "&owner=alice")] {
            let events = listed(caller, &format!("?pin={pin}{owner}")).await;
            assert_eq!(types(&events), ["pin.published"], "{pin}{owner}");
            assert_eq!(events[0]["data"]["pin"]["id"], json!(pin));
        }
    }
    let second = format!("?pin={}", pins[1]);
    assert_eq!(listed(alice.calls(), &format!("{second}&type=pin.failed")).await, [] as [Value; 0]);
    let event = listed(alice.calls(), &second).await.remove(0);
    let after = format!("{second}&after={}", event["id"].as_str().unwrap());
    assert_eq!(listed(alice.calls(), &after).await, [] as [Value; 0]);
    for (caller, query, status) in [
        (world.user("bob"), second.clone(), 404),
        (world.admin(), format!("{second}&owner=*"), 422),
        (alice.calls(), "?pin=pie".to_owned(), 422),
    ] {
        let answer = caller.get(&format!("/v1/events{query}")).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_parameters_are_named() {
    let world = world().await;
    let alice = world.planner().await;
    published(&alice).await;
    world.wait(LISTED).await;
    let first = alice.calls().get("/v1/events?limit=1").await.json();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    for (query, field) in [
        ("type=pin.exploded".to_owned(), "type"),
        ("after=pin_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), "after"),
        ("cursor=x".to_owned(), "cursor"),
        (format!("type=pin.failed&cursor={cursor}"), "cursor"),
        ("limit=101".to_owned(), "limit"),
    ] {
        let answer = alice.calls().get(&format!("/v1/events?{query}")).await;
        assert_eq!(
            (answer.status, answer.wrong_fields()),
            (422, vec![(field.to_owned(), "invalid".to_owned())]),
            "{query}"
        );
    }
    let long = world.admin().get(&format!("/v1/events?owner={}", "a".repeat(257))).await;
    assert_eq!(long.wrong_fields(), [("owner".to_owned(), "invalid".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_listed_before_whatever_happened_earlier_is_there() {
    let world = world().await;
    let alice = world.planner().await;
    published(&alice).await;
    assert_eq!(
        listed(alice.calls(), "").await,
        [] as [Value; 0],
        "another event may still become readable before these"
    );
    world.wait(SignedDuration::from_secs(16)).await;
    assert_eq!(types(&listed(alice.calls(), "").await), ["account.connected", "pin.published"]);
    assert_eq!(paged(&world, "&owner=*", 9).await, [] as [Value; 0], "the index may lag behind");
    world.wait(LISTED).await;
    assert_eq!(paged(&world, "&owner=*", 9).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn events_are_listed_for_thirty_days() {
    let world = world().await;
    let alice = world.planner().await;
    world.wait(SignedDuration::from_hours(30 * 24) - SignedDuration::from_mins(1)).await;
    assert_eq!(listed(alice.calls(), "").await.len(), 1);
    assert_eq!(paged(&world, "&owner=*", 9).await.len(), 1);
    world.wait(SignedDuration::from_mins(2)).await;
    assert_eq!(listed(alice.calls(), "").await, [] as [Value; 0], "the table drops it at some time after that");
    assert_eq!(paged(&world, "&owner=*", 9).await, [] as [Value; 0]);
}
