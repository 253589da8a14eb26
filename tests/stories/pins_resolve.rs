//! Settling a pin of which nobody knows whether it is on Pinterest: a person looks and says.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Plan};
use pinterest_sim::Effect;
use serde_json::{Value, json};
use tests::{Answer, Caller, Disturb, Planner, World};

async fn resolve_as(caller: &Caller<'_>, id: &str, body: Value) -> Answer {
    caller.post(&format!("/v1/pins/{id}/resolve"), &body).await
}

async fn resolve(alice: &Planner<'_>, id: &str, body: Value) -> Answer {
    resolve_as(&alice.calls(), id, body).await
}

/// What the person sees on the board.
fn on_the_board(alice: &Planner<'_>) -> String {
    alice.world.simulator.pins(&alice.board)[0].id.clone()
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_was_found_is_published_at_the_time_of_its_attempt() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::After).await;
    let found = on_the_board(&alice);
    world.wait(SignedDuration::from_hours(3)).await;
    // Nothing is scheduled by this, so it works while nothing can be.
    world.change_settings(|settings| settings.enabled = false).await;
    let answer = resolve(&alice, &id, json!({"published_as": found})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let pin = answer.json();
    assert_eq!((&pin["status"], &pin["pinterest_pin_id"]), (&json!("published"), &json!(found)));
    assert_eq!(pin["pinterest_url"], format!("https://www.pinterest.com/pin/{found}/"));
    assert_eq!(pin["published_at"], pin["attempts"][0]["at"], "not when somebody looked");
    assert!(pin["lateness_ms"].as_i64().unwrap() <= 1000, "{pin}");
    let entry = pin["attempts"].as_array().unwrap().last().unwrap();
    assert_eq!((&entry["kind"], &entry["outcome"]), (&json!("resolve"), &json!("found_published")));
    assert_eq!(entry["message"], format!("alice found the pin on Pinterest as {found}."));
    assert_eq!((alice.stored(&id).await.due, alice.on_pinterest()), (None, 1));
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_not_there_is_published_again_now() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::Before).await;
    world.wait(SignedDuration::from_hours(30)).await;
    let answer = resolve(&alice, &id, json!({"publish_again": true})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("scheduled")), "{}", answer.text());
    let entry = answer.json()["attempts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&entry["kind"], &entry["outcome"]), (&json!("resolve"), &json!("publish_again")));
    assert_eq!(entry["message"], "alice checked the board and published the pin again.");
    world.parts.lambda.finish().await;
    let pin = alice.read(&id).await;
    assert_eq!((&pin["status"], &pin["publish_at"]), (&json!("published"), &entry["at"]));
    assert_eq!(alice.on_pinterest(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_finding_that_says_nothing_or_two_things_is_refused() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::After).await;
    let before = alice.stored(&id).await;
    for (body, field, code) in [
        (json!({}), "published_as", "required"),
        (json!({"published_as": "1", "publish_again": true}), "publish_again", "contradictory"),
        (json!({"published_as": "https://www.pinterest.com/pin/1/"}), "published_as", "invalid"),
        (json!({"publish_again": false}), "publish_again", "invalid"),
    ] {
        let answer = resolve(&alice, &id, body).await;
        assert_eq!((answer.status, answer.wrong_fields()), (422, vec![(field.to_owned(), code.to_owned())]));
    }
    assert_eq!(alice.stored(&id).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_pin_on_pinterest_stands_for_one_pin_of_ours() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let other = alice.plan("now").await;
    let theirs = on_the_board(&alice);
    world.wait(SignedDuration::from_hours(72)).await;
    let id = alice.in_review(Effect::After).await;
    let answer = resolve(&alice, &id, json!({"published_as": theirs})).await;
    assert_eq!(answer.wrong_fields(), [("published_as".to_owned(), "taken".to_owned())]);
    assert!(answer.text().contains(&other), "it says which pin that is: {}", answer.text());
    let ids: Vec<_> = world.simulator.pins(&alice.board).into_iter().map(|pin| pin.id).collect();
    let own = ids.iter().find(|found| **found != theirs).unwrap();
    assert_eq!(resolve(&alice, &id, json!({"published_as": own})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_in_doubt_is_settled() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let later = "2027-02-01T00:00:00Z";
    let cancelled = alice.plan(later).await;
    alice.calls().delete(&format!("/v1/pins/{cancelled}")).await;
    let pins = [
        (alice.plan(Value::Null).await, "draft", "Give it a time"),
        (alice.plan(later).await, "scheduled", "doesn't need review"),
        (alice.plan("now").await, "published", "already published"),
        (alice.failed().await, "failed", "Retry it"),
        (alice.blocked().await, "held", "doesn't need review"),
        (cancelled, "cancelled", "Schedule a new one"),
    ];
    for (id, code, says) in pins {
        let before = alice.stored(&id).await;
        for body in [json!({"published_as": "12345"}), json!({"publish_again": true})] {
            let answer = resolve(&alice, &id, body).await;
            assert_eq!((answer.status, &answer.json()["code"]), (409, &json!(code)));
            assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{}", answer.text());
        }
        assert_eq!(alice.stored(&id).await, before);
    }
}

#[tokio::test(start_paused = true)]
async fn publishing_again_is_judged_like_a_new_pin() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::Before).await;
    let again = || resolve(&alice, &id, json!({"publish_again": true}));
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(again().await.json()["code"], "pinterest_disabled");
    world.change_settings(|settings| settings.enabled = true).await;
    world.user("alice").delete(&format!("/v1/accounts/{}", alice.account)).await;
    assert_eq!(again().await.wrong_fields(), [("account_id".to_owned(), "account_disconnected".to_owned())]);
    assert_eq!(alice.read(&id).await["status"], "needs_review");
}

#[tokio::test(start_paused = true)]
async fn wherever_a_settlement_dies_its_repeat_answers_the_same_pin() {
    for key in [Some("key-1"), None] {
        for again in [true, false] {
            for (operation, fault) in [
                ("TransactWriteItems", Fault::StallsBefore),
                ("TransactWriteItems", Fault::StallsAfter),
                ("Invoke", Fault::StallsBefore),
            ] {
                if !again && operation == "Invoke" {
                    continue; // Nothing is due, so nobody is called.
                }
                let world = World::enabled().await;
                let alice = world.planner().await;
                let id = alice.in_review(if again { Effect::Before } else { Effect::After }).await;
                let body =
                    if again { json!({"publish_again": true}) } else { json!({"published_as": on_the_board(&alice)}) };
                let hook = Disturb::every(operation, Plan::fault(fault));
                let dying = pins::router(world.platform_with("dying pins", &[hook.clone() as _]));
                let calls = || key.map_or(alice.calls(), |key| alice.calls().with("idempotency-key", key));
                let caller = calls().at(&dying);
                let died = tokio::time::timeout(Duration::from_millis(500), resolve_as(&caller, &id, body.clone()));
                assert!(died.await.is_err() && hook.seen() > 0, "{operation} {fault:?}: it was cut");
                let repeated = resolve_as(&calls(), &id, body).await;
                assert_eq!(repeated.status, 200, "{operation} {fault:?}: {}", repeated.text());
                world.parts.lambda.finish().await;
                let pin = alice.read(&id).await;
                assert_eq!((&pin["status"], alice.on_pinterest()), (&json!("published"), 1), "{operation} {fault:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_keeps_a_repeat_from_publishing_what_is_in_doubt_again() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::Before).await;
    let again = || async {
        let caller = alice.calls().with("idempotency-key", "key-1");
        resolve_as(&caller, &id, json!({"publish_again": true})).await
    };
    world.doubt_next(Effect::After);
    assert_eq!(again().await.status, 200);
    world.parts.lambda.finish().await;
    let doubtful = alice.read(&id).await;
    assert_eq!(doubtful["status"], "needs_review", "the second attempt's answer is lost as well");
    let repeated = again().await;
    assert_eq!((repeated.status, repeated.json()), (200, doubtful), "nobody looked at the board since");
    world.parts.lambda.finish().await;
    assert_eq!(alice.on_pinterest(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_people_who_settle_a_pin_differently_one_is_told() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(Effect::After).await;
    let found = json!({"published_as": on_the_board(&alice)});
    let slow = Plan { wait: Duration::from_millis(100), fault: None };
    let slow = Disturb::every("TransactWriteItems", slow);
    let pins = pins::router(world.platform_with("slow pins", &[slow as _]));
    let caller = alice.calls().at(&pins);
    let quick = async {
        world.wait(SignedDuration::from_millis(50)).await;
        resolve(&alice, &id, found).await
    };
    let (slow, quick) = tokio::join!(resolve_as(&caller, &id, json!({"publish_again": true})), quick);
    assert_eq!((quick.status, slow.status, &slow.json()["code"]), (200, 409, &json!("published")));
    world.parts.lambda.finish().await;
    assert_eq!(alice.on_pinterest(), 1, "it is not published twice");
}
