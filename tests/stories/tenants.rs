//! Owners do not feel each other: what one meets at Pinterest keeps nobody else's pins back.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, NewBoard, NewPerson, Operation};
use shared::clock::Clock;
use shared::domain::{AttemptId, CircuitKind, Hold, Mode, Partition, Pin, State, Status, Wait};
use shared::random::SystemRandom;
use tests::{START, Seeded, World};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

async fn account(world: &World, owner: &str, username: &str) -> Seeded {
    world.simulator.add_person(NewPerson { username: username.into(), ..NewPerson::default() }).unwrap();
    world.simulator.add_board(NewBoard::public(pinterest_sim::Mode::Live, username, "Board")).unwrap();
    world.seed_account(owner, username).await
}

/// From now on Pinterest does not answer posts of `username`.
fn fail(world: &World, username: &str) {
    let fault = Fault { person: Some(username.into()), ..Fault::on(Operation::CreatePin) };
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(503)), ..fault });
}

/// `count` pins of `account`, one every `pause`.
async fn pins(world: &World, account: &Seeded, count: i32, (from, pause): (Timestamp, SignedDuration)) -> Vec<Pin> {
    let mut pins = Vec::new();
    for index in 0..count {
        let name = format!("{} {index}", account.account.owner);
        pins.push(world.seed_pin(account, &name, from + pause * index).await);
    }
    pins
}

/// The longest time that one of `pins` was late, in milliseconds; all of them have to be out.
async fn latest_ms(world: &World, pins: &[Pin]) -> i64 {
    let mut latest = 0;
    for pin in pins {
        match world.pin(pin).await.state {
            State::Published { lateness_ms, .. } => latest = lateness_ms.max(latest),
            state => panic!("{:?} {state:?}", pin.publish_at),
        }
    }
    latest
}

async fn held_as_down(world: &World, pins: &[Pin]) -> usize {
    let mut held = 0;
    for pin in pins {
        let state = world.pin(pin).await.state;
        held += usize::from(matches!(state, State::Held { reason: Hold::PinterestDown, .. }));
    }
    held
}

fn posts_of(world: &World, username: &str) -> usize {
    let calls = world.simulator.calls();
    let posts = calls.iter().filter(|call| call.operation == Operation::CreatePin);
    posts.filter(|call| call.person.as_deref() == Some(username)).count()
}

#[tokio::test(start_paused = true)]
async fn an_owner_whose_posts_fail_keeps_back_nobody_else_and_is_asked_less_and_less() {
    let world = World::enabled().await;
    let (one, two) = (account(&world, "mallory", "mallory1").await, account(&world, "mallory", "mallory2").await);
    let alice = account(&world, "alice", "alice").await;
    fail(&world, "mallory1");
    fail(&world, "mallory2");
    let from = START + seconds(5);
    let mut failing = pins(&world, &one, 15, (from, seconds(2))).await;
    failing.extend(pins(&world, &two, 14, (from, seconds(2))).await);
    let fine = pins(&world, &alice, 38, (from + seconds(1), seconds(30))).await;
    world.schedule_until(START + minutes(20)).await;
    assert!(latest_ms(&world, &fine).await <= 250, "{} ms", latest_ms(&world, &fine).await);
    let posts = posts_of(&world, "mallory1") + posts_of(&world, "mallory2");
    assert!((6..=22).contains(&posts), "{posts} posts of an owner that gets no answer, in twenty minutes");
    assert!(held_as_down(&world, &failing).await > 0, "and the pins say why they wait");
    let circuits = world.platform("reader").circuits.list(Mode::Live).await.unwrap();
    assert!(circuits.iter().all(|circuit| !circuit.keeps_any_back()), "{circuits:?}");
    // Pinterest answers again, and everything of the owner is out within ten minutes.
    world.simulator.clear_faults();
    world.schedule_until(world.clock.now() + minutes(10)).await;
    latest_ms(&world, &failing).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_posts_fail_is_held_before_its_owner() {
    let world = World::enabled().await;
    let (bad, good) = (account(&world, "alice", "alice1").await, account(&world, "alice", "alice2").await);
    fail(&world, "alice1");
    let from = START + seconds(5);
    let failing = pins(&world, &bad, 10, (from, seconds(10))).await;
    let fine = pins(&world, &good, 20, (from + seconds(5), seconds(10))).await;
    world.schedule_until(START + minutes(4)).await;
    assert!(latest_ms(&world, &fine).await <= 250);
    assert!(held_as_down(&world, &failing).await >= 5);
    let hold = world.account(&bad.account).await.hold.unwrap();
    assert_eq!(hold.reason, Hold::PinterestDown);
    assert_eq!(world.account(&good.account).await.hold, None);
}

#[tokio::test(start_paused = true)]
async fn three_owners_that_fail_at_once_keep_back_nobody_who_is_answered_and_stay_held() {
    let world = World::enabled().await;
    let mut failing = Vec::new();
    for name in ["bob", "carol", "dave"] {
        let account = account(&world, name, name).await;
        fail(&world, name);
        failing.extend(pins(&world, &account, 40, (START + seconds(5), seconds(15))).await);
    }
    let alice = account(&world, "alice", "alice").await;
    let fine = pins(&world, &alice, 9, (START + seconds(40), minutes(1))).await;
    world.schedule_until(START + minutes(10)).await;
    assert!(latest_ms(&world, &fine).await <= 250);
    assert!(held_as_down(&world, &failing).await > 60);
    let posts: usize = ["bob", "carol", "dave"].into_iter().map(|name| posts_of(&world, name)).sum();
    assert!(posts <= 36, "{posts} posts without an answer, of 120 pins");
}

#[tokio::test(start_paused = true)]
async fn a_real_outage_lets_every_owner_try_once_and_no_more() {
    let world = World::enabled().await;
    let mut all = Vec::new();
    for number in 0..8 {
        let name = format!("person{number}");
        let account = account(&world, &name, &name).await;
        all.extend(pins(&world, &account, 20, (START + seconds(5 + number), seconds(8))).await);
    }
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(503)), ..Fault::on(Operation::Any) });
    world.schedule_until(START + minutes(3)).await;
    let posts: Vec<_> = (0..8).map(|number| posts_of(&world, &format!("person{number}"))).collect();
    assert!(posts.iter().all(|posts| (1..=2).contains(posts)), "{posts:?}");
    world.simulator.clear_faults();
    world.schedule_until(START + minutes(13)).await;
    latest_ms(&world, &all).await;
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 160, "each once");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_waits_for_a_circuit_that_is_gone_is_released_by_the_sweep() {
    let world = World::enabled().await;
    let alice = account(&world, "alice", "alice").await;
    let mut pin = world.seed_pin(&alice, "Left behind", START + seconds(5)).await;
    let version = pin.version;
    pin.state = State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: START };
    pin.hold(Hold::PinterestDown, Wait::ForCircuit(CircuitKind::Outage, None), START).unwrap();
    world.platform("publisher that died").pins.save(&pin, version).await.unwrap();
    world.schedule_until(START + minutes(62)).await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    let parking = Partition::HeldCircuit(Mode::Live, CircuitKind::Outage);
    assert_eq!(world.platform("reader").pins.earliest_due(&parking).await.unwrap(), None);
}
