//! What events cost: nothing while they are off, and little while they are on.

use serde_json::{Value, json};
use tests::{World, pin_request};

use super::published;

/// The write units of a pin from its creation to its publication.
async fn of_a_pin(world: &World) -> f64 {
    let alice = world.planner().await;
    // The first one finds the publisher without its memory of the installation.
    published(&alice).await;
    let mut request = pin_request(&alice.account, &alice.board, "2027-01-15T09:00:00Z");
    request["content"] = json!({
        "title": "Lemon cake", "description": "A cake for a summer afternoon, with two lemons and a little thyme.",
        "link": "https://example.com/cakes/1",
        "media": {"source_type": "image_url", "url": "https://example.com/cakes/1.jpg"},
    });
    world.record_kicks();
    let before = world.meter.total().write_units;
    let answer = alice.calls().post("/v1/pins", &request).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let created = world.meter.total().write_units - before;
    let id = answer.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let stored = alice.stored(&id).await;
    let publisher = world.platform("publisher");
    let due = stored.due.clone().unwrap();
    world.clock_reaches(due.at).await;
    let before = world.meter.total().write_units;
    let attempt = shared::domain::AttemptId::random(&*publisher.random);
    let lease = shared::store::Lease { now: due.at, until: due.at + jiff::SignedDuration::from_secs(30) };
    publisher.current_settings.get().await.unwrap();
    let claim = publisher.pins.claim((&stored.owner, &stored.id), &due, &attempt, lease).await.unwrap();
    let shared::store::Claim::Won(mut pin) = claim else { panic!("{claim:?}") };
    pin.published("1085719603913451209".parse().unwrap(), due.at, due.at).unwrap();
    pin.record(shared::domain::Attempt {
        id: attempt.clone(),
        at: due.at,
        outcome: shared::domain::AttemptOutcome::Published,
        http_status: Some(201),
        code: None,
        message: None,
        request_id: Some("5511338461220071".to_owned()),
        took_ms: Some(412),
        by: None,
    });
    publisher.pins.record(&pin, &attempt).await.unwrap();
    created + world.meter.total().write_units - before
}

#[tokio::test(start_paused = true)]
async fn a_pin_costs_as_much_as_ever_while_events_are_off_and_four_units_more_while_they_are_on() {
    let off = World::enabled().await;
    let units = of_a_pin(&off).await;
    assert!((units - 6.0).abs() < f64::EPSILON, "{units}");
    let admin = off.admin().get("/v1/events?owner=*").await.json();
    assert_eq!(admin, json!({"items": [], "next_cursor": Value::Null}));
    let on = super::world().await;
    let units = of_a_pin(&on).await;
    assert!((units - 10.0).abs() < f64::EPSILON, "{units}");
}
