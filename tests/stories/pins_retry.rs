//! Trying a pin again: only what certainly was not created, with a fresh day of grace.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Plan};
use pinterest_sim::Effect;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{AttemptOutcome, Mode};
use tests::{Answer, Caller, Disturb, Planner, START, World};

const LATER: &str = "2027-02-01T00:00:00Z";

async fn retry_as(caller: &Caller<'_>, id: &str, body: Value) -> Answer {
    caller.post(&format!("/v1/pins/{id}/retry"), &body).await
}

async fn retry(alice: &Planner<'_>, id: &str) -> Answer {
    retry_as(&alice.calls(), id, json!({})).await
}

#[tokio::test(start_paused = true)]
async fn a_failed_pin_is_tried_again_at_once_and_the_timeline_says_by_whom() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    world.wait(SignedDuration::from_hours(50)).await;
    let now = world.clock.now().to_string();
    let answer = alice.calls().send("POST", &format!("/v1/pins/{id}/retry"), None).await;
    assert_eq!(answer.status, 200, "without a body: {}", answer.text());
    let pin = answer.json();
    assert_eq!((&pin["status"], &pin["publish_at"]), (&json!("scheduled"), &json!(now)));
    let entry = json!({
        "at": now, "kind": "retry", "outcome": "retried", "http_status": null, "code": null,
        "message": "alice retried the pin.", "request_id": null, "took_ms": null, "by": pin["history"][0]["by"],
    });
    assert_eq!(pin["attempts"][1], entry, "it was alice who created it, too");
    assert!(answer.header("etag").starts_with('"'));
    world.parts.lambda.finish().await;
    let pin = alice.read(&id).await;
    assert_eq!(pin["status"], "published", "{pin}");
    assert!(pin["lateness_ms"].as_i64().unwrap() <= 1000, "lateness counts from the new time: {pin}");
    let kinds: Vec<_> = pin["attempts"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["publish", "retry", "publish"]);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_was_missed_does_not_fail_again_at_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.plan((START + SignedDuration::from_mins(10)).to_string()).await;
    world.wait(SignedDuration::from_hours(30)).await;
    world.tick().await;
    assert_eq!(alice.read(&id).await["reason"]["code"], "missed");
    assert_eq!(retry(&alice, &id).await.status, 200);
    world.parts.lambda.finish().await;
    assert_eq!(alice.read(&id).await["status"], "published");
}

#[tokio::test(start_paused = true)]
async fn another_try_can_have_a_time_of_its_own() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    for (body, code) in [
        (json!({"publish_at": "2027-01-15T07:00:00Z"}), "in_the_past"),
        (json!({"publish_at": null}), "invalid"),
        (json!({"publish_at": "soon"}), "invalid_time"),
    ] {
        let answer = retry_as(&alice.calls(), &id, body).await;
        assert_eq!(answer.wrong_fields(), [("publish_at".to_owned(), code.to_owned())]);
    }
    let answer = retry_as(&alice.calls(), &id, json!({"when": "now", "publish_at": 7})).await;
    let expected = [("when", "unknown_field"), ("publish_at", "wrong_type")];
    assert_eq!(answer.wrong_fields(), expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let answer = retry_as(&alice.calls(), &id, json!({"publish_at": LATER})).await.json();
    assert_eq!((&answer["status"], &answer["publish_at"]), (&json!("scheduled"), &json!(LATER)));
    assert_eq!(alice.on_pinterest(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_mended_what_held_a_pin_or_set_it_back_need_not_wait() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let held = alice.blocked().await;
    world.refuse_next(409, 409, "Could not get exclusive access to the board.");
    let waiting = alice.plan(Value::Null).await;
    world.record_kicks();
    alice.calls().patch(&format!("/v1/pins/{waiting}"), &json!({"publish_at": "now"})).await;
    let before = alice.stored(&waiting).await;
    let mut pin = before.clone();
    // A setback whose next try is an hour away, as after many of them.
    pin.state = shared::domain::State::Scheduled { setback: Some(shared::domain::Setback::PinterestTrouble) };
    pin.due.as_mut().unwrap().at = START + SignedDuration::from_hours(1);
    pin.version += 1;
    world.platform("by hand").pins.replace(&before, &pin).await.unwrap();
    world.simulator.clear_faults();
    for id in [&held, &waiting] {
        assert_eq!(retry(&alice, id).await.status, 200);
        assert_eq!(alice.stored(id).await.due.unwrap().at, world.clock.now(), "it is due now");
    }
    assert_eq!(world.tick().await.published, 2);
}

#[tokio::test(start_paused = true)]
async fn a_try_that_would_not_help_or_might_double_a_pin_is_refused() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let draft = alice.plan(Value::Null).await;
    let scheduled = alice.plan(LATER).await;
    let published = alice.plan("now").await;
    let in_review = alice.in_review(Effect::After).await;
    let cancelled = alice.plan(LATER).await;
    alice.calls().delete(&format!("/v1/pins/{cancelled}")).await;
    for (id, code, says) in [
        (&draft, "draft", "Give it a time"),
        (&scheduled, "scheduled", "Change its time"),
        (&published, "published", "already published"),
        (&in_review, "needs_review", "published_as"),
        (&cancelled, "cancelled", "Schedule a new one"),
    ] {
        let before = alice.stored(id).await;
        let answer = retry(&alice, id).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!(code)));
        assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{}", answer.text());
        assert_eq!(alice.stored(id).await, before);
    }
    assert_eq!(alice.on_pinterest(), 2, "the published one and the one in doubt");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_waits_for_its_account_or_for_a_limit_says_what_opens_it() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    for (hold, says) in [("needs_reconnect", "Reconnect it"), ("rate_limited", "when Pinterest accepts requests")] {
        let mut pin = alice.stored(&id).await;
        let before = pin.clone();
        pin.state = shared::domain::State::Held { reason: shared::domain::Hold::from_code(hold).unwrap(), until: None };
        pin.version += 1;
        world.platform("by hand").pins.replace(&before, &pin).await.unwrap();
        let answer = retry(&alice, &id).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("held")));
        assert!(answer.json()["detail"].as_str().unwrap().contains(says), "{}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn another_try_is_judged_like_a_new_pin() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    world.change_settings(|settings| settings.enabled = false).await;
    let answer = retry(&alice, &id).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("pinterest_disabled")));
    world.change_settings(|settings| (settings.enabled, settings.mode) = (true, Mode::Sandbox)).await;
    let wrong = |code: &str| vec![("account_id".to_owned(), code.to_owned())];
    assert_eq!(retry(&alice, &id).await.wrong_fields(), wrong("other_mode"));
    world.change_settings(|settings| settings.mode = Mode::Live).await;
    world.user("alice").delete(&format!("/v1/accounts/{}", alice.account)).await;
    assert_eq!(retry(&alice, &id).await.wrong_fields(), wrong("account_disconnected"));
    assert_eq!(alice.read(&id).await["status"], "failed");
}

#[tokio::test(start_paused = true)]
async fn wherever_a_retry_dies_its_repeat_answers_the_same_pin() {
    for key in [Some("key-1"), None] {
        for (operation, fault) in [
            ("TransactWriteItems", Fault::StallsBefore),
            ("TransactWriteItems", Fault::StallsAfter),
            ("Invoke", Fault::StallsBefore),
        ] {
            let world = World::enabled().await;
            let alice = world.planner().await;
            let id = alice.failed().await;
            let hook = Disturb::every(operation, Plan::fault(fault));
            let dying = pins::router(world.platform_with("dying pins", &[hook.clone() as _]));
            let calls = || key.map_or(alice.calls(), |key| alice.calls().with("idempotency-key", key));
            let caller = calls().at(&dying);
            let died = tokio::time::timeout(Duration::from_millis(500), retry_as(&caller, &id, json!({}))).await;
            assert!(died.is_err() && hook.seen() > 0, "{operation} {fault:?}: it was cut");
            let repeated = retry_as(&calls(), &id, json!({})).await;
            assert_eq!(repeated.status, 200, "{operation} {fault:?}: {}", repeated.text());
            world.parts.lambda.finish().await;
            let pin = alice.stored(&id).await;
            let retries = pin.attempts.iter().filter(|entry| entry.outcome == AttemptOutcome::Retried).count();
            assert_eq!((retries, alice.on_pinterest()), (1, 1), "{operation} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_makes_a_repeat_harmless_also_after_the_pin_failed_again() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    world.refuse_next(404, 40, "Board not found.");
    let first = retry_as(&alice.calls().with("idempotency-key", "key-1"), &id, json!({})).await;
    assert_eq!(first.status, 200);
    world.parts.lambda.finish().await;
    let failed_again = alice.read(&id).await;
    let repeated = retry_as(&alice.calls().with("idempotency-key", "key-1"), &id, json!({})).await;
    assert_eq!((repeated.status, repeated.json()), (200, failed_again), "it is not tried a third time");
    let anew = retry_as(&alice.calls().with("idempotency-key", "key-2"), &id, json!({})).await;
    assert_eq!(anew.json()["status"], "scheduled");
    let bad = retry_as(&alice.calls().with("idempotency-key", "two words"), &id, json!({})).await;
    assert_eq!(bad.status, 409, "its state comes first");
}

#[tokio::test(start_paused = true)]
async fn two_people_who_try_the_same_pin_again_try_it_once() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    let slow = Plan { wait: Duration::from_millis(100), fault: None };
    let routers = [(), ()]
        .map(|()| pins::router(world.platform_with("slow pins", &[Disturb::every("TransactWriteItems", slow) as _])));
    let callers = routers.each_ref().map(|pins| alice.calls().at(pins));
    let (one, two) = tokio::join!(retry_as(&callers[0], &id, json!({})), retry_as(&callers[1], &id, json!({})));
    assert_eq!((one.status, two.status), (200, 200), "{} {}", one.text(), two.text());
    world.parts.lambda.finish().await;
    assert_eq!(alice.on_pinterest(), 1);
}
