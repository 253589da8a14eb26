//! Events on the installation's bus at EventBridge.

use events::Sender;
use local::event_bridge::{PutEvent, Refused};
use local::in_process::{Fault, Hook, Plan};
use shared::kick::SenderEvent;
use shared::platform::Platform;
use tests::{Cut, Disturb};

use super::*;

/// The variables of a function that puts events on a bus.
const BUS: [(&str, &str); 1] = [("EVENT_BUS_NAME", "planner")];

fn platform(world: &World, hooks: &[Arc<dyn Hook>]) -> Arc<Platform> {
    world.platform_of("sender", hooks, &BUS)
}

/// A world with a bus, in which `hooks` watch the sender that is called.
async fn scene(hooks: &[Arc<dyn Hook>]) -> World {
    let world = world().await;
    world.host_sender(platform(&world, hooks));
    world
}

/// The sender's schedule fires once.
async fn tick(world: &World, sender: &Sender) {
    let scheduled_at = shared::clock::Clock::now(&world.clock);
    let _ = sender.handle(SenderEvent::Tick { scheduled_at }, scheduled_at + SignedDuration::from_secs(120)).await;
}

/// Moves the time on, with the schedule firing every minute.
async fn minutes(world: &World, minutes: i64) {
    let sender = Sender::new(platform(world, &[]), world.receivers.network());
    for _ in 0..minutes {
        tick(world, &sender).await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
}

/// The ids of what was put, each once.
fn put(world: &World) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for event in world.parts.event_bridge.events() {
        let id = event.detail["id"].as_str().unwrap().to_owned();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

#[tokio::test(start_paused = true)]
async fn events_are_put_on_the_bus_as_they_are_listed_and_nobody_sees_it_among_webhooks() {
    // The index has nothing of the present millisecond.
    let takes_time = Plan { wait: std::time::Duration::from_millis(5), fault: None };
    let world = scene(&[Disturb::every("GetItem", takes_time)]).await;
    let alice = world.planner().await;
    published(&alice).await;
    let kinds: Vec<_> = world.parts.event_bridge.events().into_iter().map(|event| event.detail_type).collect();
    assert_eq!(kinds, ["account.connected", "pin.published"], "at once");
    minutes(&world, 4).await;
    let listed = world.admin().get("/v1/events?owner=*").await.json();
    let events = world.parts.event_bridge.events();
    assert_eq!(events.len(), 2, "nothing is put twice");
    for (event, listed) in events.iter().zip(listed["items"].as_array().unwrap()) {
        let PutEvent { bus, source, detail_type, detail, .. } = event;
        assert_eq!((bus.as_str(), source.as_str(), &json!(detail_type)), ("planner", "pinwheel", &listed["type"]));
        assert_eq!((&detail["id"], &detail["sequence"]), (&listed["id"], &listed["sequence"]));
        assert_eq!(detail["data"]["pin"]["id"], listed["data"]["pin"]["id"]);
    }
    let webhooks = world.admin().get("/v1/webhooks").await.json();
    assert_eq!(webhooks["items"], json!([]));
    let bus = format!("/v1/webhooks/{}", shared::domain::WebhookId::bus());
    assert_eq!(world.admin().get(&bus).await.status, 404);
    assert_eq!(world.admin().delete(&bus).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn what_the_bus_refuses_of_a_request_is_put_again_and_later_events_of_the_same_pin_wait() {
    let world = scene(&[]).await;
    let alice = world.planner().await;
    world.parts.event_bridge.refuse(Refused { first: 0, count: 2 });
    // Both are refused once: the first with the request that has it alone.
    let pins = [published(&alice).await, published(&alice).await];
    minutes(&world, 3).await;
    let events = world.parts.event_bridge.events();
    let told: Vec<_> = events.iter().filter_map(|event| event.detail["data"]["pin"]["id"].as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(pins.iter().all(|pin| told.contains(&pin.as_str())));

    let delete = world.user("alice").delete(&format!("/v1/accounts/{}", alice.account)).await;
    assert_eq!(delete.status, 200, "{}", delete.text());
    minutes(&world, 2).await;
    let kinds = world.parts.event_bridge.events().into_iter().map(|event| event.detail_type);
    let of_account: Vec<_> = kinds.filter(|kind| kind.starts_with("account.")).collect();
    assert_eq!(of_account, ["account.connected", "account.disconnected"]);
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_takes_nothing_for_days_gets_everything_in_order_when_it_does_again() {
    let down: Arc<dyn Hook> = Disturb::every("PutEvents", Plan::fault(Fault::ServerError));
    let world = scene(std::slice::from_ref(&down)).await;
    let alice = world.planner().await;
    for _ in 0..4 {
        published(&alice).await;
    }
    let broken = Sender::new(platform(&world, &[down]), world.receivers.network());
    for _ in 0..7 * 24 {
        tick(&world, &broken).await;
        world.wait(SignedDuration::from_hours(1)).await;
    }
    assert_eq!(put(&world), [""; 0]);
    minutes(&world, 20).await;
    let listed = world.admin().get("/v1/events?owner=*").await.json();
    let mut listed: Vec<_> = listed["items"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect();
    let mut arrived: Vec<_> = put(&world).into_iter().map(Value::from).collect();
    assert_eq!(arrived.len(), 5);
    let key = |id: &Value| id.as_str().unwrap_or_default().to_owned();
    listed.sort_by_key(key);
    arrived.sort_by_key(key);
    assert_eq!(arrived, listed);
}

#[tokio::test(start_paused = true)]
async fn wherever_a_sender_dies_another_one_puts_what_is_left() {
    for fault in [Fault::StallsBefore, Fault::StallsAfter] {
        for at in 0.. {
            let cut = Cut::new(at, fault);
            let world = world().await;
            world.parts.lambda.host("pinwheel-events", Arc::new(|_| Box::pin(std::future::ready(()))));
            let alice = world.planner().await;
            published(&alice).await;
            let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
            let sender = Sender::new(platform(&world, &hooks), world.receivers.network());
            tokio::select! {
                () = tick(&world, &sender) => {}
                () = cut.reached() => {}
            }
            drop(sender);
            if !cut.was_reached() {
                break;
            }
            minutes(&world, 5).await;
            assert_eq!(put(&world).len(), 2, "{fault:?} at call {at}");
            assert!(world.parts.event_bridge.events().len() <= 4, "{fault:?} at call {at}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_bus_nothing_is_called_and_nothing_stored_for_it() {
    let world = world().await;
    let alice = world.planner().await;
    published(&alice).await;
    pass(&world, SignedDuration::from_mins(3)).await;
    let counts = world.meter.counts();
    assert!(counts.keys().all(|(service, _)| *service != local::in_process::Service::EventBridge), "{counts:?}");
    assert!(!world.everything_stored().await.contains(shared::domain::WebhookId::bus().as_str()));
}
