//! Ctrl-C and SIGTERM: what is in flight is finished, then the program ends with exit code 0.

use std::time::Duration;

use http::Method;
use jiff::SignedDuration;
use local::person::Person;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::people::{connect, plan, set_up, titles, until_status};
use crate::running::Running;

/// Less than what is in flight is waited for.
const SOON: Duration = Duration::from_secs(12);

/// Lets the next pin take so long.
async fn delay_pins(running: &Running, milliseconds: u32) {
    let fault = json!({ "operation": "create_pin", "times": 1, "delay_ms": milliseconds });
    let set = Person::at(&running.url).call(Method::POST, "_pinterest/control/faults", &[], &fault).await.unwrap();
    set.expect_success("the fault").unwrap();
}

/// A pin that is on its way to Pinterest: its id, and its board's.
async fn pin_in_flight(running: &Running, milliseconds: u32) -> (String, String) {
    set_up(&mut running.person("ann", true).await).await;
    let mut alice = running.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    delay_pins(running, milliseconds).await;
    let pin = plan(&mut alice, (&account, &board), "In flight", json!("now")).await;
    until_status(&mut alice, &pin, "publishing").await;
    (pin, board)
}

#[tokio::test]
async fn both_signals_end_it_with_success() {
    for signal in ["TERM", "INT"] {
        let running = Running::serve_ephemeral(&[]).await;
        running.signal(signal).await;
        let (code, said) = running.end().await;
        assert_eq!(code, Some(0), "{signal}");
        assert!(said.contains("Stopping"), "{signal}: {said}");
    }
}

#[tokio::test]
async fn a_pin_in_flight_is_finished_and_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::serve(folder.path(), &[]).await;
    let (pin, board) = pin_in_flight(&first, 3_000).await;
    first.signal("TERM").await;
    assert_eq!(first.end().await.0, Some(0));

    let second = Running::serve(folder.path(), &[]).await;
    let shown = second.person("alice", false).await.get(&format!("v1/pins/{pin}")).await.unwrap().json();
    assert_eq!((&shown["status"], shown["attempts"].as_array().unwrap().len()), (&json!("published"), 1), "{shown}");
    assert_eq!(titles(&second.at("_pinterest"), &board).await, ["In flight"]);
}

#[tokio::test]
async fn a_pin_that_only_waits_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::serve(folder.path(), &[]).await;
    set_up(&mut first.person("ann", true).await).await;
    let mut alice = first.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    let later = SystemClock.now() + SignedDuration::from_mins(2);
    let pin = plan(&mut alice, (&account, &board), "Later", Value::String(later.to_string())).await;
    first.signal("TERM").await;
    assert_eq!(first.end_within(SOON).await.0, Some(0));

    let second = Running::serve(folder.path(), &[]).await;
    let shown = second.person("alice", false).await.get(&format!("v1/pins/{pin}")).await.unwrap().json();
    assert_eq!(shown["status"], "scheduled");
}

#[tokio::test]
async fn asked_twice_it_does_not_wait_for_what_is_in_flight() {
    let running = Running::serve_ephemeral(&[]).await;
    pin_in_flight(&running, 60_000).await;
    running.signal("INT").await;
    running.signal("TERM").await;
    assert_eq!(running.end_within(SOON).await.0, Some(0));
}
