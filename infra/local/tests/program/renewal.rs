//! A hundred publishers in two processes meet accounts whose tokens are to be renewed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::crowd::{Crowd, Schedule, text};
use crate::people::until_within;
use crate::publishers::{INSTANCES, Invocations, Publishers};
use crate::running::Running;
use crate::tally::Tally;

/// Pins that are posted while the tokens are renewed, and as many after it; a publisher posts at most 80 a minute.
const PINS: usize = 60;

/// How long all pins of an account may take, one after the other, some of them at their second try.
const A_ROUND: Duration = Duration::from_mins(4);

/// How many calls of an operation Pinterest answered, by status.
async fn calls(crowd: &mut Crowd, operation: &str, status: u16) -> usize {
    let is_one = |call: &Value| call["operation"] == operation && call["status"] == status;
    crowd.told("calls").await.iter().filter(|call| is_one(call)).count()
}

/// When renewals are due after the publishers were called, in milliseconds: the publishers have an account in memory from
/// when they have read it, which depends on the machine, until they see, about two seconds later, that another one has
/// taken its shard over.
const OFFSETS_MS: [i64; 7] = [0, 1_000, -1_000, 2_000, 3_500, 5_000, 8_000];

/// Connects an account whose renewal is due at `due`, or half a second before or after that.
async fn connect(crowd: &mut Crowd, due: Timestamp) {
    // A token that lasts less than two weeks is renewed at half its life.
    let lifetime = due.duration_since(SystemClock.now()).as_secs() * 2 + 1;
    crowd.control("lifetimes", &json!({ "access_s": lifetime })).await;
    crowd.gather(1).await;
    crowd.control("lifetimes", &json!({})).await;
}

/// Connects accounts whose renewals come due around `called`, and schedules pins of the first one for then. Posts take half
/// a second, so that more than one publisher is needed.
async fn arrange(crowd: &mut Crowd, called: Timestamp) {
    for (number, offset) in OFFSETS_MS.into_iter().enumerate() {
        connect(crowd, called + SignedDuration::from_millis(offset)).await;
        if number == 0 {
            crowd.schedule(&one_by_one("Meanwhile", called)).await;
        }
    }
    slow_and_strict(crowd).await;
    crowd.control("faults", &json!({ "operation": "create_pin", "delay_ms": 500 })).await;
}

/// A renewal takes a second and ends the old pair at once, and there is no limit but this.
async fn slow_and_strict(crowd: &mut Crowd) {
    crowd.control("rotation", &json!({ "rotation": "both_die" })).await;
    crowd.control("limits", &json!({ "org_write": 10_000, "universal": 10_000 })).await;
    crowd.control("faults", &json!({ "operation": "refresh_token", "effect": "after", "delay_ms": 1_000 })).await;
}

fn one_by_one(title: &str, first: Timestamp) -> Schedule<'_> {
    Schedule { title, pins: PINS, at_once: 1, first, step: SignedDuration::from_millis(1) }
}

async fn until_published(crowd: &mut Crowd, count: usize) {
    until_within(A_ROUND, async || crowd.try_pins(Some("published")).await.is_ok_and(|pins| pins.len() == count)).await;
}

#[tokio::test]
#[ignore = "takes about five minutes; .ci/processes runs it"]
async fn a_hundred_publishers_in_two_processes_renew_once_and_all_use_the_new_pair() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    let mut crowd = Crowd::at(&serving).await;
    let publishers = Publishers::start(&serving, folder.path()).await;
    let due = publishers.all_called(SystemClock.now() + SignedDuration::from_secs(90));
    arrange(&mut crowd, due).await;
    SystemClock.sleep_until(due).await;
    until_published(&mut crowd, PINS).await;
    let refused = calls(&mut crowd, "create_pin", 401).await;

    let due = publishers.all_called(SystemClock.now() + SignedDuration::from_secs(10));
    crowd.schedule(&one_by_one("Afterwards", due)).await;
    SystemClock.sleep_until(due).await;
    until_published(&mut crowd, 2 * PINS).await;
    assert_eq!(calls(&mut crowd, "create_pin", 401).await, refused, "nobody uses the old pair any more");

    let [one, two] = publishers.stop().await;
    let refreshes = renewals(&mut crowd).await;
    println!("  calls to renew                {refreshes}");
    println!("  posts with the old pair       {refused}, refused");
    let met = one.met_accounts + two.met_accounts;
    println!("  met a renewal                 {met} times by {} publishers that were called", 2 * INSTANCES);
    show(&[one, two]);
    let tally = Tally::of(&mut crowd).await;
    println!("{tally}");
    assert_eq!(refreshes, OFFSETS_MS.len(), "each account is renewed once");
    // All are called, and all but a few find that another one has taken the work over.
    assert!(met > refreshes, "more than one publisher has met a renewal");
    assert!(tally.is_whole() && tally.reviews == 0, "{tally:?}");
    assert_connected(&mut crowd).await;
}

#[tokio::test]
#[ignore = "takes minutes; .ci/processes runs it"]
async fn a_hundred_publishers_in_two_processes_that_are_refused_at_once_renew_once() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    let mut crowd = Crowd::at(&serving).await;
    crowd.gather(1).await;
    slow_and_strict(&mut crowd).await;
    let publishers = Publishers::start(&serving, folder.path()).await;
    let all = usize::try_from(2 * INSTANCES).unwrap();
    let due = SystemClock.now() + SignedDuration::from_secs(10);
    let last = crowd
        .schedule(&Schedule { title: "Refused", pins: all, at_once: 1, first: due, step: SignedDuration::ZERO })
        .await;
    crowd.control("tokens/revoke", &json!({ "username": "maker0", "access_only": true })).await;
    let pins = crowd.pins(None).await;
    SystemClock.sleep_until(last).await;
    publishers.kick(&pins).await;
    until_published(&mut crowd, all).await;

    let [one, two] = publishers.stop().await;
    let refreshes = renewals(&mut crowd).await;
    println!("  calls to renew                {refreshes}");
    let refused = one.refused + two.refused;
    println!("  were refused                  {refused} of {all} that were called");
    show(&[one, two]);
    let tally = Tally::of(&mut crowd).await;
    println!("{tally}");
    assert_eq!(refreshes, 1);
    assert!(refused >= 1, "whoever posts for the account is refused before there is a new pair");
    assert!(tally.is_whole() && tally.reviews == 0, "{tally:?}");
    assert_connected(&mut crowd).await;
}

async fn renewals(crowd: &mut Crowd) -> usize {
    crowd.told("calls").await.iter().filter(|call| call["operation"] == "refresh_token").count()
}

fn show(processes: &[Invocations]) {
    for Invocations { posted, .. } in processes {
        let pins: u32 = posted.iter().sum();
        println!("  pins of a process             {pins} in {} invocations", posted.len());
    }
}

async fn assert_connected(crowd: &mut Crowd) {
    let accounts = crowd.owner.get("v1/accounts").await.unwrap().json()["items"].clone();
    for account in accounts.as_array().unwrap() {
        assert_eq!(text(account, "state"), "connected", "{account}");
    }
}
