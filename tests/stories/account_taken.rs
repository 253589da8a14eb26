//! A Pinterest account belongs to one owner in each mode, whichever way they connect it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use local::in_process::{Hook, Plan};
use pinterest_sim::Decision;
use shared::domain::{Account, Mode};
use tests::{Disturb, World};

use crate::sandbox_token::{paste, portal_token, sandbox};

/// How an account is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Consent,
    Token,
}

const WAYS: [Way; 2] = [Way::Consent, Way::Token];

/// Connects `shop` for `owner`; answers the status and what is said.
async fn connect(world: &World, owner: &str, way: Way) -> (u16, String) {
    match way {
        Way::Token => {
            let answer = paste(world, owner, &portal_token(world, "shop")).await;
            (if answer.status == 201 { 200 } else { answer.status }, answer.text())
        }
        Way::Consent => {
            let browser = world.browser();
            let callback = browser.consent(&browser.start(owner).await, "shop", Decision::Allow);
            let page = browser.open(&callback).await;
            (page.status, page.text())
        }
    }
}

/// The connected accounts of `owner`.
async fn connected(world: &World, owner: &str) -> Vec<Account> {
    let accounts = world.platform("reader").accounts.list(&owner.parse().unwrap()).await.unwrap();
    accounts.into_iter().filter(|account| account.tokens().is_some()).collect()
}

async fn disconnect(world: &World, owner: &str) {
    let id = connected(world, owner).await.remove(0).id;
    assert_eq!(world.user(owner).delete(&format!("/v1/accounts/{id}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_taken_account_is_refused_in_the_same_words_whichever_way_it_is_connected() {
    for first in WAYS {
        for second in WAYS {
            let world = sandbox().await;
            assert_eq!(connect(&world, "alice-the-first", first).await.0, 200);
            let (status, text) = connect(&world, "bob", second).await;
            assert_eq!(status, 409, "{first:?} {second:?}: {text}");
            assert!(text.contains("This Pinterest account is already connected"), "{text}");
            assert!(text.contains("ask them to disconnect this one first."), "{text}");
            assert!(!text.contains("alice-the-first"), "nobody is told who has it");
            assert!(connected(&world, "bob").await.is_empty());
            disconnect(&world, "alice-the-first").await;
            assert_eq!(connect(&world, "bob", second).await.0, 200, "disconnecting frees it");
            assert_eq!(connect(&world, "alice-the-first", first).await.0, 409, "now it is bob's");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn live_and_sandbox_are_taken_separately() {
    let world = World::enabled().await;
    assert_eq!(connect(&world, "alice", Way::Consent).await.0, 200);
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    assert_eq!(connect(&world, "bob", Way::Token).await.0, 200, "the same person, in the sandbox");
    assert_eq!(connect(&world, "alice", Way::Token).await.0, 409);
    world.change_settings(|settings| settings.mode = Mode::Live).await;
    assert_eq!(connect(&world, "bob", Way::Consent).await.0, 409);
    let (alices, bobs) = (connected(&world, "alice").await.remove(0), connected(&world, "bob").await.remove(0));
    assert_eq!((alices.mode, bobs.mode), (Mode::Live, Mode::Sandbox));
    assert_eq!(alices.user_id, bobs.user_id);
    disconnect(&world, "bob").await;
    assert_eq!(connect(&world, "bob", Way::Consent).await.0, 409, "freeing one mode does not free the other");
}

/// A world in which the functions that connect wait before one of their calls to the table.
async fn slow_for_one_call(operation: &'static str, number: usize) -> World {
    let mut world = sandbox().await;
    let slow = Disturb::calls(operation, number..=number, Plan { wait: Duration::from_secs(5), fault: None });
    let hooks = [slow as Arc<dyn Hook>];
    let oauth = oauth::router(world.platform_with("slow oauth", &hooks));
    world.replace(oauth::ROUTES, oauth);
    let accounts = accounts::router(world.platform_with("slow accounts", &hooks));
    world.replace(accounts::ROUTES, accounts);
    world
}

#[tokio::test(start_paused = true)]
async fn of_two_owners_at_the_same_time_exactly_one_gets_the_account() {
    for (one, two) in [(Way::Token, Way::Token), (Way::Consent, Way::Token), (Way::Consent, Way::Consent)] {
        // Whichever call of the two is held up meanwhile.
        for (operation, calls) in [("TransactWriteItems", 3), ("GetItem", 8), ("Query", 2)] {
            for number in 0..calls {
                let world = slow_for_one_call(operation, number).await;
                let race = join(connect(&world, "alice", one), connect(&world, "bob", two)).await;
                let mut statuses = [race.0.0, race.1.0];
                statuses.sort_unstable();
                assert_eq!(statuses, [200, 409], "{one:?} {two:?}, {operation} {number}: {race:?}");
                let (alices, bobs) = (connected(&world, "alice").await, connected(&world, "bob").await);
                assert_eq!(alices.len() + bobs.len(), 1, "{one:?} {two:?}, {operation} {number}");
                let winner = alices.first().or(bobs.first()).unwrap();
                let link = world.platform("reader").accounts.find_link(Mode::Sandbox, &winner.user_id).await.unwrap();
                assert_eq!(link.map(|link| link.account_id), Some(winner.id.clone()));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_disconnection_and_a_connection_by_somebody_else_no_two_owners_come() {
    for number in 0..3 {
        let world = slow_for_one_call("TransactWriteItems", number).await;
        assert_eq!(connect(&world, "alice", Way::Token).await.0, 200);
        let (bob, ()) = join(connect(&world, "bob", Way::Token), disconnect(&world, "alice")).await;
        assert!(connected(&world, "alice").await.is_empty(), "she disconnected it");
        assert_eq!(connected(&world, "bob").await.len(), usize::from(bob.0 == 200), "{bob:?}");
        if bob.0 != 200 {
            assert_eq!(connect(&world, "bob", Way::Token).await.0, 200, "it is free afterwards");
        }
    }
}
