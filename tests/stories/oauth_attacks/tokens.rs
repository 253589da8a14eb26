//! Stolen tokens (RFC 9700, 4.14): as far as a client can, it keeps them worthless elsewhere and notices their reuse.

use jiff::SignedDuration;
use pinterest_sim::Operation;
use shared::clock::Clock;
use shared::domain::{ReconnectReason, SealedTokens, Status};
use tests::World;

use super::calls;

/// Puts `tokens` into the row of an account, as somebody with access to the table could.
async fn plant(world: &World, account: &shared::domain::Account, tokens: SealedTokens) {
    let mut account = world.account(account).await;
    let version = account.version;
    account.renewed(tokens, world.clock.now());
    world.platform("thief").accounts.save(&mut account, version).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_copied_into_another_row_publish_nothing() {
    let world = World::enabled().await;
    let victim = world.seed_account("alice", "shop").await;
    let thief = world.seed_account("mallory", "friend").await;
    let stolen = victim.account.tokens().unwrap().clone();
    let swapped = SealedTokens { access: stolen.refresh.clone().unwrap(), ..thief.account.tokens().unwrap().clone() };
    for tokens in [stolen, swapped] {
        plant(&world, &thief.account, tokens).await;
        let pin = world.seed_pin(&thief, "In another's name", world.clock.now()).await;
        world.tick().await;
        assert_ne!(world.pin(&pin).await.state.status(), Status::Published);
        let boards = world.user("mallory").get(&format!("/v1/accounts/{}/boards", thief.account.id)).await;
        assert_eq!((boards.status, boards.json()["code"].as_str()), (500, Some("internal")), "{}", boards.text());
        assert_eq!(calls(&world, Operation::CreatePin), 0);
        assert_eq!(calls(&world, Operation::ListBoards), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_a_thief_used_first_is_noticed_and_shown() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    // With rotation, the thief's use spends the token, so that ours is refused.
    let platform = world.platform("thief");
    let sealed = seeded.account.tokens().unwrap().refresh.clone().unwrap();
    let stolen = platform.tokens.open_refresh(&seeded.account, &sealed).await.unwrap();
    let settings = platform.settings.load().await.unwrap();
    let app = platform.credentials.load(&settings.secret.unwrap().version_id).await.unwrap().unwrap();
    platform.pinterest.refresh(shared::domain::Mode::Live, &app, &stolen).await.unwrap();
    world.clock.sleep_until(seeded.account.refresh_at.unwrap()).await;
    world.tick().await;
    let account = world.account(&seeded.account).await;
    assert_eq!(account.reconnect_reason(world.clock.now()), Some(ReconnectReason::RefreshRefused));
    let shown = world.user("alice").get(&format!("/v1/accounts/{}", account.id)).await.json();
    assert_eq!(shown["state"], "needs_reconnect", "{shown}");
    let tried = calls(&world, Operation::RefreshToken);
    for _ in 0..5 {
        world.wait(SignedDuration::from_hours(1)).await;
        world.tick().await;
    }
    assert_eq!(calls(&world, Operation::RefreshToken), tried, "a refused token is not tried again");
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_account_leaves_no_token_behind() {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    let tokens = seeded.account.tokens().unwrap().clone();
    let sealed = [tokens.access.0.clone(), tokens.refresh.unwrap().0];
    let stored = world.everything_stored().await;
    assert!(sealed.iter().all(|token| stored.contains(token)));
    let answer = world.user("alice").delete(&format!("/v1/accounts/{}", seeded.account.id)).await;
    assert!(answer.status < 300, "{}", answer.text());
    let stored = world.everything_stored().await;
    assert!(!sealed.iter().any(|token| stored.contains(token)));
}
