//! The publisher: on time, once, and never silent.

mod refusals;

use std::sync::Arc;

use jiff::SignedDuration;
use local::in_process::{Effect, Fault as AwsFault, Hook, Plan};
use pinterest_sim::{Fault, FaultAnswer, Operation, Tier};
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Failure, Hold, Pin, Setback, State, Status};
use shared::kick::{KickedPin, PublisherEvent};
use tests::ledger::Ledger;
use tests::{START, Seeded, World, invocation};

async fn world() -> (World, Seeded) {
    let world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn refusal(status: u16, code: i64, message: &str) -> Fault {
    let body = Some(json!({"code": code, "message": message}));
    let answer = FaultAnswer::Status { status, body, headers: std::collections::BTreeMap::default() };
    Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) }
}

fn created(world: &World) -> usize {
    world.simulator.all_pins(pinterest_sim::Mode::Live).len()
}

fn posts(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::CreatePin).count()
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_posted_at_its_second_once_and_never_before() {
    let (world, seeded) = world().await;
    let due = START + seconds(90);
    let pin = world.seed_pin(&seeded, "Lemon cake", due).await;
    let report = world.tick().await;
    assert_eq!((report.published, created(&world)), (1, 1));
    let pin = world.pin(&pin).await;
    let State::Published { at, lateness_ms, .. } = pin.state else { panic!("{:?}", pin.state) };
    assert!(at >= due, "never early");
    assert!((0..=50).contains(&lateness_ms), "{lateness_ms} ms late");
    assert_eq!(pin.due, None);
    let attempt = &pin.attempts[0];
    assert_eq!((attempt.http_status, attempt.outcome.code()), (Some(201), "published"));
    assert!(attempt.request_id.is_some());
    assert_eq!(world.tick().await, publisher::Report::default(), "nothing is left to do");
}

#[tokio::test(start_paused = true)]
async fn what_is_due_later_than_the_look_ahead_waits_without_a_write() {
    let (world, seeded) = world().await;
    world.seed_pin(&seeded, "Next week", START + seconds(7 * 24 * 3600)).await;
    world.tick().await; // the first tick of an hour sweeps
    let before = world.meter.total().write_units;
    assert_eq!(world.tick().await, publisher::Report::default());
    assert!((world.meter.total().write_units - before).abs() < f64::EPSILON);
}

#[tokio::test(start_paused = true)]
async fn overlapping_publishers_post_every_pin_once() {
    let (world, seeded) = world().await;
    for index in 0..12 {
        world.seed_pin(&seeded, &format!("Pin {index}"), START + seconds(20 + index % 3)).await;
    }
    let publishers: Vec<_> = (0..4).map(|n| Publisher::new(world.platform(&format!("publisher {n}")))).collect();
    let clock = world.clock;
    let all = publishers.iter().enumerate().map(|(n, publisher)| async move {
        clock.sleep_until(START + seconds(i64::try_from(n).unwrap())).await;
        invocation(publisher, clock).await
    });
    let reports = futures_util::future::join_all(all).await;
    assert_eq!(reports.iter().map(|report| report.published).sum::<u32>(), 12);
    assert_eq!((created(&world), posts(&world)), (12, 12));
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_cancelled_while_the_publisher_waits_is_not_posted() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Called off", START + seconds(60)).await;
    let cancel = async {
        world.wait(seconds(59)).await;
        let (before, mut pin) = (pin.clone(), pin.clone());
        pin.cancel(world.clock.now()).unwrap();
        world.platform("pins").pins.replace(&before, &pin).await.unwrap();
    };
    let (report, ()) = futures_util::future::join(world.tick(), cancel).await;
    assert_eq!((report.published, posts(&world)), (0, 0));
    assert_eq!(world.pin(&pin).await.state, State::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_while_the_publisher_waits_goes_out_at_its_new_time() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Moved", START + seconds(60)).await;
    let moved_to = START + seconds(20);
    let edit = async {
        world.wait(seconds(10)).await;
        let (before, mut pin) = (pin.clone(), pin.clone());
        pin.schedule(moved_to, world.clock.now()).unwrap();
        world.platform("pins").pins.replace(&before, &pin).await.unwrap();
    };
    futures_util::future::join(world.tick(), edit).await;
    let State::Published { at, .. } = world.pin(&pin).await.state else { panic!("not published") };
    assert_eq!(at.duration_since(moved_to).as_secs(), 0);
    assert_eq!(posts(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_appears_while_a_publisher_is_at_work_goes_out_on_time() {
    let (world, seeded) = world().await;
    world.seed_pin(&seeded, "Keeps it awake", START + seconds(120)).await;
    let late = async {
        world.wait(seconds(30)).await;
        let pin = world.seed_pin(&seeded, "Late comer", START + seconds(50)).await;
        let kicked = KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at: START + seconds(50) };
        let event = PublisherEvent::Kick { pins: vec![kicked] };
        let report = Publisher::new(world.platform("kicked")).handle(event, world.clock.now() + seconds(240)).await;
        assert_eq!(report.published, 0, "the shard has an owner, who will see it");
        assert!(world.clock.now() < START + seconds(31), "so the kick returns at once");
        pin
    };
    let (_, pin) = futures_util::future::join(world.tick(), late).await;
    let State::Published { lateness_ms, .. } = world.pin(&pin).await.state else { panic!("not published") };
    assert!((0..=50).contains(&lateness_ms), "{lateness_ms} ms late");
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_a_kick_and_an_owner_both_wait_for_costs_no_write_more() {
    let ledger = Arc::new(Ledger::default());
    let world = World::disturbed(&[ledger.clone() as _]).await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    world.seed_pin(&seeded, "Keeps it awake", START + seconds(120)).await;
    let late = async {
        world.wait(seconds(30)).await;
        let pin = world.seed_pin(&seeded, "Late comer", START + seconds(40)).await;
        let kicked = KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at: START + seconds(40) };
        let event = PublisherEvent::Kick { pins: vec![kicked] };
        Publisher::new(world.platform("kicked")).handle(event, world.clock.now() + seconds(240)).await
    };
    let (owner, kicked) = futures_util::future::join(world.tick(), late).await;
    assert_eq!((owner.published, kicked.published, kicked.lost), (2, 0, 0), "the owner has it");
    assert!(ledger.of_pins() <= 12.0, "{:?}", ledger.lines());
}

#[tokio::test(start_paused = true)]
async fn a_kick_for_a_free_shard_publishes_by_itself() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Now", START).await;
    let kicked = KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at: START };
    let event = PublisherEvent::Kick { pins: vec![kicked] };
    let report = Publisher::new(world.platform("kicked")).handle(event, START + seconds(240)).await;
    assert_eq!((report.published, created(&world)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_for_a_minute_delays_a_pin_and_does_not_lose_it() {
    #[derive(Debug)]
    struct Outage(local::virtual_world::VirtualClock);
    impl Hook for Outage {
        fn before(&self, _: &Effect<'_>) -> Plan {
            let minute = START + seconds(5)..START + seconds(65);
            if minute.contains(&self.0.now()) { Plan::fault(AwsFault::ConnectionLost) } else { Plan::default() }
        }
    }
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Delayed", START + seconds(10)).await;
    let publisher = Publisher::new(world.platform_with("publisher", &[Arc::new(Outage(world.clock))]));
    assert_eq!(invocation(&publisher, world.clock).await.published, 1);
    assert_eq!(posts(&world), 1);
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_claim_does_not_lose_the_pin() {
    #[derive(Debug, Default)]
    struct LoseFirstClaim(std::sync::atomic::AtomicBool);
    impl Hook for LoseFirstClaim {
        fn before(&self, effect: &Effect<'_>) -> Plan {
            let claims = effect.operation == "UpdateItem" && effect.request.to_string().contains("attempts_begun");
            let first = claims && !self.0.swap(true, std::sync::atomic::Ordering::Relaxed);
            if first { Plan::fault(AwsFault::AnswerLost) } else { Plan::default() }
        }
    }
    let (world, seeded) = world().await;
    world.seed_pin(&seeded, "Claimed twice", START + seconds(5)).await;
    let hook = Arc::new(LoseFirstClaim::default());
    let hooks: [Arc<dyn Hook>; 1] = [hook.clone()];
    let publisher = Publisher::new(world.platform_with("publisher", &hooks));
    assert_eq!(invocation(&publisher, world.clock).await.published, 1);
    assert!(hook.0.load(std::sync::atomic::Ordering::Relaxed));
    assert_eq!(posts(&world), 1);
}

#[tokio::test(start_paused = true)]
async fn while_pinterest_is_disabled_or_in_the_other_mode_nothing_is_posted_and_nothing_is_lost() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Waits", START + seconds(5)).await;
    let platform = world.platform("settings");
    let enabled = platform.settings.load().await.unwrap();
    for (enabled_now, mode) in [(false, shared::domain::Mode::Live), (true, shared::domain::Mode::Sandbox)] {
        let mut settings = platform.settings.load().await.unwrap();
        (settings.enabled, settings.mode) = (enabled_now, mode);
        settings.version += 1;
        save(&world, &settings).await;
        assert_eq!(world.tick().await, publisher::Report::default());
    }
    assert_eq!((world.pin(&pin).await, posts(&world)), (pin.clone(), 0));
    let version = platform.settings.load().await.unwrap().version + 1;
    save(&world, &shared::domain::Settings { version, ..enabled }).await;
    assert_eq!(world.tick().await.published, 1);
}

async fn save(world: &World, settings: &shared::domain::Settings) {
    let change = shared::store::Change { at: world.clock.now(), by: "ann".parse().unwrap(), fields: Vec::new() };
    world.platform("settings").settings.save(settings, &change).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn switching_off_stops_a_publisher_that_is_already_waiting() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Stopped", START + seconds(60)).await;
    let switch_off = async {
        world.wait(seconds(30)).await;
        let mut settings = world.platform("settings").settings.load().await.unwrap();
        settings.enabled = false;
        settings.version += 1;
        save(&world, &settings).await;
    };
    futures_util::future::join(world.tick(), switch_off).await;
    assert_eq!((world.pin(&pin).await, posts(&world)), (pin, 0));
}

#[tokio::test(start_paused = true)]
async fn a_pin_more_than_a_day_late_is_missed_instead_of_flooding_the_board() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Too late", START + seconds(5)).await;
    world.wait(SignedDuration::from_hours(25)).await;
    assert_eq!(world.tick().await.failed, 1);
    assert_eq!(world.pin(&pin).await.state, State::Failed { reason: Failure::Missed });
    assert_eq!(posts(&world), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_claimed_in_the_last_half_minute_of_an_invocation() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Next tick", START + seconds(20)).await;
    let publisher = Publisher::new(world.platform("short"));
    let event = PublisherEvent::Tick { shards: (0..16).collect(), scheduled_at: START };
    let report = publisher.handle(event, START + seconds(45)).await;
    assert_eq!(report, publisher::Report::default());
    assert!(world.clock.now() <= START + seconds(16));
    assert_eq!(world.pin(&pin).await, pin);
}

#[tokio::test(start_paused = true)]
async fn a_pin_costs_six_write_units_from_creation_to_published() {
    let (world, seeded) = world().await;
    world.tick().await; // the first tick of an hour sweeps
    let before = world.meter.total().write_units;
    world.seed_pin(&seeded, "Counted", START + seconds(5)).await;
    let created = world.meter.total().write_units;
    let report = world.tick().await;
    let shard = 2.0;
    let spent = world.meter.total().write_units - before;
    assert_eq!(report.published, 1);
    assert!(spent - shard <= 6.0, "{} to create, {} in all without the shard's owner", created - before, spent - shard);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_arrives_after_all_is_not_overwritten_by_the_review() {
    let (world, seeded) = world().await;
    let pin = world.seed_pin(&seeded, "Slow", START + seconds(5)).await;
    let platform = world.platform("slow publisher");
    world.wait(seconds(5)).await;
    let attempt = shared::domain::AttemptId::random(&*platform.random);
    let (now, seen) = (world.clock.now(), pin.due.clone().unwrap());
    let lease = shared::store::Lease { now, until: now + seconds(60) };
    let claim = platform.pins.claim((&pin.owner, &pin.id), &seen, &attempt, lease).await.unwrap();
    let shared::store::Claim::Won(mut claimed) = claim else { panic!("nobody else claims it") };
    world.wait(seconds(90)).await;
    world.tick_for(seconds(1)).await;
    assert!(world.pin(&pin).await.in_check().is_some());
    claimed.published("77".parse().unwrap(), now, now).unwrap();
    claimed.record(shared::domain::Attempt {
        id: attempt.clone(),
        at: now,
        outcome: shared::domain::AttemptOutcome::Published,
        http_status: Some(201),
        code: None,
        message: None,
        request_id: None,
        took_ms: Some(80_000),
        by: None,
    });
    platform.pins.record(&claimed, &attempt).await.unwrap();
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published, "what is known stands");
}

#[tokio::test(start_paused = true)]
async fn a_shard_is_free_when_its_publisher_has_nothing_left_to_do() {
    let (world, seeded) = world().await;
    world.seed_pin(&seeded, "Once", START + seconds(5)).await;
    world.tick().await;
    let shard = shared::domain::Shard::of(&seeded.account.id);
    let owner = world.platform("reader").shards.load(shard).await.unwrap().unwrap();
    assert!(owner.horizon <= world.clock.now());
}
