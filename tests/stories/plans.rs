//! An account's plan: weekly slots that are given once however many ask, and pins that keep their distance.

mod moves;
mod slots;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use local::in_process::{Fault, Plan, Service};
use serde_json::{Value, json};
use tests::{Answer, Disturb, Planner, World, pin_request};

/// Weekdays at nine and at six in Berlin. A world begins on a Friday at nine there.
fn weekdays() -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let slots = days.iter().flat_map(|day| ["09:00", "18:00"].map(|time| json!({"day": day, "time": time})));
    json!({"time_zone": "Europe/Berlin", "slots": slots.collect::<Vec<_>>(), "same_link_hours": 0, "same_image_hours": 0})
}

async fn save(alice: &Planner<'_>, plan: &Value) -> Answer {
    let answer = alice.calls().put(&format!("/v1/accounts/{}/plan", alice.account), plan).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

fn request(alice: &Planner<'_>, publish_at: &str) -> Value {
    pin_request(&alice.account, &alice.board, publish_at)
}

async fn post(alice: &Planner<'_>, body: &Value) -> Answer {
    let answer = alice.calls().post("/v1/pins", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

fn times(answer: &Answer) -> Vec<String> {
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|pin| pin["publish_at"].as_str().unwrap_or("draft").to_owned()).collect()
}

async fn next(alice: &Planner<'_>) -> String {
    times(&post(alice, &request(alice, "next_slot")).await).remove(0)
}

fn wrong(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 422, "{}", answer.text());
    answer.wrong_fields().remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_plan_is_saved_read_and_kept_while_the_account_changes() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let path = format!("/v1/accounts/{}/plan", alice.account);
    let none = alice.calls().get(&path).await;
    let expected = json!({
        "time_zone": "UTC", "slots": [], "pins_per_day": null, "quiet_hours": null, "same_link_hours": 48,
        "same_image_hours": 48, "spread_seconds": 0,
    });
    assert_eq!((none.status, none.json(), none.header("etag")), (200, expected, "\"0\""));
    let mut plan = weekdays();
    plan["quiet_hours"] = json!({"from": "22:00", "to": "07:00"});
    plan["pins_per_day"] = json!(3);
    let saved = save(&alice, &plan).await;
    assert_eq!((saved.json()["slots"].clone(), saved.header("etag")), (plan["slots"].clone(), "\"1\""));
    assert_eq!(save(&alice, &plan).await.header("etag"), "\"1\"", "nothing changed");
    let channels = format!("/v1/accounts/{}/channels", alice.account);
    assert_eq!(alice.calls().put(&channels, &json!({"board_ids": [alice.board]})).await.status, 200);
    assert_eq!(alice.calls().get(&path).await.json(), saved.json());
    let late = alice.calls().with("if-match", "\"0\"").put(&path, &weekdays()).await;
    assert_eq!((late.status, &late.json()["code"]), (412, &json!("changed_meanwhile")));
    let answer = world.user("bob").get(&path).await;
    assert_eq!(answer.status, 404);
    assert_eq!(world.user("bob").put(&path, &weekdays()).await.status, 404);
    let wrong = alice.calls().put(&path, &json!({"time_zone": "Berlin", "pins_per_day": 0, "slot": []})).await;
    let fields: Vec<_> = wrong.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!((wrong.status, fields), (422, vec!["time_zone".into(), "pins_per_day".into(), "slot".into()]));
}

#[tokio::test(start_paused = true)]
async fn the_next_free_slot_is_given_in_order_and_goes_out_then() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    save(&alice, &weekdays()).await;
    // It is nine o'clock sharp: that slot is still to be had.
    assert_eq!(next(&alice).await, "2027-01-15T08:00:00Z");
    assert_eq!(next(&alice).await, "2027-01-15T17:00:00Z");
    // Somebody wants Monday at nine themselves, and at half past as well.
    for at in ["2027-01-18T08:00:00Z", "2027-01-18T08:30:00Z"] {
        post(&alice, &request(&alice, at)).await;
    }
    let answer = post(&alice, &request(&alice, "next_slot")).await;
    assert_eq!(times(&answer), ["2027-01-18T17:00:00Z"]);
    let note = json!([{"pin_id": answer.json()["items"][0]["id"], "field": null, "code": "slot", "message": "The next free slot of the account's plan."}]);
    assert_eq!(answer.json()["notes"], note);
    world.clock_reaches("2027-01-15T17:00:00Z".parse().unwrap()).await;
    world.tick().await;
    assert_eq!(world.simulator.pins(&alice.board).len(), 2, "both slots of the day are out");
}

#[tokio::test(start_paused = true)]
async fn slots_are_right_across_the_change_of_the_clocks() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let slots = json!([{"day": "sunday", "time": "02:30"}, {"day": "sunday", "time": "09:00"}]);
    save(&alice, &json!({"time_zone": "Europe/Berlin", "slots": slots, "same_link_hours": 0, "same_image_hours": 0}))
        .await;
    world.clock_reaches("2027-03-26T12:00:00Z".parse().unwrap()).await;
    // 02:30 does not exist on the 28th and comes at 03:30; nine o'clock is an hour earlier for the rest of the world.
    let expected = ["2027-03-28T01:30:00Z", "2027-03-28T07:00:00Z", "2027-04-04T00:30:00Z", "2027-04-04T07:00:00Z"];
    for slot in expected {
        assert_eq!(next(&alice).await, slot);
    }
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_free_again_once_its_pin_goes_out_at_another_time_or_not_at_all() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    save(&alice, &weekdays()).await;
    for change in ["cancel", "move", "draft"] {
        let pin = post(&alice, &request(&alice, "next_slot")).await.json()["items"][0].clone();
        let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
        let answer = match change {
            "cancel" => alice.calls().delete(&path).await,
            "move" => alice.calls().patch(&path, &json!({"publish_at": "2027-02-01T01:00:00Z"})).await,
            _ => alice.calls().patch(&path, &json!({"publish_at": null})).await,
        };
        assert_eq!(answer.status, 200, "{change}: {}", answer.text());
        let again = post(&alice, &request(&alice, "next_slot")).await;
        assert_eq!(times(&again), [pin["publish_at"].as_str().unwrap()], "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_who_ask_at_once_get_fifty_slots() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    plan["pins_per_day"] = json!(1);
    save(&alice, &plan).await;
    let slow = Plan { wait: Duration::from_millis(20), fault: None };
    let pins = pins::router(world.platform_with("slow pins", &[Disturb::every("TransactWriteItems", slow) as _]));
    let body = request(&alice, "next_slot");
    let asked = (0..50).map(|_| async { alice.calls().at(&pins).post("/v1/pins", &body).await });
    let answers = join_all(asked).await;
    assert!(
        answers.iter().all(|answer| answer.status == 201),
        "{:?}",
        answers.iter().find(|answer| answer.status != 201).map(Answer::text)
    );
    let given: BTreeSet<_> = answers.iter().flat_map(times).collect();
    let days: BTreeSet<_> = given.iter().map(|time| time[..10].to_owned()).collect();
    assert_eq!((given.len(), days.len()), (50, 50), "one a day: {given:?}");
    assert_eq!(next(&alice).await[..10], *"2027-03-26", "the fifty-first working day");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_dies_anywhere_keeps_no_slot_from_others_and_gets_its_pins_once() {
    for (operation, nth) in [("TransactWriteItems", 0), ("TransactWriteItems", 1), ("TransactWriteItems", 2)] {
        for fault in [Fault::StallsBefore, Fault::StallsAfter] {
            let world = World::enabled().await;
            let alice = world.planner().await;
            save(&alice, &weekdays()).await;
            let mut body = request(&alice, "next_slot");
            body["targets"] = json!(vec![body["targets"][0].clone(); 3]);
            let hook = Disturb::calls(operation, nth..=usize::MAX, Plan::fault(fault));
            let dying = pins::router(world.platform_with("dying pins", &[hook.clone() as _]));
            let call = alice.calls().with("idempotency-key", "key-1").at(&dying);
            let died = tokio::time::timeout(Duration::from_millis(500), call.post("/v1/pins", &body)).await;
            assert!(died.is_err() && hook.seen() > nth, "{operation} {nth} {fault:?}: it was cut");
            let again = alice.calls().with("idempotency-key", "key-1").post("/v1/pins", &body).await;
            assert_eq!(again.status, 201, "{}", again.text());
            let expected = ["2027-01-15T08:00:00Z", "2027-01-15T17:00:00Z", "2027-01-18T08:00:00Z"];
            // Half a second has passed, so that nine o'clock is over where nothing was stored before.
            let expected = if times(&again)[0] == expected[0] {
                expected
            } else {
                ["2027-01-15T17:00:00Z", "2027-01-18T08:00:00Z", "2027-01-18T17:00:00Z"]
            };
            assert_eq!(times(&again), expected, "{operation} {nth} {fault:?}");
            let third = alice.calls().with("idempotency-key", "key-1").post("/v1/pins", &body).await;
            assert_eq!(times(&third), expected);
            let pins = alice.calls().get("/v1/pins").await.json();
            assert_eq!(pins["items"].as_array().map(Vec::len), Some(3), "{operation} {nth} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_interval_that_was_cut_off_goes_on_from_the_slot_and_not_from_its_spread() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let mut plan = weekdays();
    plan["slots"] = days.iter().map(|day| json!({"day": day, "time": "12:00"})).collect();
    plan["spread_seconds"] = json!(600);
    save(&alice, &plan).await;
    let mut body = request(&alice, "next_slot");
    body["targets"] = json!(vec![body["targets"][0].clone(); 3]);
    body["spacing"] = json!({"interval_minutes": 1440});
    let hook = Disturb::calls("TransactWriteItems", 1..=usize::MAX, Plan::fault(Fault::StallsBefore));
    let dying = pins::router(world.platform_with("dying pins", &[hook as _]));
    let call = alice.calls().with("idempotency-key", "key-1").at(&dying);
    assert!(tokio::time::timeout(Duration::from_millis(500), call.post("/v1/pins", &body)).await.is_err());
    let again = times(&alice.calls().with("idempotency-key", "key-1").post("/v1/pins", &body).await);
    assert_ne!(again[0], "2027-01-15T11:00:00Z", "it is spread");
    let dates: Vec<_> = again.iter().map(|at| &at[..10]).collect();
    assert_eq!(dates, ["2027-01-15", "2027-01-16", "2027-01-17"]);
}

#[tokio::test(start_paused = true)]
async fn a_day_has_as_many_pins_as_it_may_those_that_were_given_a_time_included() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    plan["pins_per_day"] = json!(2);
    save(&alice, &plan).await;
    post(&alice, &request(&alice, "2027-01-18T11:00:00Z")).await;
    let mut body = request(&alice, "next_slot");
    body["targets"] = json!(vec![body["targets"][0].clone(); 5]);
    let given = times(&post(&alice, &body).await);
    let expected = ["15T08", "15T17", "18T08", "19T08", "19T17"].map(|time| format!("2027-01-{time}:00:00Z"));
    assert_eq!(given, expected);
}

#[tokio::test(start_paused = true)]
async fn one_pin_goes_to_many_boards_at_an_interval() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    plan["quiet_hours"] = json!({"from": "22:00", "to": "07:00"});
    save(&alice, &plan).await;
    let mut body = request(&alice, "2027-03-26T08:00:00Z");
    body["targets"] = json!(vec![body["targets"][0].clone(); 4]);
    body["spacing"] = json!({"interval_minutes": 1440});
    // Every day at nine, also after the clocks were put forward.
    let daily = ["2027-03-26T08:00:00Z", "2027-03-27T08:00:00Z", "2027-03-28T07:00:00Z", "2027-03-29T07:00:00Z"];
    assert_eq!(times(&post(&alice, &body).await), daily);
    body["spacing"] = json!({"interval_minutes": 300});
    let answer = post(&alice, &body).await;
    // Nine, two, seven o'clock; then it would be midnight.
    let hourly = ["2027-03-26T08:00:00Z", "2027-03-26T13:00:00Z", "2027-03-26T18:00:00Z", "2027-03-27T06:00:00Z"];
    assert_eq!(times(&answer), hourly);
    assert_eq!(answer.json()["notes"][0]["code"], "quiet");
    body["publish_at"] = json!("next_slot");
    body["spacing"] = json!({"interval_minutes": 4320});
    let slots = ["2027-01-15T08:00:00Z", "2027-01-18T08:00:00Z", "2027-01-21T08:00:00Z", "2027-01-25T08:00:00Z"];
    assert_eq!(times(&post(&alice, &body).await), slots);
    for (spacing, publish_at, field, code) in [
        (json!({"interval_minutes": 0}), json!("now"), "spacing.interval_minutes", "invalid"),
        (json!({"interval_minutes": 129_601}), json!("now"), "spacing.interval_minutes", "invalid"),
        (json!({"interval_minutes": 60}), Value::Null, "spacing.interval_minutes", "no_time"),
        (json!({"same_link_hours": -1}), json!("now"), "spacing.same_link_hours", "invalid"),
        (json!({"minutes": 5}), json!("now"), "spacing.minutes", "unknown_field"),
        (json!(60), json!("now"), "spacing", "wrong_type"),
    ] {
        (body["spacing"], body["publish_at"]) = (spacing, publish_at);
        assert_eq!(wrong(&alice.calls().post("/v1/pins", &body).await), (field.to_owned(), code.to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn pins_with_the_same_link_or_image_keep_their_distance() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    (plan["same_link_hours"], plan["same_image_hours"]) = (json!(48), json!(24));
    save(&alice, &plan).await;
    let with = |publish_at: &str, link: &str, image: &str| {
        let mut body = request(&alice, publish_at);
        body["content"]["link"] = json!(link);
        body["content"]["media"]["url"] = json!(image);
        body
    };
    let (cake, photo) = ("https://example.com/cake", "https://example.com/a.jpg");
    let first = post(&alice, &with("2027-01-18T08:00:00Z", cake, photo)).await.json()["items"][0]["id"].clone();
    // The same page, written otherwise, a day later: refused, with the other pin and the earliest time that would do.
    let same = "https://www.example.com/cake/?utm_source=pinterest#top";
    let close = with("2027-01-19T08:00:00Z", same, "https://example.com/b.jpg");
    let answer = alice.calls().post("/v1/pins", &close).await;
    assert_eq!(wrong(&answer), ("publish_at".to_owned(), "too_close".to_owned()));
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(first.as_str().unwrap()) && message.contains("2027-01-20T09:00:00+01:00"), "{message}");
    let mut anyway = close.clone();
    anyway["spacing"] = json!({"same_link_hours": 0});
    post(&alice, &anyway).await;
    // The next free slot is the next one that is far enough from both.
    let answer = post(&alice, &with("next_slot", cake, "https://example.com/c.jpg")).await;
    assert_eq!(times(&answer), ["2027-01-15T08:00:00Z"]);
    let answer = post(&alice, &with("next_slot", cake, "https://example.com/d.jpg")).await;
    assert_eq!(times(&answer), ["2027-01-21T08:00:00Z"]);
    let codes: Vec<_> = answer.json()["notes"].as_array().unwrap().iter().map(|note| note["code"].clone()).collect();
    assert_eq!(codes, ["slot", "spaced"]);
    // The same image elsewhere.
    let answer = alice.calls().post("/v1/pins", &with("2027-01-18T20:00:00Z", "https://example.com/pie", photo)).await;
    assert_eq!(wrong(&answer).1, "too_close");
    post(&alice, &with("2027-01-19T08:00:00Z", "https://example.com/pie", photo)).await;
    // Another account has nothing to do with it, and one without a plan asks for nothing.
    let other = world.link("alice", "creator").await;
    let mut body = with("2027-01-18T08:00:00Z", cake, photo);
    body["targets"][0] = json!({"account_id": other, "board_id": "Summer recipes"});
    for _ in 0..2 {
        post(&alice, &body).await;
    }
    body["spacing"] = json!({"same_link_hours": 1});
    assert_eq!(wrong(&alice.calls().post("/v1/pins", &body).await).1, "too_close");
}

#[tokio::test(start_paused = true)]
async fn a_preview_is_what_will_be_and_stores_nothing() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    plan["spread_seconds"] = json!(300);
    save(&alice, &plan).await;
    let mut body = request(&alice, "next_slot");
    body["targets"] = json!(vec![json!({"account_id": alice.account, "board_id": "New arrivals"}); 3]);
    let keyed = || alice.calls().with("idempotency-key", "key-1");
    let preview = keyed().post("/v1/pins/preview", &body).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert_eq!(alice.calls().get("/v1/pins").await.json()["items"], json!([]));
    let first = preview.json()["items"][1].clone();
    assert_eq!((&first["board_id"], &first["time_zone"]), (&json!(alice.board), &json!("Europe/Berlin")));
    assert!(first["local_time"].as_str().unwrap().starts_with("2027-01-15T18:0"), "{first}");
    assert_eq!(first["notes"][0]["code"], "slot");
    let posted = keyed().post("/v1/pins", &body).await;
    assert_eq!(times(&posted), times(&preview), "to the second");
    let seconds: BTreeSet<_> = times(&posted).iter().map(|time| time[14..].to_owned()).collect();
    assert_eq!(seconds.len(), 3, "they are spread: {seconds:?}");
    // What would be refused is refused here as well.
    body["targets"][1]["board_id"] = json!("New arival");
    body["content"]["title"] = json!("x".repeat(101));
    let answer = alice.calls().post("/v1/pins/preview", &body).await;
    let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["content.title", "targets[1].board_id"]);
    let other = world.link("alice", "creator").await;
    let body = pin_request(&other, "Summer recipes", "next_slot");
    assert_eq!(wrong(&alice.calls().post("/v1/pins/preview", &body).await), ("publish_at".into(), "no_slots".into()));
    assert_eq!(wrong(&alice.calls().post("/v1/pins", &body).await), ("publish_at".into(), "no_slots".into()));
}

#[tokio::test(start_paused = true)]
async fn a_slot_costs_its_pin_and_nobody_else() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let written = |operation| world.meter.of(Service::DynamoDb, operation).write_units;
    save(&alice, &weekdays()).await;
    let before = written("PutItem");
    post(&alice, &request(&alice, "2027-02-02T00:00:00Z")).await;
    assert!(written("PutItem") - before <= 3.0, "a time that is given costs the same with a plan");
    next(&alice).await;
    next(&alice).await;
    assert!(written("TransactWriteItems") <= 20.0, "ten a pin");
}

#[tokio::test(start_paused = true)]
async fn drafts_are_planned_into_free_slots_also_many_at_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    save(&alice, &weekdays()).await;
    let mut body = request(&alice, "now");
    body["publish_at"] = Value::Null;
    body["targets"] = json!(vec![body["targets"][0].clone(); 12]);
    let drafts = post(&alice, &body).await.json()["items"].clone();
    let slow = Plan { wait: Duration::from_millis(20), fault: None };
    let pins = pins::router(world.platform_with("slow pins", &[Disturb::every("TransactWriteItems", slow) as _]));
    let planned = drafts.as_array().unwrap().iter().map(|draft| {
        let path = format!("/v1/pins/{}", draft["id"].as_str().unwrap());
        let (alice, pins) = (&alice, &pins);
        async move { alice.calls().at(pins).patch(&path, &json!({"publish_at": "next_slot"})).await }
    });
    let answers = join_all(planned).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.json()["status"] == "scheduled"));
    let given: BTreeSet<_> =
        answers.iter().map(|answer| answer.json()["publish_at"].as_str().unwrap().to_owned()).collect();
    assert_eq!(given.len(), 12, "{given:?}");
    // Asked again, a pin stays in its slot; moved away and asked again, it gets the first that is free.
    let last = given.last().unwrap();
    let pin = answers.iter().find(|answer| answer.json()["publish_at"] == **last).unwrap().json();
    let path = format!("/v1/pins/{}", pin["id"].as_str().unwrap());
    let stays = alice.calls().patch(&path, &json!({"publish_at": "next_slot"})).await;
    assert_eq!(stays.json(), pin);
    let moved = alice.calls().patch(&path, &json!({"publish_at": "2027-06-01T00:00:00Z"})).await;
    assert_eq!(moved.json()["publish_at"], "2027-06-01T00:00:00Z");
    let back = alice.calls().patch(&path, &json!({"publish_at": "next_slot"})).await;
    assert_eq!(back.json()["publish_at"], **last);
    let failed = alice.failed().await;
    let retry = alice.calls().post(&format!("/v1/pins/{failed}/retry"), &json!({"publish_at": "next_slot"})).await;
    assert_eq!(wrong(&retry), ("publish_at".to_owned(), "invalid".to_owned()));
}
