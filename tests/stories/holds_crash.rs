//! A publisher that dies while it holds an account or a whole mode: nothing is lost, doubled or left behind.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use local::in_process::{Fault as AwsFault, Hook};
use pinterest_sim::{Fault, FaultAnswer, Operation, Tier};
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{CircuitKind, Mode, Partition, Pin, Shard, State, Status};
use shared::kick::PublisherEvent;
use tests::{Cut, START, Seeded, World};

const DEATHS: [AwsFault; 2] = [AwsFault::StallsBefore, AwsFault::StallsAfter];

struct Scene {
    world: World,
    seeded: Seeded,
    pins: Vec<Pin>,
}

async fn scene() -> Scene {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let mut pins = Vec::new();
    for index in 0..3 {
        let at = START + SignedDuration::from_secs(5 + index);
        pins.push(world.seed_pin(&seeded, &format!("Pin {index}"), at).await);
    }
    Scene { world, seeded, pins }
}

impl Scene {
    /// The shards in which there is work: the account's, and the one that carries circuits.
    fn shards(&self) -> Vec<u8> {
        vec![Shard::FIRST.number(), Shard::of(&self.seeded.account.id).number()]
    }

    /// One short invocation that dies at the write that `cut` names, if it makes that many.
    async fn die(&self, cut: &Arc<Cut>) {
        let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
        let publisher = Publisher::new(self.world.platform_with("dying", &hooks));
        tokio::select! {
            () = self.invoke(&publisher, 12) => {}
            () = cut.reached() => {}
        }
    }

    /// An invocation that claims nothing more after some seconds.
    async fn invoke(&self, publisher: &Publisher, seconds: i64) {
        let now = self.world.clock.now();
        let tick = PublisherEvent::Tick { shards: self.shards(), scheduled_at: now };
        publisher.handle(tick, now + SignedDuration::from_secs(30 + seconds)).await;
    }

    /// Invocations of other publishers, one a minute, until `end`; each does little more than what is due already.
    async fn others_until(&self, end: Timestamp) {
        while self.world.clock.now() < end {
            let next = self.world.clock.now() + SignedDuration::from_mins(1);
            self.invoke(&Publisher::new(self.world.platform("next")), 3).await;
            self.world.clock.sleep_until(next).await;
        }
    }

    /// Every pin is out or in review, none is there twice, and nothing waits in a parking.
    async fn check(&self, what: &str) -> usize {
        let created = self.world.simulator.all_pins(pinterest_sim::Mode::Live).len();
        let (mut published, mut reviews) = (0, 0);
        for pin in &self.pins {
            match self.world.pin(pin).await.state {
                State::Published { .. } => published += 1,
                State::NeedsReview { .. } => reviews += 1,
                other => panic!("{what}: {other:?} is neither an end nor a question"),
            }
        }
        assert!(created >= published && created <= published + reviews, "{what}: {created} created");
        let mut parkings = vec![Partition::HeldAccount(self.seeded.account.id.clone())];
        parkings.extend(CircuitKind::ALL.iter().map(|kind| Partition::HeldCircuit(Mode::Live, *kind)));
        for parking in parkings {
            let left = self.world.platform("reader").pins.due(&parking, Timestamp::MAX).await.unwrap();
            assert_eq!(left, [], "{what}: left in {parking}");
        }
        reviews
    }
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_dies_while_it_holds_or_releases_an_account_leaves_nothing_behind() {
    let mut deaths = 0;
    for fault in DEATHS {
        for while_holding in [true, false] {
            for at in 0.. {
                let scene = scene().await;
                let headers = [("x-ratelimit-reset".to_owned(), "60".to_owned())].into();
                let body = Some(json!({"code": 8, "message": "This request exceeded a rate limit."}));
                let answer = Some(FaultAnswer::Status { status: 429, body, headers });
                scene.world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
                let cut = Cut::at_write(at, fault);
                if !while_holding {
                    scene.invoke(&Publisher::new(scene.world.platform("first")), 12).await;
                    scene.world.clock.sleep_until(START + SignedDuration::from_secs(62)).await;
                }
                scene.die(&cut).await;
                if !cut.was_reached() {
                    break;
                }
                deaths += 1;
                scene.others_until(START + SignedDuration::from_mins(10)).await;
                let reviews = scene.check(&format!("{fault:?} at write {at}, while holding: {while_holding}")).await;
                assert!(reviews <= 1, "{fault:?} at write {at}: {reviews} reviews of one death");
            }
        }
    }
    println!("{deaths} deaths around an account's hold");
    assert!(deaths > 30, "the hold has more writes than {deaths}");
}

#[tokio::test(start_paused = true)]
async fn a_publisher_that_dies_while_it_holds_a_mode_or_lets_a_pin_try_leaves_nothing_behind() {
    let mut deaths = 0;
    for fault in DEATHS {
        // It dies while the circuit opens, or in the invocation in which one pin tries and the others are released.
        for while_opening in [true, false] {
            for at in 0.. {
                let scene = scene().await;
                scene.world.simulator.set_tier(Tier::Trial);
                let cut = Cut::at_write(at, fault);
                if while_opening {
                    scene.die(&cut).await;
                }
                scene.others_until(START + SignedDuration::from_mins(4)).await;
                scene.world.simulator.set_tier(Tier::Standard);
                let now = scene.world.clock.now();
                scene.world.platform("settings").circuits.hasten(Mode::Live, now).await.unwrap();
                if !while_opening {
                    assert_eq!(scene.world.pin(&scene.pins[0]).await.state.status(), Status::Held);
                    scene.die(&cut).await;
                }
                if !cut.was_reached() {
                    break;
                }
                deaths += 1;
                scene.others_until(now + SignedDuration::from_mins(11)).await;
                let reviews = scene.check(&format!("{fault:?} at write {at}")).await;
                assert!(reviews <= 1, "{fault:?} at write {at}: {reviews} reviews of one death");
            }
        }
    }
    println!("{deaths} deaths around a circuit");
    assert!(deaths > 25, "the circuit has more writes than {deaths}");
}
