//! Another Pinterest app is entered: its accounts go on with what they have and ask to be connected again.

use jiff::SignedDuration;
use pinterest_sim::Operation;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Account, Hold, State, Status};
use tests::{APP_ID, Seeded, World, settings_request};

/// The app before.
const FORMER: &str = "999";

/// A world with an account that was connected through the former app, while that one was entered.
async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    world.connect("alice", "shop").await;
    let mut account = load(&world).await;
    let version = account.version;
    account.app_id = FORMER.parse().unwrap();
    world.platform("oauth").accounts.save(&mut account, version).await.unwrap();
    world.change_settings(|settings| settings.app_id = Some(FORMER.parse().unwrap())).await;
    let board = world.board("shop", "New arrivals");
    (world, Seeded { account, board })
}

async fn load(world: &World) -> Account {
    world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap().remove(0)
}

/// The state and the reason that alice reads, the same in the list and alone.
async fn told(world: &World, id: &str) -> (Value, Value) {
    let account = world.user("alice").get(&format!("/v1/accounts/{id}")).await.json();
    assert_eq!(world.user("alice").get("/v1/accounts").await.json()["items"], json!([account]));
    (account["state"].clone(), account["reason"].clone())
}

fn renewals(world: &World) -> usize {
    world.simulator.calls().iter().filter(|call| call.operation == Operation::RefreshToken).count()
}

/// An administrator enters the simulator's app; answers the warnings.
async fn enter_another_app(world: &World) -> Value {
    let mut without_secret = settings_request();
    without_secret.as_object_mut().unwrap().remove("app_secret");
    let refused = world.admin().put("/v1/settings", &without_secret).await;
    assert_eq!(refused.wrong_fields(), [("app_secret".to_owned(), "secret_required".to_owned())]);
    let saved = world.admin().put("/v1/settings", &settings_request()).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    saved.json()["warnings"].clone()
}

#[tokio::test(start_paused = true)]
async fn accounts_of_another_app_ask_to_be_connected_again_and_go_on_publishing() {
    let (world, seeded) = world().await;
    let id = seeded.account.id.to_string();
    assert_eq!(told(&world, &id).await, (json!("connected"), Value::Null));
    let warnings = enter_another_app(&world).await;
    assert_eq!(warnings[0]["code"], "accounts_need_reconnect", "{warnings}");
    let (state, reason) = told(&world, &id).await;
    assert_eq!((state, &reason["code"]), (json!("needs_reconnect"), &json!("app_changed")));
    assert!(reason["message"].as_str().unwrap().contains("before its access token expires"), "{reason}");
    let boards = world.user("alice").get(&format!("/v1/accounts/{id}/boards")).await;
    assert_eq!(boards.status, 200, "its access token is still good");
    let pin = world.seed_pin(&seeded, "Goes out all the same", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn tokens_of_another_app_are_not_renewed_and_hold_the_pins_when_they_end() {
    let (world, seeded) = world().await;
    enter_another_app(&world).await;
    let ends = seeded.account.tokens().unwrap().access_expires_at;
    while let Some(at) = load(&world).await.refresh_at {
        world.clock.sleep_until(at).await;
        world.tick().await;
    }
    let late = world.clock.now().duration_since(ends);
    assert!(late > SignedDuration::ZERO && late < SignedDuration::from_mins(10), "the end is noticed: {late}");
    let pin = world.seed_pin(&seeded, "Too late", world.clock.now()).await;
    for _ in 0..3 {
        world.tick().await;
        world.wait(SignedDuration::from_mins(1)).await;
    }
    assert_eq!(world.pin(&pin).await.state, State::Held { reason: Hold::NeedsReconnect, until: None });
    assert_eq!(renewals(&world), 0, "another app cannot renew them");
    let (state, reason) = told(&world, seeded.account.id.as_str()).await;
    assert_eq!((state, &reason["code"]), (json!("needs_reconnect"), &json!("app_changed")));
    assert_eq!(world.connect("alice", "shop").await, seeded.account.id.as_str());
    assert_eq!(told(&world, seeded.account.id.as_str()).await, (json!("connected"), Value::Null));
    world.tick().await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published, "the reconnection released it");
}

#[tokio::test(start_paused = true)]
async fn connecting_again_through_the_present_app_mends_it_and_renewals_go_on() {
    let (world, seeded) = world().await;
    enter_another_app(&world).await;
    assert_eq!(world.connect("alice", "shop").await, seeded.account.id.as_str(), "it stays the same account");
    assert_eq!(told(&world, seeded.account.id.as_str()).await, (json!("connected"), Value::Null));
    let account = load(&world).await;
    assert_eq!(account.app_id.as_str(), APP_ID);
    world.clock.sleep_until(account.refresh_at.unwrap()).await;
    world.tick().await;
    assert_eq!((renewals(&world), load(&world).await.token_version), (1, account.token_version + 1));
}

#[tokio::test(start_paused = true)]
async fn entering_the_former_app_again_mends_it_without_anybody() {
    let (world, seeded) = world().await;
    enter_another_app(&world).await;
    world.change_settings(|settings| settings.app_id = Some(FORMER.parse().unwrap())).await;
    assert_eq!(told(&world, seeded.account.id.as_str()).await, (json!("connected"), Value::Null));
}
