//! Tries, their times, and when a webhook is disabled.

use super::*;

const HOST: &str = "one.example.com";

/// Alice's webhook at [`HOST`], one event old.
async fn scene(world: &World) -> (String, Planner<'_>) {
    let alice = world.planner().await;
    // What happens in the millisecond in which a webhook is made is sent.
    world.wait(SignedDuration::from_secs(1)).await;
    let path = alices(world, HOST).await;
    (path, alice)
}

#[tokio::test(start_paused = true)]
async fn an_event_is_tried_as_standard_webhooks_recommends_and_given_up_after_ten_tries() {
    let world = world().await;
    let (path, alice) = scene(&world).await;
    world.receivers.set(HOST, Endpoint::Answers(500));
    published(&alice).await;
    pass(&world, SignedDuration::from_hours(90)).await;
    let received = world.receivers.at(HOST);
    let hour = 3_600;
    let listed = [5, 300, 1_800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
    assert_eq!(received.len(), 1 + listed.len());
    for (pair, listed) in received.windows(2).zip(listed) {
        let pause = pair[1].at.duration_since(pair[0].at).as_secs();
        // A tenth of jitter, and the schedule of this story fires every ten minutes.
        assert!(pause >= listed && pause <= listed + listed / 10 + 601, "{pause} for {listed}");
        assert_eq!(pair[0].id, pair[1].id, "an event keeps its id");
        assert_ne!(pair[0].timestamp, pair[1].timestamp);
    }
    let delivery = &deliveries(&world, &path).await[0];
    assert_eq!((&delivery["status"], &delivery["tries"]), (&json!("failed"), &json!(10)));
    assert_eq!((&delivery["error"]["code"], &delivery["http_status"]), (&json!("status"), &json!(500)));
    assert_eq!((&delivery["answer"], &delivery["next_at"]), (&json!("noted"), &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn why_an_event_was_not_accepted_is_told() {
    for (endpoint, code) in [
        (Endpoint::Answers(302), "redirect"),
        (Endpoint::Answers(404), "status"),
        (Endpoint::Silent, "timed_out"),
        (Endpoint::Slow(SignedDuration::from_secs(16)), "timed_out"),
        (Endpoint::Refuses, "not_reached"),
        (Endpoint::Private, "not_public"),
    ] {
        let world = world().await;
        let (path, alice) = scene(&world).await;
        world.receivers.set(HOST, endpoint);
        published(&alice).await;
        pass(&world, SignedDuration::from_mins(1)).await;
        let delivery = &deliveries(&world, &path).await[0];
        assert_eq!(
            (&delivery["status"], &delivery["error"]["code"]),
            (&json!("pending"), &json!(code)),
            "{endpoint:?}"
        );
        world.receivers.set(HOST, Endpoint::Slow(SignedDuration::from_secs(14)));
        pass(&world, SignedDuration::from_mins(7)).await;
        let delivery = &deliveries(&world, &path).await[0];
        assert_eq!((&delivery["status"], &delivery["error"]), (&json!("delivered"), &Value::Null), "{endpoint:?}");
        assert_eq!(shown(&world, &path).await["failing_since"], Value::Null);
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_gone_gets_nothing_more() {
    let world = world().await;
    let (path, alice) = scene(&world).await;
    world.receivers.set(HOST, Endpoint::Answers(410));
    published(&alice).await;
    published(&alice).await;
    pass(&world, SignedDuration::from_hours(1)).await;
    assert_eq!(world.receivers.at(HOST).len(), 1);
    let webhook = shown(&world, &path).await;
    assert_eq!((&webhook["enabled"], &webhook["disabled_reason"]["code"]), (&json!(false), &json!("gone")));
    // Enabled again, it gets what happens from then on, and what it missed when that is asked for.
    world.receivers.set(HOST, Endpoint::Answers(200));
    let enabled = world.user("alice").patch(&path, &json!({"enabled": true})).await.json();
    assert_eq!((&enabled["enabled"], &enabled["disabled_reason"]), (&json!(true), &Value::Null));
    published(&alice).await;
    assert_eq!(world.receivers.at(HOST).len(), 2);
    let recovered =
        world.user("alice").post(&format!("{path}/recover"), &json!({"since": "2027-01-15T08:00:00Z"})).await;
    assert_eq!(recovered.status, 202, "{}", recovered.text());
    pass(&world, SignedDuration::from_mins(2)).await;
    // The account was connected before the webhook was made; that was missed, too.
    let missed = ["pin.published", "pin.published", "account.connected", "pin.published", "pin.published"];
    assert_eq!(types(&world, HOST), missed);
    let deliveries = deliveries(&world, &path).await;
    assert!(deliveries.iter().all(|one| one["status"] == "delivered"), "{deliveries:?}");
}

#[tokio::test(start_paused = true)]
async fn five_days_of_failures_disable_a_webhook() {
    let world = world().await;
    let (path, alice) = scene(&world).await;
    world.receivers.set(HOST, Endpoint::Refuses);
    published(&alice).await;
    pass(&world, SignedDuration::from_hours(70)).await;
    let webhook = shown(&world, &path).await;
    assert_eq!((&webhook["enabled"], &webhook["pending"]), (&json!(true), &json!(1)));
    assert!(webhook["failing_since"].is_string());
    published(&alice).await;
    pass(&world, SignedDuration::from_hours(60)).await;
    let webhook = shown(&world, &path).await;
    assert_eq!((&webhook["enabled"], &webhook["disabled_reason"]["code"]), (&json!(false), &json!("failing")));
}

#[tokio::test(start_paused = true)]
async fn a_later_event_of_a_pin_waits_for_the_earlier_one_and_those_of_others_do_not() {
    let world = world().await;
    let (_, alice) = scene(&world).await;
    world.receivers.set(HOST, Endpoint::Answers(503));
    let held = alice.blocked().await;
    world.wait(SignedDuration::from_secs(1)).await;
    let first = world.receivers.at(HOST).len();
    assert!(first >= 1);
    alice.calls().post(&format!("/v1/pins/{held}/retry"), &json!({})).await;
    world.simulator.clear_faults();
    world.receivers.set(HOST, Endpoint::Answers(200));
    world.tick().await;
    pass(&world, SignedDuration::from_mins(10)).await;
    let of_pin: Vec<_> = world
        .receivers
        .at(HOST)
        .iter()
        .skip(first)
        .map(sequence)
        .filter(|(pin, _)| *pin == held)
        .map(|(_, sequence)| sequence)
        .collect();
    assert!(of_pin.len() >= 2 && of_pin.is_sorted_by(|a, b| a < b), "{of_pin:?}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_cannot_be_reached_costs_few_tries_and_gets_everything_when_it_is_back() {
    let world = world().await;
    let (path, alice) = scene(&world).await;
    world.receivers.set(HOST, Endpoint::Answers(500));
    for _ in 0..20 {
        published(&alice).await;
    }
    pass(&world, SignedDuration::from_mins(20)).await;
    let tried = world.receivers.at(HOST).len();
    assert!(tried < 20, "{tried}");
    world.receivers.set(HOST, Endpoint::Answers(200));
    pass(&world, SignedDuration::from_mins(60)).await;
    let mut got: Vec<_> = world.receivers.at(HOST)[tried..].iter().map(|one| one.id.clone()).collect();
    got.sort();
    got.dedup();
    assert_eq!(got.len(), 20);
    assert_eq!(shown(&world, &path).await["pending"], 0);
}

/// The pin that was told of, and the event's place among those of it.
fn sequence(received: &tests::Received) -> (String, u64) {
    let event = received.json();
    (event["data"]["pin"]["id"].as_str().unwrap_or_default().to_owned(), event["sequence"].as_u64().unwrap())
}
