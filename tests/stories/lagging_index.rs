//! The due index may show late what was written, and shards change hands; the pins go out in time all the same.

use futures_util::future::join;
use jiff::SignedDuration;
use publisher::Publisher;
use shared::clock::Clock;
use shared::domain::{Pin, Shard, State};
use shared::kick::{KickedPin, PublisherEvent};
use tests::{START, Seeded, World};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// An enabled installation with one account, whose indexes lag by up to ten seconds.
async fn lagging(seed: u64) -> (World, Seeded) {
    let mut world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    world.let_indexes_lag(seconds(10), seed).await;
    (world, seeded)
}

async fn kick(world: &World, pin: &Pin) {
    kick_all(world, &[pin]).await;
}

async fn kick_all(world: &World, pins: &[&Pin]) {
    let kicked = |pin: &&Pin| {
        let due_at = pin.due.as_ref().expect("it waits").at;
        KickedPin { owner: pin.owner.clone(), id: pin.id.clone(), due_at }
    };
    let event = PublisherEvent::Kick { pins: pins.iter().map(kicked).collect() };
    Publisher::new(world.platform("kicked")).handle(event, world.clock.now() + seconds(240)).await;
}

async fn lateness_ms(world: &World, pin: &Pin) -> i64 {
    let pin = world.pin(pin).await;
    let State::Published { lateness_ms, .. } = pin.state else { panic!("{:?} is {:?}", pin.content, pin.state) };
    lateness_ms
}

/// Kicks a pin for each of several times; the owner of its shard has a pin at ten seconds and nothing else to do.
#[tokio::test(start_paused = true)]
async fn a_kicked_pin_is_not_left_to_an_owner_that_ends_before_it_can_see_it() {
    for seed in 0..8 {
        for (made, due) in [
            (1, 14),
            (5, 18),
            (5, 21),
            (4, 20),
            (6, 22),
            (6, 19),
            (2, 15),
            (9, 40),
            (10, 12),
            (10, 25),
            (11, 22),
            (11, 24),
            (19, 32),
            (20, 33),
            (21, 60),
        ] {
            let (world, seeded) = lagging(seed).await;
            let first = world.seed_pin(&seeded, "Keeps the owner for ten seconds", START + seconds(10)).await;
            let second = async {
                world.wait(seconds(made)).await;
                let pin = world.seed_pin(&seeded, "Late comer", START + seconds(due)).await;
                kick(&world, &pin).await;
                pin
            };
            Box::pin(kick_and(&world, &first, second, (seed, made, due))).await;
        }
    }
}

/// Lets an owner begin with `first` and checks that the pin of `second` is out in time.
async fn kick_and(world: &World, first: &Pin, second: impl Future<Output = Pin>, case: (u64, i64, i64)) {
    let ((), second) = join(kick(world, first), second).await;
    for pin in [first, &second] {
        let lateness = lateness_ms(world, pin).await;
        assert!((0..=1000).contains(&lateness), "{lateness} ms late: seed, made, due {case:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_is_moved_away_under_its_owner_goes_out_at_its_new_time() {
    for seed in 0..8 {
        let (world, seeded) = lagging(seed).await;
        let pin = world.seed_pin(&seeded, "Moved", START + seconds(20)).await;
        let moved = async {
            world.wait(seconds(19)).await;
            let before = world.pin(&pin).await;
            let mut pin = before.clone();
            pin.schedule(START + seconds(40), world.clock.now()).expect("it can be moved");
            world.platform("pins").pins.replace(&before, &pin).await.expect("nobody else saves");
            kick(&world, &pin).await;
        };
        join(kick(&world, &pin), moved).await;
        let lateness = lateness_ms(&world, &pin).await;
        assert!((0..=1000).contains(&lateness), "{lateness} ms late with seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_owner_near_its_end_has_is_not_late_when_a_kick_takes_its_shard() {
    for kicked_at in [185_050, 186_900, 187_500, 187_950, 188_000, 188_050] {
        let world = World::new().await;
        world.enable().await;
        let seeded = world.seed_account("alice", "shop").await;
        let mut pins = vec![world.seed_pin(&seeded, "Keeps the owner awake", START + seconds(170)).await];
        for due in (185_200..192_000).step_by(800) {
            pins.push(world.seed_pin(&seeded, &format!("Due {due}"), START + SignedDuration::from_millis(due)).await);
        }
        let kicked = async {
            world.wait(SignedDuration::from_millis(kicked_at)).await;
            let pin = world.seed_pin(&seeded, "Late comer", START + seconds(230)).await;
            kick(&world, &pin).await;
            pin
        };
        let (_, pin) = join(world.tick_for(seconds(210)), kicked).await;
        pins.push(pin);
        for pin in &pins {
            let lateness = lateness_ms(&world, pin).await;
            assert!((0..=1000).contains(&lateness), "{:?} is {lateness} ms late, kick at {kicked_at}", pin.content);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_comes_up_in_one_shard_does_not_hide_what_another_one_shows_late() {
    for seed in 0..12 {
        let mut world = World::new().await;
        world.enable().await;
        let accounts = [world.seed_account("alice", "shop").await, world.seed_account("alice", "friend").await];
        assert_ne!(Shard::of(&accounts[0].account.id), Shard::of(&accounts[1].account.id));
        world.let_indexes_lag(seconds(10), seed).await;
        let mut pins = Vec::new();
        for account in &accounts {
            pins.push(world.seed_pin(account, "Keeps the owner for ten seconds", START + seconds(10)).await);
        }
        let later = async {
            world.wait(seconds(9)).await;
            let one = world.seed_pin(&accounts[0], "One", START + seconds(26)).await;
            let other = world.seed_pin(&accounts[1], "Other", START + seconds(40)).await;
            kick_all(&world, &[&one, &other]).await;
            [one, other]
        };
        let ((), later) = join(kick_all(&world, &[&pins[0], &pins[1]]), later).await;
        pins.extend(later);
        for pin in &pins {
            let lateness = lateness_ms(&world, pin).await;
            assert!((0..=1000).contains(&lateness), "{:?} is {lateness} ms late with seed {seed}", pin.content);
        }
    }
}
