//! Rows with words that this version does not know, as a newer one leaves them when it is rolled back: they are shown, worked
//! on and ended, and their words are kept.

use jiff::SignedDuration;
use pinterest_sim::{Operation, Tier};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Failure, Hold, Pin, Shard, State, Status};
use tests::{START, World};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Changes a row past every seam.
fn rewrite(world: &World, (pk, sk): (&str, &str), change: impl FnOnce(&mut Value)) {
    let table = &world.parts.database;
    let request = json!({"TableName": "pinwheel", "Key": {"pk": {"S": pk}, "sk": {"S": sk}}});
    let found = table.get_item(serde_json::from_value(request).unwrap()).unwrap();
    let mut item = serde_json::to_value(found).unwrap()["Item"].clone();
    if item.is_null() {
        item = json!({"pk": {"S": pk}, "sk": {"S": sk}});
    }
    change(&mut item);
    table.put_item(serde_json::from_value(json!({"TableName": "pinwheel", "Item": item})).unwrap()).unwrap();
}

fn rewrite_pin(world: &World, pin: &Pin, change: impl FnOnce(&mut Value)) {
    rewrite(world, (&format!("owner#{}", pin.owner), &format!("pin#{}", pin.id)), change);
}

fn word(text: &str) -> Value {
    json!({ "S": text })
}

#[tokio::test(start_paused = true)]
async fn a_pin_with_unknown_words_is_shown_goes_out_at_its_time_and_keeps_its_timeline() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let at = START + HOUR;
    let pin = world.seed_pin(&seeded, "Newer", at).await;
    rewrite_pin(&world, &pin, |item| {
        item["reason"] = word("waiting_for_the_moon");
        item["warning"] = word("clouds");
        let entry = json!({"id": word("att_aaaaaaaaaaaaaaaaaaaaaaaaaa"), "at": {"N": "1800000000000"}, "outcome": word("moonlit")});
        item["attempts"] = json!({"L": [{ "M": entry }]});
    });
    let path = format!("/v1/pins/{}", pin.id);
    let shown = world.user("alice").get(&path).await.json();
    assert_eq!(shown["reason"]["code"], "other", "{shown}");
    assert_eq!((&shown["warning"]["code"], &shown["attempts"][0]["outcome"]), (&json!("other"), &json!("other")));
    let answer = world.user("alice").patch(&path, &json!({"content": {"title": "Changed"}})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    world.clock_reaches(at - MINUTE).await;
    world.schedule_until(at + MINUTE).await;
    let pin = world.pin(&pin).await;
    assert_eq!(pin.state.status(), Status::Published);
    let outcomes: Vec<_> = pin.attempts.iter().map(|attempt| attempt.outcome.stored()).collect();
    assert_eq!(outcomes, ["moonlit", "published"]);
}

#[tokio::test(start_paused = true)]
async fn a_held_pin_with_an_unknown_reason_is_tried_at_its_time() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Held", START + HOUR).await;
    rewrite_pin(&world, &pin, |item| {
        (item["status"], item["reason"]) = (word("held"), word("waiting_for_the_moon"));
    });
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::Other("waiting_for_the_moon"), until: None });
    world.clock_reaches(START + HOUR - MINUTE).await;
    world.schedule_until(START + HOUR + MINUTE).await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn pins_that_ended_with_an_unknown_reason_are_listed_and_decided_about() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    for (status, path, body) in
        [("failed", "retry", json!({})), ("needs_review", "resolve", json!({"publish_again": true}))]
    {
        let pin = world.seed_pin(&seeded, status, world.clock.now() + MINUTE * 10).await;
        rewrite_pin(&world, &pin, |item| {
            (item["status"], item["reason"]) = (word(status), word("eclipse"));
            let item = item.as_object_mut().unwrap();
            item.remove("due_shard");
            item.remove("due_at");
        });
        let list = world.user("alice").get("/v1/pins").await;
        assert_eq!(list.status, 200, "{}", list.text());
        let shown = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
        assert_eq!((&shown["status"], &shown["reason"]["code"]), (&json!(status), &json!("other")));
        let answer = world.user("alice").post(&format!("/v1/pins/{}/{path}", pin.id), &body).await;
        assert_eq!(answer.status, 200, "{status}: {}", answer.text());
        world.schedule_until(world.clock.now() + MINUTE).await;
        assert_eq!(world.pin(&pin).await.state.status(), Status::Published, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_was_parked_where_this_version_parks_none_is_ended_by_the_sweep() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Parked", START).await;
    rewrite_pin(&world, &pin, |item| {
        (item["status"], item["reason"]) = (word("held"), word("waiting_for_the_moon"));
        item["due_shard"] = word("held#moon#7");
    });
    rewrite(&world, ("sweep", "held#moon#7"), |item| item["noted_at"] = json!({"N": "1800000000000"}));
    let shown = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    world.clock_reaches(START + HOUR * 25).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state, State::Failed { reason: Failure::Missed });
}

#[tokio::test(start_paused = true)]
async fn an_account_with_unknown_words_waits_as_long_as_they_say_and_is_listed() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let key = format!("account#{}", seeded.account.id);
    let until = START + HOUR;
    rewrite(&world, ("owner#alice", &key), |item| {
        item["hold_reason"] = word("full_moon");
        item["hold_until"] = json!({"N": until.as_millisecond().to_string()});
        item["release_at"] = item["hold_until"].clone();
        item["releases_left"] = json!({"N": "3"});
    });
    let pin = world.seed_pin(&seeded, "Waits", START + MINUTE).await;
    world.schedule_until(START + MINUTE * 2).await;
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::Other("full_moon"), until: Some(until) });
    let mut account = world.account(&seeded.account).await;
    let version = account.version;
    account.username = "renamed".to_owned();
    world.platform("other").accounts.save(&mut account, version).await.unwrap();
    assert_eq!(world.account(&account).await.hold.unwrap().reason.stored(), "full_moon", "kept when it is written");
    let list = world.user("alice").get("/v1/accounts").await;
    assert_eq!(list.status, 200, "{}", list.text());
    rewrite(&world, ("owner#alice", &key), |item| {
        (item["state"], item["reconnect_reason"]) = (word("needs_reconnect"), word("new_moon"));
        item["reconnect_from"] = json!({"N": "1900000000000"});
    });
    let list = world.user("alice").get("/v1/accounts").await;
    assert!(list.status == 200 && list.text().contains("\"other\""), "{}", list.text());
}

#[tokio::test(start_paused = true)]
async fn work_and_circuits_of_unknown_kinds_keep_nobody_back() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let due = |item: &mut Value| {
        item["due_shard"] = word(&format!("live#{}", Shard::of(&seeded.account.id)));
        item["due_at"] = json!({"N": START.as_millisecond().to_string()});
    };
    rewrite(&world, ("owner#alice", "errand#1"), due);
    rewrite(&world, ("circuit#live", "weather"), due);
    let pin = world.seed_pin(&seeded, "In time", START + SignedDuration::from_secs(20)).await;
    world.schedule_until(START + MINUTE).await;
    let State::Published { lateness_ms, .. } = world.pin(&pin).await.state else { panic!("it waits") };
    assert!(lateness_ms < 1_000, "{lateness_ms} ms late");
}

#[tokio::test(start_paused = true)]
async fn a_circuit_of_an_unknown_kind_does_not_hide_the_others() {
    let world = World::ready().await;
    let seeded = world.seed_account("alice", "shop").await;
    rewrite(&world, ("circuit#live", "weather"), |_| {});
    world.simulator.set_tier(Tier::Trial);
    let now = world.clock.now();
    for number in 1..=3 {
        world.seed_pin(&seeded, &format!("Pin {number}"), now + SignedDuration::from_secs(10 * number)).await;
    }
    world.schedule_until(now + MINUTE).await;
    let posts = world.simulator.calls().iter().filter(|call| call.operation == Operation::CreatePin).count();
    assert_eq!(posts, 1, "the first refusal holds the others");
    world.wait(SignedDuration::from_secs(11)).await;
    assert_eq!(world.anybody().get("/healthz").await.json()["status"], "held");
    assert_eq!(world.admin().post("/v1/settings/verify", &json!({})).await.status, 200);
}
