//! Many pins at once to other times.

use std::time::Duration;

use local::in_process::Plan;
use serde_json::{Value, json};
use tests::{ABSENT_PIN, Disturb, Planner, World};

use super::{next, post, request, save, weekdays, wrong};

/// The pins of alice's calendar: when each goes out.
async fn calendar(alice: &Planner<'_>) -> Vec<String> {
    let pins = alice.calls().get("/v1/pins?status=scheduled&limit=100").await.json();
    let pins = pins["items"].as_array().unwrap().clone();
    pins.iter().map(|pin| pin["publish_at"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_range_of_pins_moves_in_order_and_as_far_apart_as_before() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    save(&alice, &weekdays()).await;
    let planned = ["2027-03-22T08:00:00Z", "2027-03-22T17:00:00Z", "2027-03-24T08:00:00Z", "2027-04-20T07:00:00Z"];
    for at in planned {
        post(&alice, &request(&alice, at)).await;
    }
    let range = json!({"account_id": alice.account, "from": "2027-03-20T00:00:00Z", "to": "2027-04-01T00:00:00Z"});
    let week = json!({"range": range, "by_days": 7, "dry_run": true});
    let dry = alice.calls().post("/v1/pins/move", &week).await;
    assert_eq!(dry.status, 200, "{}", dry.text());
    assert_eq!(calendar(&alice).await, planned, "nothing was stored");
    let mut week = week.clone();
    week["dry_run"] = json!(false);
    let moved = alice.calls().post("/v1/pins/move", &week).await.json();
    let expected = ["2027-03-29T07:00:00Z", "2027-03-29T16:00:00Z", "2027-03-31T07:00:00Z"];
    let to = |answer: &Value| {
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["to"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (to(&dry.json()), to(&moved)),
        (expected.map(str::to_owned).to_vec(), expected.map(str::to_owned).to_vec())
    );
    assert!(moved["items"].as_array().unwrap().iter().all(|item| item["outcome"] == "moved"));
    assert_eq!(moved["items"][0]["local_time"], "2027-03-29T09:00:00+02:00", "it is still nine o'clock");
    assert_eq!(calendar(&alice).await, [expected.as_slice(), &planned[3..]].concat());
    // Back across the change of the clocks by the first one's time.
    let ids: Vec<_> = moved["items"].as_array().unwrap().iter().map(|item| item["pin_id"].clone()).collect();
    let back = json!({"pin_ids": ids, "start_at": "2027-03-22T08:00:00Z"});
    assert_eq!(to(&alice.calls().post("/v1/pins/move", &back).await.json()), planned[..3]);
    let minutes = json!({"pin_ids": ids, "by_minutes": 10_080});
    let exact = ["2027-03-29T08:00:00Z", "2027-03-29T17:00:00Z", "2027-03-31T08:00:00Z"];
    assert_eq!(to(&alice.calls().post("/v1/pins/move", &minutes).await.json()), exact);
}

#[tokio::test(start_paused = true)]
async fn all_pins_move_or_none_and_what_is_claimed_meanwhile_says_so() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let (soon, later) = (alice.plan("2027-02-01T00:00:00Z").await, alice.plan("2027-02-02T00:00:00Z").await);
    let failed = alice.failed().await;
    let post = async |body: Value| alice.calls().post("/v1/pins/move", &body).await;
    let answer = post(json!({"pin_ids": [soon, failed], "by_days": 1})).await;
    assert_eq!(wrong(&answer), ("pin_ids[1]".to_owned(), "not_waiting".to_owned()));
    let answer = post(json!({"pin_ids": [soon, later], "by_days": -30})).await;
    assert_eq!(wrong(&answer), ("by_days".to_owned(), "in_the_past".to_owned()));
    let answer = post(json!({"pin_ids": [soon, ABSENT_PIN], "by_days": 1})).await;
    assert_eq!(wrong(&answer), ("pin_ids[1]".to_owned(), "not_found".to_owned()));
    let bob = world.user("bob").post("/v1/pins/move", &json!({"pin_ids": [soon], "by_days": 1})).await;
    assert_eq!(wrong(&bob), ("pin_ids[0]".to_owned(), "not_found".to_owned()));
    assert_eq!(calendar(&alice).await, ["2027-02-01T00:00:00Z", "2027-02-02T00:00:00Z"], "none was moved");
    // Somebody calls one off between the look and the write.
    let slow = Plan { wait: Duration::from_millis(200), fault: None };
    let pins = pins::router(world.platform_with("slow pins", &[Disturb::every("GetItem", slow) as _]));
    let body = json!({"pin_ids": [soon, later], "by_days": 1});
    let caller = alice.calls().at(&pins);
    let path = format!("/v1/pins/{later}");
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        alice.calls().delete(&path).await
    };
    let (moved, cancelled) = tokio::join!(caller.post("/v1/pins/move", &body), cancel);
    assert_eq!((moved.status, cancelled.status), (200, 200), "{}", moved.text());
    let outcomes: Vec<_> = moved.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["outcome"].clone(), item["code"].clone()))
        .collect();
    assert_eq!(outcomes[0], (json!("moved"), Value::Null));
    assert!(
        [(json!("stayed"), json!("cancelled")), (json!("moved"), Value::Null)].contains(&outcomes[1]),
        "{outcomes:?}"
    );
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(post(json!({"pin_ids": [soon], "by_days": 1})).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_left_its_slot_and_got_another_of_the_same_day_does_not_keep_others_from_theirs() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    save(&alice, &weekdays()).await;
    let first = post(&alice, &request(&alice, "next_slot")).await.json()["items"][0].clone();
    let path = format!("/v1/pins/{}", first["id"].as_str().unwrap());
    let answer = alice.calls().patch(&path, &json!({"publish_at": null})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    world.wait(jiff::SignedDuration::from_hours(1)).await;
    let again = alice.calls().patch(&path, &json!({"publish_at": "next_slot"})).await;
    assert_eq!(again.status, 200, "{}", again.text());
    let day = |pin: &Value| pin["publish_at"].as_str().unwrap()[..10].to_owned();
    assert_eq!(day(&first), day(&again.json()), "both slots of one day name the pin");
    next(&alice).await;
}
