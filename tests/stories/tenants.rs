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
    let mut published = 0;
    for pin in &failing {
        match world.pin(pin).await.state {
            State::Published { .. } => published += 1,
            // Three of its attempts got no answer.
            State::NeedsReview { .. } => {}
            state => panic!("{:?} {state:?}", pin.publish_at),
        }
    }
    assert!(published >= 24, "{published} of 29");
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
    let before = pin.clone();
    pin.state = State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: START };
    pin.hold(Hold::PinterestDown, Wait::ForCircuit(CircuitKind::Outage, None), START).unwrap();
    world.platform("publisher that died").pins.replace(&before, &pin).await.unwrap();
    world.schedule_until(START + minutes(62)).await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    let parking = Partition::HeldCircuit(Mode::Live, CircuitKind::Outage);
    assert_eq!(world.platform("reader").pins.earliest_due(&parking).await.unwrap(), None);
}

/// The most posts of one account that were under way at once.
async fn most_at_once(world: &World, pins: &[Pin]) -> usize {
    let mut posts = Vec::new();
    for pin in pins {
        for attempt in world.pin(pin).await.attempts {
            let took = attempt.took_ms.map(|took| SignedDuration::from_millis(i64::try_from(took).unwrap()));
            posts.extend(took.map(|took| (attempt.at, attempt.at + took)));
        }
    }
    let at_once = |moment: &Timestamp| posts.iter().filter(|(from, to)| from <= moment && moment < to).count();
    posts.iter().map(|(from, _)| at_once(from)).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn thirty_pins_for_now_are_posted_one_after_the_other_with_and_without_an_owner_of_their_shard() {
    for has_owner in [false, true] {
        let world = World::enabled().await;
        world.slow_pinterest();
        let alice = account(&world, "alice", "alice").await;
        let mut all = Vec::new();
        if has_owner {
            all.extend(pins(&world, &alice, 60, (START + seconds(3), seconds(1))).await);
        }
        let platform = world.platform("pins");
        let kicks = async {
            world.clock.sleep_until(START + seconds(10)).await;
            let mut now = Vec::new();
            for number in 0..30 {
                let pin = world.seed_pin(&alice, &format!("Now {number}"), world.clock.now()).await;
                shared::kick::kick(&platform, std::slice::from_ref(&pin)).await;
                now.push(pin);
            }
            now
        };
        let schedule = async {
            if has_owner {
                world.schedule_until(START + minutes(3)).await;
            } else {
                world.clock.sleep_until(START + minutes(3)).await;
            }
        };
        let (now, ()) = futures_util::future::join(kicks, schedule).await;
        // One after the other, beside one a second that was planned.
        let latest = latest_ms(&world, &now).await;
        assert!(latest <= if has_owner { 20_000 } else { 15_000 }, "{latest} ms, with an owner: {has_owner}");
        all.extend(now);
        assert_eq!(most_at_once(&world, &all).await, 1, "with an owner: {has_owner}");
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), all.len(), "each once");
    }
}

#[tokio::test(start_paused = true)]
async fn posts_of_one_account_do_not_overlap_while_ticks_take_over_from_each_other() {
    let world = World::enabled().await;
    world.simulator.set_fault(Fault { delay_ms: Some(4_000), ..Fault::on(Operation::CreatePin) });
    let alice = account(&world, "alice", "alice").await;
    let all = pins(&world, &alice, 90, (START + seconds(5), seconds(2))).await;
    world.schedule_until(START + minutes(8)).await;
    latest_ms(&world, &all).await;
    assert_eq!(most_at_once(&world, &all).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_the_last_owner_of_a_shard_has_not_seen_is_not_posted_beside_those_that_it_has() {
    for tenths in (1..=19).step_by(2) {
        let world = World::enabled().await;
        world.simulator.set_fault(Fault { delay_ms: Some(900), ..Fault::on(Operation::CreatePin) });
        let alice = account(&world, "alice", "alice").await;
        let mut all = pins(&world, &alice, 15, (START + seconds(20), seconds(1))).await;
        let platform = world.platform("pins");
        // The first publisher looks every two seconds, and the second takes the shard between two looks.
        let taken_at = START + seconds(25) + SignedDuration::from_millis(50);
        let kick = async {
            world.clock.sleep_until(taken_at - SignedDuration::from_millis(100) * tenths).await;
            let pin = world.seed_pin(&alice, "Now", world.clock.now()).await;
            shared::kick::kick(&platform, std::slice::from_ref(&pin)).await;
            pin
        };
        let second = async {
            world.clock.sleep_until(taken_at).await;
            world.tick().await
        };
        let (now, ..) = futures_util::future::join3(kick, world.tick(), second).await;
        all.push(now);
        latest_ms(&world, &all).await;
        assert_eq!(most_at_once(&world, &all).await, 1, "{tenths} tenths of a second before");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_lets_every_account_have_its_share_at_once() {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    let (alice, bob) = (account(&world, "alice", "alice").await, account(&world, "bob", "bob").await);
    let carol = account(&world, "alice", "alice2").await;
    let mut many = pins(&world, &alice, 600, (START, SignedDuration::from_millis(1))).await;
    let few = [
        world.seed_pin(&bob, "One of Bob", START + seconds(2)).await,
        world.seed_pin(&carol, "One of another account", START + seconds(2)).await,
    ];
    let platform = world.platform("publisher before");
    for pin in many.iter_mut().chain(&mut few.clone()) {
        let before = pin.clone();
        pin.state = State::Publishing { attempt: AttemptId::random(&SystemRandom), lease_until: START };
        pin.hold(Hold::PinterestDown, Wait::ForCircuit(CircuitKind::Outage, None), START).unwrap();
        platform.pins.replace(&before, pin).await.unwrap();
    }
    let mut circuit = shared::domain::Circuit::releasing(Mode::Live, CircuitKind::Outage, START + seconds(3));
    platform.circuits.save(&[], &mut circuit).await.unwrap();
    world.schedule_until(START + seconds(33)).await;
    latest_ms(&world, &few[..1]).await;
    world.schedule_until(START + seconds(120)).await;
    latest_ms(&world, &few[1..]).await;
    let mut waiting = 0;
    for pin in &many {
        match world.pin(pin).await.state {
            State::Published { .. } | State::Publishing { .. } | State::Scheduled { .. } => {}
            State::Held { reason: Hold::Queued, until: Some(until) } => {
                assert!(until > world.clock.now() - minutes(2) && until < START + minutes(15), "{until}");
                waiting += 1;
            }
            state => panic!("{state:?}"),
        }
    }
    assert!(waiting > 300, "{waiting} pins say that others go first");
    world.schedule_until(START + minutes(14)).await;
    latest_ms(&world, &many).await;
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_one_account_delays_nobody_of_its_shard_and_says_that_others_go_first() {
    let world = World::enabled().await;
    let crowd = world.crowd(60).await;
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    let shard = |seeded: &Seeded| shared::domain::Shard::of(&seeded.account.id);
    let of_shard: Vec<_> = crowd.iter().filter(|other| shard(other) == shard(&crowd[0])).cloned().collect();
    let (long, others) = of_shard.split_first().unwrap();
    assert!(others.len() >= 2, "sixty accounts are in sixteen shards");
    let overdue = (0..2_500).map(|index| (long, START - minutes(50) + SignedDuration::from_millis(index)));
    let late = world.sow(overdue).await;
    let plan =
        (0..24).map(|index| (&others[index % others.len()], START + seconds(4 + 4 * i64::try_from(index).unwrap())));
    let in_time = world.sow(plan).await;
    world.schedule_until(START + seconds(150)).await;
    let lateness = world.lateness(&world.harvest(&in_time).await);
    assert!(lateness.seen.percentile(99) <= 250, "{}", lateness.seen);
    let (mut queued, mut silent) = (0, 0);
    for pin in world.harvest(&late).await {
        match pin.state {
            State::Held { reason: Hold::Queued, until: Some(_) } => queued += 1,
            State::Scheduled { .. } => silent += 1,
            _ => {}
        }
    }
    assert!(queued >= 2_000 && silent <= 260, "{queued} say that others go first, {silent} are next");
}

#[tokio::test(start_paused = true)]
async fn an_account_comes_back_from_a_block_for_spam_one_pin_a_minute() {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.pins_per_day = 0).await;
    let alice = account(&world, "alice", "alice").await;
    let body = serde_json::json!({"code": 9, "message": "Sorry! You have hit a block (Pins) to combat spam."});
    let answer = FaultAnswer::Status { status: 429, body: Some(body), headers: std::collections::BTreeMap::new() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::CreatePin) });
    let all = pins(&world, &alice, 40, (START + seconds(5), seconds(1))).await;
    world.schedule_until(START + minutes(2)).await;
    assert_eq!(posts_of(&world, "alice"), 1);
    let back = START + SignedDuration::from_hours(12);
    world.clock.sleep_until(back - minutes(1)).await;
    // What comes due meanwhile waits its turn as well.
    let fresh = pins(&world, &alice, 5, (back + minutes(2), seconds(1))).await;
    world.schedule_until(back + minutes(8)).await;
    let posts = posts_of(&world, "alice") - 1;
    assert!((6..=10).contains(&posts), "{posts} posts in eight minutes");
    world.schedule_until(back + minutes(20)).await;
    latest_ms(&world, &all).await;
    latest_ms(&world, &fresh).await;
}
