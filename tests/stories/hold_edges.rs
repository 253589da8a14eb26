//! Where holds meet what else can happen: each of these once lost time, a pin or a connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Effect as When, Fault, FaultAnswer, NewBoard, NewPerson, Operation};
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Connection, Hold, Mode, Pin, State, Status};
use tests::{Disturb, START, Seeded, World, invocation};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

async fn two_accounts() -> (World, Seeded, Seeded) {
    let world = World::enabled().await;
    let one = world.seed_account("alice", "shop").await;
    world.simulator.add_person(NewPerson { username: "other".into(), ..NewPerson::default() }).unwrap();
    world.simulator.add_board(NewBoard::public(pinterest_sim::Mode::Live, "other", "Board")).unwrap();
    let other = world.seed_account("bob", "other").await;
    (world, one, other)
}

fn calls(world: &World, operation: Operation) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

fn down(world: &World, person: Option<&str>, operation: Operation) {
    let (answer, person) = (Some(FaultAnswer::status(503)), person.map(str::to_owned));
    world.simulator.set_fault(Fault { answer, person, ..Fault::on(operation) });
}

async fn seed(world: &World, seeded: &Seeded, count: i64, pause: SignedDuration) -> Vec<Pin> {
    let mut pins = Vec::new();
    for index in 0..count {
        let at = world.clock.now() + seconds(5) + pause * i32::try_from(index).unwrap();
        pins.push(world.seed_pin(seeded, &format!("Pin {index}"), at).await);
    }
    pins
}

async fn count(world: &World, pins: &[Pin], wanted: Status) -> usize {
    let mut found = 0;
    for pin in pins {
        found += usize::from(world.pin(pin).await.state.status() == wanted);
    }
    found
}

async fn keeps_back(world: &World) -> bool {
    let circuits = world.platform("reader").circuits.list(Mode::Live).await.unwrap();
    circuits.iter().any(shared::domain::Circuit::keeps_any_back)
}

#[tokio::test(start_paused = true)]
async fn an_access_token_that_is_refused_after_a_lost_renewal_is_not_tried_over_and_over() {
    let (world, seeded, _) = two_accounts().await;
    let platform = world.platform("earlier publisher");
    let mut account = world.account(&seeded.account).await;
    let version = account.version;
    account.refresh_unknown = true;
    platform.accounts.save(&mut account, version).await.unwrap();
    world.simulator.revoke_tokens("shop").unwrap();
    let pin = world.seed_pin(&seeded, "Refused", START + seconds(5)).await;
    world.schedule_until(START + minutes(5)).await;
    assert!(calls(&world, Operation::CreatePin) <= 2, "{} posts", calls(&world, Operation::CreatePin));
    assert!(calls(&world, Operation::RefreshToken) <= 2, "{} renewals", calls(&world, Operation::RefreshToken));
    let state = world.pin(&pin).await.state;
    assert_eq!(state, State::Held { reason: Hold::NeedsReconnect, until: None });
    let account = world.account(&seeded.account).await;
    assert_eq!(account.usable_tokens(world.clock.now()), None, "nobody uses it any more");
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_nobody_waits_for_is_over_and_one_failure_brings_it_back() {
    let (world, seeded, _) = two_accounts().await;
    down(&world, None, Operation::CreatePin);
    seed(&world, &seeded, 5, seconds(1)).await;
    world.schedule_until(START + seconds(20)).await;
    assert!(keeps_back(&world).await);
    world.schedule_until(START + minutes(2)).await;
    assert!(!keeps_back(&world).await, "nobody is told that something is held that is not");
    let pin = world.seed_pin(&seeded, "Next", world.clock.now()).await;
    world.schedule_until(world.clock.now() + seconds(10)).await;
    assert!(world.pin(&pin).await.in_check().is_some());
    assert!(keeps_back(&world).await, "one more failure is enough");
}

#[tokio::test(start_paused = true)]
async fn pins_that_cannot_be_posted_do_not_hold_up_those_that_can() {
    let (world, gone, other) = two_accounts().await;
    down(&world, None, Operation::CreatePin);
    down(&world, None, Operation::GetUserAccount);
    seed(&world, &gone, 5, seconds(1)).await;
    world.schedule_until(START + seconds(15)).await;
    let stuck = seed(&world, &gone, 25, seconds(0)).await;
    let free = seed(&world, &other, 3, seconds(1)).await;
    world.schedule_until(START + seconds(50)).await;
    let answer = world.user("alice").delete(&format!("/v1/accounts/{}", gone.account.id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    world.simulator.clear_faults();
    world.schedule_until(START + minutes(4)).await;
    assert_eq!(count(&world, &free, Status::Published).await, 3);
    for pin in stuck {
        let state = world.pin(&pin).await.state;
        assert_eq!(state, State::Held { reason: Hold::Disconnected, until: None }, "it says what it waits for");
    }
}

#[tokio::test(start_paused = true)]
async fn one_owner_whose_pins_get_no_answer_does_not_hold_everybody() {
    let (world, bad, other) = two_accounts().await;
    down(&world, Some("shop"), Operation::CreatePin);
    seed(&world, &bad, 20, seconds(1)).await;
    let good = seed(&world, &other, 6, seconds(20)).await;
    world.schedule_until(START + minutes(4)).await;
    for pin in &good {
        let State::Published { lateness_ms, .. } = world.pin(pin).await.state else {
            panic!("{:?}", pin.content.title())
        };
        assert!(lateness_ms < 100_000, "{lateness_ms} ms late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_about_one_doubt_is_not_put_to_the_next() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    let id = alice.in_review(When::After).await;
    world.doubt_next(When::After);
    let slow = Disturb::calls("TransactWriteItems", 0..=0, Plan { wait: Duration::from_secs(4), fault: None });
    let pins = pins::router(world.platform_with("slow pins", &[slow as _]));
    let (path, body) = (format!("/v1/pins/{id}/resolve"), json!({"publish_again": true}));
    let slow_caller = alice.calls().at(&pins);
    let quick = async {
        world.wait(seconds(1)).await;
        let answer = alice.calls().post(&path, &body).await;
        world.parts.lambda.finish().await;
        answer
    };
    let (late, first) = tokio::join!(slow_caller.post(&path, &body), quick);
    assert_eq!((first.status, late.status), (200, 409), "{}", late.text());
    assert_eq!(alice.read(&id).await["status"], "needs_review", "the second doubt waits for somebody who looks");
    assert_eq!(alice.on_pinterest(), 2, "the first and the one that was asked for");
}

/// Lets the second to the seventh write of an account fail.
#[derive(Debug, Default)]
struct Blip(AtomicUsize);

impl Hook for Blip {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let sk = effect.request["Item"]["sk"]["S"].as_str().unwrap_or_default();
        if effect.operation != "PutItem" || !sk.starts_with("account#") {
            return Plan::default();
        }
        match self.0.fetch_add(1, Ordering::Relaxed) {
            1..=6 => Plan::fault(AwsFault::ConnectionLost),
            _ => Plan::default(),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_for_seconds_does_not_cost_a_new_pair_of_tokens() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    world.clock.sleep_until(seeded.account.refresh_at.unwrap()).await;
    let blip = Arc::new(Blip::default());
    let hooks: [Arc<dyn Hook>; 1] = [blip.clone()];
    let publisher = Publisher::new(world.platform_with("publisher", &hooks));
    invocation(&publisher, world.clock).await;
    assert!(blip.0.load(Ordering::Relaxed) > 7, "the writes failed and were repeated");
    let account = world.account(&seeded.account).await;
    assert_eq!(account.token_version, seeded.account.token_version + 1);
    assert!(matches!(account.connection, Connection::Connected(_)) && !account.refresh_unknown);
}
