//! A restart finds everything, however the process ended.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::people::{connect, plan, set_up, titles, until_status};
use crate::running::Running;

#[tokio::test]
async fn a_restart_after_a_kill_finds_everything() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::serve(folder.path(), &[]).await;
    set_up(&mut first.person("ann", true).await).await;
    let mut alice = first.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    let place = (account.as_str(), board.as_str());
    let published = plan(&mut alice, place, "Before", json!("now")).await;
    until_status(&mut alice, &published, "published").await;
    let draft = plan(&mut alice, place, "Draft", Value::Null).await;
    let settings = first.person("ann", true).await.get("v1/settings").await.unwrap().json();
    first.kill().await;

    let second = Running::serve(folder.path(), &[]).await;
    let found = second.person("ann", true).await.get("v1/settings").await.unwrap().json();
    // The port is another one, and with it the callback's address.
    assert_eq!(json!([found["app_secret"], found["status"]]), json!([settings["app_secret"], "enabled"]));
    let mut alice = second.person("alice", false).await;
    for (pin, status) in [(&published, "published"), (&draft, "draft")] {
        assert_eq!(alice.get(&format!("v1/pins/{pin}")).await.unwrap().json()["status"], status);
    }
    assert_eq!(titles(&second.at("_pinterest"), &board).await, ["Before"]);
    // The token was sealed by a key that has to be the same, and Pinterest has to know it.
    let after = plan(&mut alice, place, "After", json!("now")).await;
    until_status(&mut alice, &after, "published").await;
    assert_eq!(titles(&second.at("_pinterest"), &board).await, ["After", "Before"]);
}

#[tokio::test]
async fn what_came_due_while_it_was_away_is_published_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let first = Running::serve(folder.path(), &[]).await;
    set_up(&mut first.person("ann", true).await).await;
    let mut alice = first.person("alice", false).await;
    let (account, board) = connect(&mut alice).await;
    let soon = SystemClock.now() + SignedDuration::from_secs(2);
    let pin = plan(&mut alice, (&account, &board), "Missed", json!(soon.to_string())).await;
    first.kill().await;
    SystemClock.sleep_until(soon).await;

    let second = Running::serve(folder.path(), &[]).await;
    let mut alice = second.person("alice", false).await;
    until_status(&mut alice, &pin, "published").await;
    assert_eq!(titles(&second.at("_pinterest"), &board).await, ["Missed"]);
}

#[tokio::test]
async fn an_ephemeral_folder_goes_with_the_process() {
    let running = Running::serve_ephemeral(&[]).await;
    let line = running.said.lines().find(|line| line.trim_start().starts_with("data ")).unwrap();
    let folder = line.trim_start().trim_start_matches("data").trim().split(',').next().unwrap().to_owned();
    assert!(std::path::Path::new(&folder).join("table.sqlite").exists(), "{line}");
    running.signal("TERM").await;
    let (code, _) = running.end().await;
    assert_eq!(code, Some(0));
    assert!(!std::path::Path::new(&folder).exists());
}
