//! A hundred publishers in two processes meet one account whose tokens are to be renewed.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::crowd::{Crowd, Schedule, text};
use crate::people::until_within;
use crate::running::Running;
use crate::tally::Tally;

/// How many publishers each of the two processes hosts.
const INSTANCES: u32 = 50;

/// How long the first access token lasts, in seconds; it is renewed at half of that.
const LIFETIME: i64 = 120;

/// Pins that are posted while the tokens are renewed, and as many after it; a publisher posts at most 80 a minute.
const PINS: usize = 60;

/// The next tick is within a minute, and what it finds takes a moment.
const A_TICK: Duration = Duration::from_secs(100);

fn one_by_one(title: &str, first: Timestamp) -> Schedule<'_> {
    Schedule { title, pins: PINS, at_once: 1, first, step: SignedDuration::from_millis(1) }
}

/// Starts half of the publishers, as a process of their own whose log is kept in `folder`.
async fn publishers(serving: &Running, log: &Path) -> Running {
    let (port, instances) = (serving.url.port().unwrap().to_string(), INSTANCES.to_string());
    let arguments = ["publisher", "--port", &port, "--instances", &instances, "--log", "publisher=info"];
    Running::start_logging(&arguments, log, "Publishing every minute").await
}

/// What the invocations in a log did: how many met the account, and how many pins each that posted any has posted.
fn invocations(log: &Path) -> (usize, Vec<u32>) {
    let log = std::fs::read_to_string(log).unwrap();
    let count = |line: &str, field: &str| -> u32 {
        let (_, rest) = line.split_once(&format!("{field}: ")).unwrap();
        rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let done: Vec<_> = log.lines().filter(|line| line.contains("the invocation is done")).collect();
    let met = done.iter().filter(|line| count(line, "accounts") > 0).count();
    (met, done.iter().map(|line| count(line, "published")).filter(|published| *published > 0).collect())
}

/// How many calls of an operation Pinterest answered, by status.
async fn calls(crowd: &mut Crowd, operation: &str, status: u16) -> usize {
    let is_one = |call: &Value| call["operation"] == operation && call["status"] == status;
    crowd.told("calls").await.iter().filter(|call| is_one(call)).count()
}

/// An account whose renewal is due in a minute, takes a second and ends the old pair at once; posts take half a second,
/// so that many publishers are needed.
async fn arrange(crowd: &mut Crowd) {
    crowd.control("lifetimes", &json!({ "access_s": LIFETIME })).await;
    crowd.gather(1).await;
    crowd.control("lifetimes", &json!({})).await;
    crowd.control("rotation", &json!({ "rotation": "both_die" })).await;
    crowd.control("limits", &json!({ "org_write": 10_000, "universal": 10_000 })).await;
    crowd.control("faults", &json!({ "operation": "refresh_token", "effect": "after", "delay_ms": 1_000 })).await;
    crowd.control("faults", &json!({ "operation": "create_pin", "delay_ms": 500 })).await;
}

async fn until_published(crowd: &mut Crowd, count: usize) {
    until_within(A_TICK, async || crowd.pins(Some("published")).await.len() == count).await;
}

#[tokio::test]
#[ignore = "takes about two minutes; .ci/processes runs it"]
async fn a_hundred_publishers_in_two_processes_renew_once_and_all_use_the_new_pair() {
    let logs = tempfile::tempdir().unwrap();
    let logs = ["one", "two"].map(|name| logs.path().join(name));
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    let mut crowd = Crowd::at(&serving).await;
    arrange(&mut crowd).await;
    let due = SystemClock.now() + SignedDuration::from_secs(LIFETIME / 2);
    crowd.schedule(&one_by_one("Meanwhile", due)).await;
    SystemClock.sleep_until(due).await;

    // Every publisher is called at the start of its process: the account and the pins are due by then.
    let (one, two) = tokio::join!(publishers(&serving, &logs[0]), publishers(&serving, &logs[1]));
    until_published(&mut crowd, PINS).await;
    let refused = calls(&mut crowd, "create_pin", 401).await;
    crowd.schedule(&one_by_one("Afterwards", SystemClock.now())).await;
    until_published(&mut crowd, 2 * PINS).await;
    assert_eq!(calls(&mut crowd, "create_pin", 401).await, refused, "nobody uses the old pair any more");

    let peaks = [&one, &two].map(|process| process.peak_memory_kib() / 1024);
    for process in [one, two] {
        process.signal("TERM").await;
        assert_eq!(process.end().await.0, Some(0));
    }
    let (met, posted): (Vec<_>, Vec<_>) = logs.iter().map(|log| invocations(log)).unzip();
    let refreshes = crowd.told("calls").await.iter().filter(|call| call["operation"] == "refresh_token").count();
    let tally = Tally::of(&mut crowd).await;
    println!("{tally}");
    println!("  invocations that met the account  {} + {}", met[0], met[1]);
    println!("  calls to renew                    {refreshes}");
    println!("  posts with the old pair, refused  {refused}");
    for posted in &posted {
        println!("  pins of a process                 {} by {} invocations", posted.iter().sum::<u32>(), posted.len());
    }
    println!("  peak memory                       {} + {} MiB", peaks[0], peaks[1]);
    assert_eq!(refreshes, 1);
    assert!(tally.is_whole() && tally.reviews == 0, "{tally:?}");
    let account = crowd.owner.get("v1/accounts").await.unwrap().json()["items"][0].clone();
    assert_eq!(text(&account, "state"), "connected", "{account}");
}
