//! Calling a pin off: until the moment of its claim, and not after it.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Plan};
use pinterest_sim::Effect;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{AttemptId, Due, Hold, Mode, Pin, State, Wait};
use shared::random::SystemRandom;
use shared::store::{Claim, Lease};
use tests::{Answer, Disturb, START, World, pin_request};

async fn scheduled(world: &World, publish_at: impl Into<serde_json::Value>) -> String {
    let (account, board) = (world.link("alice", "shop").await, world.board("shop", "New arrivals"));
    let answer = world.user("alice").post("/v1/pins", &pin_request(&account, &board, publish_at)).await;
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn cancel(world: &World, id: &str) -> Answer {
    world.user("alice").delete(&format!("/v1/pins/{id}")).await
}

async fn load(world: &World, id: &str) -> Pin {
    let owner = "alice".parse().unwrap();
    world.platform("reader").pins.load(&owner, &id.parse().unwrap()).await.unwrap().unwrap()
}

/// Claims the pin as a publisher does, one day after the start.
async fn claim(world: &World, id: &str) -> Pin {
    let pin = load(world, id).await;
    let now = START + SignedDuration::from_hours(24);
    let lease = Lease { now, until: now + SignedDuration::from_mins(4) };
    let due: Due = pin.due.clone().unwrap();
    let attempt = AttemptId::random(&SystemRandom);
    let claim = world.platform("by hand").pins.claim((&pin.owner, &pin.id), &due, &attempt, lease).await.unwrap();
    match claim {
        Claim::Won(pin) => *pin,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_pin_leaves_the_due_index_and_stays_readable() {
    let world = World::enabled().await;
    let id = scheduled(&world, "2027-01-15T09:00:00Z").await;
    world.wait(SignedDuration::from_secs(5)).await;
    let answer = cancel(&world, &id).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("cancelled")));
    assert_eq!(load(&world, &id).await.due, None);
    let again = cancel(&world, &id).await;
    assert_eq!((again.status, again.json()), (200, answer.json()), "cancelling twice is harmless");
    assert_eq!(world.user("alice").get(&format!("/v1/pins/{id}")).await.json(), answer.json());
    world.wait(SignedDuration::from_hours(1)).await;
    world.tick().await;
    assert!(world.simulator.all_pins(pinterest_sim::Mode::Live).is_empty());
}

#[tokio::test(start_paused = true)]
async fn drafts_and_held_pins_can_be_cancelled_also_while_pinterest_is_disabled() {
    let world = World::enabled().await;
    let draft = scheduled(&world, serde_json::Value::Null).await;
    assert_eq!(cancel(&world, &draft).await.json()["status"], "cancelled");

    let world = World::enabled().await;
    let held = scheduled(&world, "2027-01-15T09:00:00Z").await;
    let mut pin = claim(&world, &held).await;
    let State::Publishing { attempt, .. } = pin.state.clone() else { panic!("claimed") };
    pin.hold(Hold::NeedsReconnect, Wait::ForAccount(None), START).unwrap();
    world.platform("by hand").pins.record(&pin, &attempt).await.unwrap();
    world.change_settings(|settings| (settings.enabled, settings.mode) = (false, Mode::Sandbox)).await;
    assert_eq!(cancel(&world, &held).await.json()["status"], "cancelled");
    assert_eq!(load(&world, &held).await.due, None);
}

#[tokio::test(start_paused = true)]
async fn what_is_claimed_or_has_ended_is_not_cancelled() {
    type End = fn(&mut Pin);
    let ends: [(&str, End); 2] =
        [("publishing", |_| ()), ("published", |pin| pin.published("9".parse().unwrap(), START, START).unwrap())];
    for (status, end) in ends {
        let world = World::enabled().await;
        let id = scheduled(&world, "2027-01-15T09:00:00Z").await;
        let mut pin = claim(&world, &id).await;
        let State::Publishing { attempt, .. } = pin.state.clone() else { panic!("claimed") };
        end(&mut pin);
        world.platform("by hand").pins.record(&pin, &attempt).await.unwrap();
        let answer = cancel(&world, &id).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &json!(status)));
        assert_eq!(load(&world, &id).await, pin, "nothing changed");
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_or_is_in_doubt_is_dismissed_and_the_timeline_says_by_whom() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    for id in [alice.failed().await, alice.in_review(Effect::After).await] {
        world.change_settings(|settings| settings.enabled = false).await;
        let answer = cancel(&world, &id).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("cancelled")));
        let entry = answer.json()["attempts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&entry["kind"], &entry["outcome"]), (&json!("resolve"), &json!("dismissed")));
        assert_eq!(entry["message"], "alice dismissed the pin.");
        assert_eq!(cancel(&world, &id).await.json(), answer.json(), "dismissing twice is harmless");
        world.change_settings(|settings| settings.enabled = true).await;
    }
    assert_eq!(alice.on_pinterest(), 1, "what is on Pinterest stays there");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_loses_the_race_against_the_claim_says_so() {
    let world = World::enabled().await;
    let id = scheduled(&world, "2027-01-15T09:00:00Z").await;
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let pins = pins::router(world.platform_with("slow pins", &[slow.clone() as _]));
    let (caller, path) = (world.user("alice").at(&pins), format!("/v1/pins/{id}"));
    let claimed = async {
        world.wait(SignedDuration::from_secs(1)).await;
        claim(&world, &id).await
    };
    let (answer, claimed) = tokio::join!(caller.delete(&path), claimed);
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("publishing")));
    assert_eq!((load(&world, &id).await, slow.seen()), (claimed, 1), "the claim stands");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_is_judged_again_where_the_pin_changed_without_being_claimed() {
    let world = World::enabled().await;
    let id = scheduled(&world, "2027-01-15T09:00:00Z").await;
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let pins = pins::router(world.platform_with("slow pins", &[slow.clone() as _]));
    let (caller, path) = (world.user("alice").at(&pins), format!("/v1/pins/{id}"));
    let moved = async {
        world.wait(SignedDuration::from_secs(1)).await;
        let mut pin = load(&world, &id).await;
        let before = pin.clone();
        pin.schedule(START + SignedDuration::from_hours(2), world.clock.now()).unwrap();
        world.platform("editor").pins.replace(&before, &pin).await.unwrap();
    };
    let (answer, ()) = tokio::join!(caller.delete(&path), moved);
    assert_eq!((answer.status, slow.seen()), (200, 2));
    assert_eq!(load(&world, &id).await.state, State::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_whose_answer_is_lost_still_answers() {
    let world = World::enabled().await;
    let id = scheduled(&world, "2027-01-15T09:00:00Z").await;
    let lost = Disturb::calls("PutItem", 0..=0, Plan::fault(Fault::AnswerLost));
    let pins = pins::router(world.platform_with("unlucky pins", &[lost as _]));
    let answer = world.user("alice").at(&pins).delete(&format!("/v1/pins/{id}")).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("cancelled")));
}
