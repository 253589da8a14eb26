//! Every cause that keeps a pin waiting: how it is entered, what it says, what health says, and what releases it.

use jiff::{SignedDuration, Timestamp};
use pinterest_sim::{Fault, FaultAnswer, Operation, Tier};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Hold, Mode, Pin};
use tests::{Seeded, World};

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A cause, and what is to be seen of it.
struct Row {
    hold: Hold,
    /// What the reason says has to be done, or what it waits for.
    words: &'static str,
    /// Whether it says until when.
    is_time_known: bool,
    health: &'static str,
}

const fn row(hold: Hold, words: &'static str, is_time_known: bool, health: &'static str) -> Row {
    Row { hold, words, is_time_known, health }
}

const ROWS: [Row; 11] = [
    row(Hold::Disabled, "when an administrator switches it on", false, "paused"),
    row(Hold::OtherMode, "until an administrator switches back", false, "ok"),
    row(Hold::NeedsReconnect, "Reconnect it", false, "ok"),
    row(Hold::Disconnected, "Reconnect the same Pinterest account", false, "ok"),
    row(Hold::RateLimited, "when Pinterest accepts requests again", true, "ok"),
    row(Hold::SpamBlock, "Publish less often", true, "ok"),
    row(Hold::LinkBlocked, "Change the link", true, "ok"),
    row(Hold::NotPermitted, "choose another board", true, "ok"),
    row(Hold::TrialTier, "apply for standard access", true, "held"),
    row(Hold::AppNotApproved, "complete its review", true, "held"),
    row(Hold::PinterestDown, "when Pinterest is back", false, "held"),
];

fn refuse(world: &World, code: i64, message: &str, reset: Option<&str>) {
    let headers = reset.map(|reset| ("x-ratelimit-reset".to_owned(), reset.to_owned())).into_iter().collect();
    let body = Some(json!({"code": code, "message": message}));
    let answer = Some(FaultAnswer::Status { status: 429, body, headers });
    world.simulator.set_fault(Fault { answer, times: Some(1), ..Fault::on(Operation::CreatePin) });
}

/// Brings about what holds the next pin of alice's account.
async fn enter(world: &World, seeded: &Seeded, hold: Hold) {
    match hold {
        Hold::Disabled => world.change_settings(|settings| settings.enabled = false).await,
        Hold::OtherMode => world.change_settings(|settings| settings.mode = Mode::Sandbox).await,
        Hold::NeedsReconnect => assert!(world.simulator.revoke_tokens("shop").unwrap() > 0),
        Hold::Disconnected => {
            let path = format!("/v1/accounts/{}", seeded.account.id);
            assert_eq!(world.user("alice").delete(&path).await.status, 200);
        }
        Hold::RateLimited => refuse(world, 8, "This request exceeded a rate limit.", Some("600")),
        Hold::SpamBlock => refuse(world, 9, "Sorry! You have hit a block (Pins) to combat spam.", None),
        Hold::LinkBlocked => refuse(world, 9, "Sorry! We blocked this link because it may lead to spam.", None),
        Hold::NotPermitted => world.refuse_next(403, 29, "You do not have permission to edit that board."),
        Hold::TrialTier => world.simulator.set_tier(Tier::Trial),
        Hold::AppNotApproved => world.simulator.set_tier(Tier::Unapproved),
        Hold::Queued | Hold::DailyLimit => unreachable!("owners' backlogs have stories of their own"),
        Hold::PinterestDown => {
            for operation in [Operation::CreatePin, Operation::GetUserAccount] {
                world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(503)), ..Fault::on(operation) });
            }
            for index in 0..5 {
                world.seed_pin(seeded, &format!("No answer {index}"), world.clock.now()).await;
            }
        }
        Hold::Other(other) => unreachable!("nothing here stores {other}"),
    }
}

/// Does what releases the pin by the words of its reason, or waits for its time.
async fn release(world: &World, pin: &Pin, hold: Hold, until: Option<Timestamp>) {
    match hold {
        Hold::Disabled => world.change_settings(|settings| settings.enabled = true).await,
        Hold::OtherMode => world.change_settings(|settings| settings.mode = Mode::Live).await,
        Hold::NeedsReconnect | Hold::Disconnected => drop(world.connect("alice", "shop").await),
        Hold::RateLimited | Hold::SpamBlock => {
            let until = until.expect("it says so");
            world.clock_reaches(until - SignedDuration::from_secs(30)).await;
        }
        Hold::LinkBlocked => {
            let change = json!({"content": {"link": "https://example.com/elsewhere"}});
            let answer = world.user("alice").patch(&format!("/v1/pins/{}", pin.id), &change).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        Hold::NotPermitted => {
            let change = json!({"board_id": world.board("shop", "New arrivals")});
            let answer = world.user("alice").patch(&format!("/v1/pins/{}", pin.id), &change).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        Hold::TrialTier | Hold::AppNotApproved => {
            world.simulator.set_tier(Tier::Standard);
            assert_eq!(world.admin().post("/v1/settings/verify", &json!({})).await.status, 200);
        }
        Hold::PinterestDown => world.simulator.clear_faults(),
        Hold::Queued | Hold::DailyLimit => unreachable!("owners' backlogs have stories of their own"),
        Hold::Other(other) => unreachable!("nothing here stores {other}"),
    }
}

async fn health(world: &World) -> Value {
    world.wait(SignedDuration::from_secs(11)).await;
    world.anybody().get("/healthz").await.json()["status"].clone()
}

fn posts(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::CreatePin).count()
}

#[tokio::test(start_paused = true)]
async fn every_cause_says_what_it_waits_for_and_is_released_by_what_it_says() {
    for Row { hold, words, is_time_known, health: expected } in ROWS {
        let world = World::ready().await;
        let seeded = world.seed_account("alice", "shop").await;
        enter(&world, &seeded, hold).await;
        let pin = world.seed_pin(&seeded, "Waits", world.clock.now() + SignedDuration::from_secs(20)).await;
        world.schedule_until(world.clock.now() + minutes(1)).await;
        let path = format!("/v1/pins/{}", pin.id);
        let read = async || world.user("alice").get(&path).await.json();
        let held = read().await;
        assert_eq!((&held["status"], &held["reason"]["code"]), (&json!("held"), &json!(hold.code())), "{held}");
        assert!(held["reason"]["message"].as_str().unwrap().contains(words), "{held}");
        assert_eq!(held["held_until"].is_string(), is_time_known, "{held}");
        assert_eq!(health(&world).await, expected, "{hold:?}");
        let before = posts(&world);
        world.schedule_until(world.clock.now() + minutes(2)).await;
        assert!(posts(&world) <= before + 1, "{hold:?}: at most an outage is tried meanwhile");
        assert_eq!(read().await["status"], "held", "{hold:?}");
        let until = held["held_until"].as_str().map(|until| until.parse().unwrap());
        release(&world, &pin, hold, until).await;
        world.schedule_until(world.clock.now() + minutes(3)).await;
        assert_eq!(read().await["status"], "published", "{hold:?}: {}", read().await);
        assert_eq!(health(&world).await, "ok", "{hold:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_week_switched_off_floods_nothing_and_what_is_too_late_says_so() {
    let world = World::ready().await;
    let seeded = world.seed_account("alice", "shop").await;
    let week = SignedDuration::from_hours(7 * 24);
    let begins = world.clock.now();
    world.change_settings(|settings| settings.enabled = false).await;
    let plan = (1..=7 * 24).map(|hour| (&seeded, begins + SignedDuration::from_hours(hour)));
    let sown = world.sow(plan).await;
    world.clock_reaches(begins + week + minutes(30)).await;
    world.tick().await;
    let answer = world.anybody().get("/healthz").await;
    let overdue = 7 * 24 * 3600 - 3600 + 30 * 60;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("paused")));
    assert_eq!(answer.json()["oldest_overdue_s"], overdue);
    world.change_settings(|settings| settings.enabled = true).await;
    world.wait(SignedDuration::from_secs(11)).await;
    let answer = world.anybody().get("/healthz").await;
    assert_eq!((answer.status, &answer.json()["status"]), (503, &json!("late")), "until the next tick has done it");
    world.tick().await;
    let pins = world.harvest(&sown).await;
    let of = |code: &str| pins.iter().filter(|pin| pin.state.status().code() == code).count();
    assert_eq!((of("failed"), of("published")), (6 * 24, 24), "a day's pins go out, in order");
    for pin in pins.iter().filter(|pin| pin.state.status().code() == "failed") {
        assert_eq!(pin.state, shared::domain::State::Failed { reason: shared::domain::Failure::Missed });
    }
    assert_eq!(posts(&world), 24);
    assert_eq!(health(&world).await, "ok");
}
