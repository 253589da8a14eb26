//! A hundred publishers in two processes meet one account whose tokens are to be renewed.

use std::path::{Path, PathBuf};
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

/// Pins that are posted while the tokens are renewed, and as many after it; a publisher posts at most 80 a minute.
const PINS: usize = 60;

/// How long all pins of an account may take, one after the other.
const A_ROUND: Duration = Duration::from_secs(100);

/// Every publisher is called once a minute. What comes due so soon after that waits in the memory of all of them: who
/// does not own the work yet finds that out two seconds later.
const IN_MEMORY: SignedDuration = SignedDuration::from_millis(500);

/// The publishers of both processes.
struct Publishers {
    processes: [Running; 2],
    logs: [PathBuf; 2],
    /// When the last of them was called first.
    begun: Timestamp,
}

impl Publishers {
    /// Starts both processes, with their logs in `folder`.
    async fn start(serving: &Running, folder: &Path) -> Self {
        let logs = ["one", "two"].map(|name| folder.join(name));
        let (port, instances) = (serving.url.port().unwrap().to_string(), INSTANCES.to_string());
        let arguments = ["publisher", "--port", &port, "--instances", &instances, "--log", "publisher=info"];
        let start = |log| Running::start_logging(&arguments, log, "Publishing every minute");
        let (one, two) = tokio::join!(start(&logs[0]), start(&logs[1]));
        Self { processes: [one, two], logs, begun: SystemClock.now() }
    }

    /// A moment not before `after` at which all publishers have just been called.
    fn all_called(&self, after: Timestamp) -> Timestamp {
        let minutes = after.duration_since(self.begun).as_secs() / 60 + 1;
        self.begun + SignedDuration::from_mins(minutes) + IN_MEMORY
    }

    /// Stops both; answers the logs.
    async fn stop(self) -> [PathBuf; 2] {
        for process in self.processes {
            println!("  peak memory of a process      {} MiB", process.peak_memory_kib() / 1024);
            process.signal("TERM").await;
            assert_eq!(process.end().await.0, Some(0));
        }
        self.logs
    }
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

/// Connects an account whose renewal is due at `due`, or half a second before or after that; it takes a second and ends
/// the old pair at once. Posts take half a second, so that more than one publisher is needed.
async fn arrange(crowd: &mut Crowd, due: Timestamp) {
    // A token that lasts less than two weeks is renewed at half its life.
    let lifetime = due.duration_since(SystemClock.now()).as_secs() * 2 + 1;
    crowd.control("lifetimes", &json!({ "access_s": lifetime })).await;
    crowd.gather(1).await;
    crowd.control("lifetimes", &json!({})).await;
    crowd.control("rotation", &json!({ "rotation": "both_die" })).await;
    crowd.control("limits", &json!({ "org_write": 10_000, "universal": 10_000 })).await;
    crowd.control("faults", &json!({ "operation": "refresh_token", "effect": "after", "delay_ms": 1_000 })).await;
    crowd.control("faults", &json!({ "operation": "create_pin", "delay_ms": 500 })).await;
}

fn one_by_one(title: &str, first: Timestamp) -> Schedule<'_> {
    Schedule { title, pins: PINS, at_once: 1, first, step: SignedDuration::from_millis(1) }
}

async fn until_published(crowd: &mut Crowd, count: usize) {
    until_within(A_ROUND, async || crowd.pins(Some("published")).await.len() == count).await;
}

#[tokio::test]
#[ignore = "takes about five minutes; .ci/processes runs it"]
async fn a_hundred_publishers_in_two_processes_renew_once_and_all_use_the_new_pair() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    let mut crowd = Crowd::at(&serving).await;
    let publishers = Publishers::start(&serving, folder.path()).await;
    let due = publishers.all_called(SystemClock.now() + SignedDuration::from_mins(1));
    arrange(&mut crowd, due).await;
    crowd.schedule(&one_by_one("Meanwhile", due)).await;
    SystemClock.sleep_until(due).await;
    until_published(&mut crowd, PINS).await;
    let refused = calls(&mut crowd, "create_pin", 401).await;

    let due = publishers.all_called(SystemClock.now() + SignedDuration::from_secs(10));
    crowd.schedule(&one_by_one("Afterwards", due)).await;
    SystemClock.sleep_until(due).await;
    until_published(&mut crowd, 2 * PINS).await;
    assert_eq!(calls(&mut crowd, "create_pin", 401).await, refused, "nobody uses the old pair any more");

    let logs = publishers.stop().await;
    let refreshes = crowd.told("calls").await.iter().filter(|call| call["operation"] == "refresh_token").count();
    println!("  calls to renew                {refreshes}");
    println!("  posts with the old pair       {refused}, refused");
    let (met, posted): (Vec<_>, Vec<_>) = logs.iter().map(|log| invocations(log)).unzip();
    for (met, posted) in met.iter().zip(&posted) {
        println!("  a process met the renewal in  {met} invocations");
        println!("  and posted                    {} pins in {} invocations", posted.iter().sum::<u32>(), posted.len());
    }
    let tally = Tally::of(&mut crowd).await;
    println!("{tally}");
    assert_eq!(refreshes, 1);
    assert!(met.iter().sum::<usize>() >= 50, "they have met the renewal at the same time");
    assert!(posted.iter().all(|posted| !posted.is_empty()), "both processes have posted");
    assert!(tally.is_whole() && tally.reviews == 0, "{tally:?}");
    let account = crowd.owner.get("v1/accounts").await.unwrap().json()["items"][0].clone();
    assert_eq!(text(&account, "state"), "connected", "{account}");
}
