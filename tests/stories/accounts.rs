//! Connected accounts: listed, shown, disconnected, and their boards chosen.

use std::time::Duration;

use jiff::SignedDuration;
use local::in_process::{Fault, Hook, Plan};
use pinterest_sim::{FaultAnswer, Operation};
use serde_json::{Value, json};
use shared::domain::{Mode, OwnerId, ReconnectReason, Scopes};
use shared::store::StoreError;
use tests::{Disturb, START, World};

const READ_ONLY: &str = "user_accounts:read,pins:read,boards:read";

fn scopes() -> String {
    Scopes::defaults().to_string()
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn accounts_of_both_modes_are_listed_in_the_order_of_their_connection() {
    let world = World::enabled().await;
    let mut connected = Vec::new();
    for (username, mode) in [("shop", Mode::Live), ("creator", Mode::Sandbox), ("friend", Mode::Live)] {
        connected.push(world.link_as("alice", username, mode, &scopes()).await.unwrap());
        world.wait(SignedDuration::from_secs(1)).await;
    }
    let alice = world.user("alice");
    let all = alice.get("/v1/accounts").await.json();
    assert_eq!(ids(&all), connected);
    assert_eq!(all["next_cursor"], Value::Null);
    let modes: Vec<_> = all["items"].as_array().unwrap().iter().map(|account| &account["mode"]).collect();
    assert_eq!(modes, ["live", "sandbox", "live"]);

    let first = alice.get("/v1/accounts?limit=2").await.json();
    assert_eq!(ids(&first), connected[..2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = alice.get(&format!("/v1/accounts?limit=2&cursor={cursor}")).await.json();
    assert_eq!(ids(&second), connected[2..]);
    assert_eq!(second["next_cursor"], Value::Null);
    for bad in ["limit=0", "limit=x", "cursor=x"] {
        assert_eq!(alice.get(&format!("/v1/accounts?{bad}")).await.status, 422, "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_says_what_it_may_do_and_never_its_tokens() {
    let world = World::enabled().await;
    let id = world.link_as("alice", "shop", Mode::Live, READ_ONLY).await.unwrap();
    let answer = world.user("alice").get(&format!("/v1/accounts/{id}")).await;
    let person = world.simulator.people().into_iter().find(|person| person.username == "shop").unwrap();
    let expected = json!({
        "id": id, "pinterest_user_id": person.id, "username": "shop", "profile_image": null, "account_type": null,
        "mode": "live",
        "state": "connected", "reason": null, "hold": null, "scopes": ["user_accounts:read", "pins:read", "boards:read"],
        "missing_scopes": ["pins:write", "boards:write"], "access_token_expires_at": "2027-02-14T08:00:00Z",
        "refresh_token_expires_at": null, "channels": [],
        "attention": {"needs_review": 0, "failed": 0},
        "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    });
    assert_eq!(answer.json(), expected);
    let stored = load(&world, "alice", &id).await;
    assert!(!answer.text().contains(&stored.tokens().unwrap().access.0), "not even the sealed one");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_needs_a_person_says_why() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let reason = async || world.user("alice").get(&format!("/v1/accounts/{id}")).await.json()["reason"]["code"].clone();
    assert_eq!(reason().await, Value::Null);

    world.change_settings(|settings| settings.app_id = Some("999".parse().unwrap())).await;
    assert_eq!(reason().await, "app_changed");

    let mut account = load(&world, "alice", &id).await;
    let version = account.version;
    account.needs_reconnect(ReconnectReason::RefreshRefused, START + SignedDuration::from_hours(1));
    world.platform("test").accounts.save(&mut account, version).await.unwrap();
    assert_eq!(reason().await, "refresh_refused", "what Pinterest said counts before what the settings say");
}

#[tokio::test(start_paused = true)]
async fn disconnecting_erases_the_tokens_and_frees_the_pinterest_account() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let path = format!("/v1/accounts/{id}");
    let taken = world.link_as("bob", "shop", Mode::Live, &scopes()).await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "connected by alice");

    let connected_at = load(&world, "alice", &id).await.updated_at;
    world.wait(SignedDuration::from_mins(1)).await;
    let answer = world.user("alice").delete(&path).await;
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("disconnected")));
    assert_eq!(answer.json()["access_token_expires_at"], Value::Null);
    let stored = load(&world, "alice", &id).await;
    assert_eq!((stored.tokens(), stored.refresh_at), (None, None));
    let now = START + SignedDuration::from_mins(1);
    assert_eq!(stored.release_at, Some(now), "what waits for it is to say so");
    assert!(connected_at < now, "{connected_at}");
    assert_eq!(stored.updated_at, now, "the row says when it changed");
    world.wait(SignedDuration::from_mins(1)).await;
    let again = world.user("alice").delete(&path).await;
    assert_eq!((again.status, again.json()), (200, answer.json()), "disconnecting twice is harmless");
    assert_eq!(world.user("alice").get(&path).await.json(), answer.json(), "the row stays");

    world.link_as("bob", "shop", Mode::Live, &scopes()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn disconnecting_works_while_pinterest_is_disabled_and_in_the_other_mode() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    world.change_settings(|settings| (settings.enabled, settings.mode) = (false, Mode::Sandbox)).await;
    assert_eq!(world.user("alice").delete(&format!("/v1/accounts/{id}")).await.status, 200);
    assert!(load(&world, "alice", &id).await.tokens().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_change_in_between_does_not_undo_or_stop_a_disconnection() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let slow = Disturb::calls("TransactWriteItems", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let accounts = accounts::router(world.platform_with("slow accounts", &[slow.clone() as _]));
    let caller = world.user("alice").at(&accounts);
    let path = format!("/v1/accounts/{id}");
    let renewal = async {
        world.wait(SignedDuration::from_secs(1)).await;
        touch(&world, "alice", &id).await;
    };
    let (answer, ()) = tokio::join!(caller.delete(&path), renewal);
    assert_eq!((answer.status, slow.seen()), (200, 2), "the first write met a change");
    assert!(load(&world, "alice", &id).await.tokens().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_disconnection_whose_answer_is_lost_still_answers() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let lost = Disturb::calls("TransactWriteItems", 0..=0, Plan::fault(Fault::AnswerLost));
    let accounts = accounts::router(world.platform_with("unlucky accounts", &[lost as _]));
    let answer = world.user("alice").at(&accounts).delete(&format!("/v1/accounts/{id}")).await;
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("disconnected")));
}

#[tokio::test(start_paused = true)]
async fn chosen_boards_are_kept_in_their_order_each_once() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let (arrivals, windows) = (world.board("shop", "New arrivals"), world.board("shop", "Window displays"));
    let path = format!("/v1/accounts/{id}/channels");
    let choose = async |boards: &[&String]| world.user("alice").put(&path, &json!({"board_ids": boards})).await;
    let answer = choose(&[&windows, &arrivals, &windows]).await;
    assert_eq!((answer.status, &answer.json()["channels"]), (200, &json!([windows, arrivals])));
    let account = world.user("alice").get(&format!("/v1/accounts/{id}")).await.json();
    assert_eq!(account["channels"], json!([windows, arrivals]));
    assert_eq!(choose(&[]).await.json()["channels"], json!([]), "a choice replaces the one before");
}

#[tokio::test(start_paused = true)]
async fn every_wrong_board_of_a_choice_is_named_and_nothing_is_stored() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let own = world.board("shop", "New arrivals");
    let foreign = world.board("creator", "Summer recipes");
    let path = format!("/v1/accounts/{id}/channels");
    let answer = world.user("alice").put(&path, &json!({"board_ids": [own, foreign, "kitchens"]})).await;
    let wrong = [("board_ids[1]", "not_found"), ("board_ids[2]", "not_found")];
    assert_eq!(answer.wrong_fields(), wrong.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let many: Vec<_> = (0..201).map(|n| n.to_string()).collect();
    let answer = world.user("alice").put(&path, &json!({"board_ids": many})).await;
    assert_eq!(answer.wrong_fields(), [("board_ids".to_owned(), "too_many".to_owned())]);
    for bad in [json!({}), json!({"board_ids": "1"}), json!({"board_ids": [], "boards": []})] {
        assert_eq!(world.user("alice").put(&path, &bad).await.status, 422, "{bad}");
    }
    assert!(load(&world, "alice", &id).await.channels.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_choice_survives_a_change_of_the_account_in_between() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let slow = Disturb::calls("PutItem", 0..=0, Plan { wait: Duration::from_secs(2), fault: None });
    let accounts = accounts::router(world.platform_with("slow accounts", &[slow.clone() as _]));
    let caller = world.user("alice").at(&accounts);
    let board = world.board("shop", "New arrivals");
    let (path, body) = (format!("/v1/accounts/{id}/channels"), json!({"board_ids": [board]}));
    let renewal = async {
        world.wait(SignedDuration::from_secs(1)).await;
        touch(&world, "alice", &id).await;
    };
    let (answer, ()) = tokio::join!(caller.put(&path, &body), renewal);
    assert_eq!((answer.status, slow.seen()), (200, 2));
    let stored = load(&world, "alice", &id).await;
    assert_eq!(stored.token_version, 2, "the change in between stays");
    assert_eq!(stored.channels, [board.parse().unwrap()]);
}

#[tokio::test(start_paused = true)]
async fn boards_are_not_chosen_while_they_cannot_be_checked() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let (path, body) = (format!("/v1/accounts/{id}/channels"), json!({"board_ids": []}));
    let choose = async || {
        let answer = world.user("alice").put(&path, &body).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let down = pinterest_sim::Fault::on(Operation::ListBoards);
    world.simulator.set_fault(pinterest_sim::Fault { answer: Some(FaultAnswer::status(500)), ..down });
    assert_eq!(choose().await, (502, "pinterest_unavailable".into()));
    world.simulator.clear_faults();
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    assert_eq!(choose().await, (409, "other_mode".into()));
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(choose().await, (403, "pinterest_disabled".into()));
}

#[tokio::test(start_paused = true)]
async fn accounts_answer_503_while_the_table_does_not() {
    let world = World::enabled().await;
    let id = world.link("alice", "shop").await;
    let down: Vec<std::sync::Arc<dyn Hook>> =
        ["GetItem", "Query"].map(|call| Disturb::every(call, Plan::fault(Fault::ServerError)) as _).into();
    let accounts = accounts::router(world.platform_with("cut off accounts", &down));
    for path in ["/v1/accounts".to_owned(), format!("/v1/accounts/{id}")] {
        let answer = world.user("alice").at(&accounts).get(&path).await;
        assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("storage_unavailable")), "{path}");
    }
}

async fn load(world: &World, owner: &str, id: &str) -> shared::domain::Account {
    let owner: OwnerId = owner.parse().unwrap();
    world.platform("test").accounts.load(&owner, &id.parse().unwrap()).await.unwrap().unwrap()
}

/// Changes the account as a renewal of its tokens does.
async fn touch(world: &World, owner: &str, id: &str) {
    let mut account = load(world, owner, id).await;
    let version = account.version;
    account.token_version += 1;
    world.platform("test").accounts.save(&mut account, version).await.unwrap();
}
