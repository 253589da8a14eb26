//! Taking a published pin down from Pinterest: what comes of it, and what it leaves in the timeline.

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Effect, Fault, FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Mode, Pin};
use tests::{Answer, Disturb, START, Seeded, World};

async fn published() -> (World, Seeded, Pin) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let pin = world.seed_pin(&seeded, "Lemon cake", START + SignedDuration::from_secs(5)).await;
    world.tick().await;
    (world, seeded, pin)
}

async fn take_down(world: &World, pin: &Pin) -> Answer {
    world.user("alice").delete(&format!("/v1/pins/{}?on_pinterest=true", pin.id)).await
}

fn on_pinterest(world: &World) -> usize {
    world.simulator.all_pins(pinterest_sim::Mode::Live).len()
}

fn deletions(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::DeletePin).count()
}

fn outcomes(answer: &Value) -> Vec<&str> {
    answer["attempts"].as_array().unwrap().iter().map(|attempt| attempt["outcome"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_published_pin_is_taken_down_and_its_history_stays() {
    let (world, _, pin) = published().await;
    assert_eq!(on_pinterest(&world), 1);
    let plain = world.user("alice").delete(&format!("/v1/pins/{}", pin.id)).await;
    assert_eq!((plain.status, &plain.json()["code"]), (409, &json!("published")), "nobody deletes by cancelling");
    let answer = take_down(&world, &pin).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert_eq!((&body["status"], on_pinterest(&world)), (&json!("published"), 0));
    assert!(body["taken_down_at"].is_string() && body["pinterest_url"].is_null() && body["published_at"].is_string());
    assert_eq!(outcomes(&body), ["published", "taken_down"]);
    assert_eq!(body["attempts"][1]["kind"], "take_down");
    assert_eq!(body["attempts"][1]["message"], "alice took the pin down.");
    let again = take_down(&world, &pin).await;
    assert_eq!((again.json(), deletions(&world)), (body, 1), "once more changes nothing and asks nobody");
    let figures = world.user("alice").get(&format!("/v1/pins/{}/analytics", pin.id)).await;
    assert_eq!((figures.status, &figures.json()["code"]), (409, &json!("taken_down")));
    let list = world.user("alice").get("/v1/pins?status=published").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_pinterest_no_longer_has_is_taken_down_as_well() {
    let (world, _, pin) = published().await;
    let fault = Fault {
        effect: Effect::After,
        answer: Some(FaultAnswer::Reset),
        times: Some(1),
        ..Fault::on(Operation::DeletePin)
    };
    world.simulator.set_fault(fault);
    let lost = take_down(&world, &pin).await;
    assert_eq!((lost.status, &lost.json()["code"], on_pinterest(&world)), (502, &json!("outcome_unknown"), 0));
    assert_eq!(outcomes(&world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json()), ["published"]);
    let settled = take_down(&world, &pin).await.json();
    assert_eq!(outcomes(&settled), ["published", "taken_down"]);
    assert_eq!(settled["attempts"][1]["message"], "alice took the pin down. Pinterest no longer had it.");
}

#[tokio::test(start_paused = true)]
async fn what_pinterest_refuses_is_in_the_timeline_and_the_pin_stays() {
    let not_permitted = "You are not permitted to access that resource.";
    let spam = "Sorry! There is a block (Pins) we have in place to combat spam.";
    let limit = "This request exceeded a rate limit.";
    for (status, code, message, answered) in [
        (403, 29, not_permitted, (403, "not_permitted")),
        (429, 9, spam, (429, "pinterest_spam_block")),
        (429, 8, limit, (429, "pinterest_rate_limited")),
        (401, 2, "Authentication failed.", (409, "needs_reconnect")),
    ] {
        let (world, _, pin) = published().await;
        let body = Some(json!({"code": code, "message": message}));
        let answer = Some(FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::new() });
        world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::DeletePin) });
        let refused = take_down(&world, &pin).await;
        assert_eq!((refused.status, &refused.json()["code"]), (answered.0, &json!(answered.1)));
        let stays = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
        assert_eq!(outcomes(&stays), ["published", "not_taken_down"]);
        let entry = &stays["attempts"][1];
        assert_eq!((&entry["http_status"], &entry["message"]), (&json!(status), &json!(message)));
        assert!(stays["taken_down_at"].is_null() && on_pinterest(&world) == 1);
        assert_eq!(take_down(&world, &pin).await.status, 200, "it can be asked again");
    }
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_is_not_taken_for_an_answer() {
    let (world, _, pin) = published().await;
    for answer in [FaultAnswer::status(500), FaultAnswer::status(503)] {
        world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::DeletePin) });
        let lost = take_down(&world, &pin).await;
        assert_eq!((lost.status, &lost.json()["code"]), (502, &json!("outcome_unknown")));
    }
    assert_eq!(outcomes(&world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json()), ["published"]);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_on_pinterest_is_taken_down() {
    let (world, seeded, pin) = published().await;
    let waiting = world.seed_pin(&seeded, "Later", START + SignedDuration::from_hours(24)).await;
    let refused = take_down(&world, &waiting).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("scheduled")));
    assert!(refused.json()["detail"].as_str().unwrap().contains("Cancel it instead"));
    let typo = world.user("alice").delete(&format!("/v1/pins/{}?on_pinterest=yes", pin.id)).await;
    assert_eq!(typo.wrong_fields(), [("on_pinterest".to_owned(), "invalid".to_owned())], "a slip cancels nothing");
    let stale = world.user("alice").with("if-match", "\"1\"");
    assert_eq!(stale.delete(&format!("/v1/pins/{}?on_pinterest=true", pin.id)).await.status, 412);
    let others = world.user("bob").delete(&format!("/v1/pins/{}?on_pinterest=true", pin.id)).await;
    assert_eq!((others.status, deletions(&world)), (404, 0));
    let narrow = "user_accounts:read,boards:read,pins:read";
    world.user("alice").delete(&format!("/v1/accounts/{}", seeded.account.id)).await;
    world.link_as("alice", "shop", Mode::Live, narrow).await.unwrap_or_default();
    let refused = take_down(&world, &pin).await;
    assert_eq!((refused.status, on_pinterest(&world)), (409, 1), "{}", refused.text());
}

#[tokio::test(start_paused = true)]
async fn where_it_cannot_be_noted_the_same_call_once_more_does_it() {
    let (mut world, _, pin) = published().await;
    let fails = ["PutItem", "TransactWriteItems"]
        .map(|call| Disturb::calls(call, 0..=2, Plan::fault(AwsFault::ServerError)) as Arc<dyn Hook>);
    let platform = world.platform_with("pins", &fails);
    world.replace(pins::ROUTES, pins::router(platform));
    let answer = take_down(&world, &pin).await;
    assert_eq!((answer.status, on_pinterest(&world)), (503, 0), "{}", answer.text());
    assert_eq!(take_down(&world, &pin).await.json()["attempts"][1]["outcome"], "taken_down");
}
