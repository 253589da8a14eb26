//! Storing a file: once, whoever dies on the way, however often it is sent, and however many do it at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use importer::Importer;
use jiff::{SignedDuration, Timestamp};
use local::in_process::{Fault, Hook, Plan};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Import, ImportId, OwnerId};
use shared::kick::ImporterEvent;
use shared::platform::Platform;
use tests::{Cut, Disturb, World, file};

use super::{import, pins, stored, world};

const DEATHS: [Fault; 2] = [Fault::StallsBefore, Fault::StallsAfter];

fn event(id: &str) -> ImporterEvent {
    ImporterEvent { owner: "alice".parse().unwrap(), import: id.parse::<ImportId>().unwrap() }
}

/// A file with long descriptions, so that its rows take several items.
fn long(rows: usize) -> String {
    file(rows).replace("With lemon", &format!("With lemon{}", " and more".repeat(80)))
}

/// Takes events for the importer and does nothing with them, as when a call is lost.
fn lose_calls(world: &World) {
    world.parts.lambda.host("pinwheel-importer", Arc::new(|_| Box::pin(std::future::ready(()))));
}

fn hooked(world: &World, actor: &str, cut: &Arc<Cut>) -> Arc<Platform> {
    let hooks: [Arc<dyn Hook>; 1] = [cut.clone()];
    world.platform_with(actor, &hooks)
}

/// How many pins alice has, all of them different.
async fn count(world: &World) -> usize {
    let (mut ids, mut titles, mut cursor) = (BTreeSet::new(), BTreeSet::new(), String::new());
    loop {
        let page = world.user("alice").get(&format!("/v1/pins?limit=100{cursor}")).await.json();
        for pin in page["items"].as_array().unwrap() {
            ids.insert(pin["id"].as_str().unwrap().to_owned());
            titles.insert(pin["content"]["title"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids.len(), titles.len(), "nothing is there twice");
    ids.len()
}

#[tokio::test(start_paused = true)]
async fn the_same_file_makes_no_pin_twice_unless_a_key_says_so() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    let first = stored(&world, &query, file(3)).await;
    world.wait(SignedDuration::from_hours(1)).await;
    let again = stored(&world, &query, file(3)).await;
    assert_eq!((&again, pins(&world).await.len()), (&first, 3));
    // It is answered also where it would be refused by now.
    world.change_settings(|settings| settings.enabled = false).await;
    world.wait(SignedDuration::from_mins(5)).await;
    assert_eq!(stored(&world, &query, file(3)).await, first);
    world.change_settings(|settings| settings.enabled = true).await;
    world.wait(SignedDuration::from_mins(5)).await;

    for key in ["again", "again", "once-more"] {
        let caller = world.user("alice").with("idempotency-key", key);
        let answer = caller.upload(&format!("/v1/pins/import?{query}"), file(3)).await;
        assert_eq!(answer.status, 202);
        world.parts.lambda.finish().await;
    }
    assert_eq!(pins(&world).await.len(), 3, "what waits is left out under any key");
    let other = stored(&world, &format!("{query}&mode=good"), file(3)).await;
    assert_ne!(other["id"], first["id"], "the same file taken otherwise is another import");
    assert_eq!((&other["total"], &other["already_planned"], &other["status"]), (&json!(0), &json!(3), &json!("done")));

    for pin in pins(&world).await {
        world.user("alice").delete(&format!("/v1/pins/{}", pin["id"].as_str().unwrap())).await;
    }
    for (key, count) in [("again", 0), ("anew", 3), ("anew", 3)] {
        let caller = world.user("alice").with("idempotency-key", key);
        caller.upload(&format!("/v1/pins/import?{query}"), file(3)).await;
        world.parts.lambda.finish().await;
        let list = world.user("alice").get("/v1/pins?status=scheduled").await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), count, "{key}: a new key takes cancelled pins once more");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pin_that_somebody_called_off_stays_so_when_the_file_comes_again() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    lose_calls(&world);
    let id = import(&world, &query, file(2)).await.json()["id"].as_str().unwrap().to_owned();
    let importer = Importer::new(world.platform("importer"));
    importer.handle(event(&id)).await.unwrap();
    let pin = pins(&world).await[0]["id"].as_str().unwrap().to_owned();
    world.user("alice").delete(&format!("/v1/pins/{pin}")).await;
    importer.handle(event(&id)).await.unwrap();
    let path = format!("/v1/pins/{pin}");
    assert_eq!(world.user("alice").get(&path).await.json()["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_lost_call_does_not_lose_the_file() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    lose_calls(&world);
    let import_one = import(&world, &query, file(2)).await.json();
    let path = format!("/v1/pins/imports/{}", import_one["id"].as_str().unwrap());
    world.host_importer(world.platform("importer"));
    let shown = world.user("alice").get(&path).await.json();
    world.parts.lambda.finish().await;
    assert_eq!((&shown["status"], pins(&world).await.len()), (&json!("storing"), 0), "it may still be on its way");
    world.wait(SignedDuration::from_secs(30)).await;
    world.user("alice").get(&path).await;
    world.parts.lambda.finish().await;
    let shown = world.user("alice").get(&path).await.json();
    assert_eq!((&shown["status"], &shown["stored"]), (&json!("done"), &json!(2)));
    assert_ne!(shown["finished_at"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_nobody_asks_for_again_is_stored_within_the_hour() {
    let (world, account) = world().await;
    lose_calls(&world);
    import(&world, &format!("account_id={account}"), file(2)).await;
    world.host_importer(world.platform("importer"));
    world.tick().await;
    world.wait(SignedDuration::from_hours(1)).await;
    let open = async || world.platform("reader").sweeps.open_imports(None).await.unwrap().imports.len();
    assert_eq!((count(&world).await, open().await), (0, 1));
    world.tick().await;
    world.parts.lambda.finish().await;
    assert_eq!((count(&world).await, open().await), (2, 0), "it is stored, so nobody looks after it any more");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_lambda_refuses_is_told_and_made_up_for_by_repeating_the_request() {
    let (world, account) = world().await;
    let query = format!("/v1/pins/import?account_id={account}");
    let router = pins::router(world.platform_of("pins", &[], &[("IMPORTER_FUNCTION", "no-such-function")]));
    let refused = world.user("alice").at(&router).upload(&query, file(2)).await;
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("importer_unavailable")));
    let again = world.user("alice").upload(&query, file(2)).await;
    world.parts.lambda.finish().await;
    assert_eq!((again.status, count(&world).await), (202, 2));
}

#[tokio::test(start_paused = true)]
async fn an_importer_that_dies_at_any_write_leaves_what_the_next_one_finishes() {
    let mut deaths = 0;
    for fault in DEATHS {
        for at in 0.. {
            let (world, account) = world().await;
            lose_calls(&world);
            let answer = import(&world, &format!("account_id={account}"), file(4)).await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let cut = Cut::at_write(at, fault);
            let dying = Importer::new(hooked(&world, "importer", &cut));
            tokio::select! {
                _ = dying.handle(event(&id)) => {}
                () = cut.reached() => {}
            }
            if !cut.was_reached() {
                break;
            }
            deaths += 1;
            Importer::new(world.platform("importer")).handle(event(&id)).await.unwrap();
            let shown = world.user("alice").get(&format!("/v1/pins/imports/{id}")).await.json();
            assert_eq!((&shown["status"], &shown["stored"]), (&json!("done"), &json!(4)), "{fault:?} at {at}");
            assert_eq!(count(&world).await, 4, "{fault:?} at {at}");
        }
    }
    assert!(deaths >= 10, "{deaths}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_dies_at_any_write_is_finished_by_the_same_one() {
    let mut deaths = 0;
    for fault in DEATHS {
        for at in 0.. {
            let (world, account) = world().await;
            let query = format!("/v1/pins/import?account_id={account}");
            let cut = Cut::at_write(at, fault);
            let router = pins::router(hooked(&world, "pins", &cut));
            tokio::select! {
                _ = async { world.user("alice").at(&router).upload(&query, long(300)).await } => {}
                () = cut.reached() => {}
            }
            if !cut.was_reached() {
                break;
            }
            deaths += 1;
            world.wait(SignedDuration::from_secs(31)).await;
            assert_eq!(world.user("alice").upload(&query, long(300)).await.status, 202);
            world.parts.lambda.finish().await;
            assert_eq!(count(&world).await, 300, "{fault:?} at {at}");
        }
    }
    assert!(deaths >= 8, "{deaths}");
}

#[tokio::test(start_paused = true)]
async fn several_that_store_the_same_file_at_a_time_store_it_once() {
    let (world, account) = world().await;
    lose_calls(&world);
    let query = format!("/v1/pins/import?account_id={account}");
    let (alice, other) = (world.user("alice"), world.user("alice"));
    let (first, second) = tokio::join!(alice.upload(&query, long(300)), other.upload(&query, long(300)));
    assert_eq!((first.status, first.json()["id"].clone()), (second.status, second.json()["id"].clone()));
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let importers = ["importer", "importer", "importer"].map(|actor| Importer::new(world.platform(actor)));
    let [a, b, c] = &importers;
    let done = tokio::join!(a.handle(event(&id)), b.handle(event(&id)), c.handle(event(&id)));
    assert!(matches!(done, (Ok(()), Ok(()), Ok(()))));
    let shown = world.user("alice").get(&format!("/v1/pins/imports/{id}")).await.json();
    assert_eq!((&shown["stored"], count(&world).await), (&json!(300), 300));
}

#[tokio::test(start_paused = true)]
async fn an_importer_whose_table_does_not_answer_says_so_and_goes_on_when_called_again() {
    let (world, account) = world().await;
    lose_calls(&world);
    let answer = import(&world, &format!("account_id={account}"), long(300)).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let failing = Disturb::calls("PutItem", 250..=usize::MAX, Plan::fault(Fault::ServerError));
    let failed = Importer::new(world.platform_with("importer", &[failing as _])).handle(event(&id)).await;
    assert!(failed.is_err(), "Lambda calls again");
    let shown = world.user("alice").get(&format!("/v1/pins/imports/{id}")).await.json();
    let stored = shown["stored"].as_u64().unwrap();
    assert!(shown["status"] == "storing" && (1..300).contains(&stored), "{shown}");
    Importer::new(world.platform("importer")).handle(event(&id)).await.unwrap();
    assert_eq!(count(&world).await, 300);
}

#[tokio::test(start_paused = true)]
async fn an_import_is_its_owners_alone() {
    let (world, account) = world().await;
    let import = stored(&world, &format!("account_id={account}"), file(1)).await;
    let id = import["id"].as_str().unwrap();
    for path in [format!("/v1/pins/imports/{id}"), format!("/v1/pins/imports/{id}/rows"), "/v1/pins/imports/x".into()] {
        assert_eq!(world.user("bob").get(&path).await.status, 404, "{path}");
    }
    let others = world.user("bob").upload(&format!("/v1/pins/import?account_id={account}"), file(1)).await;
    assert_eq!(others.status, 422, "the same file of somebody else is another one: {}", others.text());
}

#[tokio::test(start_paused = true)]
async fn an_importer_waits_for_a_table_that_does_not_answer_for_a_while() {
    let (world, account) = world().await;
    lose_calls(&world);
    let answer = import(&world, &format!("account_id={account}"), long(300)).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    // The SDK tries each call three times, 32 calls at a time, before one of the importer's own tries has failed.
    let failing = Disturb::calls("PutItem", 250..=400, Plan::fault(Fault::ServerError));
    Importer::new(world.platform_with("importer", &[failing as _])).handle(event(&id)).await.unwrap();
    assert_eq!(count(&world).await, 300);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_goes_on_with_the_files_that_the_last_one_had_no_time_for() {
    let (world, _) = world().await;
    let platform = world.platform("reader");
    for number in 0..250_u32 {
        let owner = "alice".parse().unwrap();
        let id = ImportId::derived(&owner, &[&number.to_be_bytes()]);
        platform.sweeps.note_import(&absent(owner, id, world.clock.now())).await.unwrap();
    }
    let first = platform.sweeps.open_imports(None).await.unwrap();
    assert_eq!(first.imports.len(), 100);
    world.wait(SignedDuration::from_hours(3)).await;
    // What was noted long ago and never taken is forgotten by one sweep, page by page.
    world.tick().await;
    assert_eq!(platform.sweeps.open_imports(None).await.unwrap().imports.len(), 0);

    let now = world.clock.now();
    platform.sweeps.go_on(now, first.next.clone()).await.unwrap();
    let due = platform.sweeps.take(now, SignedDuration::from_hours(1), "one").await.unwrap().unwrap();
    assert_eq!(due.imports_after, first.next, "the place is kept for one sweep");
    let later = now + SignedDuration::from_hours(1);
    let due = platform.sweeps.take(later, SignedDuration::from_hours(1), "two").await.unwrap().unwrap();
    assert_eq!(due.imports_after, None);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_being_stored_is_seen_behind_a_thousand_of_others() {
    let (world, account) = world().await;
    lose_calls(&world);
    let platform = world.platform("others");
    for number in 0..1_000_u32 {
        let owner = "bob".parse().unwrap();
        let id = ImportId::derived(&owner, &[&number.to_be_bytes()]);
        platform.sweeps.note_import(&absent(owner, id, world.clock.now())).await.unwrap();
    }
    let query = format!("account_id={account}");
    assert_eq!(import(&world, &query, file(3)).await.status, 202);
    let again = world.user("alice").upload(&format!("/v1/pins/import?{query}&dry_run=true"), file(4)).await.json();
    assert_eq!((&again["good"], &again["already_planned"]), (&json!(1), &json!(3)), "{again}");
}

fn absent(owner: OwnerId, id: ImportId, created_at: Timestamp) -> Import {
    Import {
        id,
        owner,
        by: None,
        encoding: "utf-8".to_owned(),
        rows: 1,
        total: 1,
        warned: 0,
        already_planned: 0,
        notes: Vec::new(),
        stored: 0,
        copy: "copy".to_owned(),
        starts: vec![0],
        parts_stored: 0,
        created_at,
        beat_at: None,
        finished_at: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_and_its_rows_are_gone_together_and_the_same_file_says_why_it_makes_nothing() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    // By its id, since nobody renews the account's token meanwhile.
    let by_id = |rows: usize| file(rows).replace("New arrivals", &world.board("shop", "New arrivals"));
    let rows = by_id(2).replace("2027-02-01", "2027-12-01");
    let first = stored(&world, &query, rows.clone()).await;
    let path = format!("/v1/pins/imports/{}", first["id"].as_str().unwrap());
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    world.wait(days(29)).await;
    assert_eq!(world.user("alice").get(&format!("{path}/rows")).await.status, 200);
    // The table has not dropped it yet, as it may take two days to do.
    world.wait(days(1)).await;
    for path in [path.clone(), format!("{path}/rows")] {
        assert_eq!(world.user("alice").get(&path).await.status, 404, "{path}");
    }
    let again = import(&world, &format!("dry_run=true&{query}"), rows.clone()).await.json();
    assert_eq!((&again["good"], &again["already_planned"]), (&json!(0), &json!(2)), "{again}");
    let waiting = pins(&world).await;
    for pin in &waiting {
        world.user("alice").delete(&format!("/v1/pins/{}", pin["id"].as_str().unwrap())).await;
    }
    let again = import(&world, &query, rows.clone()).await;
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("imported_before")), "{}", again.text());
    let caller = world.user("alice").with("idempotency-key", "again");
    assert_eq!(caller.upload(&format!("/v1/pins/import?{query}"), rows.clone()).await.status, 202);
    world.parts.lambda.finish().await;
    assert_eq!(pins(&world).await.len(), 2 + waiting.len());
    // A file of which no pin was made is simply taken, also while the table still has it.
    let other = by_id(3).replace("2027-02-01", "2027-12-05");
    lose_calls(&world);
    assert_eq!(import(&world, &query, other.clone()).await.status, 202);
    world.wait(days(30)).await;
    let again = import(&world, &query, other).await;
    assert_eq!((again.status, &again.json()["stored"]), (202, &json!(0)), "{}", again.text());
}
