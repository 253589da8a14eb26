//! Templates, uploaded files and connected accounts.

use jiff::SignedDuration;
use pinterest_sim::Decision;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Limit, Mode, ReconnectReason};
use tests::{Answer, World, files};

use super::{full, limit, reached, used};
use crate::sandbox_token::{paste, portal_token, sandbox};

async fn template(world: &World, owner: &str) -> Answer {
    world.user(owner).post("/v1/templates", &json!({"name": "Recipes"})).await
}

#[tokio::test(start_paused = true)]
async fn templates_are_limited_and_one_that_is_removed_makes_room() {
    let world = World::enabled().await;
    limit(&world, Limit::Templates, 2).await;
    let first = template(&world, "alice").await;
    assert_eq!((first.status, template(&world, "alice").await.status), (201, 201));
    let answer = template(&world, "alice").await;
    assert_eq!(reached(&answer, 409), full("templates", 2));
    assert!(answer.json()["detail"].as_str().unwrap().contains("You have 2 templates, and may have 2."));
    assert_eq!(template(&world, "bob").await.status, 201);
    let path = format!("/v1/templates/{}", first.json()["id"].as_str().unwrap());
    assert_eq!(world.user("alice").put(&path, &json!({"name": "Cakes"})).await.status, 200, "no other one");
    assert_eq!(world.user("alice").delete(&path).await.status, 200);
    assert_eq!(template(&world, "alice").await.status, 201);
    assert_eq!(reached(&template(&world, "alice").await, 409), full("templates", 2));
    limit(&world, Limit::Templates, 0).await;
    assert_eq!(template(&world, "alice").await.status, 201);
    assert_eq!(used(&world, "alice", "templates").await, json!({"most": null, "used": 3, "is_exact": true}));
}

async fn announce(world: &World, owner: &str, size: u64) -> Answer {
    world.user(owner).post("/v1/media", &json!({"content_type": "video/mp4", "size": size})).await
}

fn path(file: &Answer) -> String {
    assert_eq!(file.status, 201, "{}", file.text());
    format!("/v1/media/{}", file.json()["id"].as_str().unwrap())
}

#[tokio::test(start_paused = true)]
async fn files_are_limited_by_their_bytes_and_what_goes_makes_room() {
    let world = World::enabled().await;
    limit(&world, Limit::Media, 2).await;
    let large = announce(&world, "alice", 1_200_000_000).await;
    let small = announce(&world, "alice", 700_000_000).await;
    assert_eq!(small.status, 201);
    let answer = announce(&world, "alice", 200_000_000).await;
    assert_eq!(reached(&answer, 409), ("media_bytes".to_owned(), 2_000_000_000, 1_900_000_000));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    for words in ["take 1.90 GB", "may have 2 GB", "has 200 MB", "Delete some"] {
        assert!(detail.contains(words), "{words}: {detail}");
    }
    assert_eq!(announce(&world, "alice", 100_000_000).await.status, 201, "all of it");
    assert_eq!(
        reached(&announce(&world, "alice", 1).await, 409),
        ("media_bytes".to_owned(), 2_000_000_000, 2_000_000_000)
    );
    assert_eq!(announce(&world, "bob", 1_900_000_000).await.status, 201);
    assert_eq!(world.user("alice").delete(&path(&large)).await.status, 200);
    assert_eq!(announce(&world, "alice", 1_200_000_000).await.status, 201, "at once");
    // What is not uploaded goes away by itself.
    assert_eq!(reached(&announce(&world, "alice", 1).await, 409).0, "media_bytes");
    world.wait(SignedDuration::from_hours(25)).await;
    assert_eq!(used(&world, "alice", "media_bytes").await["used"], 0);
    assert_eq!(announce(&world, "alice", 2_000_000_000).await.status, 201);
    limit(&world, Limit::Media, 0).await;
    assert_eq!(announce(&world, "alice", 2_000_000_000).await.status, 201, "0 is no limit");
}

#[tokio::test(start_paused = true)]
async fn a_file_is_not_completed_where_others_have_taken_its_room() {
    let world = World::enabled().await;
    limit(&world, Limit::Media, 4).await;
    let mine = world.uploaded("alice", "image/png", &files::png(10, 15)).await;
    let complete = format!("/v1/media/{}/complete", mine["id"].as_str().unwrap());
    let others = announce(&world, "alice", 1_999_999_000).await;
    limit(&world, Limit::Media, 1).await;
    let answer = world.user("alice").post(&complete, &json!({})).await;
    assert_eq!(reached(&answer, 409).0, "media_bytes");
    assert_eq!(world.user("alice").delete(&path(&others)).await.status, 200);
    let answer = world.user("alice").post(&complete, &json!({})).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("ready")), "{}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn many_small_files_are_estimated_and_what_is_refused_was_counted() {
    let world = World::enabled().await;
    limit(&world, Limit::Media, 1).await;
    let mut taken = 0;
    let answer = loop {
        let answer =
            world.user("alice").post("/v1/media", &json!({"content_type": "image/png", "size": 3_000_000})).await;
        if answer.status != 201 {
            break answer;
        }
        taken += 3_000_000;
        assert!(taken <= 1_030_000_000, "a few per cent too many at most");
    };
    let (_, _, count) = reached(&answer, 409);
    assert_eq!(count, taken);
    assert!(taken > 997_000_000, "{taken}");
}

async fn connect(world: &World, owner: &str, username: &str) -> Answer {
    let browser = world.browser();
    let callback = browser.consent(&browser.start(owner).await, username, Decision::Allow);
    browser.open(&callback).await
}

async fn begin(world: &World, body: serde_json::Value) -> Answer {
    world.user("alice").post("/v1/accounts/connect", &body).await
}

#[tokio::test(start_paused = true)]
async fn accounts_are_limited_and_one_that_is_connected_can_be_connected_again() {
    let world = World::ready().await;
    limit(&world, Limit::Accounts, 1).await;
    // Two consents at a time: the second account is one too many when it comes back.
    let (browser, other) = (world.browser(), world.browser());
    let first = browser.consent(&browser.start("alice").await, "shop", Decision::Allow);
    let second = other.consent(&other.start("alice").await, "creator", Decision::Allow);
    assert_eq!(browser.open(&first).await.status, 200);
    let page = other.open(&second).await;
    assert_eq!(page.status, 409, "{}", page.text());
    for words in ["You have as many accounts as you may have", "You have 1 connected accounts, and may have 1."] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let accounts = world.user("alice").get("/v1/accounts").await.json();
    let [account] = accounts["items"].as_array().unwrap().as_slice() else { panic!("{accounts}") };
    let id = account["id"].as_str().unwrap().to_owned();

    let answer = begin(&world, json!({})).await;
    assert_eq!(reached(&answer, 409), full("accounts", 1));
    assert!(answer.json()["detail"].as_str().unwrap().contains("account_id"), "{}", answer.text());
    assert_eq!(reached(&begin(&world, json!({"account_id": "acc_unknown"})).await, 409), full("accounts", 1));
    let again = begin(&world, json!({"account_id": id})).await;
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(connect(&world, "bob", "friend").await.status, 200, "others do not count");

    // Whoever has to be connected again needs no name.
    let platform = world.platform("publisher");
    let mut broken = platform.accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0);
    let version = broken.version;
    broken.needs_reconnect(ReconnectReason::AccessRefused, world.clock.now());
    platform.accounts.save(&mut broken, version).await.unwrap();
    assert_eq!(connect(&world, "alice", "shop").await.status, 200);
    assert_eq!(used(&world, "alice", "accounts").await, json!({"most": 1, "used": 1, "is_exact": true}));

    assert_eq!(world.user("alice").delete(&format!("/v1/accounts/{id}")).await.status, 200);
    assert_eq!(connect(&world, "alice", "creator").await.status, 200, "what is disconnected makes room");
    // The one that was disconnected would be one more.
    assert_eq!(reached(&begin(&world, json!({"account_id": id})).await, 409), full("accounts", 1));
    limit(&world, Limit::Accounts, 0).await;
    assert_eq!(connect(&world, "alice", "shop").await.status, 200, "0 is no limit");
}

#[tokio::test(start_paused = true)]
async fn a_pasted_token_connects_no_account_too_many() {
    let world = sandbox().await;
    limit(&world, Limit::Accounts, 1).await;
    assert_eq!(world.platform("reader").settings.load().await.unwrap().mode, Mode::Sandbox);
    let paste = async |username: &str| paste(&world, "alice", &portal_token(&world, username)).await;
    assert_eq!(paste("shop").await.status, 201);
    assert_eq!(reached(&paste("creator").await, 409), full("accounts", 1));
    assert_eq!(paste("shop").await.status, 201, "the same one again");
}
