//! The same Pinterest account is connected again.

use jiff::SignedDuration;
use pinterest_sim::Decision;
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Account, ReconnectReason, Status};
use tests::{START, Seeded, World, settings_request};

async fn connect(world: &World, owner: &str) -> u16 {
    let browser = world.browser();
    let callback = browser.consent(&browser.start(owner).await, "shop", Decision::Allow);
    browser.open(&callback).await.status
}

async fn accounts(world: &World, owner: &str) -> Vec<Account> {
    world.platform("reader").accounts.list(&owner.parse().unwrap()).await.unwrap()
}

async fn only_account(world: &World) -> Account {
    let mut accounts = accounts(world, "alice").await;
    assert_eq!(accounts.len(), 1);
    accounts.remove(0)
}

async fn disconnect(world: &World) {
    let mut account = only_account(world).await;
    let version = account.version;
    account.disconnected(START);
    world.platform("accounts").accounts.disconnect(&mut account, version).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn it_stays_the_same_account_with_new_tokens_and_its_boards() {
    let world = World::ready().await;
    assert_eq!(connect(&world, "alice").await, 200);
    let mut before = only_account(&world).await;
    let version = before.version;
    before.channels = vec!["7".parse().unwrap()];
    world.platform("accounts").accounts.save(&mut before, version).await.unwrap();
    world.wait(SignedDuration::from_hours(24)).await;
    assert_eq!(connect(&world, "alice").await, 200);
    let after = only_account(&world).await;
    assert_eq!((&after.id, &after.channels, after.created_at), (&before.id, &before.channels, before.created_at));
    assert_eq!(after.token_version, before.token_version + 1);
    assert_ne!(after.tokens(), before.tokens());
    assert_eq!((after.release_at, after.releases_left), (Some(world.clock.now()), 3));
}

#[tokio::test(start_paused = true)]
async fn pins_that_waited_for_the_connection_are_released() {
    let world = World::ready().await;
    let seeded = world.seed_account("alice", "shop").await;
    let mut broken = seeded.account.clone();
    broken.needs_reconnect(ReconnectReason::AccessRefused, world.clock.now());
    world.platform("accounts").accounts.save(&mut broken, seeded.account.version).await.unwrap();
    let pin = world.seed_pin(&seeded, "Waits", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Held);
    assert_eq!(connect(&world, "alice").await, 200);
    let seeded = Seeded { account: only_account(&world).await, ..seeded };
    assert_eq!(seeded.account.reconnect_reason(world.clock.now()), None);
    world.tick().await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_account_comes_back_as_itself() {
    let world = World::ready().await;
    assert_eq!(connect(&world, "alice").await, 200);
    let before = only_account(&world).await;
    disconnect(&world).await;
    assert_eq!(connect(&world, "alice").await, 200);
    let after = only_account(&world).await;
    assert_eq!((&after.id, after.releases_left), (&before.id, 3));
    assert!(after.tokens().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_account_is_free_for_somebody_else() {
    let world = World::ready().await;
    assert_eq!(connect(&world, "alice").await, 200);
    assert_eq!(connect(&world, "bob").await, 409);
    disconnect(&world).await;
    assert_eq!(connect(&world, "bob").await, 200);
    assert_eq!(connect(&world, "alice").await, 409, "now it is bob's");
    assert!(only_account(&world).await.tokens().is_none());
}

#[tokio::test(start_paused = true)]
async fn each_mode_has_an_account_of_its_own() {
    let world = World::ready().await;
    assert_eq!(connect(&world, "alice").await, 200);
    let mut request = settings_request();
    request["mode"] = json!("sandbox");
    assert_eq!(world.admin().put("/v1/settings", &request).await.status, 200);
    assert_eq!(connect(&world, "alice").await, 200);
    let accounts = accounts(&world, "alice").await;
    assert_eq!(accounts.len(), 2);
    assert_ne!(accounts[0].mode, accounts[1].mode);
    assert_eq!(accounts[0].user_id, accounts[1].user_id);
}

#[tokio::test(start_paused = true)]
async fn an_account_of_the_former_app_belongs_to_the_present_one_afterwards() {
    let world = World::ready().await;
    assert_eq!(connect(&world, "alice").await, 200);
    let mut account = only_account(&world).await;
    let version = account.version;
    account.app_id = "77".parse().unwrap();
    account.needs_reconnect(ReconnectReason::AppChanged, world.clock.now());
    world.platform("accounts").accounts.save(&mut account, version).await.unwrap();
    assert_eq!(connect(&world, "alice").await, 200);
    let account = only_account(&world).await;
    assert_eq!(account.app_id.as_str(), tests::APP_ID);
    assert_eq!(account.reconnect_reason(world.clock.now()), None);
}

#[tokio::test(start_paused = true)]
async fn connecting_twice_at_the_same_time_makes_one_account() {
    let world = World::ready().await;
    let statuses = futures_util::future::join(connect(&world, "alice"), connect(&world, "alice")).await;
    assert_eq!(statuses, (200, 200));
    assert_eq!(only_account(&world).await.token_version, 2);
}
