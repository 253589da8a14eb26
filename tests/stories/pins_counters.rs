//! The counters of what needs a person are always what a count of the pins would be.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Effect as Call, Fault, Hook, Plan};
use pinterest_sim::Effect;
use publisher::Publisher;
use serde_json::{Value, json};
use shared::domain::{Attempt, AttemptId, AttemptOutcome, Doubt, Failure, Pin};
use shared::random::SystemRandom;
use shared::store::{Claim, Lease};
use tests::{CAUTIOUS, Disturb, Planner, START, World, invocation};

/// Counts alice's pins one by one: (needs review, failed) of each account.
async fn counted(world: &World) -> BTreeMap<String, (u64, u64)> {
    let (mut counts, mut cursor) = (BTreeMap::<String, (u64, u64)>::new(), String::new());
    loop {
        let page = world.user("alice").get(&format!("/v1/pins?limit=100{cursor}")).await.json();
        for pin in page["items"].as_array().unwrap() {
            let count = counts.entry(pin["account_id"].as_str().unwrap().to_owned()).or_default();
            count.0 += u64::from(pin["status"] == "needs_review");
            count.1 += u64::from(pin["status"] == "failed");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return counts,
        }
    }
}

fn attention(value: &Value) -> (u64, u64) {
    (value["needs_review"].as_u64().unwrap(), value["failed"].as_u64().unwrap())
}

/// Compares every place where the counters are shown with the count; answers the sum.
async fn agreed(world: &World) -> (u64, u64) {
    let counted = counted(world).await;
    let accounts = world.user("alice").get("/v1/accounts").await.json();
    for account in accounts["items"].as_array().unwrap() {
        let id = account["id"].as_str().unwrap();
        let expected = counted.get(id).copied().unwrap_or_default();
        assert_eq!(attention(&account["attention"]), expected, "in the list");
        let shown = world.user("alice").get(&format!("/v1/accounts/{id}")).await.json();
        assert_eq!(attention(&shown["attention"]), expected, "of the account");
    }
    let sum = counted.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let status = world.user("alice").get("/v1/status").await.json();
    assert_eq!(attention(&status["attention"]), sum, "in the status");
    sum
}

async fn act(alice: &Planner<'_>, method: &str, path: String, body: Value) {
    let answer = alice.calls().send(method, &format!("/v1/pins/{path}"), Some(body.to_string())).await;
    assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
    alice.world.parts.lambda.finish().await;
}

#[tokio::test(start_paused = true)]
async fn the_counters_follow_every_way_in_and_out() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    assert_eq!(agreed(&world).await, (0, 0));
    alice.plan("now").await;
    alice.blocked().await;
    assert_eq!(agreed(&world).await, (0, 0), "what goes well or waits needs nobody");
    let mut failed = Vec::new();
    for _ in 0..4 {
        failed.push(alice.failed().await);
    }
    let mut doubtful = Vec::new();
    for effect in [Effect::Before, Effect::After, Effect::After] {
        doubtful.push(alice.in_review(effect).await);
    }
    assert_eq!(agreed(&world).await, (3, 4));
    act(&alice, "PATCH", failed[0].clone(), json!({"content": {"title": "Corrected"}})).await;
    assert_eq!(agreed(&world).await, (3, 4), "it is still failed");
    act(&alice, "PATCH", failed[0].clone(), json!({"publish_at": "2027-02-01T00:00:00Z"})).await;
    act(&alice, "PATCH", failed[1].clone(), json!({"publish_at": null})).await;
    act(&alice, "POST", format!("{}/retry", failed[2]), json!({})).await;
    assert_eq!(agreed(&world).await, (3, 1));
    world.refuse_next(404, 40, "Board not found.");
    act(&alice, "POST", format!("{}/resolve", doubtful[0]), json!({"publish_again": true})).await;
    assert_eq!(agreed(&world).await, (2, 2), "from doubt to failure");
    act(&alice, "POST", format!("{}/resolve", doubtful[1]), json!({"published_as": "12345678"})).await;
    assert_eq!(agreed(&world).await, (1, 2));
    act(&alice, "DELETE", doubtful[2].clone(), json!({})).await;
    act(&alice, "DELETE", failed[3].clone(), json!({})).await;
    assert_eq!(agreed(&world).await, (0, 1));
}

#[tokio::test(start_paused = true)]
async fn disconnecting_an_account_keeps_its_counters() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    alice.failed().await;
    alice.in_review(Effect::After).await;
    world.user("alice").delete(&format!("/v1/accounts/{}", alice.account)).await;
    assert_eq!(agreed(&world).await, (1, 1));
    let bob = world.user("bob").get("/v1/status").await.json();
    assert_eq!(attention(&bob["attention"]), (0, 0), "another owner's are another owner's");
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_is_written_twice_counts_once() {
    for end in [true, false] {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let (mut pin, attempt) = claimed(&alice).await;
        if end { pin.fail(Failure::Missed, START) } else { pin.doubt(Doubt::OutcomeUnknown, Vec::new(), START) }
            .unwrap();
        pin.record(Attempt::by_a_person(attempt.clone(), START, AttemptOutcome::Refused, "x"));
        for _ in 0..3 {
            // Each time with a token of its own, as a publisher does that got no answer at all.
            world.platform("by hand").pins.record(&pin, &attempt).await.unwrap();
        }
        assert_eq!(agreed(&world).await, if end { (0, 1) } else { (1, 0) });
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_arrives_after_the_review_moves_the_counter_back() {
    type End = fn(&mut Pin);
    let ends: [(End, (u64, u64)); 3] = [
        (|pin| pin.published("9".parse().unwrap(), START, START).unwrap(), (0, 0)),
        (|pin| pin.fail(Failure::BoardNotFound, START).unwrap(), (0, 1)),
        (|pin| pin.doubt(Doubt::OutcomeUnknown, Vec::new(), START).unwrap(), (1, 0)),
    ];
    for (end, expected) in ends {
        let world = World::enabled().await;
        let alice = world.planner().await;
        let (mut pin, attempt) = claimed(&alice).await;
        world.wait(SignedDuration::from_mins(10)).await;
        let cautious = Publisher::new(world.platform_of("publisher", &[], &[CAUTIOUS]));
        assert_eq!(invocation(&cautious, world.clock).await.needs_review, 1, "it is not on its board");
        assert_eq!(agreed(&world).await, (1, 0));
        end(&mut pin);
        pin.record(Attempt::by_a_person(attempt.clone(), START, AttemptOutcome::Unknown, "x"));
        for _ in 0..2 {
            world.platform("slow publisher").pins.record(&pin, &attempt).await.unwrap();
        }
        assert_eq!(agreed(&world).await, expected, "{:?}", pin.state);
    }
}

/// A pin of alice's that a publisher has claimed.
async fn claimed(alice: &Planner<'_>) -> (Pin, AttemptId) {
    alice.world.record_kicks();
    let id = alice.plan("now").await;
    let pin = alice.stored(&id).await;
    let attempt = AttemptId::random(&SystemRandom);
    let lease = Lease { now: START, until: START + SignedDuration::from_mins(4) };
    let due = pin.due.clone().unwrap();
    let store = alice.world.platform("by hand");
    let Claim::Won(pin) = store.pins.claim((&pin.owner, &pin.id), &due, &attempt, lease).await.unwrap() else {
        panic!("nobody else claims it")
    };
    (*pin, attempt)
}

#[tokio::test(start_paused = true)]
async fn a_counter_that_is_busy_is_waited_for() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.failed().await;
    let busy = Disturb::calls("TransactWriteItems", 0..=1, Plan::fault(Fault::Conflicted));
    let pins = pins::router(world.platform_with("pins", &[busy.clone() as _]));
    let answer = alice.calls().at(&pins).post(&format!("/v1/pins/{id}/retry"), &json!({})).await;
    assert_eq!((answer.status, busy.seen()), (200, 3), "{}", answer.text());
    world.parts.lambda.finish().await;
    assert_eq!(agreed(&world).await, (0, 0));

    let busy = Disturb::calls("PutItem", 0..=1, Plan::fault(Fault::Conflicted));
    let pins = pins::router(world.platform_with("pins", &[busy.clone() as _]));
    let draft = alice.plan(Value::Null).await;
    let answer = alice.calls().at(&pins).delete(&format!("/v1/pins/{draft}")).await;
    assert_eq!((answer.status, busy.seen()), (200, 3), "so is a transaction that somebody else has on the pin");
}

/// Lets every seventh call of a publisher go wrong, each time in another way.
#[derive(Debug, Default)]
struct Weather(std::sync::atomic::AtomicUsize);

impl Hook for Weather {
    fn before(&self, effect: &Call<'_>) -> Plan {
        const WAYS: [Fault; 4] = [Fault::AnswerLost, Fault::Throttled, Fault::ConnectionLost, Fault::ServerError];
        let call = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let writes = ["PutItem", "UpdateItem", "TransactWriteItems"].contains(&effect.operation);
        if writes && call % 7 == 3 { Plan::fault(WAYS[call / 7 % WAYS.len()]) } else { Plan::default() }
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_run_with_every_kind_of_end_and_many_deaths_the_counters_are_exact() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    world.record_kicks();
    for minute in 1..=40 {
        let at = (START + SignedDuration::from_mins(minute)).to_string();
        let mut request = tests::pin_request(&alice.account, &alice.board, at);
        // With the same words they would wait for each other.
        request["content"]["title"] = json!(format!("Minute {minute}"));
        assert_eq!(alice.calls().post("/v1/pins", &request).await.status, 201);
    }
    let weather = Arc::new(Weather::default());
    for round in 0..50 {
        match round % 5 {
            0 => world.refuse_next(404, 40, "Board not found."),
            1 => world.lose_next(Effect::After),
            3 => world.refuse_next(400, 0, "Sorry! Something went wrong on our end."),
            _ => world.lose_next(Effect::Before),
        }
        let publisher = Publisher::new(world.platform_of("publisher", &[weather.clone() as _], &[CAUTIOUS]));
        // Every third one dies in the middle of its work.
        let life = if round % 3 == 0 { 61 } else { 600 };
        let life = std::time::Duration::from_secs(life) + std::time::Duration::from_millis(round * 7);
        let _ = tokio::time::timeout(life, invocation(&publisher, world.clock)).await;
        agreed(&world).await;
    }
    world.wait(SignedDuration::from_mins(10)).await;
    world.tick().await;
    let (reviews, failures) = agreed(&world).await;
    assert!(reviews > 3 && failures > 3, "{reviews} in review, {failures} failed: the run was worth comparing");
    let ids: Vec<_> =
        world.user("alice").get("/v1/pins?limit=100&status=failed&status=needs_review").await.json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pin| pin["id"].as_str().unwrap().to_owned())
            .collect();
    for id in ids {
        act(&alice, "DELETE", id, json!({})).await;
    }
    assert_eq!(agreed(&world).await, (0, 0), "nothing is left over");
}
