//! A hundred publishers in two processes.

use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use http::{HeaderName, Method};
use jiff::{SignedDuration, Timestamp};
use local::person::Person;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::running::Running;

/// How many publishers each of the two processes hosts.
pub const INSTANCES: u32 = 50;

/// Every publisher is called once a minute, and takes its time to begin: a hundred of them on a busy machine most of a second.
/// What comes due so soon after that waits in the memory of all of them: who no longer owns the work finds that out two
/// seconds after it began.
const IN_MEMORY: SignedDuration = SignedDuration::from_millis(1_500);

/// The publishers of both processes.
pub struct Publishers {
    processes: [Running; 2],
    logs: [PathBuf; 2],
    /// When the last of them was called first.
    begun: Timestamp,
}

impl Publishers {
    /// Starts both processes, with their logs in `folder`.
    pub async fn start(serving: &Running, folder: &Path) -> Self {
        let logs = ["one", "two"].map(|name| folder.join(name));
        let (port, instances) = (serving.url.port().unwrap().to_string(), INSTANCES.to_string());
        let data = serving.data_folder();
        let parts = ["publisher", "--port", &port, "--data-dir", data.to_str().unwrap()];
        let hosting = ["--instances", &instances, "--listen", "0", "--log", "publisher=info"];
        let arguments = [&parts[..], &hosting].concat();
        let start = |log| Running::start_logging(&arguments, log, "Publishing every minute");
        let (one, two) = tokio::join!(start(&logs[0]), start(&logs[1]));
        Self { processes: [one, two], logs, begun: SystemClock.now() }
    }

    /// A moment not before `after` at which all publishers have just been called.
    pub fn all_called(&self, after: Timestamp) -> Timestamp {
        let minutes = after.duration_since(self.begun).as_secs() / 60 + 1;
        self.begun + SignedDuration::from_mins(minutes) + IN_MEMORY
    }

    /// Calls the publishers for pins, each for one of them, half of them in each process.
    pub async fn kick(&self, pins: &[Value]) {
        let calls = pins.iter().zip(self.processes.iter().cycle()).map(|(pin, process)| async {
            let event = json!({ "pins": [{ "owner": "alice", "id": pin["id"], "due_at": pin["publish_at"] }] });
            let kind = HeaderName::from_static("x-amz-invocation-type");
            let path = "2015-03-31/functions/pinwheel-publisher/invocations";
            let mut caller = Person::at(&process.url);
            let taken = caller.call(Method::POST, path, &[(kind, "Event")], &event).await.unwrap();
            taken.expect_success("the call").unwrap();
        });
        join_all(calls).await;
    }

    /// Stops both; answers what the invocations of each did.
    pub async fn stop(self) -> [Invocations; 2] {
        for process in self.processes {
            println!("  peak memory of a process      {} MiB", process.peak_memory_kib() / 1024);
            process.signal("TERM").await;
            assert_eq!(process.end().await.0, Some(0));
        }
        self.logs.map(|log| Invocations::read(&log))
    }
}

/// What the invocations of a process did, by their log.
#[derive(Debug)]
pub struct Invocations {
    /// How often any of them did an account's own work.
    pub met_accounts: usize,
    /// How many had a pin refused for a time.
    pub refused: usize,
    /// How many pins each has posted that has posted any.
    pub posted: Vec<u32>,
}

impl Invocations {
    fn read(log: &Path) -> Self {
        let log = std::fs::read_to_string(log).unwrap();
        let done: Vec<_> = log.lines().filter(|line| line.contains("the invocation is done")).collect();
        let met = done.iter().map(|line| number(line, "accounts")).sum::<u32>();
        Self {
            met_accounts: usize::try_from(met).unwrap(),
            refused: done.iter().filter(|line| number(line, "rescheduled") > 0).count(),
            posted: done.iter().map(|line| number(line, "published")).filter(|posted| *posted > 0).collect(),
        }
    }
}

/// The number of a field of a report.
fn number(line: &str, field: &str) -> u32 {
    let (_, rest) = line.split_once(&format!("{field}: ")).unwrap();
    rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}
