//! The slots of the days to come as a calendar shows them, and what a time says that somebody gives a pin of their own.

use serde_json::{Value, json};
use tests::{World, pin_request};

use super::{next, post, request, save, weekdays, wrong};

fn states(slots: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    slots["items"].as_array().unwrap().iter().map(|slot| (text(&slot["at"]), text(&slot["state"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn slots_are_free_taken_or_full() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let path = format!("/v1/accounts/{}/slots", alice.account);
    assert_eq!(alice.calls().get(&path).await.json(), json!({"items": []}), "an account without a plan has none");
    let mut plan = weekdays();
    plan["pins_per_day"] = json!(2);
    save(&alice, &plan).await;
    let at_once = next(&alice).await;
    let in_slot = next(&alice).await;
    post(&alice, &request(&alice, "2027-01-18T08:00:30Z")).await;
    post(&alice, &request(&alice, "2027-01-18T12:00:00Z")).await;
    let slots = alice.calls().get(&format!("{path}?to=2027-01-20T00:00:00Z")).await.json();
    let expected = [
        (at_once.as_str(), "taken"),
        (in_slot.as_str(), "taken"),
        ("2027-01-18T08:00:00Z", "taken"),
        ("2027-01-18T17:00:00Z", "full"),
        ("2027-01-19T08:00:00Z", "free"),
        ("2027-01-19T17:00:00Z", "free"),
    ];
    assert_eq!(states(&slots), expected.map(|(at, state)| (at.to_owned(), state.to_owned())));
    assert!(slots["items"][3]["pin_id"].is_null());
    let id = slots["items"][1]["pin_id"].as_str().unwrap();
    assert_eq!(alice.calls().delete(&format!("/v1/pins/{id}")).await.status, 200);
    let slots = alice.calls().get(&format!("{path}?to=2027-01-16T00:00:00Z")).await.json();
    assert_eq!(slots["items"][1], json!({"at": in_slot, "state": "free", "pin_id": null}));
    let early = alice.calls().get(&format!("{path}?from=2020-01-01T00:00:00Z&to=2020-01-03T00:00:00Z")).await.json();
    assert_eq!(early, json!({"items": []}), "what has passed is no use");
    for (query, code) in
        [("from=2027-01-20T00:00:00Z&to=2027-01-19T00:00:00Z", "invalid"), ("to=2028-01-01T00:00:00Z", "too_far")]
    {
        let answer = alice.calls().get(&format!("{path}?{query}")).await;
        assert_eq!(wrong(&answer), ("to".to_owned(), code.to_owned()));
    }
    assert_eq!(world.user("bob").get(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_too_close_to_another_says_so() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let mut plan = weekdays();
    plan["same_image_hours"] = json!(48);
    save(&alice, &plan).await;
    let mut body = pin_request(&alice.account, &alice.board, "2027-02-01T08:00:00Z");
    body["content"]["title"] = json!("Rye bread");
    let other = post(&alice, &body).await.json()["items"][0]["id"].clone();
    let pin = post(&alice, &request(&alice, "2027-02-10T08:00:00Z")).await.json()["items"][0]["id"].clone();
    let path = format!("/v1/pins/{}", pin.as_str().unwrap());
    let close = alice.calls().patch(&path, &json!({"publish_at": "2027-02-02T08:00:00Z"})).await.json();
    assert_eq!(
        (&close["publish_at"], &close["notes"][0]["code"]),
        (&json!("2027-02-02T08:00:00Z"), &json!("too_close"))
    );
    let params = json!({"pin_id": other, "alike": "image", "title": "Rye bread", "at": "2027-02-01T08:00:00Z", "earliest": "2027-02-03T08:00:00Z"});
    assert_eq!(close["notes"][0]["params"], params);
    let far = alice.calls().patch(&path, &json!({"publish_at": params["earliest"]})).await.json();
    assert_eq!(far["notes"], json!([]));
}
