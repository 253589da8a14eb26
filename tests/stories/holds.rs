//! What keeps a whole account back: entered at the first refusal, seen by everybody, released in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use local::in_process::{Effect, Hook, Plan};
use pinterest_sim::{Fault, FaultAnswer, NewBoard, NewPerson, Operation};
use publisher::Publisher;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Hold, Partition, Pin, State, Status};
use tests::{START, Seeded, World, invocation};

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// What Pinterest answers to posts of `person`, `times` times.
fn refuse(world: &World, person: &str, code: i64, message: &str, reset: Option<&str>, times: u32) {
    let headers = reset.map(|reset| ("x-ratelimit-reset".to_owned(), reset.to_owned())).into_iter().collect();
    let body = Some(json!({"code": code, "message": message, "status": "failure"}));
    let answer = Some(FaultAnswer::Status { status: 429, body, headers });
    let person = Some(person.to_owned());
    world.simulator.set_fault(Fault { answer, person, times: Some(times), ..Fault::on(Operation::CreatePin) });
}

fn limit(world: &World, person: &str, reset: &str) {
    refuse(world, person, 8, "This request exceeded a rate limit.", Some(reset), 1);
}

fn spam(world: &World, person: &str, times: u32) {
    let message = "Sorry! You have hit a block (Pins) we have in place to combat spam.";
    refuse(world, person, 9, message, None, times);
}

async fn two_accounts() -> (World, Seeded, Seeded) {
    let world = World::enabled().await;
    let limited = world.seed_account("alice", "shop").await;
    world.simulator.add_person(NewPerson { username: "other".into(), ..NewPerson::default() }).unwrap();
    world.simulator.add_board(NewBoard::public(pinterest_sim::Mode::Live, "other", "Board")).unwrap();
    let other = world.seed_account("bob", "other").await;
    (world, limited, other)
}

async fn seed(world: &World, seeded: &Seeded, count: i64, from: Timestamp) -> Vec<Pin> {
    let mut pins = Vec::new();
    for index in 0..count {
        pins.push(world.seed_pin(seeded, &format!("Pin {index}"), from + seconds(index)).await);
    }
    pins
}

/// When each pin was published, in the order of `pins`.
async fn published(world: &World, pins: &[Pin]) -> Vec<Timestamp> {
    let mut times = Vec::new();
    for pin in pins {
        match world.pin(pin).await.state {
            State::Published { at, .. } => times.push(at),
            other => panic!("{:?} is {other:?}", pin.content.title()),
        }
    }
    times
}

fn posts(world: &World, person: &str) -> usize {
    let calls = world.simulator.calls();
    calls.iter().filter(|c| c.operation == Operation::CreatePin && c.person.as_deref() == Some(person)).count()
}

async fn parked(world: &World, partition: &Partition) -> usize {
    world.platform("reader").pins.due(partition, Timestamp::MAX).await.unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_the_whole_account_in_order_and_costs_the_others_nothing() {
    let (world, limited, other) = two_accounts().await;
    limit(&world, "shop", "600");
    let waiting = seed(&world, &limited, 6, START + seconds(5)).await;
    let free = seed(&world, &other, 6, START + seconds(5)).await;
    world.tick().await;
    assert_eq!(posts(&world, "shop"), 1, "one refusal is enough");
    let reopens = START + seconds(605);
    for pin in &waiting {
        let State::Held { reason: Hold::RateLimited, until: Some(until) } = world.pin(pin).await.state else {
            panic!("{:?}", world.pin(pin).await.state)
        };
        assert!(until.duration_since(reopens).as_secs().abs() <= 1, "the time is known: {until}");
    }
    let account = world.user("alice").get(&format!("/v1/accounts/{}", limited.account.id)).await.json();
    assert_eq!(account["hold"]["code"], "rate_limited", "{account}");
    assert!(account["hold"]["until"].is_string() && account["state"] == "connected", "{account}");
    for (at, pin) in published(&world, &free).await.into_iter().zip(&free) {
        assert!(at.duration_since(pin.publish_at.unwrap()) < SignedDuration::from_millis(100));
    }
    // Another process learns of the hold from the table and does not call either.
    world.schedule_until(START + seconds(180)).await;
    assert_eq!(posts(&world, "shop"), 1, "not called before its time");
    world.clock.sleep_until(START + seconds(550)).await;
    world.schedule_until(START + seconds(720)).await;
    let times = published(&world, &waiting).await;
    assert!(times.is_sorted() && times[0] >= reopens, "{times:?}");
    assert_eq!(posts(&world, "shop"), 1 + waiting.len());
    assert_eq!(parked(&world, &Partition::HeldAccount(limited.account.id.clone())).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_spam_block_of_the_account_pauses_it_for_half_a_day_and_longer_if_it_goes_on() {
    let (world, blocked, _) = two_accounts().await;
    spam(&world, "shop", 2);
    let pins = seed(&world, &blocked, 3, START + seconds(5)).await;
    world.tick().await;
    for pin in &pins {
        let state = world.pin(pin).await.state;
        assert!(matches!(state, State::Held { reason: Hold::SpamBlock, until: Some(_) }), "{state:?}");
    }
    let half_a_day = SignedDuration::from_hours(12);
    world.clock.sleep_until(START + half_a_day - minutes(5)).await;
    world.tick().await;
    assert_eq!(posts(&world, "shop"), 1);
    world.schedule_until(START + half_a_day + minutes(12)).await;
    assert_eq!(posts(&world, "shop"), 2, "one pin tried, and the block goes on");
    world.clock.sleep_until(START + half_a_day * 2 - minutes(2)).await;
    world.schedule_until(START + half_a_day * 2 + minutes(3)).await;
    for pin in &pins {
        let status = world.pin(pin).await.state.status();
        assert!(matches!(status, Status::Published | Status::Failed), "{status:?}: out, or said to be too late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_without_an_end_grows_with_limits_running_and_begins_anew_after_another_refusal() {
    let (world, limited, _) = two_accounts().await;
    let answers = [429, 429, 429, 409, 429, 429];
    for status in answers {
        let (code, message) = match status {
            429 => (8, "This request exceeded a rate limit."),
            _ => (409, "Could not get exclusive access to the board."),
        };
        let body = Some(json!({"code": code, "message": message, "status": "failure"}));
        // Its own quota would say when it ends.
        let headers = BTreeMap::from([("x-ratelimit-reset".to_owned(), "soon".to_owned())]);
        let answer = Some(FaultAnswer::Status { status, body, headers });
        world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
    }
    let pin = seed(&world, &limited, 1, START + seconds(5)).await.remove(0);
    world.schedule_until(START + minutes(20)).await;
    let attempts = world.pin(&pin).await.attempts;
    let answered: Vec<_> = attempts.iter().filter_map(|attempt| Some((attempt.http_status?, attempt.at))).collect();
    let statuses: Vec<_> = answered.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [&answers[..], &[201]].concat());
    let pauses = answered.windows(2).map(|pair| pair[1].1.duration_since(pair[0].1).as_secs());
    let limits: Vec<_> = pauses.zip(answers).filter(|(_, status)| *status == 429).map(|(pause, _)| pause).collect();
    let minutes = limits.iter().map(|pause| pause / 60).collect::<Vec<_>>();
    assert_eq!(minutes, [1, 2, 4, 1, 2], "{limits:?} s");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_link_holds_its_own_pin_only() {
    let (world, seeded, _) = two_accounts().await;
    refuse(&world, "shop", 9, "Sorry! We blocked this link because it may lead to spam.", None, 1);
    let pins = seed(&world, &seeded, 2, START + seconds(5)).await;
    world.tick().await;
    let states = [world.pin(&pins[0]).await.state, world.pin(&pins[1]).await.state];
    assert!(matches!(states[0], State::Held { reason: Hold::LinkBlocked, until: Some(_) }), "{states:?}");
    assert_eq!(states[1].status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn a_parked_pin_can_be_called_off() {
    let (world, seeded, _) = two_accounts().await;
    limit(&world, "shop", "600");
    let pins = seed(&world, &seeded, 2, START + seconds(5)).await;
    world.tick().await;
    let mut pin = world.pin(&pins[1]).await;
    let before = pin.clone();
    pin.cancel(world.clock.now()).unwrap();
    world.platform("pins").pins.replace(&before, &pin).await.unwrap();
    world.schedule_until(START + minutes(12)).await;
    assert_eq!(world.pin(&pins[1]).await.state, State::Cancelled);
    assert_eq!(posts(&world, "shop"), 2, "the refused one and the same again");
}

/// Delays the writes that park pins, so that whatever they wait for is mended meanwhile.
#[derive(Debug)]
struct SlowParking(SignedDuration);

impl Hook for SlowParking {
    fn before(&self, effect: &Effect<'_>) -> Plan {
        let parks = effect.operation == "PutItem"
            && effect.request["Item"]["due_shard"]["S"].as_str().is_some_and(|s| s.starts_with("held#"));
        let wait = if parks { self.0.try_into().unwrap() } else { std::time::Duration::ZERO };
        Plan { wait, fault: None }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_stays_parked_at_an_account_that_was_mended_while_its_pins_were_being_parked() {
    for delay in [1, 3] {
        let (world, seeded, _) = two_accounts().await;
        world.simulator.revoke_tokens("shop").unwrap();
        let pins = seed(&world, &seeded, 4, START + seconds(5)).await;
        let hooks: [Arc<dyn Hook>; 1] = [Arc::new(SlowParking(seconds(delay)))];
        let publisher = Publisher::new(world.platform_with("slow", &hooks));
        let mend = async {
            world.clock.sleep_until(START + seconds(6)).await;
            let account = world.account(&seeded.account).await;
            let (_, tokens) = world.consent(&account.owner, &account.id, "shop").await;
            let mut mended = world.account(&seeded.account).await;
            let version = mended.version;
            mended.renewed(tokens, world.clock.now());
            mended.plan_release(world.clock.now());
            world.platform("oauth").accounts.save(&mut mended, version).await.unwrap();
        };
        futures_util::future::join(invocation(&publisher, world.clock), mend).await;
        world.schedule_until(START + minutes(16)).await;
        let partition = Partition::HeldAccount(seeded.account.id.clone());
        assert_eq!(parked(&world, &partition).await, 0, "after a delay of {delay} s");
        published(&world, &pins).await;
        assert_eq!(world.simulator.all_pins(pinterest_sim::Mode::Live).len(), pins.len(), "each once");
    }
}
