//! An account of the sandbox is connected by a token pasted from Pinterest's developer pages.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use pinterest_sim::{Effect, Fault, FaultAnswer, Operation, SCOPES, Tier};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::{Account, Mode, Scopes};
use tests::{Answer, World, host, pin_request};

pub const PATH: &str = "/v1/accounts/token";

/// A world in sandbox mode.
pub async fn sandbox() -> World {
    let world = World::enabled().await;
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    world
}

/// A token as the developer pages make them: for the sandbox, with every scope.
pub fn portal_token(world: &World, username: &str) -> String {
    world.simulator.issue_token(host(Mode::Sandbox), username, &SCOPES.join(" ")).unwrap()
}

pub async fn paste(world: &World, owner: &str, token: &str) -> Answer {
    world.user(owner).post(PATH, &json!({ "access_token": token })).await
}

async fn accounts(world: &World, owner: &str) -> Vec<Account> {
    world.platform("reader").accounts.list(&owner.parse().unwrap()).await.unwrap()
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn wrong(answer: &Answer) -> (u16, String, String) {
    let (field, code) = answer.wrong_fields().pop().unwrap_or_default();
    (answer.status, field, code)
}

async fn account(world: &World, id: &str) -> Value {
    world.user("alice").get(&format!("/v1/accounts/{id}")).await.json()
}

/// A board of the account, made for the purpose.
async fn board(world: &World, id: &str, name: &str) -> String {
    let answer = world.user("alice").post(&format!("/v1/accounts/{id}/boards"), &json!({ "name": name })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn schedule(world: &World, id: &str, board: &str) -> String {
    let answer = world.user("alice").post("/v1/pins", &pin_request(id, board, "now")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn pin(world: &World, id: &str) -> (String, Value) {
    let pin = world.user("alice").get(&format!("/v1/pins/{id}")).await.json();
    (pin["status"].as_str().unwrap().to_owned(), pin["reason"]["code"].clone())
}

#[tokio::test(start_paused = true)]
async fn a_pasted_token_connects_its_account() {
    let world = sandbox().await;
    let answer = paste(&world, "alice", &format!("  {}\n", portal_token(&world, "shop"))).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    let person = world.simulator.people().into_iter().find(|person| person.username == "shop").unwrap();
    assert_eq!((&body["pinterest_user_id"], &body["username"]), (&json!(person.id), &json!("shop")));
    assert_eq!(
        (&body["mode"], &body["state"], &body["reason"]),
        (&json!("sandbox"), &json!("connected"), &Value::Null)
    );
    assert_eq!((body["scopes"].as_array().unwrap().len(), &body["missing_scopes"]), (SCOPES.len(), &json!([])));
    assert_eq!(body["access_token_expires_at"], "2027-02-14T08:00:00Z", "thirty days");
    assert_eq!(body["refresh_token_expires_at"], Value::Null);
    assert!(body["profile_image"].as_str().unwrap().starts_with("https://"));
    assert_eq!(account(&world, body["id"].as_str().unwrap()).await, body);
    let stored = accounts(&world, "alice").await.remove(0);
    assert_eq!((stored.due(), stored.tokens().unwrap().refresh.is_none()), (None, true), "there is nothing to renew");
}

#[tokio::test(start_paused = true)]
async fn an_account_by_a_pasted_token_publishes_in_the_sandbox() {
    let world = sandbox().await;
    let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].as_str().unwrap().to_owned();
    let board = board(&world, &id, "Lemon cakes").await;
    schedule(&world, &id, &board).await;
    world.tick().await;
    assert_eq!(world.simulator.pins(&board).len(), 1);
    assert!(world.simulator.calls().iter().all(|call| call.mode == host(Mode::Sandbox)));
}

#[tokio::test(start_paused = true)]
async fn tokens_are_pasted_in_sandbox_mode_only() {
    let world = sandbox().await;
    let token = portal_token(&world, "shop");
    world.change_settings(|settings| settings.mode = Mode::Live).await;
    let refused = paste(&world, "alice", &token).await;
    assert_eq!(code(&refused), (409, "sandbox_only".into()));
    assert!(refused.text().contains("Connect the account on Pinterest"), "it says what to do: {}", refused.text());
    world.change_settings(|settings| settings.enabled = false).await;
    assert_eq!(code(&paste(&world, "alice", &token).await), (403, "pinterest_disabled".into()));
    let no_app = |settings: &mut shared::domain::Settings| {
        (settings.enabled, settings.mode, settings.app_id) = (true, Mode::Sandbox, None);
    };
    world.change_settings(no_app).await;
    assert_eq!(code(&paste(&world, "alice", &token).await), (409, "not_configured".into()));
    assert_eq!((world.simulator.calls().len(), accounts(&world, "alice").await.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_sandbox_does_not_take_is_a_wrong_field_with_the_remedy() {
    let world = sandbox().await;
    let production = world.simulator.issue_token(host(Mode::Live), "shop", &SCOPES.join(" ")).unwrap();
    let revoked = portal_token(&world, "friend");
    world.simulator.revoke_tokens("friend").unwrap();
    let ended = portal_token(&world, "shop");
    world.wait(SignedDuration::from_hours(31 * 24)).await;
    for token in [production, revoked, ended, "pina_never_given_out".to_owned()] {
        let refused = paste(&world, "alice", &token).await;
        assert_eq!(wrong(&refused), (422, "access_token".into(), "refused".into()), "{}", refused.text());
        assert!(refused.text().contains("Generate Access Token"), "{}", refused.text());
        assert!(!refused.text().contains(&token));
    }
    let narrow = world.simulator.issue_token(host(Mode::Sandbox), "shop", "boards:read").unwrap();
    let refused = paste(&world, "alice", &narrow).await;
    assert_eq!(wrong(&refused), (422, "access_token".into(), "scope_missing".into()));
    assert!(refused.text().contains("user_accounts:read"));
    assert_eq!(accounts(&world, "alice").await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_token_never_reaches_pinterest() {
    let world = sandbox().await;
    for (body, field, code) in [
        (json!({}), "access_token", "required"),
        (json!({"access_token": ""}), "access_token", "required"),
        (json!({"access_token": 7}), "access_token", "wrong_type"),
        (json!({"access_token": "two words"}), "access_token", "invalid"),
        (json!({"access_token": "pinr_a_refresh_token"}), "access_token", "invalid"),
        (json!({"access_token": "x".repeat(3000)}), "access_token", "invalid"),
        (json!({"access_token": "pina_x", "mode": "live"}), "body", "unknown_field"),
        (json!("pina_x"), "body", "wrong_type"),
    ] {
        let refused = world.user("alice").post(PATH, &body).await;
        assert_eq!(wrong(&refused), (422, field.into(), code.into()), "{body}");
    }
    for (body, status) in [(None, 422), (Some("pina_x"), 400), (Some("access_token=pina_x"), 400)] {
        assert_eq!(world.user("alice").send("POST", PATH, body.map(str::to_owned)).await.status, status, "{body:?}");
    }
    assert_eq!(world.user("alice").get(PATH).await.status, 405);
    assert_eq!(world.simulator.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn pinterests_troubles_connect_nothing_and_are_told() {
    let world = sandbox().await;
    let token = portal_token(&world, "shop");
    for (answer, expected) in [
        (FaultAnswer::status(500), (502, "pinterest_unavailable")),
        (FaultAnswer::status(429), (429, "pinterest_rate_limited")),
        (FaultAnswer::Reset, (502, "pinterest_unavailable")),
        (FaultAnswer::Timeout, (502, "pinterest_unavailable")),
        (
            FaultAnswer::Status { status: 200, body: Some(json!({})), headers: BTreeMap::new() },
            (502, "pinterest_unavailable"),
        ),
    ] {
        world.simulator.clear_faults();
        world.simulator.set_fault(Fault { answer: Some(answer), ..Fault::on(Operation::GetUserAccount) });
        let told = paste(&world, "alice", &token).await;
        assert_eq!(code(&told), (expected.0, expected.1.to_owned()));
        assert!(!told.text().contains(&token));
    }
    world.simulator.clear_faults();
    world.simulator.set_tier(Tier::Unapproved);
    assert_eq!(code(&paste(&world, "alice", &token).await), (502, "app_not_approved".into()));
    assert_eq!(accounts(&world, "alice").await.len(), 0);
    world.simulator.set_tier(Tier::Trial);
    assert_eq!(paste(&world, "alice", &token).await.status, 201, "trial access suffices for the sandbox");
}

#[tokio::test(start_paused = true)]
async fn a_known_account_is_renewed_by_a_pasted_token_and_keeps_what_it_had() {
    let world = sandbox().await;
    let id = world.connect("alice", "shop").await;
    let board = board(&world, &id, "Lemon cakes").await;
    let channels = json!({"board_ids": [board]});
    assert_eq!(world.user("alice").put(&format!("/v1/accounts/{id}/channels"), &channels).await.status, 200);
    let before = accounts(&world, "alice").await.remove(0);
    assert!(before.tokens().unwrap().refresh.is_some());
    let answer = paste(&world, "alice", &portal_token(&world, "shop")).await;
    assert_eq!((answer.status, &answer.json()["id"], &answer.json()["channels"]), (201, &json!(id), &json!([board])));
    let after = accounts(&world, "alice").await.remove(0);
    assert_eq!((after.created_at, after.token_version), (before.created_at, before.token_version + 1));
    assert!(after.tokens().unwrap().refresh.is_none(), "the old refresh token does not go with the new access token");
    world.user("alice").delete(&format!("/v1/accounts/{id}")).await;
    let again = paste(&world, "alice", &portal_token(&world, "shop")).await.json();
    assert_eq!((&again["id"], &again["state"]), (&json!(id), &json!("connected")), "a disconnected one comes back");
}

#[tokio::test(start_paused = true)]
async fn pins_of_an_account_whose_token_ended_wait_and_go_out_when_another_is_pasted() {
    let world = sandbox().await;
    let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].as_str().unwrap().to_owned();
    let board = board(&world, &id, "Lemon cakes").await;
    world.wait(SignedDuration::from_hours(30 * 24)).await;
    let told = account(&world, &id).await;
    assert_eq!((&told["state"], &told["reason"]["code"]), (&json!("needs_reconnect"), &json!("expired")));
    let waiting = schedule(&world, &id, &board).await;
    world.tick().await;
    assert_eq!(pin(&world, &waiting).await, ("held".into(), json!("needs_reconnect")));
    assert_eq!(paste(&world, "alice", &portal_token(&world, "shop")).await.status, 201);
    world.tick().await;
    world.tick().await;
    assert_eq!(pin(&world, &waiting).await.0, "published");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_early_makes_the_account_say_so_whoever_finds_out() {
    for by_publishing in [false, true] {
        let world = sandbox().await;
        let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].as_str().unwrap().to_owned();
        let board = board(&world, &id, "Lemon cakes").await;
        let waiting = schedule(&world, &id, &board).await;
        world.simulator.revoke_tokens("shop").unwrap();
        if by_publishing {
            world.tick().await;
            assert_eq!(pin(&world, &waiting).await, ("held".into(), json!("needs_reconnect")));
        } else {
            let refused = world.user("alice").get(&format!("/v1/accounts/{id}/boards")).await;
            assert_eq!(code(&refused), (409, "needs_reconnect".into()));
        }
        let told = account(&world, &id).await;
        assert_eq!((&told["state"], &told["reason"]["code"]), (&json!("needs_reconnect"), &json!("access_refused")));
        assert!(told["reason"]["message"].as_str().unwrap().contains("Reconnect the account"));
        world.tick().await;
        assert_eq!(paste(&world, "alice", &portal_token(&world, "shop")).await.json()["reason"], Value::Null);
        world.tick().await;
        world.tick().await;
        assert_eq!(pin(&world, &waiting).await.0, "published", "by publishing: {by_publishing}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_a_new_token_overtook_says_nothing_of_that_one() {
    let world = sandbox().await;
    let id = paste(&world, "alice", &portal_token(&world, "shop")).await.json()["id"].as_str().unwrap().to_owned();
    world.simulator.revoke_tokens("shop").unwrap();
    let slow = Fault { delay_ms: Some(5_000), effect: Effect::After, ..Fault::on(Operation::ListBoards) };
    world.simulator.set_fault(slow);
    let alice = world.user("alice");
    let path = format!("/v1/accounts/{id}/boards");
    let (refused, pasted) = futures_util::future::join(alice.get(&path), async {
        world.wait(SignedDuration::from_secs(1)).await;
        paste(&world, "alice", &portal_token(&world, "shop")).await
    })
    .await;
    assert_eq!((refused.status, pasted.status), (409, 201));
    assert_eq!(account(&world, &id).await["state"], "connected");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_that_can_be_renewed_is_left_to_its_renewal() {
    let world = World::enabled().await;
    let id = world.connect("alice", "shop").await;
    let body = Some(json!({"code": 2, "message": "Authentication failed.", "status": "failure"}));
    let answer = FaultAnswer::Status { status: 401, body, headers: BTreeMap::new() };
    world.simulator.set_fault(Fault { answer: Some(answer), times: Some(1), ..Fault::on(Operation::ListBoards) });
    let path = format!("/v1/accounts/{id}/boards");
    assert_eq!(world.user("alice").get(&path).await.status, 409);
    assert_eq!(account(&world, &id).await["state"], "connected");
    assert_eq!(world.user("alice").get(&path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_pasted_token_leaves_no_trace_but_the_sealed_one() {
    let log = tests::Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).with_max_level(tracing::Level::TRACE);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let world = sandbox().await;
    let token = portal_token(&world, "shop");
    let mut answers = String::new();
    for answer in [FaultAnswer::status(401), FaultAnswer::status(403), FaultAnswer::status(500), FaultAnswer::Reset] {
        world.simulator.set_fault(Fault {
            answer: Some(answer),
            times: Some(1),
            ..Fault::on(Operation::GetUserAccount)
        });
        answers += &paste(&world, "alice", &token).await.text();
    }
    for body in [json!({"access_token": token, "more": 1}), json!({(token.clone()): 1}), json!(token), json!([token])] {
        answers += &world.user("alice").post(PATH, &body).await.text();
    }
    answers += &world.user("alice").send("POST", PATH, Some(token.clone())).await.text();
    let connected = paste(&world, "alice", &token).await;
    assert_eq!(connected.status, 201);
    answers += &connected.text();
    let id = connected.json()["id"].as_str().unwrap().to_owned();
    answers += &world.user("alice").get(&format!("/v1/accounts/{id}/boards")).await.text();
    answers += &paste(&world, "bob", &token).await.text();
    let log = log.text();
    assert!(log.contains(&id), "it does log");
    for (place, text) in [("log", &log), ("answers", &answers), ("table", &world.everything_stored().await)] {
        assert!(!text.contains(&token), "{place}");
        assert!(!text.contains(token.trim_start_matches("pina_")), "{place}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_live_account_of_the_same_person_is_another_one() {
    let world = World::enabled().await;
    let live = world.link_as("alice", "shop", Mode::Live, &Scopes::defaults().to_string()).await.unwrap();
    world.change_settings(|settings| settings.mode = Mode::Sandbox).await;
    let sandbox = paste(&world, "alice", &portal_token(&world, "shop")).await.json();
    assert_ne!(sandbox["id"], json!(live));
    let modes: Vec<_> = accounts(&world, "alice").await.iter().map(|account| account.mode).collect();
    assert_eq!(modes.len(), 2);
    assert!(modes.contains(&Mode::Live) && modes.contains(&Mode::Sandbox));
    let token = world.clock.now();
    assert!(accounts(&world, "alice").await.iter().all(|account| account.usable_tokens(token).is_some()));
}
