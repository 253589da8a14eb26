//! The keys that seal tokens are replaced while everything runs.

use std::sync::Arc;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use futures_util::future::join;
use jiff::SignedDuration;
use local::in_process::{Fault as AwsFault, Plan};
use pinterest_sim::{Operation, Rotation};
use publisher::Publisher;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Account, Connection, SealedToken, Setback, State, Status};
use tests::{Disturb, Seeded, TOKEN_KEY, World, invocation};

/// Both keys, key 2 current: what the command in infra/README.md makes of the first ring.
fn both() -> Value {
    json!({"generated": TOKEN_KEY, "keys": {"2": BASE64.encode(&[9; 32])}, "current": 2})
}

/// Key 1 is gone.
fn only_second() -> Value {
    json!({"keys": {"2": BASE64.encode(&[9; 32])}, "current": 2})
}

async fn world() -> (World, Seeded) {
    let world = World::enabled().await;
    let seeded = world.seed_account("alice", "shop").await;
    (world, seeded)
}

/// The number of the key that sealed a token.
fn key_of(sealed: &SealedToken) -> u32 {
    let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).unwrap();
    u32::from_be_bytes(bytes[..4].try_into().unwrap())
}

/// The keys that sealed the account's access and refresh token.
fn keys_of(account: &Account) -> (u32, u32) {
    let tokens = account.tokens().unwrap();
    (key_of(&tokens.access), key_of(tokens.refresh.as_ref().unwrap()))
}

#[tokio::test(start_paused = true)]
async fn keys_change_in_the_middle_of_a_run_and_nothing_fails() {
    let (world, old) = world().await;
    let start = world.clock.now();
    let mut pins = Vec::new();
    for second in 0..60 {
        let at = start + SignedDuration::from_secs(30 + 3 * second);
        pins.push(world.seed_pin(&old, &format!("Pin {second}"), at).await);
    }
    let end = start + SignedDuration::from_mins(5);
    let (.., new) = join(world.schedule_until(end), async {
        world.clock_reaches(start + SignedDuration::from_secs(100)).await;
        world.put_token_keys(&both());
        let new = world.seed_account("bob", "creator").await;
        let pin = world.seed_pin(&new, "Of the new key", start + SignedDuration::from_secs(120)).await;
        pins.push(pin);
        new
    })
    .await;
    for pin in &pins {
        assert_eq!(world.pin(pin).await.state.status(), Status::Published);
    }
    assert_eq!(keys_of(&world.account(&old.account).await), (1, 1));
    assert_eq!(keys_of(&world.account(&new.account).await), (2, 2), "new tokens are sealed by the current key");
}

#[tokio::test(start_paused = true)]
async fn a_ring_that_was_read_before_the_change_opens_tokens_of_the_new_key() {
    let (world, old) = world().await;
    let platform = world.platform("publisher with the first ring");
    let open = async |account: &Account| {
        let sealed = account.tokens().unwrap().access.clone();
        platform.tokens.open_access(account, &sealed).await.map(|token| token.expose().to_owned())
    };
    open(&old.account).await.unwrap();
    world.put_token_keys(&both());
    let new = world.seed_account("bob", "creator").await;
    assert_eq!(keys_of(&new.account), (2, 2));
    assert!(open(&new.account).await.unwrap().starts_with("pina"));
    assert!(open(&old.account).await.unwrap().starts_with("pina"), "old tokens go on opening");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_an_unknown_key_costs_nobody_else_the_ring_while_secrets_manager_is_down() {
    let (world, old) = world().await;
    let down = Disturb::calls("GetSecretValue", 1..=usize::MAX, Plan::fault(AwsFault::ServerError));
    let platform = world.platform_with("publisher with the first ring", &[down]);
    let token = &old.account.tokens().unwrap().access;
    platform.tokens.open_access(&old.account, token).await.unwrap();
    world.put_token_keys(&both());
    let new = world.seed_account("bob", "creator").await;
    let refused = platform.tokens.open_access(&new.account, &new.account.tokens().unwrap().access).await;
    assert_eq!(refused.unwrap_err().to_string(), "could not read the token keys", "which is tried again later");
    platform.tokens.open_access(&old.account, token).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_renewal_seals_both_tokens_by_the_current_key_whatever_pinterest_sends() {
    for rotation in [Rotation::OldDies, Rotation::OldStays, Rotation::NotRenewed] {
        let (world, seeded) = world().await;
        world.simulator.set_rotation(rotation);
        world.put_token_keys(&both());
        world.clock.sleep_until(seeded.account.refresh_at.unwrap()).await;
        world.tick().await;
        let renewed = world.account(&seeded.account).await;
        assert_eq!(renewed.token_version, seeded.account.token_version + 1, "{rotation:?}");
        assert_eq!(keys_of(&renewed), (2, 2), "{rotation:?}");
        // Now the old key can go.
        world.put_token_keys(&only_second());
        let pin = world.seed_pin(&seeded, "Without the old key", world.clock.now()).await;
        world.tick().await;
        assert_eq!(world.pin(&pin).await.state.status(), Status::Published, "{rotation:?}");
        world.clock.sleep_until(renewed.refresh_at.unwrap()).await;
        world.tick().await;
        let again = world.account(&seeded.account).await;
        assert_eq!(again.token_version, renewed.token_version + 1, "{rotation:?}: the refresh token opens as well");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_taken_out_too_early_is_named_and_costs_no_account_and_no_pin() {
    let (world, seeded) = world().await;
    world.put_token_keys(&only_second());
    let pin = world.seed_pin(&seeded, "Waits for the key", world.clock.now()).await;
    world.tick().await;
    let waiting = world.pin(&pin).await;
    assert_eq!(waiting.state, State::Scheduled { setback: Some(Setback::TokenKeyMissing) });
    let created = || world.simulator.calls().iter().filter(|call| call.operation == Operation::CreatePin).count();
    assert_eq!(created(), 0);

    // People and programs are told which key it is.
    let shown = world.user("alice").get(&format!("/v1/pins/{}", pin.id)).await.json();
    assert_eq!(shown["reason"]["code"], "token_key_missing", "{shown}");
    let boards = world.user("alice").get(&format!("/v1/accounts/{}/boards", seeded.account.id)).await;
    assert_eq!((boards.status, &boards.json()["code"]), (503, &json!("token_key_missing")), "{}", boards.text());
    assert!(boards.text().contains("Key 1"), "{}", boards.text());

    // Neither the pin nor a renewal that comes due disconnects the account.
    let mut due = world.account(&seeded.account).await;
    let version = due.version;
    due.refresh_at = Some(world.clock.now());
    world.platform("planner").accounts.save(&mut due, version).await.unwrap();
    world.tick().await;
    let account = world.account(&seeded.account).await;
    assert!(matches!(account.connection, Connection::Connected(_)), "{:?}", account.connection);
    assert_eq!(account.tokens(), seeded.account.tokens());

    world.put_token_keys(&both());
    for _ in 0..15 {
        world.wait(SignedDuration::from_mins(1)).await;
        world.tick().await;
    }
    assert_eq!(world.pin(&pin).await.state.status(), Status::Published);
    assert_eq!(created(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_ring_that_is_written_wrongly_leaves_the_last_good_one_in_use() {
    let (world, seeded) = world().await;
    let publisher = Arc::new(Publisher::new(world.platform("publisher")));
    let publish = async |title: &str| {
        let pin = world.seed_pin(&seeded, title, world.clock.now()).await;
        invocation(&publisher, world.clock).await;
        world.pin(&pin).await.state.status()
    };
    assert_eq!(publish("Before").await, Status::Published);
    for wrong in [json!({}), json!({"generated": "short"}), json!({"generated": TOKEN_KEY, "current": 7}), json!([])] {
        world.put_token_keys(&wrong);
        world.wait(SignedDuration::from_mins(6)).await;
        assert_eq!(publish(&format!("With {wrong}")).await, Status::Published);
    }
}
