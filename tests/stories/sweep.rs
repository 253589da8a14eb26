//! The hourly sweep: what is too late says so, wherever it waits.

use jiff::{SignedDuration, Timestamp};
use shared::clock::Clock;
use shared::domain::{AttemptId, CircuitKind, Failure, Hold, Mode, Partition, Pin, State, Status, Wait};
use shared::store::{Claim, Lease};
use tests::{START, Seeded, World};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

/// Claims `pin` as a publisher does; what it becomes is recorded by the caller.
async fn claimed(world: &World, pin: &Pin) -> (Pin, AttemptId) {
    let platform = world.platform("earlier claimant");
    let attempt = AttemptId::random(&*platform.random);
    let now = world.clock.now();
    let lease = Lease { now, until: now + SignedDuration::from_mins(4) };
    let claim = platform.pins.claim((&pin.owner, &pin.id), &pin.due.clone().unwrap(), &attempt, lease).await.unwrap();
    let Claim::Won(pin) = claim else { panic!("nobody else claims it") };
    (*pin, attempt)
}

async fn parked(world: &World, seeded: &Seeded, title: &str, reason: Hold, wait: Wait) -> Pin {
    let pin = world.seed_pin(seeded, title, world.clock.now()).await;
    let (mut held, attempt) = claimed(world, &pin).await;
    held.hold(reason, wait, world.clock.now()).unwrap();
    let platform = world.platform("earlier claimant");
    let partition = &held.due.as_ref().unwrap().partition;
    if matches!(partition, Partition::HeldAccount(_)) {
        platform.sweeps.note(partition, world.clock.now()).await.unwrap();
    }
    platform.pins.record(&held, &attempt).await.unwrap();
    held
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_waited_a_day_is_missed_in_every_partition_of_both_modes() {
    let (world, seeded) = world().await;
    let sandbox =
        Seeded { account: shared::domain::Account { mode: Mode::Sandbox, ..seeded.account.clone() }, ..seeded.clone() };
    let pins = [
        world.seed_pin(&sandbox, "Other mode", START).await,
        parked(&world, &seeded, "Account", Hold::NeedsReconnect, Wait::ForAccount(None)).await,
        parked(&world, &seeded, "App", Hold::TrialTier, Wait::ForCircuit(CircuitKind::App, None)).await,
        parked(&world, &sandbox, "Outage", Hold::PinterestDown, Wait::ForCircuit(CircuitKind::Outage, None)).await,
    ];
    let young = {
        world.wait(SignedDuration::from_hours(2)).await;
        world.seed_pin(&sandbox, "Young", world.clock.now()).await
    };
    world.clock.sleep_until(START + DAY - SignedDuration::from_mins(1)).await;
    world.tick().await;
    for pin in &pins {
        assert_ne!(world.pin(pin).await.state.status(), Status::Failed, "not a minute too early");
    }
    world.clock.sleep_until(START + DAY + SignedDuration::from_hours(1)).await;
    assert_eq!(world.tick().await.failed, 4);
    for pin in &pins {
        let pin = world.pin(pin).await;
        assert_eq!(pin.state, State::Failed { reason: Failure::Missed }, "{:?}", pin.content.title());
        assert_eq!((pin.due, pin.attempts.last().unwrap().outcome.code()), (None, "missed"));
    }
    assert_eq!(world.pin(&young).await, young);
    assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pin_of_the_other_mode_whose_publisher_died_is_in_doubt_and_not_called_missed() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Orphan", START).await;
    claimed(&world, &pin).await;
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    world.clock.sleep_until(START + DAY + SignedDuration::from_hours(1)).await;
    assert_eq!(world.tick().await.failed, 0);
    assert!(world.pin(&pin).await.in_check().is_some(), "its board is looked at when its mode is back");
}

#[tokio::test(start_paused = true)]
async fn the_sweep_is_done_once_an_hour_by_one_publisher() {
    let (world, _) = world().await;
    let platforms: Vec<_> = (0..4).map(|n| world.platform(&format!("publisher {n}"))).collect();
    let hour = SignedDuration::from_hours(1);
    let mut taken = Vec::new();
    for minutes in [0, 1, 59, 60, 61, 130] {
        world.clock.sleep_until(START + SignedDuration::from_mins(minutes)).await;
        let names = ["a", "b", "c", "d"];
        let attempts = platforms.iter().zip(names).map(|(p, name)| p.sweeps.take(world.clock.now(), hour, name));
        let won = futures_util::future::try_join_all(attempts).await.unwrap();
        taken.push(won.into_iter().flatten().count());
    }
    assert_eq!(taken, [1, 0, 0, 1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_long_backlog_is_swept_in_parts_tick_by_tick() {
    let (world, seeded) = world().await;
    let sandbox =
        Seeded { account: shared::domain::Account { mode: Mode::Sandbox, ..seeded.account.clone() }, ..seeded };
    let first = world.seed_pin(&sandbox, "One of many", START).await;
    let platform = world.platform("seed");
    for _ in 1..520 {
        let id = shared::domain::PinId::random(&*platform.random);
        platform.pins.create(&Pin { id, ..first.clone() }).await.unwrap();
    }
    world.clock.sleep_until(START + DAY + SignedDuration::from_mins(1)).await;
    assert_eq!(world.tick().await.failed, 500);
    world.wait(SignedDuration::from_mins(1)).await;
    assert_eq!(world.tick().await.failed, 20);
}

#[tokio::test(start_paused = true)]
async fn a_parking_that_is_empty_is_forgotten_and_noted_again_when_it_is_used() {
    let (world, seeded) = world().await;
    let pin = parked(&world, &seeded, "Parked", Hold::NeedsReconnect, Wait::ForAccount(None)).await;
    let parkings = async || world.platform("reader").sweeps.parkings().await.unwrap();
    assert_eq!(parkings().await.len(), 1);
    world.clock.sleep_until(START + DAY + SignedDuration::from_hours(1)).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Failed);
    assert_eq!(parkings().await, [], "nobody waits there any more");
    world.simulator.revoke_tokens("shop").unwrap();
    let pin = world.seed_pin(&seeded, "Parked again", world.clock.now()).await;
    world.tick().await;
    assert!(world.pin(&pin).await.is_parked());
    assert_eq!(parkings().await.len(), 1);
    let held = Partition::HeldAccount(seeded.account.id);
    let waiting = world.platform("reader").pins.due(&held, Timestamp::MAX).await.unwrap();
    assert_eq!(waiting.len(), 1);
}
