//! A hundred publishers use an account while its tokens are renewed: one call, and then everybody has the new pair.

use futures_util::future::{join, join_all};
use jiff::SignedDuration;
use pinterest_sim::{Effect as When, Fault, Limits, Operation, Rotation};
use publisher::{Publisher, Report};
use shared::clock::Clock;
use shared::domain::{Connection, Pin, Shard, Status};
use shared::kick::{KickedPin, PublisherEvent};
use tests::{Seeded, TIMEOUT, World, invocation_for};

const PUBLISHERS: usize = 100;

/// An account that a hundred publishers work for.
struct Scene {
    world: World,
    seeded: Seeded,
    publishers: Vec<Publisher>,
}

impl Scene {
    /// The old pair dies with its renewal, so that whoever goes on with it is refused.
    async fn new() -> Self {
        let world = World::enabled().await;
        world.simulator.set_rotation(Rotation::BothDie);
        world.simulator.set_limits(Limits { org_write: Some(10_000), universal: Some(10_000), ..Limits::default() });
        let seeded = world.seed_account("alice", "shop").await;
        let publishers = (0..PUBLISHERS).map(|n| Publisher::new(world.platform(&format!("publisher {n}")))).collect();
        Self { world, seeded, publishers }
    }

    fn calls(&self, operation: Operation, status: u16) -> usize {
        let calls = self.world.simulator.calls();
        calls.iter().filter(|call| call.operation == operation && call.status == Some(status)).count()
    }

    /// Every publisher is called for a pin of its own that is due now, all at once.
    async fn kick_everybody(&self, title: &str) -> (Vec<Pin>, Vec<Report>) {
        let now = self.world.clock.now();
        let mut pins = Vec::new();
        for number in 0..PUBLISHERS {
            pins.push(self.world.seed_pin(&self.seeded, &format!("{title} {number}"), now).await);
        }
        let kicks = self.publishers.iter().zip(&pins).map(|(publisher, pin)| {
            let pins = vec![KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at: now }];
            publisher.handle(PublisherEvent::Kick { pins }, now + TIMEOUT)
        });
        let reports = join_all(kicks).await;
        (pins, reports)
    }

    async fn tick_everybody(&self) {
        let shard = Shard::of(&self.seeded.account.id).number();
        join_all(self.publishers.iter().map(|publisher| invocation_for(publisher, self.world.clock, vec![shard])))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_new_pair_is_on_its_way_a_hundred_are_refused_and_nobody_renews_again() {
    let scene = Scene::new().await;
    let world = &scene.world;
    world.clock.sleep_until(scene.seeded.account.refresh_at.unwrap()).await;
    // Pinterest has made the new pair and ended the old one, and its answer takes five seconds.
    world.simulator.set_fault(Fault {
        effect: When::After,
        delay_ms: Some(5_000),
        ..Fault::on(Operation::RefreshToken)
    });
    let renewing = Publisher::new(world.platform("renewing"));
    let shard = Shard::of(&scene.seeded.account.id).number();
    let posting = async {
        world.wait(SignedDuration::from_secs(2)).await;
        scene.kick_everybody("Meanwhile").await
    };
    let (_, (pins, _)) = join(invocation_for(&renewing, world.clock, vec![shard]), posting).await;
    let refused = scene.calls(Operation::CreatePin, 401);
    assert!(refused >= 1, "whoever posts for the account meets the end of the old pair");
    for _ in 0..10 {
        invocation_for(&renewing, world.clock, vec![shard]).await;
        if scene.calls(Operation::CreatePin, 201) == PUBLISHERS {
            break;
        }
        world.wait(SignedDuration::from_mins(1)).await;
    }
    for pin in &pins {
        assert_eq!(world.pin(pin).await.state.status(), Status::Published);
    }
    assert_eq!(scene.calls(Operation::RefreshToken, 200), 1);
    let account = world.account(&scene.seeded.account).await;
    assert!(matches!(account.connection, Connection::Connected(_)), "{account:?}");
    println!("{refused} posts were refused while one renewed; {} pins are out", pins.len());
}

#[tokio::test(start_paused = true)]
async fn a_hundred_publishers_that_meet_a_renewal_make_one_call_and_all_use_the_new_pair() {
    let scene = Scene::new().await;
    let world = &scene.world;
    // Everybody has used the old pair a moment ago, and keeps it.
    world.clock.sleep_until(scene.seeded.account.refresh_at.unwrap() - SignedDuration::from_secs(2)).await;
    scene.kick_everybody("Before").await;
    world.clock.sleep_until(scene.seeded.account.refresh_at.unwrap()).await;
    scene.tick_everybody().await;
    assert_eq!(scene.calls(Operation::RefreshToken, 200), 1);
    let (pins, reports) = scene.kick_everybody("Afterwards").await;
    let published: u32 = reports.iter().map(|report| report.published).sum();
    assert_eq!(usize::try_from(published).unwrap(), PUBLISHERS, "whoever owns the shard posts for everybody");
    for pin in &pins {
        assert_eq!(world.pin(pin).await.state.status(), Status::Published);
    }
    let calls = world.simulator.calls();
    let renewals = calls.iter().filter(|call| call.operation == Operation::RefreshToken).count();
    println!("{renewals} renewal, {} posts, {} of them refused", calls.len(), scene.calls(Operation::CreatePin, 401));
    assert_eq!(renewals, 1);
}
