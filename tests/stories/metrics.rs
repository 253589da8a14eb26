//! What whoever watches over an installation gets to see: figures, and one line for each request and each pin.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use pinterest_sim::{Decision, Effect};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::State;
use shared::metrics::Metric;
use shared::start::json_log;
use tests::template::Template;
use tests::{Ids, Log, START, World, body_for};
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};

/// How many bytes of log a published pin may cost; those of the invocation itself come on top.
const MOST_BYTES: usize = 300;

/// Logs into `log`, on this thread, while the answer lives.
fn logging(log: &Log) -> (DefaultGuard, Dispatch) {
    let guard = tracing::subscriber::set_default(json_log(log.clone()));
    // With one subscriber tracing asks the thread that logs first whether anybody listens; with two it asks both.
    (guard, Dispatch::new(NoSubscriber::new()))
}

fn lines(log: &Log) -> Vec<Value> {
    log.text().lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

#[tokio::test(start_paused = true)]
async fn every_outcome_is_a_figure_and_an_idle_tick_writes_none() {
    let world = World::enabled().await;
    let alice = world.planner().await;
    world.tick().await;
    assert_eq!(world.figures.bytes(), 0, "nothing happened");
    alice.plan("now").await;
    alice.failed().await;
    alice.in_review(Effect::After).await;
    world.simulator.clear_faults();
    world.wait(SignedDuration::from_mins(10)).await;
    world.tick().await;
    let [lateness] = world.figures.of(Metric::LatenessMs)[..] else { panic!("one was published") };
    assert!((0..1000).contains(&lateness), "{lateness}");
    assert_eq!(world.figures.of(Metric::Published), [1]);
    assert_eq!(world.figures.of(Metric::Failed), [1]);
    assert_eq!(world.figures.of(Metric::NeedsReview), [1]);
    assert_eq!(world.figures.of(Metric::AccountsNeedReconnect), Vec::<i64>::new());
}

#[tokio::test(start_paused = true)]
async fn an_account_to_be_connected_again_is_a_figure_and_so_is_work_that_was_left_lying() {
    let world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    for number in 0..3 {
        world.seed_pin(&seeded, &format!("Pin {number}"), START).await;
    }
    world.wait(SignedDuration::from_mins(7)).await;
    world.simulator.revoke_tokens("shop").expect("the simulator knows them");
    world.tick().await;
    assert_eq!(world.figures.of(Metric::AccountsNeedReconnect), [1], "one account, whatever its pins");
    let [overdue] = world.figures.of(Metric::OldestOverdueMs)[..] else { panic!("one tick") };
    assert!((420_000..421_000).contains(&overdue), "{overdue}");
}

#[tokio::test(start_paused = true)]
async fn a_published_pin_leaves_one_line_that_says_who_when_and_how_late() {
    let log = Log::default();
    let _guard = logging(&log);
    let world = World::new().await;
    world.enable().await;
    let seeded = world.seed_account("alice", "shop").await;
    let mut pins = BTreeMap::new();
    for number in 0..20 {
        let pin = world.seed_pin(&seeded, &format!("Pin {number}"), START + SignedDuration::from_secs(5)).await;
        pins.insert(pin.id.to_string(), pin);
    }
    let before = log.text().len();
    let span = tracing::info_span!("run", request = "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    tracing::Instrument::instrument(world.tick(), span).await;
    let text = log.text();
    let written: Vec<Value> =
        text[before..].lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    let (of_pins, rest): (Vec<_>, Vec<_>) = written.iter().partition(|line| line["message"] == "an attempt ended");
    assert_eq!(of_pins.len(), 20);
    for line in &of_pins {
        let pin = world.pin(&pins[line["pin"].as_str().expect("an id")]).await;
        assert_eq!(line["account"], seeded.account.id.as_str());
        assert_eq!((&line["status"], &line["attempt"]), (&json!("published"), &json!(1)));
        let State::Published { lateness_ms, .. } = pin.state else { panic!("{pin:?}") };
        assert_eq!(line["lateness_ms"], json!(lateness_ms));
        assert_eq!(line["span"]["request"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    }
    let bytes_of_pins: usize = of_pins.iter().map(|line| line.to_string().len() + 1).sum();
    let a_pin = (bytes_of_pins + world.figures.bytes()) / 20;
    println!("{a_pin} bytes of log a published pin");
    assert!(a_pin <= MOST_BYTES, "{a_pin} bytes a pin: {}", of_pins[0]);
    assert_eq!(rest.len(), 1, "the rest is one line of the invocation: {rest:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_leaves_one_line_without_its_query() {
    let log = Log::default();
    let _guard = logging(&log);
    let world = World::new().await;
    world.user("alice").get("/v1/pins?limit=x").await;
    world.anybody().get("/app/pinterest/board?code=hidden&state=hidden").await;
    let lines = lines(&log);
    let lines: Vec<_> = lines.iter().filter(|line| line["message"] == "a request was answered").collect();
    let [listed, called_back] = lines[..] else { panic!("{lines:?}") };
    assert_eq!(
        (&listed["method"], &listed["path"], &listed["status"]),
        (&json!("GET"), &json!("/v1/pins"), &json!(422))
    );
    assert_eq!((&listed["took_ms"], &listed["span"]["request"]), (&json!(0), &json!("request-1")));
    assert_eq!(called_back["path"], "/app/pinterest/board");
    assert!(!log.text().contains("hidden"));
    assert!(world.clock.now() >= START);
}

#[tokio::test(start_paused = true)]
async fn every_change_names_who_made_it_by_a_hash_and_who_only_reads_is_not_named() {
    let log = Log::default();
    let _guard = logging(&log);
    let world = World::ready().await;
    let browser = world.browser();
    let callback = browser.consent(&browser.start("alice-smith").await, "shop", Decision::Allow);
    assert_eq!(browser.open(&callback).await.status, 200);
    let grant = browser.cookie("__Host-pinwheel-pick").unwrap();
    assert_eq!(browser.submit("/app/pinterest/board", &[("grant", &grant)]).await.status, 303);
    for route in world.routes() {
        let path = world.path_of(&route, Ids::ABSENT.of(&route));
        let machine = world.machine("pinwheel/act").with("pinwheel-owner", "alice-smith");
        for caller in [world.user("alice-smith"), world.user("bob-jones"), machine] {
            caller.send(route.method, &path, body_for(&route)).await;
        }
    }
    let lines = lines(&log);
    let who = |line: &Value| line["span"]["by"].as_str().map(str::to_owned);
    let by_message = |message| lines.iter().filter(move |line| line["message"] == message);
    let alice = who(by_message("an account was connected").next().unwrap()).expect("the callback names who began");
    assert_eq!(by_message("boards were picked").next().map(who), Some(Some(alice.clone())));
    let mut changes = 0;
    for line in by_message("a request was answered").filter(|line| line["path"] != "/app/pinterest/board") {
        let is_read = line["method"] == "GET" || line["method"] == "HEAD";
        let is_change = !is_read && line["status"] != 401 && line["status"] != 403;
        if is_change && !line["path"].as_str().unwrap().starts_with("/v1/settings") {
            changes += 1;
            let by = who(line).unwrap_or_else(|| panic!("nobody is named: {line}"));
            assert_eq!(by.trim_start_matches("machine/").len(), 16, "{line}");
        } else if is_read {
            assert_eq!(who(line), None, "{line}");
        }
    }
    let callers: BTreeSet<_> = lines.iter().filter_map(who).collect();
    assert!(changes > 20 && callers.contains(&alice), "{changes}");
    assert_eq!(callers.len(), 4, "alice, bob, a machine and the administrator who saved the settings: {callers:?}");
    assert_eq!(callers.iter().filter(|by| by.starts_with("machine/")).count(), 1, "{callers:?}");
    assert!(!log.text().contains("pinwheel-machine"));
    assert!(!log.text().contains("alice-smith") && !log.text().contains("bob-jones"));
}

#[test]
fn the_alarms_and_the_dashboard_know_exactly_these_figures() {
    let mut known: Vec<_> = Metric::ALL.iter().map(|metric| metric.name().to_owned()).collect();
    known.sort_unstable();
    assert_eq!(Template::read().figures().into_iter().collect::<Vec<_>>(), known);
}
