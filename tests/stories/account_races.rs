//! Two people, or a person and the publisher, meet at one account.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join3};
use jiff::SignedDuration;
use local::in_process::{Hook, Plan};
use pinterest_sim::{Effect, Fault, Operation};
use serde_json::json;
use shared::clock::Clock;
use shared::domain::{Account, Connection, Status};
use tests::{Disturb, Seeded, World};

use crate::sandbox_token::{paste, portal_token, sandbox};

async fn load(world: &World, id: &str) -> Account {
    let accounts = world.platform("reader").accounts.list(&"alice".parse().unwrap()).await.unwrap();
    accounts.into_iter().find(|account| account.id.as_str() == id).unwrap()
}

async fn after_a_second(world: &World) {
    world.wait(SignedDuration::from_secs(1)).await;
}

/// Lets renewals take five seconds at Pinterest, which does them at once.
fn slow_renewal(world: &World) {
    let slow = Fault { delay_ms: Some(5_000), effect: Effect::After, ..Fault::on(Operation::RefreshToken) };
    world.simulator.set_fault(slow);
}

#[tokio::test(start_paused = true)]
async fn boards_are_not_chosen_for_an_account_that_is_disconnected_meanwhile() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let accounts = accounts::router(world.platform_with("slow accounts", &[slow.clone() as Arc<dyn Hook>]));
    let (chooser, other) = (world.user("alice").at(&accounts), world.user("alice"));
    let (path, body) =
        (format!("/v1/accounts/{id}/channels"), json!({"board_ids": [world.board("shop", "New arrivals")]}));
    let (chosen, disconnected) = join(chooser.put(&path, &body), async {
        after_a_second(&world).await;
        other.delete(&format!("/v1/accounts/{id}")).await
    })
    .await;
    assert_eq!((slow.seen(), disconnected.status), (1, 200), "the choice was on its way");
    assert_eq!((chosen.status, &chosen.json()["code"]), (409, &json!("account_disconnected")), "{}", chosen.text());
    let account = load(&world, &id).await;
    assert_eq!((account.connection, account.channels), (Connection::Disconnected, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_disconnection_outlasts_a_choice_of_boards_that_overtakes_it() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let slow = Disturb::calls("TransactWriteItems", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let accounts = accounts::router(world.platform_with("slow accounts", &[slow.clone() as Arc<dyn Hook>]));
    let (leaver, chooser) = (world.user("alice").at(&accounts), world.user("alice"));
    let (path, body) =
        (format!("/v1/accounts/{id}/channels"), json!({"board_ids": [world.board("shop", "New arrivals")]}));
    let account_path = format!("/v1/accounts/{id}");
    let (left, chosen) = join(leaver.delete(&account_path), async {
        after_a_second(&world).await;
        chooser.put(&path, &body).await
    })
    .await;
    assert_eq!((chosen.status, left.status, slow.seen()), (200, 200, 2));
    assert_eq!(load(&world, &id).await.connection, Connection::Disconnected);
}

#[tokio::test(start_paused = true)]
async fn of_reconnections_at_the_same_time_each_counts_and_one_account_stays() {
    let world = sandbox().await;
    let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].as_str().unwrap().to_owned();
    let tokens = [portal_token(&world, "shop"), portal_token(&world, "shop")];
    let browser = world.browser();
    let (one, two, by_consent) =
        join3(paste(&world, "alice", &tokens[0]), paste(&world, "alice", &tokens[1]), browser.connect("alice", "shop"))
            .await;
    assert_eq!((one.status, two.status, by_consent.as_str()), (201, 201, id.as_str()));
    let platform = world.platform("reader");
    let accounts = platform.accounts.list(&"alice".parse().unwrap()).await.unwrap();
    assert_eq!(
        (accounts.len(), accounts[0].token_version),
        (1, 4),
        "no reconnection was lost, none made another account"
    );
    let stored = platform.tokens.open_access(&accounts[0], &accounts[0].tokens().unwrap().access).await.unwrap();
    let answer = platform.pinterest.user_account(accounts[0].mode, &stored).await.unwrap();
    assert_eq!(answer.body.username, "shop", "whichever was last, its token works");
}

#[tokio::test(start_paused = true)]
async fn two_first_connections_of_one_owner_make_one_account() {
    for number in 0..3 {
        let mut world = sandbox().await;
        let slow =
            Disturb::calls("TransactWriteItems", number..=number, Plan { wait: Duration::from_secs(2), fault: None });
        let accounts = accounts::router(world.platform_with("slow accounts", &[slow as Arc<dyn Hook>]));
        world.replace(accounts::ROUTES, accounts);
        let tokens = [portal_token(&world, "shop"), portal_token(&world, "shop")];
        let (one, two) = join(paste(&world, "alice", &tokens[0]), paste(&world, "alice", &tokens[1])).await;
        assert_eq!((one.status, two.status), (201, 201));
        assert_eq!(one.json()["id"], two.json()["id"]);
        let accounts = world.user("alice").get("/v1/accounts").await.json();
        assert_eq!(accounts["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disconnection_during_a_renewal_stays() {
    let world = World::enabled().await;
    let id = world.connect("alice", "shop").await;
    world.clock.sleep_until(load(&world, &id).await.refresh_at.unwrap()).await;
    slow_renewal(&world);
    let alice = world.user("alice");
    let path = format!("/v1/accounts/{id}");
    let (_, left) = join(world.tick(), async {
        after_a_second(&world).await;
        alice.delete(&path).await
    })
    .await;
    assert_eq!(left.status, 200, "{}", left.text());
    let renewals = world.simulator.calls().iter().filter(|call| call.operation == Operation::RefreshToken).count();
    assert_eq!(renewals, 1, "Pinterest did renew them meanwhile");
    let account = load(&world, &id).await;
    assert_eq!((&account.connection, account.due()), (&Connection::Disconnected, None));
    assert_eq!(alice.get(&path).await.json(), left.json());
    for _ in 0..3 {
        world.wait(SignedDuration::from_mins(1)).await;
        world.tick().await;
    }
    assert_eq!(load(&world, &id).await.connection, Connection::Disconnected, "and no later tick brings it back");
    assert_eq!(world.connect("alice", "shop").await, id, "it can be connected again");
}

#[tokio::test(start_paused = true)]
async fn a_reconnection_during_a_renewal_keeps_its_own_tokens() {
    let world = World::enabled().await;
    let id = world.connect("alice", "shop").await;
    let before = load(&world, &id).await;
    world.clock.sleep_until(before.refresh_at.unwrap()).await;
    slow_renewal(&world);
    let (_, reconnected) = join(world.tick(), async {
        after_a_second(&world).await;
        world.connect("alice", "shop").await;
        load(&world, &id).await
    })
    .await;
    let after = load(&world, &id).await;
    assert_eq!((after.token_version, after.tokens()), (before.token_version + 1, reconnected.tokens()));
    assert_eq!(after.refresh_lease_until, None);
    let seeded = Seeded { account: after, board: world.board("shop", "New arrivals") };
    let pin = world.seed_pin(&seeded, "With the reconnection's token", world.clock.now()).await;
    world.tick().await;
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
}

#[tokio::test(start_paused = true)]
async fn a_reconnection_and_a_disconnection_at_the_same_time_end_in_one_of_the_two() {
    for operation in ["TransactWriteItems", "GetItem", "Query"] {
        for number in 0..4 {
            let mut world = sandbox().await;
            let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].clone();
            let slow = Disturb::calls(operation, number..=number, Plan { wait: Duration::from_secs(2), fault: None });
            let accounts = accounts::router(world.platform_with("slow accounts", &[slow as Arc<dyn Hook>]));
            world.replace(accounts::ROUTES, accounts);
            let token = portal_token(&world, "shop");
            let (alice, path) = (world.user("alice"), format!("/v1/accounts/{}", id.as_str().unwrap()));
            let (pasted, left) = join(paste(&world, "alice", &token), alice.delete(&path)).await;
            assert_eq!((pasted.status, left.status), (201, 200));
            let account = load(&world, id.as_str().unwrap()).await;
            let link = world.platform("reader").accounts.find_link(account.mode, &account.user_id).await.unwrap();
            assert_eq!(
                link.is_some(),
                account.tokens().is_some(),
                "{operation} {number}: the account is taken only while it is connected"
            );
        }
    }
}
