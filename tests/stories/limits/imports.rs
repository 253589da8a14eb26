//! Files of pins: rows beyond the limit are told by their line, and so many files are taken on a day.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::Limit;
use tests::{Answer, World, file, long_file};

use super::{full, limit, reached, used};

async fn send(world: &World, account: &str, query: &str, file: String) -> Answer {
    world.user("alice").upload(&format!("/v1/pins/import?account_id={account}{query}"), file).await
}

/// The import as it is once its pins are stored.
async fn stored(world: &World, answer: &Answer) -> Value {
    assert_eq!(answer.status, 202, "{}", answer.text());
    world.parts.lambda.finish().await;
    let path = format!("/v1/pins/imports/{}", answer.json()["id"].as_str().unwrap());
    world.user("alice").get(&path).await.json()
}

#[tokio::test(start_paused = true)]
async fn rows_beyond_the_limit_are_refused_by_line_and_nothing_is_lost() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    limit(&world, Limit::WaitingPins, 3).await;
    let checked = send(&world, &account, "&dry_run=true", file(5)).await.json();
    assert_eq!((&checked["good"], &checked["refused"], &checked["accepted"]), (&json!(3), &json!(2), &json!(false)));
    let answer = send(&world, &account, "", file(5)).await;
    let line = |line: u32| (format!("line {line}: row"), "limit_reached".to_owned());
    assert_eq!(answer.wrong_fields(), [line(5), line(6)], "{}", answer.text());
    let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    for words in ["You have 0 pins that wait", "may have 3", "would add 5", "Idempotency-Key"] {
        assert!(message.contains(words), "{words}: {message}");
    }
    assert_eq!(used(&world, "alice", "waiting_pins").await["used"], 0, "all or nothing");

    let import = stored(&world, &send(&world, &account, "&mode=good", file(5)).await).await;
    assert_eq!((&import["stored"], &import["refused"]), (&json!(3), &json!(2)));
    let rows = format!("/v1/pins/imports/{}/rows?status=error", import["id"].as_str().unwrap());
    let rows = world.user("alice").get(&rows).await.json();
    let lines: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!((lines, &rows["items"][0]["errors"][0]["code"]), (vec![5, 6], &json!("limit_reached")));
    assert_eq!(used(&world, "alice", "waiting_pins").await["used"], 3);

    // As the rows say: once more under another key when there is room.
    limit(&world, Limit::WaitingPins, 5).await;
    let again = world.user("alice").with("idempotency-key", "again");
    let again = again.upload(&format!("/v1/pins/import?account_id={account}&mode=good"), file(5)).await;
    let import = stored(&world, &again).await;
    assert_eq!((&import["stored"], &import["already_planned"], &import["refused"]), (&json!(2), &json!(3), &json!(0)));
    assert_eq!(used(&world, "alice", "waiting_pins").await["used"], 5);
}

#[tokio::test(start_paused = true)]
async fn a_file_counts_as_many_pins_as_it_has_at_once() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    limit(&world, Limit::WaitingPins, 2_000).await;
    let answer = send(&world, &account, "", long_file(2_000)).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    // Before the importer has stored anything; of the part that it begins with nobody knows.
    let next = send(&world, &account, "&mode=good&time_zone=Europe/Berlin", file(1_500)).await;
    assert_eq!(next.status, 202, "{}", next.text());
    let refused = next.json()["refused"].as_u64().unwrap();
    assert!(refused > 500, "{refused}");
    world.parts.lambda.finish().await;
    let next = send(&world, &account, "", file(3)).await;
    assert_eq!((next.status, next.wrong_fields().len()), (422, 3), "{}", next.text());
}

#[tokio::test(start_paused = true)]
async fn so_many_files_are_taken_on_a_day() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    limit(&world, Limit::ImportsPerDay, 2).await;
    for rows in [1, 2] {
        stored(&world, &send(&world, &account, "", file(rows)).await).await;
    }
    let answer = send(&world, &account, "", file(3)).await;
    assert_eq!(reached(&answer, 429), full("imports_per_day", 2));
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    let midnight = world.clock.now() + SignedDuration::from_secs(wait);
    assert_eq!(midnight.to_string(), "2027-01-16T00:00:00Z");
    assert!(
        answer.json()["detail"].as_str().unwrap().contains("You imported 2 files today (UTC)"),
        "{}",
        answer.text()
    );
    assert_eq!(used(&world, "alice", "imports_per_day").await, json!({"most": 2, "used": 2, "is_exact": true}));

    // What is only checked, or was taken before, or is of somebody else, is no other file.
    assert_eq!(send(&world, &account, "&dry_run=true", file(3)).await.status, 200);
    assert_eq!(send(&world, &account, "", file(2)).await.status, 202);
    assert_eq!(used(&world, "bob", "imports_per_day").await["used"], 0);
    world.clock_reaches(midnight).await;
    assert_eq!(send(&world, &account, "", file(3)).await.status, 202);
    limit(&world, Limit::ImportsPerDay, 0).await;
    for rows in 4..9 {
        assert_eq!(send(&world, &account, "", file(rows)).await.status, 202, "0 is no limit");
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_come_at_the_same_moment_are_counted_each() {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    limit(&world, Limit::ImportsPerDay, 3).await;
    let files = (1..=8).map(|rows| send(&world, &account, "", file(rows)));
    let answers = futures_util::future::join_all(files).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 5, "{statuses:?}");
}
