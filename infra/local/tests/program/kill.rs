//! A publisher that is killed again and again while pins go out: none lost, none double, none in limbo.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::crowd::{Crowd, Schedule, text};
use crate::running::Running;
use crate::tally::Tally;

const PINS: usize = 500;
const ACCOUNTS: usize = 25;

/// At least so often is the publisher killed.
const KILLS: usize = 25;

/// How long the settling of what the dead left behind may take: a lease and two looks.
const SETTLING: Duration = Duration::from_mins(8);

/// Starts a publisher whose leases are short, as a process of its own.
async fn publisher(serving: &Running) -> Running {
    let port = serving.url.port().unwrap().to_string();
    let folder = serving.data_folder();
    let parts = ["publisher", "--port", &port, "--data-dir", folder.to_str().unwrap()];
    let arguments = [&parts[..], &["--time-limit", "60", "--log", "error"]].concat();
    Running::start(&arguments, &[], "Publishing every minute").await
}

/// Lets every post take a moment: half of them before Pinterest does it, and half of them after. Boards show a pin of
/// the second half most of a minute later.
async fn slow_down(crowd: &mut Crowd) {
    let before = json!({ "operation": "create_pin", "probability": 0.5, "effect": "before", "delay_ms": 300 });
    let after = json!({ "operation": "create_pin", "effect": "after", "delay_ms": 300, "visible_after_ms": 45_000 });
    for fault in [before, after] {
        crowd.control("faults", &fault).await;
    }
}

/// What the kills did.
struct Kills {
    begun: Timestamp,
    ended: Timestamp,
    count: usize,
    /// Kills that met at least one pin between its claim and its outcome.
    struck: usize,
    /// The pins that they met there.
    pins: BTreeSet<String>,
}

impl Kills {
    /// Starts a publisher and kills it, again and again until `last`, at random moments.
    async fn until(last: Timestamp, serving: &Running, crowd: &mut Crowd, random: &mut StdRng) -> Self {
        let now = SystemClock.now();
        let mut kills = Self { begun: now, ended: now, count: 0, struck: 0, pins: BTreeSet::new() };
        // On a slow machine many publishers are killed before they publish; then more of them are.
        let too_few = |kills: &Self| kills.struck < KILLS / 3 && kills.count < 4 * KILLS;
        while kills.count < KILLS || SystemClock.now() < last || too_few(&kills) {
            let publisher = publisher(serving).await;
            tokio::time::sleep(Duration::from_millis(random.random_range(100..4_000))).await;
            publisher.kill().await;
            kills.look(crowd).await;
        }
        kills.ended = SystemClock.now();
        kills
    }

    /// Looks at what a publisher was doing that has just been killed.
    async fn look(&mut self, crowd: &mut Crowd) {
        let before = self.pins.len();
        let publishing = crowd.pins(Some("publishing")).await;
        // Those with a reason are being looked for already.
        let claimed = publishing.iter().filter(|pin| pin["reason"].is_null());
        self.pins.extend(claimed.map(|pin| text(pin, "id").to_owned()));
        self.count += 1;
        self.struck += usize::from(self.pins.len() > before);
    }
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, struck, pins, .. } = self;
        let seconds = self.ended.duration_since(self.begun).as_secs();
        writeln!(f, "  kills                         {count} in {seconds} s")?;
        writeln!(f, "  kills that struck pins        {struck}")?;
        writeln!(f, "  pins that they struck         {}", pins.len())?;
        let settled = SystemClock.now().duration_since(self.ended).as_secs();
        write!(f, "  settled after the last kill   {settled} s")
    }
}

/// Where the random moments are drawn from: `SEED`, or something new.
#[expect(clippy::disallowed_methods, reason = "a run is repeated by the seed that it printed")]
fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| SystemClock.now().as_millisecond().unsigned_abs())
}

async fn until_all_are_settled(crowd: &mut Crowd) {
    let settling = async {
        loop {
            let pins = crowd.pins(None).await;
            let is_settled = |status: &str| matches!(status, "published" | "needs_review" | "failed" | "held");
            if pins.iter().all(|pin| is_settled(text(pin, "status"))) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    // Where the bound is not kept, the counts show what is left.
    let _ = tokio::time::timeout(SETTLING, settling).await;
}

#[tokio::test]
#[ignore = "takes about five minutes; .ci/processes runs it"]
async fn a_publisher_that_is_killed_at_random_moments_loses_and_doubles_nothing() {
    let seed = seed();
    println!("kills drawn from SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let serving = Running::start(&["--port", "0", "--ephemeral", "--without-publisher"], &[], "to stop").await;
    let mut crowd = Crowd::at(&serving).await;
    crowd.gather(ACCOUNTS).await;
    slow_down(&mut crowd).await;
    let first = SystemClock.now() + SignedDuration::from_secs(10);
    let step = SignedDuration::from_millis(750);
    let last = crowd.schedule(&Schedule { title: "Round", pins: PINS, at_once: 5, first, step }).await;
    let kills = Kills::until(last, &serving, &mut crowd, &mut random).await;
    let publisher = publisher(&serving).await;
    until_all_are_settled(&mut crowd).await;

    println!("{kills}");
    let tally = Tally::of(&mut crowd).await;
    let unanswered = |call: &&Value| call["operation"] == "create_pin" && call["status"].is_null();
    println!("  posts without an answer       {}", crowd.told("calls").await.iter().filter(unanswered).count());
    println!("{tally}");
    println!("  publisher's peak memory       {} MiB", publisher.peak_memory_kib() / 1024);
    assert!(tally.is_whole() && tally.reviews == 0, "{tally:?}");
    assert_eq!(tally.found + tally.posted_again, kills.pins.len(), "each pin that was struck was looked for");
    assert_eq!(tally.pins, PINS);
    assert!(kills.struck >= KILLS / 3, "kills have to strike pins");
}
